"""The pages around the forms of a draft: lists, findings, order, history, conditions, and who may see and do what."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.editing import entry_of, fingerprint
from guidelines.engine.content import Package
from guidelines.models import HEAD, Edit, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor, itching_elbow, published, reviewer
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


def address(version: Version, name: str, **names: Any) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number, **names})


def content(version: Version) -> Package:
    return package_of(Version.objects.select_related("guideline").get(pk=version.pk))


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


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
    assert "Only people who work on guidelines" in text_of(response)
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
