"""axe finds nothing on any page, in both schemes and on two widths; nothing scrolls sideways at 320 px."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page

from guidelines.models import Version
from patients.models import MonitoringTask, Patient, Plan, ResultAlert
from tests.browser.conftest import DESK, NARROW, PHONE, READY, Browsers, open_consultation

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
# The guideline's page repeats a few kinds of entry hundreds of times; axe would take a minute for it.
SHORTEN = """() => {
  for (const entry of document.querySelectorAll("main li:nth-of-type(n+13), main article:nth-of-type(n+7)")) entry.remove();
}"""
STEPS = ("facts", "recommendation", "dose", "safety", "monitoring", "review")


def step(name: str, family_name: str = READY) -> str:
    return f"/consultations/{open_consultation(family_name).pk}/{name}/"


def patient(rest: str = "", family_name: str = READY) -> str:
    return f"/patients/{Patient.objects.get(family_name=family_name).pk}/{rest}"


def plan(rest: str = "") -> str:
    found = Plan.objects.filter(patient__family_name="Dubois", medications__drug_key="methotrexate").first()
    assert found is not None
    return f"/plans/{found.pk}/{rest}"


def work(kind: str, rows: type[MonitoringTask] | type[ResultAlert], what: str = "close") -> str:
    found = rows.objects.open().filter(patient__family_name="Dubois").first()  # type: ignore[attr-defined]
    return f"/{kind}/{found.pk}/{what}/"


def guideline() -> str:
    version = Version.objects.current().select_related("guideline").get()
    return f"/guidelines/{version.guideline.slug}/versions/{version.number}/"


ADDRESSES: dict[str, Callable[[], str]] = {
    "home": lambda: "/",
    "list": lambda: "/patients/",
    "worklist": lambda: "/worklist/",
    "worklist, nothing there": lambda: "/worklist/?tab=unchecked",
    "worklist on paper": lambda: "/worklist/print/",
    "register": lambda: "/patients/register/",
    "patient": patient,
    "patient without a plan": lambda: patient(family_name="Aldana"),
    "patient whose results ask for something": lambda: patient(family_name="Dubois"),
    "note": lambda: patient("note/"),
    "edit": lambda: patient("edit/"),
    "results": lambda: patient("results/", "Dubois"),
    "results, typed": lambda: patient("results/add/", "Dubois"),
    "results, pasted": lambda: patient("results/paste/", "Dubois"),
    "a file of results": lambda: "/imports/",
    **{name: (lambda name=name: step(name)) for name in STEPS},
    "facts, hardly any": lambda: step("facts", "Larsen"),
    "recommendation, more to ask": lambda: step("recommendation", "Aldana"),
    "recommendation, out of scope": lambda: step("recommendation", "Larsen"),
    "recommendation, a stop": lambda: step("recommendation", "Kowalczyk"),
    "calendar": lambda: patient("calendar/"),
    "clinic's calendar": lambda: "/calendar/",
    "letters": lambda: "/letters/",
    "plan": plan,
    "patient's paper": lambda: plan("patient/"),
    "clinician's paper": lambda: plan("clinician/"),
    "paper for the visit": lambda: plan("visit/"),
    "plan worked out again": lambda: plan("again/"),
    "test to close": lambda: work("tasks", MonitoringTask),
    "test to set aside": lambda: work("tasks", MonitoringTask, "aside"),
    "no change needed": lambda: work("alerts", ResultAlert),
    "guidelines": lambda: "/guidelines/",
    "publication": lambda: f"{guideline()}publication/",
    "editorial policy": lambda: "/editorial-policy/",
    "not found": lambda: "/nowhere/",
    "sign out": lambda: "/accounts/logout/",
    "password": lambda: "/accounts/password/change/",
    "one-time codes": lambda: "/accounts/2fa/",
}


def faults(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds, each with the elements it is about."""
    found = Axe().run(page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found]


def everything_wrong(page: Page) -> list[str]:
    """axe on two widths, and in the dark, where only colours differ. Then whether anything is wider than the
    narrowest screen, also of what is folded."""
    wrong = []
    page.emulate_media(color_scheme="light")
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{width} px, {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark, {fault}" for fault in faults(page, COLOURS)]
    page.set_viewport_size({"width": NARROW, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wrong + ([f"scrolls sideways by {wide} px at {NARROW} px"] if wide > 0 else [])


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_has_no_fault(signed_in: Page, name: str) -> None:
    signed_in.goto(ADDRESSES[name]())
    signed_in.evaluate(SHORTEN)

    assert everything_wrong(signed_in) == []


# --- what is shown when something was refused: nothing of it is kept, so that no other test notices ----------------


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
    page.locator(".field--error").wait_for()


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


def test_the_door_has_no_fault(browsers: Browsers) -> None:
    with browsers.window() as page:
        page.goto("/")
        wrong = everything_wrong(page)
        page.goto("/accounts/login/")
        wrong += everything_wrong(page)
        page.get_by_label("User name or e-mail").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        page.locator("[data-error-summary]").wait_for()
        wrong += everything_wrong(page)

    assert wrong == []


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "500.html"])
def test_an_error_page_has_no_fault(signed_in: Page, name: str) -> None:
    html = render_to_string(name)
    signed_in.route("**/broken/", lambda route: route.fulfill(body=html, content_type="text/html", status=500))

    signed_in.goto("/broken/")

    assert everything_wrong(signed_in) == []
