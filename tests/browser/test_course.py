"""One patient through a whole course, by the pages: each change is a plan of its own, and its paper says just that."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.models import Clinic, Patient
from tests.browser.conftest import PHYSICIAN, Browsers, sign
from tests.browser.facts_page import answer_what_is_asked
from tests.browser.test_journeys import ANSWERS, BORN_IN, box_of, go_on, open_from_the_list, printed, register

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

STILL = {
    "adherence": "good", "taper_requested": "false", "taper_complete": "false", "withdraw_requested": "false",
    "mtx_dose_mg_week": "15", "hgprt_deficiency": "false", "g6pd_deficiency": "false", "withdrawal_complete": "false", "mtx_dose_stable": "false", "pred_abrupt_stop": "false", "mtx_frequency": "weekly",
}  # fmt: skip
EVERYTHING = {**ANSWERS, **STILL}
TUESDAY = {"methotrexate": "tuesday"}


@dataclass
class Clock:
    """The day it is at every clinic, in this process and so on every page."""

    first: date
    after: int = 0

    @property
    def day(self) -> date:
        return self.first + timedelta(days=self.after)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, demonstration: Clinic) -> Clock:
    found = Clock(demonstration.today())
    monkeypatch.setattr(Clinic, "today", lambda clinic: found.day)
    return found


@dataclass
class Visit:
    """What is found, and what is decided: the way, the doses, the weekly day, what becomes of other drugs, the next day."""

    answers: dict[str, str]
    option: str = ""
    amounts: dict[str, str] = field(default_factory=dict)
    weekdays: dict[str, str] = field(default_factory=dict)
    taking: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    next_in: int | None = None


def consult(page: Page, clock: Clock, visit: Visit) -> str:
    """A consultation from the patient's page to the signature; gives the paper."""
    page.get_by_role("button", name=re.compile("Start a (follow-up )?consultation")).first.click()
    page.wait_for_url("**/facts/")
    for key, value in visit.changed.items():
        page.locator(f"#line-{key} > summary").click()
        page.locator(f"#question-{key} label:has(input[value='{value}'])").click()
    answer_what_is_asked(page, EVERYTHING | visit.answers, has_javascript=False)
    go_on(page, "recommendation")
    if visit.option:
        page.locator(f"label:has(input[name=option][value={visit.option}])").click()
    go_on(page, "dose")
    for key, amount in visit.amounts.items():
        page.locator(f"select[name=amount-{key}]").select_option(amount)
    for key, day in visit.weekdays.items():
        page.locator(f"label:has(input[name=weekday-{key}][value={day}])").first.click()
    for key, change in visit.taking.items():
        page.locator(f"label:has(input[name=taking-{key}][value={change}])").click()
    go_on(page, "safety")
    for caution in page.locator("label:has(input[name^=seen-])").all():
        caution.click()
    go_on(page, "monitoring")
    if visit.next_in is not None:
        page.get_by_label("Day of the next visit").fill((clock.day + timedelta(days=visit.next_in)).isoformat())
    go_on(page, "review")
    sign(page, str(BORN_IN))
    page.wait_for_url("**/plans/*/")
    return printed(page)


def laboratory(clock: Clock, after: int, **values: str) -> None:
    """Results that come on a day. Written on a connection of their own, and so really: the server has to see them."""
    clock.after = after
    entries = [
        actions.Entry(key, {"value": value, "unit": "U/L", "upper_limit": "40", "taken_on": clock.day.isoformat()})
        for key, value in values.items()
    ]

    def write() -> None:
        patient = Patient.objects.select_related("clinic").get(number="J-course")
        by = patient.clinic.memberships.get(user__username=PHYSICIAN).user
        compiled = compiled_version(Version.objects.current(clock.first).get())
        actions.record_observations(patient=patient, compiled=compiled, entries=entries, by=by)
        connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(copy_context().run, write).result()


@contextmanager
def day(page: Page, clock: Clock, after: int) -> Iterator[None]:
    clock.after = after
    open_from_the_list(page, "J-course")
    yield


def test_one_patient_through_the_whole_course(browsers: Browsers, signed_in_state: Any, clock: Clock) -> None:
    with browsers.window(has_javascript=False, storage_state=signed_in_state) as page:
        page.goto("/patients/")
        register(page, "J-course")

        # Hydroxychloroquine
        paper = consult(page, clock, Visit({}, "S1-hydroxychloroquine", {"hydroxychloroquine": "2000"}))
        assert "Hydroxychloroquine" in paper

        # fails, and methotrexate begins, once a week
        with day(page, clock, 90):
            paper = consult(
                page, clock,
                Visit(
                    {}, "S2-methotrexate", {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"}, TUESDAY,
                    {"hydroxychloroquine": "stop"},
                ),
            )  # fmt: skip
        assert "ONCE A WEEK" in paper and "TUESDAY" in paper and "10 tablets" in paper
        told = at_a_glance(page)
        assert ("Stop taking", "Hydroxychloroquine") in told
        assert ("Start taking", "Methotrexate Once a week on Tuesday") in told
        assert said_on(clock, 42) in paper  # the first step down of prednisone

        # The liver tests rise, twice: it is held
        laboratory(clock, 104, alt="150")
        laboratory(clock, 111, alt="160", ast="30")
        with day(page, clock, 111):
            expect(page.locator("main")).to_contain_text("ALT or AST confirmed above 3 times the upper limit of normal")
            paper = consult(page, clock, Visit({"response": "adequate"}, amounts={"prednisone": "40"}, next_in=14))
        assert "Do not take until we tell you" in paper
        assert "10 tablets" not in paper and "ONCE A WEEK" not in paper

        # They are better and not normal: it stays held; normal: it begins again, lower
        laboratory(clock, 125, alt="90", ast="30")
        laboratory(clock, 139, alt="30", ast="28")
        with day(page, clock, 139):
            expect(page.locator("main")).to_contain_text("At a lower dose, once ALT and AST are normal.")
            paper = consult(
                page, clock,
                Visit(
                    {"response": "adequate"}, "S2-methotrexate",
                    {"methotrexate": "15", "prednisone_continued": "30", "folic_acid": "1"}, TUESDAY,
                ),
            )  # fmt: skip
        assert "TUESDAY" in paper and "6 tablets" in paper and "15 milligrams" in paper
        assert "10 tablets" not in paper and "Do not take until we tell you" not in paper

        # It is not enough: mycophenolate mofetil, raised by dates
        with day(page, clock, 223):
            paper = consult(
                page, clock,
                Visit(
                    {"prednisone_mg_day": "15", "on_prednisone": "true"}, "S3-mycophenolate",
                    {"mycophenolate_mofetil": "500", "prednisone_continued": "15"},
                ),
            )  # fmt: skip
        assert "ONCE A WEEK" not in paper
        assert any(title == "Stop taking" and "Methotrexate" in names for title, names in at_a_glance(page))
        assert "mycophenolate mofetil" in paper.lower()
        box = paper[paper.index("Mycophenolate mofetil It calms") :]
        first = (
            f"From {said_on(clock, 0)} until {said_on(clock, 13)} 1 tablet in the morning and 1 tablet in the evening"
        )
        assert first in box
        step_up = "change to 1 tablet in the morning and 2 tablets in the evening, 1,500 milligrams in all."
        assert f"On {said_on(clock, 14)}, {step_up}" in box.partition(first)[2][:1000]

        # It works: maintenance, prednisone goes down
        with day(page, clock, 307):
            paper = consult(
                page, clock,
                Visit(
                    {"response": "adequate", "prednisone_mg_day": "5", "on_prednisone": "true", "disease_active": "false"}, "S7-mycophenolate",
                    {"mycophenolate_maintenance": "1500", "prednisone_continued": "5"},
                ),
            )  # fmt: skip
        assert said_on(clock, 28) in paper  # the next step down

        # In remission, off steroids for more than a year: withdrawal, step by step
        with day(page, clock, 900):
            paper = consult(
                page, clock,
                Visit(
                    {
                        "response": "complete", "disease_active": "false", "on_prednisone": "false",
                        "withdraw_requested": "true", "months_remission_off_steroids": "14",
                    },
                    "S7_WITHDRAW-mycophenolate", {"mycophenolate_maintenance": "1000"},
                ),
            )  # fmt: skip
        assert "mycophenolate mofetil" in box_of(paper, "Mycophenolate").lower()


def at_a_glance(page: Page) -> list[tuple[str, str]]:
    """What the paper says first, as it is shown on the screen: what happens, to which medicines."""
    address = page.url
    page.goto(f"{address}patient/")
    rows = page.locator("dl > div:has(> dt + dd)").all()
    told = [(row.locator("dt").text_content() or "", row.locator("dd").text_content() or "") for row in rows]
    page.goto(address)
    return [(title, " ".join(names.split())) for title, names in told]


def said_on(clock: Clock, after: int) -> str:
    on = clock.day + timedelta(days=after)
    return f"{on:%B} {on.day}, {on.year}"
