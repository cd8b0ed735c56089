"""Changing a draft: what one change makes of a content, and what is written and refused."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from guidelines import actions, editing
from guidelines.engine.content import Package
from guidelines.models import HEAD, Edit, EditKind, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor, itching_elbow, published, reviewer


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
