"""Conditions checked while they are typed; who may change a version, and what its pages cost."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from guidelines.models import HEAD, Edit, Version
from tests.factories_guidelines import draft, editor, itching_elbow, published, reviewer
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


# --- conditions ------------------------------------------------------------------------------------------------------------


def checked(client: Client, version: Version, part: str, key: str, name: str, typed: str) -> str:
    page = client.get(address(version, "entry_edit", part=part, key=key))
    form = sent_form(text_of(page), "entry-form") | {name: [typed], "condition": [name]}
    response = client.post(address(version, "condition_check", part=part), form)
    assert response.status_code == 200
    return " ".join(text_of(response).replace("&#x27;", "'").replace("&quot;", '"').split())


def test_a_condition_is_said_in_english_with_the_facts_it_reads(client: Client, version: Version) -> None:
    said = checked(client, version, "safety_rules", "STEP-B", "e-when", 'weight_kg < 25 and itch == "mild"')

    assert "Weight below 25 kg and itch is mild." in said
    assert "plausible from 40 kg" in said and "at most 90 days old" in said and "a rule compares kg" in said
    assert '"mild", "severe"' in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("weight_kg < height_cm", "'weight' is in kg, 'height' in cm.", id="two units"),
        pytest.param("weight_kg < > 5", "cannot be read as a condition near character 13. Here: <code>weight_kg", id="where"),
        pytest.param("weight_kg", "compare it with something", id="a number is no condition"),
        pytest.param('itch == "awful"', "is not a value of itch", id="a strange value"),
        pytest.param('met("NOTHING")', "takes the key of a safety rule", id="a strange rule"),
        pytest.param("starting", "needs a rule, item or regimen that belongs to a drug", id="nothing to start"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_condition_is_said_while_it_is_typed(
    client: Client, version: Version, typed: str, said: str
) -> None:
    assert said in checked(client, version, "safety_rules", "STEP-B", "e-when", typed)


def test_starting_is_about_the_medicine_of_the_rule_of_the_dose_and_of_an_option(
    client: Client, version: Version
) -> None:
    assert "About to be started." in checked(client, version, "safety_rules", "CAL-B-PREG", "e-when", "starting")
    assert "About to be started." in checked(client, version, "regimens", "calmine", "e-caps-1-when", "starting")
    assert "About to be started." in checked(client, version, "options", "E1-calmine", "e-regimens-1-when", "starting")


def test_a_formula_must_give_the_kind_of_value_of_its_fact(client: Client, version: Version) -> None:
    number = checked(client, version, "facts", "elbow_index", "e-formula", "weight_kg * 2")
    wrong = checked(client, version, "facts", "elbow_index", "e-formula", "weight_kg > 2")

    assert "Weight × 2." in number
    assert "This gives a yes or no; it must give a number." in wrong


def test_a_condition_is_checked_without_scripts_by_a_button_of_the_form(client: Client, version: Version) -> None:
    where = address(version, "entry_edit", part="safety_rules", key="STEP-B")
    form = sent_form(text_of(client.get(where)), "entry-form")

    page = client.post(where, {**form, "e-when": "weight_kg < 30", "press": "check"})

    assert "Weight below 30 kg." in text_of(page)
    assert not Edit.objects.exists()


def test_names_and_keys_are_given_to_be_completed(client: Client, version: Version) -> None:
    names = client.get(address(version, "condition_names")).json()["names"]
    keys = client.get(address(version, "condition_names"), {"parts": "references conflicts"}).json()["names"]

    by_key = {name["key"]: name for name in names}
    assert by_key["weight_kg"] == {"key": "weight_kg", "label": "weight", "what": "kg", "choices": []}
    assert by_key["itch"]["choices"] == ["mild", "severe"]
    assert "itching_badly" in by_key
    assert [name["key"] for name in keys] == ["R1", "R2", "C1"]


def test_the_names_stand_on_the_page_for_whoever_has_no_scripts(client: Client, version: Version) -> None:
    page = text_of(client.get(address(version, "entry_edit", part="safety_rules", key="STEP-B")))

    assert "Facts that a condition can use" in page and "<code>itch_marker_limit</code>" in page


# --- who may -----------------------------------------------------------------------------------------------------------------


PAGES = (
    ("draft_edit", {}), ("draft_findings", {}), ("entry_list", {"part": "statements"}),
    ("entry_edit", {"part": "statements", "key": "ST-1"}), ("entry_edit", {"part": HEAD, "key": HEAD}),
    ("entry_history", {"part": "statements", "key": "ST-1"}),
)  # fmt: skip


WRITES = (
    ("entry_edit", {"part": "statements", "key": "ST-1"}), ("entry_add", {"part": "statements"}),
    ("entry_move", {"part": "statements", "key": "ST-1"}), ("entry_remove", {"part": "statements", "key": "ST-1"}),
    ("entry_confirm", {"part": "statements", "key": "ST-1"}),
)  # fmt: skip


@pytest.mark.parametrize(("name", "names"), PAGES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(PAGES)])
def test_a_reviewer_looks_at_every_page_and_changes_nothing_there(
    client: Client, version: Version, name: str, names: dict[str, str]
) -> None:
    client.force_login(reviewer("rita"))

    page = client.get(address(version, name, **names))

    assert page.status_code == 200
    assert 'value="save"' not in text_of(page) and "Undo" not in text_of(page)


@pytest.mark.parametrize(("name", "names"), WRITES, ids=[name for name, _ in WRITES])
@pytest.mark.parametrize("who", ["a reviewer", "a physician", "an editor, of an approved version"])
def test_who_may_not_change_a_version_is_refused_with_a_sentence(
    client: Client, version: Version, who: str, name: str, names: dict[str, str]
) -> None:
    if who == "an editor, of an approved version":
        version = published(itching_elbow().model_copy(update={"title": "Another"}))
    else:
        client.force_login(reviewer("rita") if who == "a reviewer" else User.objects.create_user("phil"))
    before = version.content_hash

    response = client.post(address(version, name, **names), {"press": "save", "direction": "down"})

    assert response.status_code == 403
    assert "Only" in text_of(response)
    assert content(version).content_hash() == before
    assert not Edit.objects.exists()


@pytest.mark.parametrize(("name", "names"), PAGES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(PAGES)])
def test_who_does_not_work_on_guidelines_sees_none_of_it(
    client: Client, version: Version, name: str, names: dict[str, str]
) -> None:
    client.force_login(User.objects.create_user("phil"))

    response = client.get(address(version, name, **names))

    assert response.status_code == 403
    assert "Only editors, reviewers and administrators of guidelines" in text_of(response)
    assert client.get("/editing/").status_code == 403


def test_the_bar_has_the_editor_for_those_at_work(client: Client, ed: User) -> None:
    assert 'href="/editing/"' in text_of(client.get("/guidelines/"))

    client.force_login(reviewer("rita"))
    assert 'href="/editing/"' in text_of(client.get("/guidelines/"))

    client.force_login(User.objects.create_user("phil"))
    assert 'href="/editing/"' not in text_of(client.get("/guidelines/"))


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("entry_list", {"part": "nothing"}), ("entry_edit", {"part": "statements", "key": "NOTHING"}),
        ("entry_edit", {"part": HEAD, "key": "title"}), ("entry_add", {"part": HEAD}), ("entry_remove", {"part": HEAD, "key": HEAD}), ("entry_add", {"part": "nothing"}),
        ("entry_history", {"part": "statements", "key": "NOTHING"}),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: Client, version: Version, name: str, names: dict[str, str]) -> None:
    assert client.get(address(version, name, **names)).status_code == 404


def test_the_head_has_no_order(client: Client, version: Version) -> None:
    response = client.post(address(version, "entry_move", part=HEAD, key=HEAD), {"direction": "up"})

    assert response.status_code == 404


# --- how much a page asks ------------------------------------------------------------------------------------------------------


def test_a_form_asks_few_questions_of_the_database_once_the_content_is_known(
    client: Client, version: Version, django_assert_max_num_queries: Any
) -> None:
    where = address(version, "entry_edit", part="regimens", key="calmine")
    client.get(where)

    with django_assert_max_num_queries(12):
        client.get(where)
