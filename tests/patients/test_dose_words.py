"""One dose, said the same on every screen and on paper."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.care_plan import build_care_plan
from patients.dose_words import spared_weekday
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


@pytest.mark.django_db
def test_the_patients_page_says_what_the_signed_plan_says(client: Client, by: User, patient: Patient) -> None:
    plan = make.signed(make.answered(patient, by), by)
    client.force_login(by)

    page = client.get(reverse("patient_detail", args=[patient.pk])).content.decode()

    for medication in plan.care_plan["medications"]:
        assert medication["clinician_line"] in page
