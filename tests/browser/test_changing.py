"""A limit of a dose from the first keystroke to the plan that follows it: editor, reviewers, administrator, physician."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from playwright.sync_api import Page, expect

from guidelines import actions as guideline_actions
from guidelines.models import ImpactRun, JobState, Version
from guidelines.package import package_of
from guidelines.workflow import CLINICIAN, PHARMACIST, REVIEWERS
from patients import actions
from patients.models import Consultation, Plan
from tests.browser.accessibility import everything_wrong
from tests.browser.conftest import DESK, PHYSICIAN, WAIT_MS, Browsers, confirmed, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

EDITOR = ("demo-editor", "demo-editor-only-here")
REVIEWERS_OF_IT = {
    CLINICIAN: ("demo-reviewer-1", "demo-reviewer-1-only"),
    PHARMACIST: ("demo-reviewer-2", "demo-reviewer-2-only"),
}
MOVED = "ERIKSEN"  # with a plan, and no consultation that other tests go on with
ADMINISTRATOR = ("demo-administrator", "demo-administrator-only")


def committed(act: Callable[[], Any]) -> None:
    """Done in a thread with a connection of its own, so that the server sees it."""

    def alone() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(copy_context().run, alone).result()


def withdraw_newer(before: Version) -> None:
    administrator, physician = (User.objects.get(username=name) for name in (ADMINISTRATOR[0], PHYSICIAN))
    for newer in Version.objects.current().exclude(pk=before.pk):
        guideline_actions.withdraw(version=newer, by=administrator, why="The test is over.")
        for begun in Consultation.objects.open().filter(version=newer):
            actions.discard_consultation(consultation=begun, by=physician)


@pytest.fixture
def earlier(demonstration: object) -> Iterator[Version]:
    """The version in use; what the test publishes in its place is withdrawn behind it, for the other tests."""
    before = Version.objects.current().get()
    yield before
    committed(lambda: withdraw_newer(before))


def work() -> None:
    """What a worker does."""
    for run in ImpactRun.objects.filter(state=JobState.WAITING):
        actions.compare_plans(run.pk)


def make_a_reviewer_of(username: str) -> None:
    for role in (REVIEWERS, CLINICIAN):
        guideline_actions.give_role(user=User.objects.get(username=username), role=role)


def is_sound(page: Page) -> None:
    """No fault where the page is as people come to it; then as it was."""
    assert everything_wrong(page) == [], page.url
    page.set_viewport_size({"width": DESK, "height": 900})
    page.emulate_media(color_scheme="light")


def open_draft(page: Page) -> str:
    page.goto("/editing/")
    page.get_by_role("link", name="New draft", exact=True).click()
    page.get_by_label("Why the guideline is to be changed").fill("A lower limit of the weekly dose.")
    page.get_by_role("radio", name="Dose").check()
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit/")
    return page.url.removesuffix("edit/")


def lower_the_limit(page: Page, draft: str) -> None:
    page.goto(f"{draft}edit/regimens/methotrexate/")
    page.locator("#id_e-caps-0-amount").fill("20")
    page.locator("#id_e-caps-0-text").fill("Adult limit of 20 mg a week.")
    page.locator("#actionbar").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible(timeout=WAIT_MS)


def accept_the_test_patients(page: Page, draft: str) -> None:
    page.goto(f"{draft}edit/")
    page.get_by_role("link", name=re.compile(r"\d+ test patients$")).click(timeout=WAIT_MS)
    ticks = page.get_by_role("checkbox", name="This should come out")
    assert ticks.count() > 5
    is_sound(page)
    for tick in ticks.all():
        tick.check()
    page.get_by_role("button", name="Accept what is ticked").click()
    expect(page.get_by_text("Every test patient comes out as expected")).to_be_visible(timeout=WAIT_MS)


def approve(page: Page, draft: str, password: str, profession: str) -> None:
    page.goto(f"{draft}review/")
    page.get_by_role("link", name="Approve", exact=True).click()
    expect(page.get_by_text("292 of 292 come out as expected")).to_be_visible(timeout=WAIT_MS)
    if profession == CLINICIAN:
        is_sound(page)
    page.get_by_role("button", name="I approve this content").click()
    confirmed(page, page.get_by_text("You have approved version"), password)


def test_a_limit_is_lowered_reviewed_published_and_a_plan_moved(browsers: Browsers, earlier: Version) -> None:
    with browsers.window() as editor:
        sign_in(editor, *EDITOR)
        draft = open_draft(editor)
        number = int(draft.rstrip("/").rpartition("/")[2])
        lower_the_limit(editor, draft)
        accept_the_test_patients(editor, draft)
        editor.goto(f"{draft}review/")
        expect(editor.locator("main").get_by_text("−20 %").first).to_be_visible()
        expect(editor.get_by_role("heading", name="Difference in outcomes")).to_be_visible()
        is_sound(editor)
        editor.get_by_role("link", name="Submit for review").click()
        editor.get_by_role("button", name="Submit for review").click()
        editor.wait_for_url("**/review/")

        committed(work)
        run = ImpactRun.objects.get(version__number=number)
        assert (run.state, run.dose > 0, run.unchanged > 0) == (JobState.DONE, True, True)

        committed(lambda: make_a_reviewer_of(EDITOR[0]))
        editor.goto(f"{draft}review/")
        expect(editor.get_by_text("You wrote or submitted this version.").first).to_be_visible()
        editor.goto(f"{draft}approve/")
        expect(editor.get_by_role("button", name="I approve this content")).to_have_attribute("aria-disabled", "true")

    for profession, (name, password) in REVIEWERS_OF_IT.items():
        with browsers.window() as reviewer:
            sign_in(reviewer, name, password)
            approve(reviewer, draft, password, profession)

    with browsers.window() as administrator:
        sign_in(administrator, *ADMINISTRATOR)
        administrator.goto(f"{draft}publish/")
        is_sound(administrator)
        administrator.get_by_role("button", name="Publish it").click()
        administrator.wait_for_url("**/review/")
        newer = Version.objects.current().get()
        assert (newer.number, newer.based_on) == (number, earlier)
        assert package_of(newer).content_hash() == newer.approvals.first().content_hash

    committed(work)
    with browsers.window() as physician:
        sign_in(physician, PHYSICIAN)
        physician.get_by_role("link", name=re.compile("older version|newer version|to decide", re.I)).first.click()
        expect(physician.get_by_role("heading", name="Plans on an older version")).to_be_visible()
        expect(physician.get_by_text("20 mg").first).to_be_visible()
        is_sound(physician)
        physician.get_by_role("link", name=re.compile(f"Keep, move or stop.*{MOVED}")).click()
        is_sound(physician)
        physician.get_by_role("button", name="Start the consultation").click()
        physician.wait_for_url("**/consultations/**")
        consultation = Consultation.objects.get(pk=re.search(r"consultations/([0-9a-f-]{36})", physician.url)[1])  # type: ignore[index]
        assert consultation.version == newer
        assert Plan.objects.active().get(patient=consultation.patient).version == earlier
