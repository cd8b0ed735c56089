"""Signing: frozen with everything it was decided from, once, and never by mistake."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from guidelines import actions as guideline_actions
from patients import actions
from patients.actions.signing import still_to_do
from patients.deciding import active_plan, decision_for, decision_hash
from patients.models import (
    Consultation,
    ConsultationState,
    MonitoringTask,
    Observation,
    Patient,
    Plan,
    PlanState,
    TaskOutcome,
)
from tests import factories_guidelines
from tests import factories_patients as make
from tests.patients.plan_samples import V05, decision_of, settled

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def ready(patient: Patient, by: User) -> Consultation:
    return make.answered(patient, by)


def test_a_plan_freezes_everything_it_was_decided_from(ready: Consultation, by: User) -> None:
    plan = make.signed(ready, by)

    assert plan.content_hash == ready.version.content_hash
    assert plan.frozen["decision"]["outcome"] == "propose"
    assert plan.frozen["facts"]["facts"]["weight_kg"]["value"] == "62"
    assert plan.frozen["choices"]["weekdays"] == {"calmine": "tuesday"}
    assert plan.care_plan["medications"][0]["weekday"] == "Tuesday"
    assert (plan.number, plan.step, plan.started_on, plan.state) == (1, "E1", make.days_ago(0), PlanState.ACTIVE)
    medication = plan.medications.get()
    assert (medication.drug_key, medication.amount_text, medication.weekday) == ("calmine", "10", 1)
    assert plan.monitoring_tasks.count() == 5
    assert Consultation.objects.get().state == ConsultationState.SIGNED
    assert {row.fact_key for row in Observation.objects.effective()} == set(make.ENOUGH_ANSWERS)


def test_a_plan_is_signed_once(ready: Consultation, by: User) -> None:
    key, shown = uuid4(), decision_hash(decision_for(ready), ready.version, active_plan(ready))
    first = make.signed(ready, by, key=key, shown_hash=shown)

    assert make.signed(ready, by, key=key, shown_hash=shown) == first
    assert Plan.objects.count() == 1
    with pytest.raises(actions.Refused, match="This consultation is signed"):
        make.signed(ready, by, shown_hash=shown)


def test_a_key_signs_one_consultation_only(ready: Consultation, by: User) -> None:
    key = uuid4()
    make.signed(ready, by, key=key)
    other = make.answered(make.patient(by, number="E-2"), by, ready.version)

    with pytest.raises(actions.Refused, match="has signed another plan already"):
        make.signed(other, by, key=key)


@pytest.mark.parametrize(
    ("otherwise", "sentence"),
    [
        ({"birth_year": 1981}, "The year of birth is not this patient's"),
        ({"shown_hash": "0" * 64}, "has changed since you read it"),
        ({"lock_version": 1}, "Somebody has changed this"),
    ],
)
def test_a_plan_is_not_signed_by_mistake(
    ready: Consultation, by: User, otherwise: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(actions.Refused, match=sentence):
        make.signed(ready, by, **otherwise)

    assert not Plan.objects.exists()
    assert Consultation.objects.get().is_open


def test_a_nurse_does_not_sign(ready: Consultation) -> None:
    nurse = make.nurse(ready.patient.clinic)

    with pytest.raises(actions.Refused, match="Only a physician"):
        make.signed(ready, nurse)


def test_a_new_result_voids_what_was_shown(ready: Consultation, by: User) -> None:
    shown = decision_hash(decision_for(ready), ready.version, active_plan(ready))
    actions.edit_patient(patient=ready.patient, by=by, lock_version=1, allergies="Wool")
    unchanged = decision_hash(decision_for(ready), ready.version, active_plan(ready))
    saved = make.saved(ready, by, itch_marker={"value": "130", "upper_limit": "40"})

    with pytest.raises(actions.Refused, match="has changed since you read it"):
        make.signed(saved.consultation, by, shown_hash=shown)

    assert shown == unchanged


def test_facts_of_yesterday_are_not_signed_today(ready: Consultation, by: User) -> None:
    Consultation.objects.update(as_of=make.days_ago(1))

    with pytest.raises(actions.Refused, match="save them for today"):
        make.signed(ready, by)


def test_a_withdrawn_version_is_not_signed(ready: Consultation, by: User) -> None:
    guideline_actions.withdraw(version=ready.version, by=factories_guidelines.administrator("abe"), why="It was wrong.")

    with pytest.raises(actions.Refused, match="is not in use"):
        make.signed(ready, by)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({}, "Choose one of the options"),
        ({"option": "E1-calmine", "amounts": {"calmine": "10"}}, "weekday"),
        ({"option": "E1-calmine", "weekdays": {"calmine": "tuesday"}}, "Choose the dose of calmine"),
        ({**make.ENOUGH_CHOICES, "amounts": {"calmine": "30"}}, "cannot be given"),
    ],
)
def test_an_incomplete_plan_is_not_signed(
    ready: Consultation, by: User, choices: dict[str, Any], sentence: str
) -> None:
    changed = actions.save_choices(consultation=ready, choices=choices, by=by, lock_version=ready.lock_version)

    with pytest.raises(actions.NotSignable, match=sentence):
        make.signed(changed, by)

    assert not Plan.objects.exists()


def test_a_prohibited_stop_is_never_signed_over(ready: Consultation, by: User) -> None:
    saved = make.saved(ready, by, can_become_pregnant={"value": True}, pregnant={"value": True})
    over = {**make.ENOUGH_CHOICES, "overrides": {"CAL-B-PREG": {"reason": "other", "text": "Because I say so."}}}
    changed = actions.save_choices(
        consultation=saved.consultation, choices=over, by=by, lock_version=saved.consultation.lock_version
    )

    plan = make.signed(changed, by)

    assert plan.frozen["decision"]["outcome"] == "refer"
    assert not plan.medications.exists()
    assert not plan.overrides.exists()


def test_an_unknown_prohibited_stop_is_answered_first(ready: Consultation, by: User) -> None:
    saved = make.saved(ready, by, can_become_pregnant={"value": True}, pregnant={"status": "not_known"})

    with pytest.raises(actions.NotSignable, match="cannot be overridden"):
        make.signed(saved.consultation, by)


def test_the_next_plan_replaces_the_one_before(ready: Consultation, by: User) -> None:
    first = make.signed(ready, by)
    begun = make.consultation(ready.patient, by, ready.version)
    saved = make.saved(begun, by, **make.ENOUGH_ANSWERS)
    chosen = actions.save_choices(
        consultation=saved.consultation, choices=make.ENOUGH_CHOICES, by=by,
        lock_version=saved.consultation.lock_version,
    )  # fmt: skip

    second = make.signed(chosen, by)

    first.refresh_from_db()
    assert (begun.current_step, begun.step_started_on) == ("E1", first.started_on)
    assert (second.number, second.replaces, first.state) == (2, first, PlanState.REPLACED)
    assert second.started_on == first.started_on
    assert second.medications.get().change == "continue"
    assert not MonitoringTask.objects.open().filter(plan=first).exists()


def test_a_plan_ends_with_a_reason(ready: Consultation, by: User) -> None:
    plan = make.signed(ready, by)

    with pytest.raises(actions.Refused, match="Say why"):
        actions.end_plan(plan=plan, by=by, because=" ")
    ended = actions.end_plan(plan=plan, by=by, because="Moved away.")

    assert (ended.state, ended.ended_by, ended.ended_because) == (PlanState.ENDED, by, "Moved away.")
    with pytest.raises(actions.Refused, match="ended already"):
        actions.end_plan(plan=plan, by=by, because="Moved away.")


def test_a_task_is_closed_once(ready: Consultation, by: User) -> None:
    task = make.signed(ready, by).monitoring_tasks.first()
    assert task is not None

    with pytest.raises(actions.Refused, match="on which day"):
        actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE)
    with pytest.raises(actions.Refused, match="Say why"):
        actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED)
    told = {"outcome": TaskOutcome.DONE, "done_on": make.days_ago(0), "because": "Letter of the hospital."}
    closed = actions.close_task(task=task, by=by, **told)

    assert actions.close_task(task=task, by=by, **told) == closed
    assert not MonitoringTask.objects.open().filter(pk=task.pk).exists()


def test_a_test_without_its_results_is_done_only_where_somebody_says_where_they_are(
    ready: Consultation, by: User
) -> None:
    plan = make.signed(ready, by)
    first = plan.monitoring_tasks.get(item_key="MON-CAL-2")
    today = make.days_ago(0)

    for because in ("", "  "):
        with pytest.raises(actions.Refused, match="Itch panel: results that count for it are not on record"):
            actions.close_task(task=first, by=by, outcome=TaskOutcome.DONE, done_on=today, because=because)

    first.refresh_from_db()
    assert first.closed_at is None
    closed = actions.close_task(
        task=first, by=by, outcome=TaskOutcome.DONE, done_on=today, because="Letter of the hospital of May."
    )
    assert closed.closed_because == "Letter of the hospital of May."


def test_a_test_that_comes_again_and_again_has_its_next_days_once_one_is_done(ready: Consultation, by: User) -> None:
    plan = make.signed(ready, by)
    first = plan.monitoring_tasks.get(item_key="MON-CAL-2")
    today = make.days_ago(0)

    actions.close_task(task=first, by=by, outcome=TaskOutcome.DONE, done_on=today, because="Letter of the hospital.")

    following = MonitoringTask.objects.open().get(plan=plan, item_key="MON-CAL-2")
    assert following.opens_on == today + timedelta(days=84)
    assert following.overdue_after_on == today + timedelta(days=94)
    assert following.required


@pytest.mark.parametrize(("key", "outcome"), [("MON-CAL-1", TaskOutcome.DONE), ("MON-CAL-2", TaskOutcome.REMOVED)])
def test_nothing_follows_a_series_that_ends_or_a_test_that_was_removed(
    ready: Consultation, by: User, key: str, outcome: TaskOutcome
) -> None:
    plan = make.signed(ready, by)
    before = plan.monitoring_tasks.count()
    done_on = make.days_ago(0) if outcome == TaskOutcome.DONE else None

    for task in plan.monitoring_tasks.filter(item_key=key):
        actions.close_task(task=task, by=by, outcome=outcome, done_on=done_on, because="Moved away.")

    assert plan.monitoring_tasks.count() == before


def test_overdue_is_computed_from_the_day(ready: Consultation, by: User) -> None:
    make.signed(ready, by)
    first = MonitoringTask.objects.first()
    assert first is not None

    assert not MonitoringTask.objects.overdue(first.overdue_after_on).exists()
    assert MonitoringTask.objects.due(first.opens_on).count() == 1
    assert MonitoringTask.objects.overdue(first.overdue_after_on + timedelta(days=1)).count() == 1


def test_a_test_is_not_done_on_a_day_before_its_plan(ready: Consultation, by: User) -> None:
    task = make.signed(ready, by).monitoring_tasks.first()
    assert task is not None

    with pytest.raises(actions.Refused, match="Say on which day since then"):
        actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE, done_on=make.days_ago(1))
    with pytest.raises(actions.Refused, match="cannot be in the future"):
        actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE, done_on=make.days_ago(-1))


def test_what_must_be_known_before_the_first_dose_and_is_known_is_not_asked_for_again() -> None:
    decision = decision_of("V05")
    draft, _ = settled(decision, V05)
    before = {due.item.key: still_to_do(due, decision) for due in draft.due if due.item.key.startswith("MON-BASE")}
    later = [due for due in draft.due if not due.item.key.startswith("MON-BASE")]

    wanted = {item.key: item.tests for item in decision.compiled.package.monitoring}
    assert "blood_count" in wanted["MON-BASE-MTX"]
    assert "blood_count" not in before["MON-BASE-MTX"]
    assert "bone_risk" in before["MON-BASE-PRED"]  # brings no result that could be known
    assert later
    assert all(still_to_do(due, decision) == list(due.item.tests) for due in later)
