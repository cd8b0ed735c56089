"""The rows, the two wordings, the conflicts and the test patients in the forms of an editor."""

import pytest
from django.test import Client

from guidelines import actions
from guidelines.editing import entry_of, stale_of
from guidelines.models import Edit, Version
from tests.factories_guidelines import draft, editor
from tests.guidelines.editing_pages import address, content, errors_of, opened, press, sent, text_of
from tests.guidelines.sent_forms import sent_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(client: Client) -> Version:
    client.force_login(editor())
    return draft()


# --- rows ------------------------------------------------------------------------------------------------------------


def test_rows_are_added_moved_and_removed_with_nothing_lost_and_nothing_saved(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-1")
    form["e-clinician"] = ["Half written"]

    form = press(client, version, "statements", "ST-1", form, "add:e-citations")
    form["e-citations-2-locator"] = ["p. 9"]
    form = press(client, version, "statements", "ST-1", form, "up:e-citations-2")
    form = press(client, version, "statements", "ST-1", form, "remove:e-citations-0")

    assert [form["e-citations-0-locator"], form["e-citations-1-reference"]] == [["p. 9"], ["R2"]]
    assert "e-citations-2-reference" not in form
    assert form["e-clinician"] == ["Half written"]
    assert not Edit.objects.exists()


def test_a_group_is_added_and_removed(client: Client, version: Version) -> None:
    form = opened(client, version, "regimens", "soothine")

    with_titration = press(client, version, "regimens", "soothine", form, "add:e-titration")
    without_taper = press(client, version, "regimens", "soothine", with_titration, "remove:e-taper")

    assert "e-titration-increase" in with_titration
    assert "e-taper-start_day" in with_titration and "e-taper-start_day" not in without_taper


def test_a_row_that_nobody_filled_in_is_not_saved(client: Client, version: Version) -> None:
    form = press(
        client, version, "statements", "ST-1", opened(client, version, "statements", "ST-1"), "add:e-citations"
    )

    response = sent(client, version, "statements", "ST-1", form)

    assert response.status_code == 302
    assert not Edit.objects.exists()


def test_the_row_that_was_added_takes_the_focus(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-1")

    page = client.post(
        address(version, "entry_edit", part="statements", key="ST-1"), {**form, "press": "add:e-citations"}
    )

    before, _, after = text_of(page).partition(" autofocus")
    assert "autofocus" not in after
    assert before.rpartition("<select")[2].startswith(' name="e-citations-2-reference"')


@pytest.mark.parametrize(
    "more",
    [{"e-facts-0-row_key-x": "1", "e-facts-0-value-x": "1"}, {"press": f"up:e-facts-{'9' * 5000}"}],
    ids=["names below a text", "a number too long to be one"],
)
def test_names_that_no_page_of_ours_sends_are_no_error(client: Client, version: Version, more: dict[str, str]) -> None:
    response = client.post(
        address(version, "entry_edit", part="cases", key="V1"), {"press": "save", "read": "", **more}
    )

    assert response.status_code in (200, 422)


def test_a_fact_of_a_test_patient_gets_the_control_of_its_kind(client: Client, version: Version) -> None:
    form = opened(client, version, "cases", "V1") | {"new-e-facts": ["pregnant"]}

    form = press(client, version, "cases", "V1", form, "add:e-facts")
    form |= {"e-facts-2-value": ["true"], "new-e-facts": ["weight_kg"]}
    form = press(client, version, "cases", "V1", form, "add:e-facts")
    form["e-facts-3-value"] = ["70.5"]
    response = sent(client, version, "cases", "V1", form)

    assert response.status_code == 302, errors_of(response)
    assert entry_of(content(version), "cases", "V1").facts == {
        "itch": "mild", "medications": (), "pregnant": "true", "weight_kg": "70.5",
    }  # fmt: skip


# --- two wordings ------------------------------------------------------------------------------------------------------


def test_changing_one_wording_marks_the_other_on_the_form_and_in_the_list(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-1")

    page = client.post(
        address(version, "entry_edit", part="statements", key="ST-1"),
        {**form, "e-clinician": "Start with much calmine.", "press": "save"}, follow=True,
    )  # fmt: skip

    assert "Look at the plain wording as well" in text_of(page)
    assert "Confirm: both say the same" in text_of(page)
    assert "Wording to look at" in text_of(client.get(address(version, "entry_list", part="statements")))
    assert "Wordings to look at" in text_of(client.get(address(version, "draft_edit")))


def test_the_other_wording_can_be_said_to_hold_while_saving(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-1")

    sent(client, version, "statements", "ST-1", form, **{"e-clinician": "Begin with calmine.", "still_same": "1"})

    assert stale_of(content(version), "statements", "ST-1") == []


def test_a_stale_wording_is_confirmed_by_itself(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-1")
    sent(client, version, "statements", "ST-1", form, **{"e-clinician": "Begin with calmine."})
    read = opened(client, version, "statements", "ST-1")["read"][0]

    page = client.post(address(version, "entry_confirm", part="statements", key="ST-1"), {"read": read}, follow=True)

    assert "Both wordings are confirmed" in text_of(page)
    assert stale_of(content(version), "statements", "ST-1") == []


def test_what_nobody_has_read_is_not_confirmed(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-1")
    sent(client, version, "statements", "ST-1", form, **{"e-clinician": "Begin with calmine."})

    page = client.post(
        address(version, "entry_confirm", part="statements", key="ST-1"), {"read": form["read"][0]}, follow=True
    )

    assert "Somebody has changed this since you opened it" in text_of(page)
    assert stale_of(content(version), "statements", "ST-1") == ["plain"]


# --- conflicts -----------------------------------------------------------------------------------------------------------


def test_a_conflict_shows_both_keeps_mine_in_the_form_and_saves_it_only_when_told_again(
    client: Client, version: Version
) -> None:
    form = opened(client, version, "statements", "ST-1")
    theirs = entry_of(content(version), "statements", "ST-1").model_copy(update={"clinician": "Theirs."})
    actions.save_entry(version=version, by=editor("ed"), part="statements", entry=theirs, read=form["read"][0])

    refused = sent(client, version, "statements", "ST-1", form, **{"e-clinician": "Mine."})

    assert refused.status_code == 409
    assert "Theirs." in text_of(refused) and "Save mine instead" in text_of(refused)
    kept = sent_form(text_of(refused), "entry-form")
    assert kept["e-clinician"] == ["Mine."]
    assert entry_of(content(version), "statements", "ST-1") == theirs

    again = sent(client, version, "statements", "ST-1", kept)

    assert again.status_code == 302
    assert entry_of(content(version), "statements", "ST-1").clinician == "Mine."


def test_what_somebody_has_removed_meanwhile_is_kept_and_can_be_added_again(client: Client, version: Version) -> None:
    form = opened(client, version, "statements", "ST-2")
    actions.remove_entry(version=version, by=editor("ed"), part="statements", key="ST-2", read=form["read"][0])

    refused = sent(client, version, "statements", "ST-2", form, **{"e-clinician": "Mine."})

    assert refused.status_code == 409
    assert "Somebody has removed this" in text_of(refused)

    sent(client, version, "statements", "ST-2", sent_form(text_of(refused), "entry-form"))

    assert entry_of(content(version), "statements", "ST-2").clinician == "Mine."


# --- test patients -------------------------------------------------------------------------------------------------------


def test_a_test_patient_runs_as_it_is_typed_and_its_outcome_is_taken_over_only_when_told(
    client: Client, version: Version
) -> None:
    form = opened(client, version, "cases", "V1")
    where = address(version, "entry_edit", part="cases", key="V1")

    ran = client.post(where, {**form, "e-expected-outcome": "refer", "press": "run"})

    assert "The outcome should be refer, but is continue." in text_of(ran)
    assert sent_form(text_of(ran), "entry-form")["e-expected-outcome"] == ["refer"]

    used = client.post(where, {**sent_form(text_of(ran), "entry-form"), "press": "use"})

    assert sent_form(text_of(used), "entry-form")["e-expected-outcome"] == ["continue"]
    assert "Holds" in text_of(used)
    assert not Edit.objects.exists()
