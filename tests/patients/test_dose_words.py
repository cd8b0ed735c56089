"""One dose, said the same on every screen and on paper."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Drug, Product
from guidelines.engine.planned import EveryDay, PlannedDrug
from guidelines.engine.products import make_up
from patients.care_plan import build_care_plan
from patients.dose_words import halves, spared_weekday
from patients.models import Patient
from patients.presentation import words
from tests import factories_patients as make
from tests.patients.plan_samples import NOW, V05, decision_of, header_of, settled, usual_choices


@pytest.mark.parametrize("key", ["V05", "V09", "V24", "V15", "S6-STAYS", "S7-STAYS"])
def test_the_screen_says_of_a_dose_what_the_paper_says(key: str) -> None:
    decision = decision_of(key)
    draft, choices = settled(decision, usual_choices(decision), NOW if decision.facts.step else {})
    plan = build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))
    printed = {medication.drug: medication.clinician_line for medication in plan.medications}

    for line in draft.medications:
        if line.planned is not None:
            shown = words.dose(line.planned, spared_weekday(decision.compiled, draft, line))
            assert printed[line.drug.key].startswith(f"{shown} = ")


def test_a_companion_left_out_on_the_weekly_day_is_never_called_daily() -> None:
    decision = decision_of("V05")
    draft, _ = settled(decision, V05)
    line = next(line for line in draft.medications if line.drug.key == "folic_acid")
    assert line.planned is not None

    shown = words.dose(line.planned, spared_weekday(decision.compiled, draft, line))

    assert shown == "1\N{NO-BREAK SPACE}mg on six days a week, not on Monday"


@pytest.mark.parametrize(
    ("amount", "is_scored", "morning", "evening"),
    [
        ("75", True, "half a tablet", "1 tablet"), ("100", True, "1 tablet", "1 tablet"),
        ("125", True, "1 tablet", "1 and a half tablets"), ("50", True, "half a tablet", "half a tablet"),
        ("150", False, "1 tablet", "2 tablets"), ("200", False, "2 tablets", "2 tablets"),
    ],
)  # fmt: skip
def test_a_day_is_shared_between_morning_and_evening_in_the_smallest_parts(
    amount: str, is_scored: bool, morning: str, evening: str
) -> None:
    product = Product(key="t", form="tablet", strength="50", unit="mg", halves=is_scored)
    drug = Drug(key="d", name="d", products=(product,))
    products = make_up(Decimal(amount), [product])
    assert products is not None
    planned = PlannedDrug(drug, "r", Decimal(amount), "mg", "day", EveryDay(2), products)

    assert tuple(plain(text) for text in halves(planned)) == (morning, evening)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.django_db
def test_the_patients_page_says_what_the_signed_plan_says(client: Client, by: User, patient: Patient) -> None:
    plan = make.signed(make.answered(patient, by), by)
    client.force_login(by)

    page = client.get(reverse("patient_detail", args=[patient.pk])).content.decode()

    for medication in plan.care_plan["medications"]:
        assert medication["clinician_line"] in page
