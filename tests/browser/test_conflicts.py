"""Two tabs on one consultation, a session that ends, a result typed over another: nothing is lost, nothing overwritten."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients import actions
from patients.models import Clinic, Consultation
from tests.browser.accessibility import everything_wrong
from tests.browser.conftest import READY, Browsers, open_consultation

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def another_like(name: str, clinic: Clinic) -> Consultation:
    """Somebody whose consultation is as far as that of the one who is ready."""
    like = open_consultation(READY)
    by = like.started_by
    patient = actions.register_patient(
        clinic=clinic, by=by, family_name=name, given_names="Two", born_on=like.patient.born_on,
        sex=like.patient.sex, number=f"C-{name}",
    )  # fmt: skip
    begun = actions.start_consultation(patient=patient, version=like.version, by=by)
    if like.current_step:
        begun = actions.place_on_step(
            consultation=begun, by=by, lock_version=begun.lock_version, step=like.current_step,
            started_on=like.step_started_on,
        )  # fmt: skip
    answered = actions.save_answers(
        consultation=begun, answers=like.answers, by=by, lock_version=begun.lock_version, furthest_step="review"
    ).consultation
    return actions.save_choices(consultation=answered, choices=like.choices, by=by, lock_version=answered.lock_version)


@pytest.fixture(scope="module")
def people(demonstration: Clinic, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """One person for each test, so that none finds what another has left."""
    with django_db_blocker.unblock():
        yield {
            name: str(another_like(name, demonstration).pk) for name in ("Facts", "Dose", "Closed", "Session", "Date")
        }


@pytest.fixture
def other(browsers: Browsers, signed_in_state: Any) -> Iterator[Page]:
    with browsers.window(storage_state=signed_in_state) as page:
        yield page


def at(people: dict[str, str], name: str, step: str) -> str:
    return f"/consultations/{people[name]}/{step}/"


def open_line(page: Page, key: str) -> None:
    page.locator(f"#line-{key} > summary").click()


def saved(page: Page) -> Any:
    """Waits for the answer to what is sent while the page stays."""
    return page.expect_response(lambda answer: answer.request.method == "POST")


def test_a_tab_that_is_behind_asks_before_it_overwrites(signed_in: Page, other: Page, people: dict[str, str]) -> None:
    # Given two tabs on one page, and an answer saved in the first
    mine, theirs = signed_in, other
    for page in (mine, theirs):
        page.goto(at(people, "Facts", "facts"))
    open_line(theirs, "diabetes")
    with saved(theirs):
        theirs.locator("#question-diabetes label:has(input[value=true])").click()

    # When other answers are given in the second, one to the same question
    open_line(mine, "diabetes")
    open_line(mine, "glaucoma")
    with saved(mine) as first:
        mine.locator("#question-glaucoma label:has(input[value=true])").click()
    with saved(mine) as second:
        mine.locator("#question-diabetes label:has(input[value=not_known])").click()

    # Then both are asked about and nothing is written over
    assert (first.value.status, second.value.status) == (409, 409)
    conflict = mine.locator("#conflict")
    expect(conflict).to_contain_text("You have changed this in another window")
    expect(conflict.locator("[data-error-summary]")).to_be_focused()
    expect(conflict.locator("tbody tr")).to_have_count(2)
    expect(mine.locator("#question-diabetes input[value=not_known]")).to_be_checked()
    theirs.reload()
    expect(theirs.locator("#line-diabetes > summary b")).to_have_text("Yes")

    assert everything_wrong(mine) == []

    # and taking what is saved keeps what only this tab has changed
    mine.get_by_role("button", name="Take what is saved").click()
    mine.wait_for_load_state("load")
    expect(mine.locator("#line-diabetes > summary b")).to_have_text("Yes")
    expect(mine.locator("#line-glaucoma > summary b")).to_have_text("Yes")
    expect(mine.locator("#conflict")).to_be_hidden()


def test_a_dose_chosen_in_two_tabs_stays_on_the_page(signed_in: Page, other: Page, people: dict[str, str]) -> None:
    mine, theirs = signed_in, other
    for page in (mine, theirs):
        page.goto(at(people, "Dose", "dose"))
    with saved(theirs):
        theirs.locator("select[name=amount-prednisone]").select_option("50")

    with saved(mine):
        mine.locator("select[name=amount-prednisone]").select_option("45")

    expect(mine.locator("#conflict tbody tr")).to_have_count(1)
    expect(mine.locator("#conflict")).to_contain_text("50 mg a day")
    expect(mine.locator("select[name=amount-prednisone]")).to_have_value("45")
    mine.get_by_role("button", name="Keep mine").click()
    expect(mine.locator("#conflict")).to_be_hidden()
    expect(mine.locator("#dose")).to_contain_text("45 mg a day")


def test_a_dose_of_a_step_that_has_closed_is_shown_and_not_swallowed(
    signed_in: Page, other: Page, people: dict[str, str]
) -> None:
    signed_in.goto(at(people, "Closed", "dose"))
    other.goto(at(people, "Closed", "facts"))
    open_line(other, "can_become_pregnant")
    with saved(other):
        other.locator("#question-can_become_pregnant label:has(input[value=true])").click()

    signed_in.locator("select[name=amount-prednisone]").select_option("45")

    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Changed meanwhile")
    expect(signed_in.locator("main")).to_contain_text("45 mg a day")
    expect(signed_in.locator("main .plainlist")).to_have_text(re.compile(r"^\s*Can become pregnant: Yes"))
    assert everything_wrong(signed_in) == []


def test_when_the_session_is_over_the_page_asks_to_sign_in_and_comes_back(
    browsers: Browsers, signed_in_state: Any, people: dict[str, str]
) -> None:
    with browsers.window(storage_state=signed_in_state) as page:
        page.goto(at(people, "Session", "facts"))
        page.context.clear_cookies(name="sessionid")

        open_line(page, "diabetes")
        page.locator("#question-diabetes label:has(input[value=true])").click()

        page.wait_for_url(re.compile("/accounts/login/"))
        expect(page.locator("#messages")).to_contain_text("was not saved")
        assert page.url.endswith(f"next={at(people, 'Session', 'facts')}")


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_value_typed_over_an_old_one_asks_which_result_it_is(
    browsers: Browsers, signed_in_state: Any, people: dict[str, str], has_javascript: bool
) -> None:
    with browsers.window(storage_state=signed_in_state, has_javascript=has_javascript) as page:
        page.goto(at(people, "Date", "facts"))
        key = old_result(page)
        value, day = page.locator(f"#fact-{key}"), page.locator(f"#on-{key}").input_value()
        other_value = str(float(value.input_value()) + 0.5)
        open_line(page, key)
        value.fill(other_value)
        if has_javascript:
            value.press("Tab")
        else:
            page.get_by_role("button", name="Save and ask again").click()
        question = page.locator(f"#question-{key}")
        expect(question).to_contain_text("Not saved yet: which result is this?")
        expect(page.locator(f"#on-{key}")).to_have_value(day)

        question.get_by_text("A new result of today").click()
        if not has_javascript:
            page.get_by_role("button", name="Save and ask again").click()

        expect(question).not_to_contain_text("Not saved yet")
        expect(page.locator(f"#fact-{key}")).to_have_value(other_value)
        expect(page.locator(f"#on-{key}")).not_to_have_value(day)


def old_result(page: Page) -> str:
    """A result on record that is not of today."""
    keys = page.locator("details.answered:has(.unit-input)").evaluate_all(
        """(lines) => lines.filter((line) => {
             const day = line.querySelector("input[type=date]").value;
             return day && day < new Date().toISOString().slice(0, 10) && line.querySelector("[name^=fact-]").value.includes(".");
           }).map((line) => line.id.replace("line-", ""))"""
    )
    assert keys
    return str(keys[0])
