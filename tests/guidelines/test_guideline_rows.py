"""Rows, Package and YAML say the same, to the hash."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines import actions
from guidelines.engine.content import Conflict, MonitoringItem, Package, Step, Transition
from guidelines.guideline_file import read_guideline
from guidelines.models import Regimen, Version
from guidelines.package import compiled_version, package_of, row_models, slots
from guidelines.yaml_writing import to_yaml
from tests.factories_guidelines import draft, edited, itching_elbow, published

# What these entries were before they could have plain words or conflicts of their own.
ENTRIES = [
    (Conflict, {"key": "C1", "text": "They differ.", "certainty": "Sure", "evidence": "Both were read."}),
    (Step, {"key": "E1", "title": "First", "plain_title": "The first", "text": "Calm it."}),
    (Transition, {"key": "E1-fails", "target": "E2", "when": "itching", "text": "It still itches."}),
    (
        MonitoringItem,
        {
            "key": "M1", "tests": ["panel"], "phase": "early", "anchor": "start", "windows": [{"after": "7 d"}],
            "required": True, "why": "To be sure.",
        },
    ),
]  # fmt: skip


def test_every_field_of_content_has_a_place_in_the_rows() -> None:
    def visit(entry_class, model) -> set[str]:
        columns = {column for slot in slots(entry_class, model) for column in slot.columns}
        for slot in slots(entry_class, model):
            if slot.model is not None:
                visit(slot.entry_class, slot.model)
        links = {"id", "position", "version", "weekly_only"} | {
            field.name for field in model._meta.concrete_fields if field.is_relation
        }
        without = {field.name for field in model._meta.concrete_fields} - columns - links
        assert model is Version or not without, f"{model.__name__} has columns that no content fills: {without}"
        return columns

    assert "title" in visit(Package, Version)


def test_the_fixture_has_content_of_every_kind() -> None:
    package = itching_elbow()

    empty = [name for name in Package.model_fields if getattr(package, name) in (None, ())]

    assert empty == ["stale_wordings"]


@pytest.mark.django_db
def test_rows_give_the_package_they_were_made_of() -> None:
    package = itching_elbow()

    version = draft(package)

    assert package_of(version) == package
    assert package_of(version).content_hash() == version.content_hash == package.content_hash()
    assert all(model.objects.filter(version=version).exists() for model in row_models(Package, Version))


@pytest.mark.parametrize(("entry_class", "entry"), ENTRIES, ids=lambda value: getattr(value, "__name__", ""))
def test_words_that_are_not_there_are_not_part_of_the_hash(entry_class, entry) -> None:
    assert entry_class.model_validate(entry).canonical() == entry


@pytest.mark.django_db
def test_rows_without_plain_words_keep_the_hash_of_a_file_without_them() -> None:
    whole = itching_elbow().canonical()
    del whole["plain_disclaimer"]
    for name, fields in {
        "conflicts": ["plain"], "regimens": ["plain", "conflicts"], "monitoring": ["conflicts"],
        "steps": ["plain", "conflicts"], "transitions": ["plain"],
    }.items():  # fmt: skip
        whole[name] = [{k: v for k, v in entry.items() if k not in fields} for entry in whole[name]]
    package = Package.model_validate(whole)

    version = draft(package)

    assert package_of(version).canonical() == whole
    assert package_of(version).content_hash() == version.content_hash


@pytest.mark.django_db
def test_a_file_that_is_exported_and_reloaded_has_the_same_hash() -> None:
    version = draft()

    text = to_yaml(package_of(version))
    again = read_guideline(text).package

    assert again.content_hash() == version.content_hash
    assert to_yaml(again) == text
    assert draft(again) == version
    assert Version.objects.count() == 1


@pytest.mark.django_db
def test_reading_a_version_takes_one_query_for_each_kind_of_row(django_assert_max_num_queries) -> None:
    version = draft()

    with django_assert_max_num_queries(len(row_models(Package, Version)) + 3):
        package_of(version)


@pytest.mark.django_db
def test_a_published_version_is_compiled_once(django_assert_num_queries) -> None:
    version = published()
    first = compiled_version(version)

    with django_assert_num_queries(0):
        again = compiled_version(version)

    assert again is first
    assert first.content_hash == version.content_hash


@pytest.mark.django_db
def test_every_write_leaves_a_history_row() -> None:
    version = draft()

    Regimen.objects.filter(version=version, key="calmine").update(note="Changed by hand.")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM guidelines_printrule WHERE version_id = %s", [version.pk])
        cursor.execute("SELECT pgh_label FROM guidelines_printruleevent ORDER BY pgh_id")
        of_print_rule = [label for (label,) in cursor.fetchall()]
        cursor.execute("SELECT note FROM guidelines_regimenevent WHERE key = 'calmine' ORDER BY pgh_id")
        notes = [note for (note,) in cursor.fetchall()]

    assert of_print_rule == ["insert", "delete"]
    assert notes == ["On one day of the week.", "Changed by hand."]
    for model in row_models(Package, Version):
        assert any(event._meta.model_name == f"{model._meta.model_name}event" for event in _event_models()), model


def _event_models():
    from django.apps import apps

    return apps.get_app_config("guidelines").get_models()


@pytest.mark.django_db
def test_a_broken_key_is_refused_by_the_rows_too() -> None:
    package = edited(itching_elbow(), entry_step="E9")

    with pytest.raises(ValueError, match="entry_step: there is no step 'E9'"):
        actions.load_package(package=package, by=None, reason="x", level="editorial")

    assert not Version.objects.exists()


PLAIN = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Co", "Cn"]), min_size=1, max_size=120)
LINES = st.lists(PLAIN, min_size=1, max_size=4).map("\n".join).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(answer=LINES, title=PLAIN.filter(str.strip))
def test_any_text_survives_the_file(answer: str, title: str) -> None:
    package = edited(itching_elbow(), answer=answer, title=title)

    again = read_guideline(to_yaml(package)).package

    assert again == package
