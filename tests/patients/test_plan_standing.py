"""A paper that must not be used any more says so on every page, and is never called valid."""

from datetime import date, timedelta
from io import BytesIO

import pypdf
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines import actions as guideline_actions
from patients.models import Patient, Plan, PlanState
from patients.outputs.html import patient_plan_context
from patients.outputs.pdf import clinician_summary_pdf, patient_plan_pdf
from tests import factories_patients as make
from tests.factories_guidelines import administrator, published
from tests.patients.plan_samples import care_plan_of

DAY = date(2026, 11, 23)
PAPERS = ("plan_patient_pdf", "plan_clinician_pdf")
PAGES = ("plan_detail", "plan_patient_page", "plan_clinician_page")


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def printed(client: Client, plan: Plan, name: str) -> list[str]:
    return pages_of(client.get(reverse(name, args=[plan.pk])).content)


def says_so_everywhere(client: Client, plan: Plan, sentence: str) -> None:
    for name in PAPERS:
        for page in printed(client, plan, name):
            assert sentence in page
            assert "Valid on the day of printing" not in page
    for name in PAGES:
        assert sentence in client.get(reverse(name, args=[plan.pk])).content.decode()


def spelled(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


@pytest.mark.django_db
def test_a_plan_that_is_followed_is_valid_on_the_day_of_printing(signed_in: Client, by: User, patient: Patient) -> None:
    plan = make.signed(make.answered(patient, by), by)

    assert all("Valid on the day of printing" in page for page in printed(signed_in, plan, "plan_patient_pdf"))
    assert "Do not use" not in signed_in.get(reverse("plan_detail", args=[plan.pk])).content.decode()


@pytest.mark.django_db
def test_a_replaced_plan_names_the_plan_that_replaced_it(signed_in: Client, by: User, patient: Patient) -> None:
    version = published()
    plan = make.signed(make.answered(patient, by, version), by)
    newer = make.signed(make.answered(patient, by, version), by)
    plan.refresh_from_db()
    assert plan.state == PlanState.REPLACED

    says_so_everywhere(signed_in, plan, f"Replaced on {spelled(newer.signed_on)} by plan {newer.number}. Do not use.")


@pytest.mark.django_db
def test_an_ended_plan_says_when(signed_in: Client, by: User, patient: Patient) -> None:
    plan = make.signed(make.answered(patient, by), by)
    plan.state, plan.ended_at, plan.ended_by = PlanState.ENDED, timezone.now(), by
    plan.save()

    says_so_everywhere(signed_in, plan, f"Ended on {spelled(patient.clinic.today())}. Do not use.")


@pytest.mark.django_db
def test_a_plan_of_a_withdrawn_version_says_so(signed_in: Client, by: User, patient: Patient) -> None:
    version = published()
    plan = make.signed(make.answered(patient, by, version), by)
    guideline_actions.withdraw(version=version, by=administrator("wim"), why="A dose was wrong.")

    says_so_everywhere(
        signed_in, plan, f"Guideline withdrawn on {spelled(patient.clinic.today())}. Do not use. Call us."
    )


def test_after_the_review_the_paper_asks_to_be_asked_about() -> None:
    plan = care_plan_of("V05")
    assert plan.review_on is not None
    late = plan.review_on + timedelta(days=1)

    for pdf in (patient_plan_pdf(plan, printed_on=late), clinician_summary_pdf(plan, printed_on=late)):
        for page in pages_of(pdf):
            assert "Past its review of February 15, 2027: ask before you use it." in page
            assert "Valid on the day of printing" not in page
            assert "Demonstration. Not approved for care." in page


@pytest.mark.parametrize(("days_before_review", "ticks"), [(84, 13), (14, 3), (7, 2), (0, 1), (-1, 0)])
def test_no_weekly_dose_is_dated_after_the_review(days_before_review: int, ticks: int) -> None:
    plan = care_plan_of("V05")
    assert plan.review_on is not None

    context = patient_plan_context(plan, printed_on=plan.review_on - timedelta(days=days_before_review))

    box = context["boxes"][0]
    assert len(box.ticks) == ticks
    lines = [
        "".join(text for text, _ in line).replace("\N{NO-BREAK SPACE}", " ") for _, lines in box.parts for line in lines
    ]
    assert any(line.startswith("Your next 3 doses are on") for line in lines) is (ticks >= 3)
    assert not any("{" in line for line in lines)


def test_a_paper_that_is_over_dates_no_dose_and_no_visit() -> None:
    context = patient_plan_context(care_plan_of("V05"), printed_on=DAY, over="Ended on November 20, 2026. Do not use.")

    assert context["dates"] == []
    assert context["boxes"][0].ticks == ()


def test_days_gone_by_are_not_among_the_days_to_remember() -> None:
    plan = care_plan_of("V05")
    printed_on = date(2027, 1, 20)

    named = [day for day, _ in patient_plan_context(plan, printed_on=printed_on)["dates"]]

    assert "December 7, 2026" not in named
    assert "February 15, 2027" in named
