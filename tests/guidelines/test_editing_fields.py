"""What a form makes of an entry of a draft, and says at its fields."""

import pytest
from django.http import QueryDict

from guidelines import editing, labels
from guidelines.editing_forms.conditions import checked
from guidelines.editing_forms.presses import pressed
from guidelines.editing_forms.refusals import placed
from guidelines.editing_forms.shape import Field, fields_of
from guidelines.editing_forms.typed import entry_from, typed_from, typed_of, without_blank_rows
from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Head, SafetyRule, Statement
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import HEAD
from tests.factories_guidelines import itching_elbow
from tests.guidelines.test_editing import entry

SHIPPED = CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml"
CLASSES = {HEAD: Head, **{name: part.entry_class for name, part in editing.PARTS.items()}}


def all_fields(fields: tuple[Field, ...]) -> list[Field]:
    return [one for field in fields for one in (field, *all_fields(field.below))]


@pytest.mark.parametrize("part", CLASSES)
def test_the_labels_name_only_classes_fields_and_parts_that_there_are(part: str) -> None:
    for field in all_fields(fields_of(CLASSES[part])):
        assert set(field.label.leads_to) <= {*editing.PARTS, "products"}, field.name
        assert set(field.label.words) <= set(field.values) | {""}, (field.name, field.values)
    for group in labels.field_groups(CLASSES[part].__name__):
        assert set(group.fields) <= set(CLASSES[part].model_fields), group.title


def test_every_part_has_its_label_in_the_order_of_an_editor() -> None:
    assert set(labels.parts()) == {HEAD, *editing.PARTS}
    assert list(labels.parts())[:3] == [HEAD, "sections", "statements"]


def test_every_entry_of_the_shipped_guideline_comes_out_of_its_form_as_it_went_in() -> None:
    package = read_guideline_file(SHIPPED).package

    for part, entry_class in CLASSES.items():
        for one in [package.head()] if part == HEAD else getattr(package, part):
            typed = without_blank_rows(fields_of(entry_class), typed_of(one))
            fixed = {"slug": package.slug} if part == HEAD else {}
            assert entry_from(entry_class, typed, **fixed) == (one, {}), one


def test_numbers_stay_as_they_were_typed() -> None:
    sent = QueryDict("e-amount=02.50&e-text=x&e-per=week&e-basis=fixed")
    fields = next(field.below for field in fields_of(CLASSES["regimens"]) if field.name == "caps")

    assert typed_from(sent, fields)["amount"] == "02.50"


def test_what_is_wrong_in_a_row_is_said_at_the_field_of_that_row() -> None:
    typed = typed_of(entry("regimens", "soothine"))
    typed["taper"]["bands"][1]["step"] = "0"
    typed["taper"]["product_bands"][0]["above"] = "x"

    found, problems = entry_from(CLASSES["regimens"], typed)

    assert found is None
    assert set(problems) == {"e-taper-bands-1-step", "e-taper-product_bands-0-above"}


def test_a_law_of_a_row_is_said_at_the_row() -> None:
    typed = typed_of(entry("regimens", "soothine"))
    typed["taper"]["bands"][0]["floor"] = "300"

    _, problems = entry_from(CLASSES["regimens"], typed)

    assert list(problems) == ["e-taper-bands-0"]


def test_a_result_among_several_of_several_facts_is_found_again() -> None:
    typed = typed_of(entry("cases", "V1"))
    typed["history"] += [
        {"row_key": "weight_kg", "value": "70", "taken_on": "2025-12-01", "upper_limit": ""},
        {"row_key": "itch_marker", "value": "many", "taken_on": "2025-12-02", "upper_limit": ""},
    ]

    _, problems = entry_from(CLASSES["cases"], typed)

    assert list(problems) == ["e-history-2-value"]


@pytest.mark.parametrize(
    "press",
    ["", "save", "add", "add:", "add:e", "up:e-nothing-0", "add:e-key", "remove:e-citations-9", "up:e-citations-x"],
)
def test_a_press_that_leads_nowhere_changes_nothing(press: str) -> None:
    typed = typed_of(entry("statements", "ST-1"))

    pressed(fields_of(Statement), typed, press)

    assert typed == typed_of(entry("statements", "ST-1"))


def test_a_group_that_must_be_there_is_not_removed() -> None:
    typed = typed_of(entry("safety_rules", "STEP-B"))

    pressed(fields_of(SafetyRule), typed, "remove:e-action")

    assert typed == typed_of(entry("safety_rules", "STEP-B"))


def test_a_refusal_is_placed_at_its_field_and_one_about_another_entry_names_it() -> None:
    text = "safety_rules.STEP-B.when: this is wrong\nsteps.E1.options: there is no option 'x'\nSomething else"

    problems = placed(text, "safety_rules", "STEP-B", SafetyRule)

    assert problems == {
        "e-when": ["This is wrong."],
        "e": ["With this, steps E1 would be wrong: there is no option 'x'.", "Something else."],
    }


def test_a_condition_that_is_too_long_or_empty_is_no_accident() -> None:
    compiled = compile_package(itching_elbow())

    assert checked("  ", compiled).is_empty
    assert "1000 characters at most" in checked("pregnant or " * 100 + "pregnant", compiled).problem
    assert checked("nearest(weight_kg, 2.5)", compiled, wanted="number").english == "Nearest(weight, 2.5)."
