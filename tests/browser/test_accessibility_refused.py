"""axe finds nothing on a page that is shown when something was refused.

Nothing of it is kept, so that no other test notices.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import everything_wrong, patient, step
from tests.browser.conftest import confirmed

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def send(page: Page) -> None:
    page.locator("#actionbar button[name=go]").click()
    page.locator("[data-error-summary]").first.wait_for()


def register_nobody(page: Page) -> None:
    page.goto("/patients/register/")
    page.get_by_role("button", name="Register").click()
    page.locator("[data-error-summary]").wait_for()


def mistyped_fact(page: Page) -> None:
    page.goto(step("facts", "Aldana"))
    line = page.locator("details.answered:has(input[inputmode=decimal])").first
    line.locator("summary").click()
    line.locator("input[inputmode=decimal]").first.fill("62;5")
    send(page)


def no_option(page: Page) -> None:
    page.goto(step("recommendation", "Kowalczyk"))
    page.locator("#actionbar button[name=go]").click()
    page.wait_for_load_state("load")


def mistyped_dose(page: Page) -> None:
    page.goto(step("dose"))
    page.locator("select[name=amount-methotrexate]").evaluate("(box) => { box.selectedOptions[0].value = 'ten'; }")
    send(page)


def mistyped_day(page: Page) -> None:
    page.goto(step("monitoring"))
    page.locator("#review_on").evaluate("(box) => { box.type = 'text'; box.value = 'soon'; }")
    send(page)


def wrong_year(page: Page) -> None:
    page.goto(step("review"))
    page.get_by_label("Year of birth of this patient").fill("1900")
    page.get_by_role("button", name="Sign this plan").click()
    confirmed(page, page.locator(".field--error").first)


def password_once_more(page: Page) -> None:
    page.goto(step("review"))
    page.get_by_label("Year of birth of this patient").fill("1900")
    page.get_by_role("button", name="Sign this plan").click()
    page.get_by_label("Your password").wait_for()
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Confirm").click()
    page.locator("[data-error-summary]").wait_for()


def saved_by_somebody_else(page: Page) -> None:
    page.goto(step("monitoring"))
    page.locator("#step-form input[name=lock]").evaluate("(box) => { box.value = '1'; }")
    page.locator("#review_on").fill("2099-01-04")
    page.locator("#actionbar button[name=go]").click()
    page.get_by_role("heading", level=1).wait_for()


def results_to_check(page: Page) -> None:
    page.goto(patient("results/add/", "Dubois"))
    for key, typed in (("alt", "4x"), ("weight_kg", "290")):
        box = page.locator(f"#value-{key}")
        if not box.is_visible():
            page.locator("details", has=box).locator("summary").click()
        box.fill(typed)
    page.get_by_role("button", name="Save results").click()
    page.locator("[data-error-summary]").wait_for()


def lines_understood_in_part(page: Page) -> None:
    page.goto(patient("results/paste/", "Dubois"))
    page.get_by_role("textbox", name="Lines").fill(
        "ALT\t31\tU/L\nWeight\t290\tkg\nCreatinine\t88\tumol/L\nNobody knows\t1"
    )
    page.get_by_role("button", name="Show what is understood").click()
    page.locator("#preview").wait_for()


def file_that_is_none(page: Page) -> None:
    page.goto("/imports/")
    page.get_by_label("File", exact=True).set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"prose"})
    page.get_by_role("button", name="Show what is understood").click()
    page.locator("[data-error-summary]").wait_for()


REFUSALS = (
    register_nobody,
    results_to_check,
    lines_understood_in_part,
    file_that_is_none,
    mistyped_fact,
    no_option,
    mistyped_dose,
    mistyped_day,
    password_once_more,
    wrong_year,
    saved_by_somebody_else,
)


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda found: found.__name__)
def test_a_refused_page_has_no_fault(signed_in: Page, refused: Callable[[Page], None]) -> None:
    answers: list[int] = []
    signed_in.on("response", lambda answer: answers.append(answer.status) if answer.request.method == "POST" else None)

    refused(signed_in)

    assert set(answers) & {200, 409, 422}
    assert everything_wrong(signed_in) == []
