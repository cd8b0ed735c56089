"""Changing a draft: what one change makes of a content, what is written and refused, and what a form makes of an entry."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict

from guidelines import actions, editing, labels
from guidelines.editing_forms.conditions import checked
from guidelines.editing_forms.presses import pressed
from guidelines.editing_forms.refusals import placed
from guidelines.editing_forms.shape import Field, fields_of
from guidelines.editing_forms.typed import entry_from, typed_from, typed_of, without_blank_rows
from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Head, Package, SafetyRule, Statement
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import HEAD, Edit, EditKind, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor, itching_elbow, published, reviewer

SHIPPED = CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml"
CLASSES = {HEAD: Head, **{name: part.entry_class for name, part in editing.PARTS.items()}}


def entry(part: str, named: str, **changed: Any) -> Any:
    found = editing.entry_of(itching_elbow(), part, named)
    assert found is not None
    return found.model_copy(update=changed)


def content(version: Version) -> Package:
    return package_of(Version.objects.select_related("guideline").get(pk=version.pk))


# --- what one change makes of a content ------------------------------------------------------------------------------


def test_an_entry_takes_the_place_of_the_one_with_its_key_and_a_new_one_comes_last() -> None:
    changed = editing.with_entry(itching_elbow(), "statements", entry("statements", "ST-1", kind="note"))
    added = editing.with_entry(itching_elbow(), "statements", entry("statements", "ST-1", key="ST-3"))

    assert [(s.key, s.kind) for s in changed.statements] == [("ST-1", "note"), ("ST-2", "fact")]
    assert [s.key for s in added.statements] == ["ST-1", "ST-2", "ST-3"]


def test_what_an_editor_read_is_known_by_every_word_of_it() -> None:
    read = editing.fingerprint(entry("statements", "ST-1"))

    assert read == editing.fingerprint(entry("statements", "ST-1"))
    assert read != editing.fingerprint(entry("statements", "ST-1", clinician="Start with calmine!"))
    assert editing.fingerprint(None) == ""


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ({"clinician": "New."}, ["plain"]),
        ({"plain": "New."}, ["clinician"]),
        ({"clinician": "New.", "plain": "New, too."}, []),
        ({"kind": "note"}, []),
        ({"plain": None}, ["clinician"]),
    ],
)
def test_the_wording_that_was_left_behind_is_stale(changed: dict[str, Any], stale: list[str]) -> None:
    package = editing.with_entry(itching_elbow(), "statements", entry("statements", "ST-1", **changed))

    assert editing.stale_of(package, "statements", "ST-1") == stale


def test_a_stale_wording_stays_stale_until_its_words_or_an_editor_say_otherwise() -> None:
    stale = editing.with_entry(itching_elbow(), "statements", entry("statements", "ST-1", clinician="New."))

    moved_on = editing.with_entry(stale, "statements", entry("statements", "ST-1", clinician="New.", kind="note"))
    confirmed = editing.with_entry(stale, "statements", entry("statements", "ST-1", clinician="New."), stale=())

    assert editing.stale_of(moved_on, "statements", "ST-1") == ["plain"]
    assert editing.stale_of(confirmed, "statements", "ST-1") == []
    assert editing.stale_of(editing.without_entry(stale, "statements", "ST-1"), "statements", "ST-1") == []


def test_what_would_break_the_laws_of_a_content_is_not_possible() -> None:
    daily = entry("regimens", "soothine", drug="calmine")

    with pytest.raises(editing.NotPossible, match="once a week only"):
        editing.with_entry(itching_elbow(), "regimens", daily)


# --- what is written and refused -------------------------------------------------------------------------------------


@pytest.fixture
def ed(db: None) -> User:
    return editor()


@pytest.fixture
def version(ed: User) -> Version:
    return draft()


def save(version: Version, by: User, part: str, key: str, **changed: Any) -> Edit | None:
    now = editing.entry_of(content(version), part, key)
    assert now is not None
    return actions.save_entry(
        version=version, by=by, part=part, entry=now.model_copy(update=changed), read=editing.fingerprint(now)
    )


@pytest.mark.parametrize("part", editing.PARTS)
def test_every_entry_can_be_saved_moved_to_the_end_and_its_rows_are_its_content(
    version: Version, ed: User, part: str
) -> None:
    for one in getattr(itching_elbow(), part):
        actions.move_entry(version=version, by=ed, part=part, key=one.key, direction="last")
        assert save(version, ed, part, one.key) is None

    fresh = Version.objects.get(pk=version.pk)
    assert fresh.content_hash == content(version).content_hash() == itching_elbow().content_hash()


def test_an_edit_keeps_who_what_and_the_hash_after_it(version: Version, ed: User) -> None:
    edit = save(version, ed, "statements", "ST-1", clinician="New.")

    assert edit is not None
    assert (edit.kind, edit.part, edit.key, edit.edited_by) == (EditKind.CHANGED, "statements", "ST-1", ed)
    assert (edit.before or {})["clinician"] == "Start with calmine." and (edit.after or {})["clinician"] == "New."
    assert edit.content_hash == content(version).content_hash()


def test_the_head_is_saved_like_an_entry(version: Version, ed: User) -> None:
    save(version, ed, HEAD, HEAD, title="A new title")

    assert content(version).title == "A new title"
    assert content(version).statements == itching_elbow().statements


def test_what_somebody_changed_meanwhile_is_not_written_over(version: Version, ed: User) -> None:
    read = editing.fingerprint(entry("statements", "ST-1"))
    save(version, editor("eve"), "statements", "ST-1", clinician="Theirs.")

    with pytest.raises(actions.EditConflict) as conflict:
        actions.save_entry(
            version=version, by=ed, part="statements", entry=entry("statements", "ST-1", clinician="Mine."), read=read
        )

    assert getattr(conflict.value.theirs, "clinician", "") == "Theirs."
    assert Edit.objects.count() == 1


def test_two_people_who_change_two_entries_are_no_conflict(version: Version, ed: User) -> None:
    first = editing.fingerprint(entry("statements", "ST-1"))
    save(version, editor("eve"), "statements", "ST-2", clinician="Theirs.")

    actions.save_entry(
        version=version, by=ed, part="statements", entry=entry("statements", "ST-1", clinician="Mine."), read=first
    )

    assert [s.clinician for s in content(version).statements] == ["Mine.", "Theirs."]


def test_what_the_engine_could_not_run_is_refused_with_its_place(version: Version, ed: User) -> None:
    with pytest.raises(actions.Refused, match=r"safety_rules\.STEP-B\.when: 'nothing' is not a fact"):
        save(version, ed, "safety_rules", "STEP-B", when="nothing > 3")

    assert content(version) == itching_elbow()


def test_undoing_puts_back_words_and_the_stale_mark(version: Version, ed: User) -> None:
    save(version, ed, "statements", "ST-1", clinician="New.")
    edit = save(version, ed, "statements", "ST-1", plain="New, too.")
    now = editing.entry_of(content(version), "statements", "ST-1")

    assert edit is not None
    actions.undo_edit(edit=edit, by=ed, read=editing.fingerprint(now))

    assert editing.stale_of(content(version), "statements", "ST-1") == ["plain"]


def test_a_move_is_not_undone_by_the_history(version: Version, ed: User) -> None:
    edit = actions.move_entry(version=version, by=ed, part="statements", key="ST-1", direction="down")

    assert edit is not None
    with pytest.raises(actions.Refused, match="cannot be undone here"):
        actions.undo_edit(edit=edit, by=ed, read="")


def test_a_draft_begins_with_the_content_of_its_version_and_changes_nothing_there(ed: User) -> None:
    first = published()

    new = actions.start_draft(version=first, by=ed, reason=" Shorter. ", level="editorial")
    save(new, ed, "statements", "ST-1", clinician="New.")

    assert (new.number, new.based_on, new.reason, new.author) == (2, first, "Shorter.", ed)
    assert content(first) == itching_elbow()


def test_no_draft_begins_with_what_is_not_approved(version: Version, ed: User) -> None:
    """Its authors could approve their own words in the copy."""
    with pytest.raises(actions.Refused, match="Version 1 is not approved"):
        actions.start_draft(version=version, by=editor("emil"), reason="My own.", level="editorial")

    assert Version.objects.count() == 1


def test_only_editors_change_and_only_drafts_are_changed(version: Version, ed: User) -> None:
    with pytest.raises(actions.Refused, match="Only editors"):
        save(version, reviewer("rita"), "statements", "ST-1", clinician="New.")

    actions.submit(version=version, by=ed)
    with pytest.raises(actions.Refused, match="Only a draft can be changed"):
        save(version, ed, "statements", "ST-1", clinician="New.")


# --- what a form makes of an entry -----------------------------------------------------------------------------------


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
