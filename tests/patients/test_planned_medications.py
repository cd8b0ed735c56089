"""A drug that is taken once a week cannot be written down with any other frequency, whoever writes."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from patients.models import FrequencyType, Plan, PlannedMedication
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def plan() -> Plan:
    by = make.physician(make.clinic())
    return make.plan_row(make.consultation(make.patient(by), by), by)


def refused(name: str) -> Any:
    return pytest.raises(IntegrityError, match=name)


DAILY: dict[str, Any] = {"frequency_type": FrequencyType.DAILY, "weekday": None, "times": 1, "per": "day"}
WEEKLY_ONLY = "weekly_only_drugs_are_planned_once_a_week"


def test_a_weekly_drug_is_written_with_its_weekday(plan: Plan) -> None:
    make.weekly_medication(plan).save()

    row = PlannedMedication.objects.get()

    assert (row.amount_text, row.get_weekday_display()) == ("10", "Tuesday")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(DAILY, id="every day"),
        pytest.param({**DAILY, "times": 7}, id="seven times a day"),
        pytest.param({**DAILY, "per": "week"}, id="daily, counted per week"),
        pytest.param({"per": "day"}, id="weekly, counted per day"),
        pytest.param({"weekday": None}, id="weekly without a weekday"),
        pytest.param({"amount": None, "change": "continue"}, id="weekly without an amount"),
        pytest.param({"times": 7}, id="weekly, seven times"),
        pytest.param(
            {"frequency_type": FrequencyType.NONE, "amount": None, "unit": "", "per": "", "weekday": None,
             "change": "continue"}, id="goes on, without a weekday",
        ),
    ],
)  # fmt: skip
def test_a_weekly_only_drug_cannot_be_saved_with_another_frequency(plan: Plan, change: dict[str, Any]) -> None:
    row = make.weekly_medication(plan, **change)

    with refused(WEEKLY_ONLY):
        row.save()


def test_a_weekly_only_drug_cannot_be_made_daily_in_bulk(plan: Plan) -> None:
    row = make.weekly_medication(plan, **DAILY)

    with refused(WEEKLY_ONLY):
        PlannedMedication.objects.bulk_create([row])


def test_a_weekly_only_drug_cannot_be_made_daily_by_update(plan: Plan) -> None:
    make.weekly_medication(plan).save()

    with refused(WEEKLY_ONLY):
        PlannedMedication.objects.update(**DAILY)


def test_a_weekly_only_drug_cannot_be_made_daily_by_raw_sql(plan: Plan) -> None:
    make.weekly_medication(plan).save()

    with refused(WEEKLY_ONLY), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE patients_plannedmedication SET frequency_type = 'daily', weekday = NULL, times = 1, per = 'day'"
        )


def test_a_weekly_only_drug_cannot_pass_for_another_drug(plan: Plan) -> None:
    row = make.weekly_medication(plan, **DAILY, weekly_only=False)

    with refused("a_planned_drug_is_as_weekly_as_the_guideline_says"):
        row.save()


def test_a_weekly_only_drug_may_be_held_without_a_dose(plan: Plan) -> None:
    nothing = {"frequency_type": FrequencyType.NONE, "amount": None, "unit": "", "per": "", "weekday": None}

    make.weekly_medication(plan, change="hold", **nothing).save()

    assert not PlannedMedication.objects.get().is_given


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"weekday": 7}, "a_weekday_is_monday_to_sunday"),
        ({"weekday": -1}, "a_weekday_is_monday_to_sunday"),
        ({"amount": Decimal(0)}, "weekly_only_drugs_are_planned_once_a_week|a_dose_has_an_amount_and_a_frequency"),
        ({"change": "stop"}, "a_change_of_dose_names_the_dose"),
        ({"amount": None}, "a_change_of_dose_names_the_dose"),
    ],
)
def test_a_planned_dose_is_whole(plan: Plan, change: dict[str, Any], name: str) -> None:
    row = make.weekly_medication(plan, **change)

    with refused(name):
        row.save()


def test_a_daily_drug_names_its_times_a_day(plan: Plan) -> None:
    row = make.weekly_medication(plan, drug_key=make.DAILY_DRUG, weekly_only=False, **{**DAILY, "times": None})

    with refused("a_dose_has_an_amount_and_a_frequency"):
        row.save()


def test_a_planned_medication_is_never_changed_or_deleted(plan: Plan) -> None:
    make.weekly_medication(plan).save()

    with refused("planned_medications_are_records"), transaction.atomic():
        PlannedMedication.objects.update(amount=Decimal("12.5"))
    with refused("planned_medications_are_records"), transaction.atomic():
        PlannedMedication.objects.all().delete()
