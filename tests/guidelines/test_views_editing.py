"""The pages around the forms of a draft: lists, findings, order, history, conditions, and who may see and do what."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from guidelines import actions
from guidelines.editing import entry_of, fingerprint
from guidelines.models import Edit, Version
from tests.factories_guidelines import draft, editor, itching_elbow, published
from tests.guidelines.editing_pages import address, content, text_of
from tests.guidelines.sent_forms import sent_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def ed(client: Client) -> User:
    user = editor()
    client.force_login(user)
    return user


@pytest.fixture
def version(ed: User) -> Version:
    return draft()


def saved(version: Version, by: User, part: str, key: str, **changed: Any) -> Edit:
    entry = entry_of(content(version), part, key)
    after = entry.model_copy(update=changed)
    return actions.save_entry(version=version, by=by, part=part, entry=after, read=fingerprint(entry))


# --- the list of guidelines, a new draft -------------------------------------------------------------------------------


def test_the_list_says_of_each_draft_who_when_why_and_how_many_changes(client: Client, ed: User) -> None:
    first = published()
    new = actions.start_draft(version=first, by=ed, reason="The cap is too high.", level="dose")
    saved(new, ed, "statements", "ST-1", clinician="Begin slowly.")

    page = text_of(client.get("/editing/"))

    assert "The cap is too high." in page
    assert "from version 1" in page and "1 change, the last on" in page
    assert address(new, "draft_edit") in page


def test_without_any_guideline_the_list_says_what_is_next(client: Client, ed: User) -> None:
    page = text_of(client.get("/editing/"))

    assert "There is no guideline yet" in page


def test_a_draft_is_made_of_the_version_in_use_unless_another_is_chosen(client: Client, ed: User) -> None:
    published()

    response = client.post(
        "/editing/itching-elbow/new/", {"from_version": "1", "reason": "New trial.", "level": "safety"}
    )

    made = Version.objects.get(number=2)
    assert response["Location"] == address(made, "draft_edit")
    assert (made.based_on.number, made.author, made.level) == (1, ed, "safety")


def test_a_draft_without_a_reason_is_refused_and_the_rest_is_kept(client: Client, ed: User) -> None:
    published()

    response = client.post("/editing/itching-elbow/new/", {"from_version": "1", "reason": " ", "level": "dose"})

    assert response.status_code == 422
    assert "Say why the guideline is to be changed." in text_of(response)
    assert sent_form(text_of(response), "draft-form")["level"] == ["dose"]
    assert Version.objects.count() == 1


def test_without_an_approved_version_no_draft_is_begun(client: Client, ed: User) -> None:
    draft()

    for response in (client.get("/editing/itching-elbow/new/"), client.post("/editing/itching-elbow/new/")):
        assert response.status_code == 403
        assert "No version of this guideline is approved yet" in text_of(response)


# --- the overview --------------------------------------------------------------------------------------------------------


def test_the_overview_counts_parts_and_shows_what_differs_from_the_version_it_began_with(
    client: Client, ed: User
) -> None:
    new = actions.start_draft(version=published(), by=ed, reason="Shorter.", level="editorial")
    saved(new, ed, "statements", "ST-1", clinician="Begin slowly.", plain="Go slowly.")
    actions.remove_entry(
        version=new, by=ed, part="override_reasons", key="other", read=fingerprint(itching_elbow().override_reasons[0])
    )

    page = client.get(address(new, "draft_edit"))

    changes = [(change.state, change.part, change.key) for change, _ in page.context["changes"]]
    assert changes == [("changed", "statements", "ST-1"), ("removed", "override_reasons", "other")]
    assert "Statements" in text_of(page) and "Reasons to go against a rule" in text_of(page)


def test_the_findings_are_fetched_behind_the_page_and_lead_to_their_entries(client: Client, version: Version) -> None:
    overview = text_of(client.get(address(version, "draft_edit")))
    findings = client.get(address(version, "draft_findings"), headers={"HX-Request": "true"})
    of_one = client.get(address(version, "draft_findings"), {"part": "definitions", "key": "itching_badly"})

    assert f'hx-get="{address(version, "draft_findings")}"' in overview
    assert address(version, "entry_edit", part="definitions", key="itching_badly") in text_of(findings)
    assert "<html" not in text_of(findings)
    assert {one.key for one in of_one.context["findings"]} == {"itching_badly"}


# --- the entries of a part -----------------------------------------------------------------------------------------------


def test_a_list_is_filtered_by_words_anywhere_in_an_entry(client: Client, version: Version) -> None:
    page = client.get(address(version, "entry_list", part="safety_rules"), {"q": "unborn CHILD"})

    assert [row["key"] for row in page.context["rows"]] == ["CAL-B-PREG"]
    assert "1 of 3" in text_of(page)


def test_a_row_is_moved_by_a_button_which_keeps_the_focus(client: Client, version: Version) -> None:
    response = client.post(
        address(version, "entry_move", part="safety_rules", key="STEP-B"), {"direction": "up"}, follow=True
    )

    assert [rule.key for rule in content(version).safety_rules] == ["CAL-B-PREG", "STEP-B", "CAL-W-MARK"]
    before, _, _ = text_of(response).partition(" autofocus")
    assert before.rpartition("<button")[2].count('id="up-STEP-B"') == 1


@pytest.mark.parametrize(
    ("direction", "order"),
    [("first", ["c", "a", "b"]), ("up", ["a", "c", "b"]), ("down", ["a", "b", "c"]), ("last", ["a", "b", "c"])],
)
def test_a_row_goes_up_down_first_and_last(client: Client, version: Version, direction: str, order: list[str]) -> None:
    keys = dict(zip("abc", ["CAL-B-PREG", "CAL-W-MARK", "STEP-B"], strict=True))

    client.post(address(version, "entry_move", part="safety_rules", key="STEP-B"), {"direction": direction})

    assert [rule.key for rule in content(version).safety_rules] == [keys[letter] for letter in order]


def test_the_badges_of_a_list_say_findings_and_changes(client: Client, ed: User) -> None:
    new = actions.start_draft(version=published(), by=ed, reason="Shorter.", level="editorial")
    saved(new, ed, "definitions", "itching_badly", text="it itches badly")

    row = client.get(address(new, "entry_list", part="definitions"), {"findings": "1"}).context["rows"][0]

    assert row["change"] == "changed"
    assert row["findings"].warnings == 1


# --- removing, history, undo ---------------------------------------------------------------------------------------------


def test_removing_asks_first_and_can_be_undone_from_the_history(client: Client, version: Version) -> None:
    where = address(version, "entry_remove", part="statements", key="ST-2")
    read = fingerprint(entry_of(itching_elbow(), "statements", "ST-2"))

    asked = client.get(where)
    client.post(where, {"read": read})

    assert "Remove statement ST-2?" in text_of(asked) and "Elbows itch." in text_of(asked)
    history = client.get(address(version, "entry_history", part="statements", key="ST-2"))
    assert "It is removed." in text_of(history)

    client.post(address(version, "edit_undo", pk=Edit.objects.get().pk), {"read": ""})

    assert {entry.key for entry in content(version).statements} == {"ST-1", "ST-2"}


def test_what_is_still_used_is_not_removed(client: Client, version: Version) -> None:
    where = address(version, "entry_remove", part="steps", key="E2")
    read = fingerprint(entry_of(itching_elbow(), "steps", "E2"))

    response = client.post(where, {"read": read})

    assert response.status_code == 422
    assert "It is still used. Change what uses it first" in text_of(response)
    assert content(version) == itching_elbow()


def test_what_was_changed_meanwhile_is_shown_before_it_is_removed(client: Client, ed: User, version: Version) -> None:
    read = fingerprint(entry_of(itching_elbow(), "statements", "ST-2"))
    saved(version, ed, "statements", "ST-2", clinician="Theirs.", plain="Theirs, too.")

    response = client.post(address(version, "entry_remove", part="statements", key="ST-2"), {"read": read})

    assert response.status_code == 409
    assert "Theirs." in text_of(response)
    assert entry_of(content(version), "statements", "ST-2") is not None


def test_the_history_shows_the_words_that_went_and_came_and_undoes_them(
    client: Client, ed: User, version: Version
) -> None:
    saved(
        version, ed, "statements", "ST-1", clinician="Start with much calmine.", plain="A lot of calmine comes first."
    )

    page = client.get(address(version, "entry_history", part="statements", key="ST-1"))

    edit, fields = page.context["rows"][0]
    assert [field.label for field in fields] == ["For clinicians", "For patients and families"]
    assert ("new", "much") in [(part.state, part.text.strip()) for part in fields[0].segments]

    response = client.post(address(version, "edit_undo", pk=edit.pk), {"read": page.context["read"]}, follow=True)

    assert "That change is undone." in text_of(response)
    assert content(version) == itching_elbow()


def test_the_overview_undoes_what_was_changed_last(client: Client, ed: User, version: Version) -> None:
    edit = saved(version, ed, "statements", "ST-1", clinician="Mine.", plain="Mine, too.")
    actions.move_entry(version=version, by=ed, part="statements", key="ST-1", direction="last")

    page = client.get(address(version, "draft_edit"))
    reads = {listed.pk: read for listed, _, read in page.context["edits"]}
    client.post(address(version, "edit_undo", pk=edit.pk), {"read": reads[edit.pk]})

    assert next(iter(reads.values())) is None
    assert entry_of(content(version), "statements", "ST-1").clinician == "Start with calmine."


def test_undoing_over_what_somebody_did_meanwhile_is_refused(client: Client, ed: User, version: Version) -> None:
    edit = saved(version, ed, "statements", "ST-1", clinician="Mine.", plain="Mine, too.")
    read = fingerprint(entry_of(content(version), "statements", "ST-1"))
    saved(version, editor("eve"), "statements", "ST-1", clinician="Theirs.", plain="Theirs, too.")

    response = client.post(address(version, "edit_undo", pk=edit.pk), {"read": read})

    assert response.status_code == 409
    assert entry_of(content(version), "statements", "ST-1").clinician == "Theirs."
