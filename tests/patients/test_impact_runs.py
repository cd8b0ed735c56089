"""A run over all active plans: each exactly once, whoever works on it, whoever dies, whatever is signed meanwhile."""

import threading
from collections.abc import Callable
from contextvars import copy_context

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction

from guidelines import actions as guideline_actions
from guidelines.models import ImpactRun, JobState, Version
from patients import actions
from patients.actions import comparing
from patients.models import ImpactChunk, ImpactOutcome, Plan
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.factories_guidelines import draft, editor, published, retitled

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "CHUNK", 2)


def asked(package: object = None) -> ImpactRun:
    drafted = draft(package or sample.lower_cap())  # type: ignore[arg-type]
    return guideline_actions.begin_impact(version=drafted, by=None)


def compared(run: ImpactRun) -> ImpactRun:
    actions.compare_plans(run.pk)
    run.refresh_from_db()
    return run


def test_every_active_plan_is_compared_once_and_counted(by: User, version: Version, small_chunks: None) -> None:
    plans = [sample.signed_plan(by, version, number) for number in range(1, 6)]
    actions.end_plan(plan=plans[0], by=by, because="Cured.")

    run = compared(asked())

    assert (run.state, run.total, run.dose, run.unchanged, run.failed) == (JobState.DONE, 4, 4, 0, 0)
    assert set(ImpactOutcome.objects.values_list("plan", flat=True)) == {plan.pk for plan in plans[1:]}
    assert ImpactChunk.objects.filter(run=run).count() == 3


def test_an_outcome_says_what_changes_in_short(by: User, version: Version) -> None:
    sample.signed_plan(by, version)

    compared(asked())

    outcome = ImpactOutcome.objects.get()
    assert (outcome.dose, outcome.safety, outcome.failure) == (True, False, "")
    assert outcome.summary["dose"][0][0] == "Calmine"


def test_content_that_decides_the_same_affects_nobody(by: User, version: Version) -> None:
    sample.signed_plan(by, version)

    run = compared(asked(retitled()))

    assert (run.total, run.unchanged) == (1, 1)
    assert not ImpactOutcome.objects.changed().exists()


def test_a_plan_whose_facts_cannot_be_read_is_counted_as_such(by: User, version: Version) -> None:
    begun = make.consultation(make.patient(by), by, version)
    make.plan_row(
        begun, by, frozen={"facts": {"as_of": "2026-01-01", "facts": {"gone": {"value": "1"}}}, "decision": {}}
    )

    run = compared(asked())

    assert (run.state, run.total, run.failed, run.unchanged) == (JobState.DONE, 1, 1, 0)
    assert "facts.gone" in ImpactOutcome.objects.get().failure


def test_nothing_to_compare_is_done_at_once(version: Version) -> None:
    run = compared(asked())

    assert (run.state, run.total) == (JobState.DONE, 0)


def test_content_that_moved_while_it_was_read_can_be_compared_once_it_is_back(version: Version) -> None:
    run = asked()
    rows = Version.objects.filter(pk=run.version_id)
    title = rows.get().title
    rows.update(title="Half of an edit")
    assert compared(run).state == JobState.CANCELLED
    rows.update(title=title)

    again = guideline_actions.begin_impact(version=run.version, by=None)

    assert compared(again).state == JobState.DONE


def test_a_run_whose_content_was_edited_stops_and_counts_nothing(by: User, version: Version) -> None:
    sample.signed_plan(by, version)
    run, author = asked(), editor()
    guideline_actions.replace_content(
        version=run.version, package=sample.stricter_rule(), by=author, content_hash=run.content_hash
    )

    compared(run)

    assert (run.state, run.cancelled_by, run.total) == (JobState.CANCELLED, None, 0)
    assert not ImpactOutcome.objects.exists()


def test_cancelling_stops_between_chunks(by: User, version: Version, small_chunks: None) -> None:
    for number in range(1, 6):
        sample.signed_plan(by, version, number)
    run, author = asked(), editor()
    compiled = comparing.begin(run.pk)
    assert compiled is not None
    assert comparing.compare_chunk(run.pk, compiled)

    guideline_actions.cancel_impact(run=run, by=author)

    assert not comparing.compare_chunk(run.pk, compiled)
    comparing.finish(run.pk)
    run.refresh_from_db()
    assert (run.state, run.total) == (JobState.CANCELLED, 0)


def test_a_worker_that_is_asked_to_end_says_that_it_is_not_done(by: User, version: Version, small_chunks: None) -> None:
    for number in range(1, 6):
        sample.signed_plan(by, version, number)
    run = asked()

    assert not actions.compare_plans(run.pk, should_stop=lambda: True)

    run.refresh_from_db()
    assert run.state == JobState.RUNNING
    assert compared(run).total == 5


def test_a_chunk_that_fails_midway_leaves_nothing_and_is_free_again(
    by: User, version: Version, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        sample.signed_plan(by, version, number)
    run = asked()
    compiled = comparing.begin(run.pk)
    assert compiled is not None

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        comparing.compare_chunk(run.pk, compiled)
        raise KeyboardInterrupt

    assert not ImpactOutcome.objects.exists()
    assert compared(run).total == 5


def test_a_plan_signed_while_a_run_is_under_way_is_compared_or_known_not_to_be(
    by: User, version: Version, small_chunks: None
) -> None:
    for number in range(1, 6):
        sample.signed_plan(by, version, number)
    run = asked()
    compiled = comparing.begin(run.pk)
    assert compiled is not None
    comparing.compare_chunk(run.pk, compiled)
    last = ImpactChunk.objects.filter(run=run).order_by("position").last()
    assert last is not None and last.upto is None

    sample.signed_plan(by, version, 6)
    compared(run)

    assert run.total == ImpactOutcome.objects.count() in (5, 6)
    again = compared(guideline_actions.begin_impact(version=run.version, by=None, anew=True))
    assert again.total == 6


def test_plans_that_follow_this_very_content_are_not_compared_with_it(by: User, version: Version) -> None:
    sample.signed_plan(by, version)

    run = compared(guideline_actions.begin_impact(version=version, by=None, anew=True))

    assert run.total == 0


def test_finishing_waits_for_a_chunk_another_worker_still_has(by: User, version: Version) -> None:
    sample.signed_plan(by, version)
    run = asked()
    comparing.begin(run.pk)

    comparing.finish(run.pk)

    run.refresh_from_db()
    assert run.state == JobState.RUNNING


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_a_run_and_no_plan_is_compared_twice(small_chunks: None) -> None:
    by, version = make.physician(make.clinic()), published()
    for number in range(1, 13):
        sample.signed_plan(by, version, number)
    run = asked()

    in_threads([lambda: actions.compare_plans(run.pk)] * 4)

    run.refresh_from_db()
    assert (run.state, run.total, run.dose) == (JobState.DONE, 12, 12)
    assert ImpactOutcome.objects.count() == Plan.objects.active().count() == 12


def in_threads(works: list[Callable[[], object]]) -> None:
    failures: list[BaseException] = []

    def worked(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=(worked, work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_outcomes_are_records(by: User, version: Version) -> None:
    sample.signed_plan(by, version)
    compared(asked())

    with pytest.raises(Exception, match="outcomes_are_records"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE patients_impactoutcome SET dose = false")
