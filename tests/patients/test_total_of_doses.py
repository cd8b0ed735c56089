"""What was taken in all is added up over the plans of a treatment, through the actions that the pages use."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from guidelines.engine.compiled import CompiledPackage
from patients.deciding import decision_for
from patients.following.standing import standing_of
from patients.models import Observation, Plan
from tests import factories_patients as make
from tests.engine.patients import all_shipped
from tests.factories_guidelines import published
from tests.patients.course_samples import Course

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 6)
KNOWN = {"diagnosis_psoriasis_confirmed": True, "psoriasis_severity": "severe", "tb_risk": False, "diabetes": True}


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic("Demonstration", is_demo=True))


def psoriasis() -> CompiledPackage:
    (found,) = [compiled for compiled in all_shipped() if compiled.package.slug == "plaque-psoriasis"]
    return found


def dosed(regimen: str, amount: str) -> dict[str, Any]:
    return {"weekdays": {"methotrexate": "monday"}, "amounts": {regimen: amount}}


def total(course: Course, day: int, **answers: str) -> tuple[str | None, Decimal, bool]:
    """On this day: the step that is proposed, what was taken in all, and whether a rule about that is met."""
    decision = decision_for(course.consult(day, **answers))
    rules = {alert.rule.key for alert in decision.alerts if alert.is_met}
    return decision.step, decision.resolved["mtx_total_mg"], "PSO-W-TOTAL3500" in rules


def followed(course: Course, plan: Plan, day: int) -> tuple[Decimal, bool]:
    """The same total and rule, as they are watched between the visits."""
    rows = Observation.objects.filter(patient=course.patient)
    resolved = standing_of(plan, rows, course.day(day)).resolved
    assert resolved is not None
    return resolved["mtx_total_mg"], course.compiled.rules["PSO-W-TOTAL3500"].condition.value(resolved)


def test_a_total_goes_on_being_added_up_from_plan_to_plan(by: User) -> None:
    course = Course(published(psoriasis().package), by, first_day=FIRST)

    assert course.visit(0, **KNOWN, mtx_total_before_mg="3000").step == "P0"
    assert course.visit(7, choices=dosed("methotrexate_start", "10")).step == "P2"
    # 4 weeks at the dose of the plan.
    assert total(course, 35) == ("P3", Decimal(3040), False)
    course.visit(35, choices=dosed("methotrexate_raise", "15"))
    # It rose in dated steps: of the 16 weeks since the last record the higher dose counts.
    assert total(course, 119, mtx_dose_mg_week="25") == ("P5", Decimal(3400), False)
    plan = course.visit(119, choices=dosed("methotrexate_maintenance", "25"), mtx_dose_mg_week="25")

    # 12 more weeks; nobody was asked again for what was taken elsewhere.
    assert followed(course, plan, 119) == (Decimal(3400), False)
    assert followed(course, plan, 196) == (Decimal(3675), True)
    assert followed(course, plan, 203) == (Decimal(3700), True)
    assert total(course, 203) == ("P5", Decimal(3700), True)

    lowered = course.visit(203, choices=dosed("methotrexate_maintenance", "20"))
    # 2 weeks at the 20 of the plan that is followed, and none more at the 25 of the one before it.
    assert followed(course, lowered, 217) == (Decimal(3740), True)
    assert total(course, 217) == ("P5", Decimal(3740), True)
