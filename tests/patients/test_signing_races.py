"""Two physicians sign for one patient at the same moment, by two guidelines with one drug: one of them gets through."""

import random
from collections.abc import Iterator
from functools import partial

import pytest

from patients.actions import NotSignable
from patients.deciding import active_plan, decision_for, decision_hash
from patients.models import Plan
from tests import factories_guidelines as guidelines
from tests import factories_patients as make
from tests.guidelines.in_turns import TwoAtOnce, two_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(transactional_db: None) -> Iterator[TwoAtOnce]:
    with two_at_once() as two:
        yield two


@pytest.mark.parametrize("seed", range(3))
def test_of_two_signatures_at_once_one_finds_the_drug_taken(two: TwoAtOnce, seed: int) -> None:
    by = make.physician(make.clinic())
    patient = make.patient(by)
    ready = [make.answered(patient, by, guidelines.published(one)) for one in (None, guidelines.another())]
    sign = [
        partial(
            make.signed,
            one,
            by,
            lock_version=one.lock_version,
            shown_hash=decision_hash(decision_for(one), one.version, active_plan(one)),
        )
        for one in ready
    ]

    order = random.Random(seed).choices([0, 1], k=40)
    endings = two.in_turns(sign[0], sign[1], order)

    assert Plan.objects.active().count() == 1
    [refusal] = [ending.error for ending in endings if ending.error]
    assert isinstance(refusal, NotSignable)
    assert "A medicine is given under one plan only" in str(refusal)
