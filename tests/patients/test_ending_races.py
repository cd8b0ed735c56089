"""A plan is ended while a result comes: what the result asks for is on record with the plan, and open for nobody."""

import random
from collections.abc import Iterator
from functools import partial

import pytest

from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.models import Plan, PlanState, ResultAlert
from tests import factories_patients as make
from tests.guidelines.in_turns import TwoAtOnce, two_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(transactional_db: None) -> Iterator[TwoAtOnce]:
    with two_at_once() as two:
        yield two


@pytest.mark.parametrize("seed", range(2))
def test_of_an_end_and_a_result_at_once_no_call_is_left_open_and_none_is_closed_unseen(
    two: TwoAtOnce, seed: int
) -> None:
    by = make.physician(make.clinic())
    plan = make.signed(make.answered(make.patient(by), by), by)
    answer = {"value": "150", "unit": "U/L", "upper_limit": "40"}
    end = partial(actions.end_plan, plan=plan, by=by, because="Moved away.", seen=[])
    record = partial(
        actions.record_observations,
        patient=plan.patient, compiled=compiled_version(plan.version), by=by, entries=[Entry("itch_marker", answer)],
    )  # fmt: skip

    ended, recorded = two.in_turns(end, record, random.Random(seed).choices([0, 1], k=40))

    assert recorded.error is None
    alerts, state = ResultAlert.objects.filter(plan=plan), Plan.objects.get(pk=plan.pk).state
    if ended.error is None:
        assert (state, alerts.count()) == (PlanState.ENDED, 0)
    else:
        assert isinstance(ended.error, actions.Refused) and "A result came" in str(ended.error)
        assert (state, alerts.open().count()) == (PlanState.ACTIVE, 1)
