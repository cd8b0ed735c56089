"""Monday is the first day of the week and the number 0: it must count as chosen everywhere."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Drug, Product
from guidelines.engine.planned import Weekday
from patients.choices import Choices
from patients.drafting import main_weekday
from patients.models import Consultation
from patients.plan_draft import CurrentDrug, MedicationLine
from tests import factories_patients as make

TABLET = Product(key="calmine_tablet", form="tablet", strength="2.5", unit="mg")
WEEKLY = Drug(key="calmine", name="calmine", weekly_only=True, products=(TABLET,))


@pytest.mark.parametrize("day", list(Weekday))
def test_a_chosen_day_beats_the_day_of_the_plan_before(day: Weekday) -> None:
    held = MedicationLine(WEEKLY, "hold")
    before = {"calmine": CurrentDrug(None, Weekday.THURSDAY)}

    assert main_weekday((held,), Choices(weekdays={"calmine": day}), before) is day
    assert main_weekday((held,), Choices(), before) is Weekday.THURSDAY


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["monday", "sunday"])
def test_the_dose_page_shows_the_day_that_was_chosen_although_the_plan_had_another(client: Client, day: str) -> None:
    by: User = make.physician(make.clinic())
    patient = make.patient(by)
    before: Consultation = make.answered(patient, by)
    make.signed(before, by)  # on Tuesday
    later = make.actions.start_consultation(patient=patient, version=before.version, by=by)
    make.actions.save_choices(
        consultation=later,
        choices={"amounts": {"calmine": "10"}, "weekdays": {"calmine": day}},
        by=by,
        lock_version=later.lock_version,
    )
    client.force_login(by)

    page = client.get(reverse("consultation_dose", args=[later.pk])).content.decode()

    assert f"on {day.capitalize()} only" in page
    assert f'value="{day}" checked' in page
