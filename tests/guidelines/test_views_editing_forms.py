"""One form for every entry: what is opened and sent back unchanged changes nothing, and what is typed is never lost."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.editing import PARTS, entry_of, stale_of
from guidelines.engine.content import Package
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import HEAD, Edit, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor, itching_elbow
from tests.guidelines.sent_forms import sent_form

pytestmark = pytest.mark.django_db

SHIPPED = CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml"


@pytest.fixture
def version(client: Client) -> Version:
    client.force_login(editor())
    return draft()


def address(version: Version, name: str, **names: Any) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number, **names})


def opened(client: Client, version: Version, part: str, key: str) -> dict[str, list[str]]:
    page = client.get(address(version, "entry_edit", part=part, key=key))
    assert page.status_code == 200
    return sent_form(page.content.decode(), "entry-form")


def sent(client: Client, version: Version, part: str, key: str, form: dict[str, Any], **changed: Any) -> HttpResponse:
    return client.post(address(version, "entry_edit", part=part, key=key), {**form, "press": "save", **changed})


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def content(version: Version) -> Package:
    """As it is in the database now."""
    return package_of(Version.objects.select_related("guideline").get(pk=version.pk))


def errors_of(response: HttpResponse) -> str:
    return text_of(response).partition("data-error-summary>")[2].partition("</ul>")[0]


# --- unchanged stays unchanged ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_entry_that_is_opened_and_sent_back_stays_as_it_was(client: Client, version: Version, part: str) -> None:
    before = version.content_hash

    for entry in getattr(itching_elbow(), part):
        response = sent(client, version, part, entry.key, opened(client, version, part, entry.key))
        assert response.status_code == 302, (entry.key, errors_of(response))

    version.refresh_from_db()
    assert version.content_hash == before
    assert content(version) == itching_elbow()
    assert not Edit.objects.exists()


def test_the_head_that_is_opened_and_sent_back_stays_as_it_was(client: Client, version: Version) -> None:
    response = sent(client, version, HEAD, HEAD, opened(client, version, HEAD, HEAD))

    assert response.status_code == 302
    assert content(version) == itching_elbow()
    assert not Edit.objects.exists()


def test_of_the_shipped_guideline_the_first_and_the_last_of_each_part_stay_as_they_were(client: Client) -> None:
    client.force_login(editor())
    package = read_guideline_file(Path(SHIPPED)).package
    version = draft(package)

    for part in PARTS:
        entries = getattr(package, part)
        for entry in {entries[0].key: entries[0], entries[-1].key: entries[-1]}.values():
            response = sent(client, version, part, entry.key, opened(client, version, part, entry.key))
            assert response.status_code == 302, (part, entry.key, errors_of(response))

    assert not Edit.objects.exists()
    assert content(version) == package


# --- saving ----------------------------------------------------------------------------------------------------------


def test_a_changed_dose_is_saved_and_the_page_says_so(client: Client, version: Version) -> None:
    form = opened(client, version, "regimens", "calmine")

    response = client.post(
        address(version, "entry_edit", part="regimens", key="calmine"),
        {**form, "e-caps-0-amount": "20", "press": "save"}, follow=True,
    )  # fmt: skip

    assert "Saved." in text_of(response)
    saved = entry_of(content(version), "regimens", "calmine")
    assert [str(cap.amount) for cap in saved.caps] == ["20", "0.5"]
    assert Edit.objects.get().edited_by.username == "edith"


def test_a_new_entry_is_added_behind_the_others(client: Client, version: Version) -> None:
    where = address(version, "entry_add", part="sections")
    form = sent_form(text_of(client.get(where)), "entry-form")

    response = client.post(where, {**form, "e-key": "outlook", "e-title": "Outlook", "press": "save"})

    assert response["Location"] == address(version, "entry_edit", part="sections", key="outlook")
    assert [section.key for section in content(version).sections][-1] == "outlook"


def test_a_new_entry_can_begin_like_another_one(client: Client, version: Version) -> None:
    page = client.get(f"{address(version, 'entry_add', part='statements')}?like=ST-1")

    form = sent_form(text_of(page), "entry-form")

    assert form["e-clinician"] == ["Start with calmine."]
    assert form["e-key"] == [""]
    assert form["read"] == [""]


def test_a_key_that_is_taken_is_refused_at_the_key(client: Client, version: Version) -> None:
    where = address(version, "entry_add", part="sections")
    form = sent_form(text_of(client.get(where)), "entry-form")

    response = client.post(where, {**form, "e-key": "treatment", "e-title": "Mine", "press": "save"})

    assert response.status_code == 422
    assert "There is an entry treatment already" in text_of(response)
    assert 'href="#id_e-key"' in text_of(response)
    assert 'value="Mine"' in text_of(response)


# --- what is wrong stays where it was typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "key", "name", "typed", "said"),
    [
        pytest.param("regimens", "calmine", "e-caps-0-amount", "2,5", "write a number", id="a comma in a number"),
        pytest.param("regimens", "calmine", "e-titration-every_min_days", "two", "write a number", id="a word for a number"),
        pytest.param("statements", "ST-1", "e-clinician", " ", "cannot be left empty", id="an empty text"),
        pytest.param("steps", "E1", "e-review", "3 weeks", "write an interval as", id="an interval in words"),
        pytest.param("safety_rules", "CAL-B-PREG", "e-when", "pregnnt", "is not a fact or definition", id="a strange fact"),
        pytest.param("safety_rules", "STEP-B", "e-when", "weight_kg < height_cm", "is in kg", id="two units"),
        pytest.param("monitoring", "MON-CAL-1", "e-tests", "itch_panle", "there is no test", id="a key that leads nowhere"),
        pytest.param("regimens", "calmine", "e-products", "soothine_50_mg_tablet", "is not a product of", id="a foreign product"),
        pytest.param("cases", "V1", "e-as_of", "5.1.2026", "write a date as", id="a date of another kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, version: Version, part: str, key: str, name: str, typed: str, said: str
) -> None:
    form = opened(client, version, part, key)

    response = sent(client, version, part, key, form, **{name: typed})

    assert response.status_code == 422
    html = text_of(response)
    assert said.lower() in html.replace("&#x27;", "'").lower()
    assert f'href="#id_{name}"' in html
    assert sent_form(html, "entry-form") == {**form, name: [typed]}
    assert not Edit.objects.exists()


def test_a_fact_that_is_named_twice_is_refused(client: Client, version: Version) -> None:
    form = opened(client, version, "cases", "V1")

    response = sent(client, version, "cases", "V1", form, **{
        "e-facts-2-row_key": "itch", "e-facts-2-value": "severe",
    })  # fmt: skip

    assert response.status_code == 422
    assert "This is named twice" in text_of(response)


def test_a_rule_that_another_entry_needs_cannot_be_broken_unseen(client: Client, version: Version) -> None:
    form = opened(client, version, "facts", "itch")

    response = sent(client, version, "facts", "itch", form, **{"e-choices-1-key": "grave"})

    assert response.status_code == 422
    assert "With this, definitions itching_badly would be wrong" in text_of(response)


# --- weekly only -----------------------------------------------------------------------------------------------------


def test_a_weekly_only_drug_is_offered_no_daily_frequency_and_no_amount_a_day(client: Client, version: Version) -> None:
    weekly = text_of(client.get(address(version, "entry_edit", part="regimens", key="calmine")))
    other = text_of(client.get(address(version, "entry_edit", part="regimens", key="soothine")))

    assert 'value="daily"' not in weekly and 'value="day"' not in weekly
    assert 'value="daily"' in other and 'value="day"' in other


def test_a_daily_dose_of_a_weekly_only_drug_is_refused_however_it_is_sent(client: Client, version: Version) -> None:
    form = opened(client, version, "regimens", "calmine")

    response = sent(client, version, "regimens", "calmine", form, **{
        "e-frequency-type": "daily", "e-frequency-times": "1", "e-amount_per": "day",
        "e-caps-0-per": "day", "e-caps-1-per": "day", "e-titration-per": "day",
    })  # fmt: skip

    assert response.status_code == 422
    assert "once a week only" in text_of(response)
    assert 'value="daily"' not in text_of(response)
    assert content(version) == itching_elbow()


# --- rows ------------------------------------------------------------------------------------------------------------


def press(
    client: Client, version: Version, part: str, key: str, form: dict[str, Any], button: str
) -> dict[str, list[str]]:
    response = client.post(address(version, "entry_edit", part=part, key=key), {**form, "press": button})
    assert response.status_code == 200
    return sent_form(text_of(response), "entry-form")


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
