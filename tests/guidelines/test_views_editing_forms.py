"""One form for every entry: what is opened and sent back unchanged changes nothing, and what is typed is never lost."""

from pathlib import Path

import pytest
from django.test import Client

from guidelines.editing import PARTS, entry_of
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import HEAD, Edit, Version
from tests.factories_guidelines import draft, editor, itching_elbow
from tests.guidelines.editing_pages import address, content, errors_of, opened, sent, text_of
from tests.guidelines.sent_forms import sent_form

pytestmark = pytest.mark.django_db

SHIPPED = CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml"


@pytest.fixture
def version(client: Client) -> Version:
    client.force_login(editor())
    return draft()


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
