"""Results as somebody enters them, with and without JavaScript, and with the keyboard alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from patients.models import Observation, Patient
from tests.browser.conftest import Browsers, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def add_page(page: Page, number: str) -> Patient:
    patient = Patient.objects.get(number=number)
    page.goto(f"/patients/{patient.pk}/results/add/")
    return patient


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_results_are_typed_asked_about_saved_and_corrected(browsers: Browsers, has_javascript: bool) -> None:
    with browsers.window(has_javascript=has_javascript) as page:
        sign_in(page)
        patient = add_page(page, "D-1001")
        # A day and a value for each of the two runs: neither must find what the other has recorded.
        day = patient.clinic.today() - timedelta(days=1 + has_javascript)
        value = f"3{day.day % 10}"
        page.get_by_label("Taken on").fill(day.isoformat())
        page.get_by_label("Or a new laboratory").fill(f"Laboratory {day}")
        page.locator("summary", has_text="Liver tests").click()
        page.locator("#value-alt").fill(value)
        page.locator("#limit-alt").fill("40")
        page.get_by_role("button", name="Save results").click()
        expect(page.get_by_text(f"Recorded: ALT {value} U/L")).to_be_visible()

        page.goto(f"/patients/{patient.pk}/results/")
        page.get_by_role("link", name=f"Correct ALT of {day:%-d %b %Y}").click()
        page.get_by_label("Value").fill("29")
        page.get_by_role("button", name="Save the correction").click()
        expect(page.get_by_text("Corrected to ALT 29 U/L")).to_be_visible()
        expect(page.locator("del", has_text=f"{value} U/L")).to_have_count(1)


def test_lines_are_pasted_and_agreed_to_with_the_keyboard_alone(browsers: Browsers) -> None:
    with browsers.window() as page:
        sign_in(page)
        patient = Patient.objects.get(number="D-1007")
        page.goto(f"/patients/{patient.pk}/results/paste/")
        day = patient.clinic.today() - timedelta(days=1)
        page.get_by_role("textbox", name="Lines").focus()
        page.keyboard.insert_text(f"GPT\t29\tU/L\t10 - 40\t{day}\nCreatinine 71 µmol/L {day}")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        write = page.get_by_role("button", name="Write 2 results")
        write.wait_for()
        for _ in range(12):
            if write.evaluate("(one) => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(page.get_by_text("Recorded:")).to_contain_text("ALT 29 U/L")
    assert Observation.objects.filter(patient=patient, source="table").count() == 2
