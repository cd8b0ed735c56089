"""Laws for every model: moments and people come in pairs, days are days, nothing clinical is deleted."""

import pytest
from django.apps import apps
from django.db import models

OURS = [
    model for app in ("guidelines", "patients") for model in apps.get_app_config(app).get_models()
    if not any(field.name.startswith("pgh_") for field in model._meta.fields)
]  # fmt: skip

ALONE = {
    "patients.AccessEvent.at": "a record of access is nothing but a moment; its person is `user`",
    "patients.PatientChange.at": "no record, only for how long it is needed; the history says who",
    "guidelines.UnansweredQuestion.asked_at": "readers ask without a name, and none is kept",
    "guidelines.Guideline.created_at": "the row is its first version's frame; the version's moves say who",
    "guidelines.Version.created_at": "the first of its moves says who",
    "patients.ChangeAuthor.created_at": "the library's row; who is in its metadata",
    "patients.ChangeAuthor.updated_at": "the library's row; who is in its metadata",
    "patients.SecondFactor.created_at": "the library's row; who is in its history",
    "patients.SecondFactor.last_used_at": "the library's row; whose it is, used it",
    "guidelines.Version.review_by": "a day of the content: by when it must be reviewed",
}


def label(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}.{model.__name__}"


@pytest.mark.parametrize("model", OURS, ids=label)
def test_moments_and_people_come_in_pairs(model: type[models.Model]) -> None:
    names = {field.name for field in model._meta.fields}
    for name in names:
        for ending, other in (("_at", "_by"), ("_by", "_at")):
            if name.endswith(ending) and f"{label(model)}.{name}" not in ALONE:
                assert f"{name.removesuffix(ending)}{other}" in names, name


@pytest.mark.parametrize("model", OURS, ids=label)
def test_a_name_tells_a_day_from_a_moment_and_a_person(model: type[models.Model]) -> None:
    for field in model._meta.fields:
        if f"{label(model)}.{field.name}" in ALONE:
            continue
        is_moment, is_day = isinstance(field, models.DateTimeField), type(field) is models.DateField
        assert field.name.endswith("_at") == is_moment, field.name
        # a case of a guideline is `as_of` a day, as the facts it stands for
        assert (
            (field.name.endswith("_on") or field.name == "as_of") == is_day
            or not (is_day or field.name.endswith("_on"))
            or field.name == "based_on"
        ), field.name
        if field.name.endswith("_by"):
            assert field.is_relation, field.name


@pytest.mark.parametrize("model", OURS, ids=label)
def test_a_row_that_others_stand_on_cannot_be_deleted_under_them(model: type[models.Model]) -> None:
    if model._meta.concrete_model._meta.app_label not in ("guidelines", "patients"):
        return  # the table is a library's; ours is the history beside it
    for field in model._meta.fields:
        if isinstance(field, (models.ForeignKey, models.OneToOneField)):
            assert field.remote_field.on_delete in (models.PROTECT, models.RESTRICT), field.name


@pytest.mark.parametrize("model", OURS, ids=label)
def test_saving_is_not_overridden(model: type[models.Model]) -> None:
    assert "save" not in vars(model)
    assert "delete" not in vars(model)


@pytest.mark.parametrize("model", OURS, ids=label)
def test_a_constraint_has_a_name_that_reads_as_a_sentence(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        assert constraint.name.count("_") >= 2, constraint.name
