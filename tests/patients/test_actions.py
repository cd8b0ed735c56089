"""Writing about patients: registering, observing, consulting, signing. Every refusal is a sentence; nothing half-written."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from guidelines import actions as guideline_actions
from guidelines.package import compiled_version
from patients import actions
from patients.deciding import decision_for, decision_hash, facts_of
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def patient(by: User) -> Patient:
    return make.patient(by)


@pytest.fixture
def begun(patient: Patient, by: User) -> Consultation:
    return make.consultation(patient, by)


@pytest.fixture
def ready(patient: Patient, by: User) -> Consultation:
    return make.answered(patient, by)


def save(begun: Consultation, by: User, **answers: Any) -> actions.Saved:
    return actions.save_answers(consultation=begun, answers=answers, by=by, lock_version=begun.lock_version)


def record(patient: Patient, begun: Consultation, by: User, key: str, **answer: Any) -> list[Observation]:
    entry = actions.Entry(key, {"taken_on": make.days_ago(3).isoformat(), **answer})
    return actions.record_observations(
        patient=patient, compiled=compiled_version(begun.version), entries=[entry], by=by
    )


# --- People --------------------------------------------------------------------------------------------------------


def test_a_nurse_registers_a_patient() -> None:
    nurse = make.nurse(make.clinic())

    registered = make.patient(nurse, family_name="  Elbow ", number="E-7")

    assert (registered.name, registered.number, registered.is_invented) == ("Elbow, Ellen", "E-7", False)


def test_a_stranger_registers_nobody(by: User, patient: Patient) -> None:
    stranger = make.physician(make.clinic("Knee Clinic"))

    with pytest.raises(actions.Refused, match="Only physicians and nurses of Elbow Clinic"):
        actions.register_patient(
            clinic=patient.clinic, by=stranger, family_name="A", given_names="B", born_on=patient.born_on, sex="male",
            number="E-9",
        )  # fmt: skip


def test_a_number_is_given_once_in_a_clinic(by: User, patient: Patient) -> None:
    with pytest.raises(actions.ValuesRefused, match="Another patient of this clinic has this number"):
        make.patient(by, number=patient.number)


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"family_name": " "}, "family_name"),
        ({"sex": "unknown"}, "sex"),
        ({"number": "x" * 41}, "number"),
        ({"allergies": "x" * 2001}, "allergies"),
        ({"born_on": make.days_ago(-1)}, "in the future"),
        ({"born_on": make.days_ago(366 * 121)}, "more than 120 years ago"),
    ],
)
def test_a_patient_that_cannot_be_is_refused(by: User, details: dict[str, Any], sentence: str) -> None:
    with pytest.raises(actions.Refused, match=sentence):
        make.patient(by, **details)

    assert not Patient.objects.exists()


def test_an_edit_of_what_has_moved_shows_both(by: User, patient: Patient) -> None:
    actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="Wool")

    with pytest.raises(actions.Conflict) as conflict:
        actions.edit_patient(patient=patient, by=by, lock_version=1, allergies="None")

    assert conflict.value.current.allergies == "Wool"


def test_a_patient_of_a_demonstration_is_invented() -> None:
    demo = make.physician(make.clinic("Demonstration", is_demo=True))

    assert make.patient(demo).is_invented


# --- Results -------------------------------------------------------------------------------------------------------


def test_a_result_is_kept_as_it_was_typed(patient: Patient, begun: Consultation, by: User) -> None:
    (row,) = record(patient, begun, by, "weight_kg", value="136.6", unit="[lb_av]")

    assert (row.value_typed, row.unit, row.taken_on) == ("136.6", "[lb_av]", make.days_ago(3))


def test_the_same_result_twice_is_recorded_once(patient: Patient, begun: Consultation, by: User) -> None:
    record(patient, begun, by, "weight_kg", value="62", unit="kg")

    assert record(patient, begun, by, "weight_kg", value="62", unit="kg") == []


@pytest.mark.parametrize(
    ("key", "answer", "sentence"),
    [
        ("weight_kg", {"value": "6,2"}, "comma"),
        ("weight_kg", {"value": "400"}, "impossible"),
        ("weight_kg", {"value": "62", "unit": "stone"}, "is not a unit"),
        ("weight_kg", {"value": "62", "taken_on": make.days_ago(-1).isoformat()}, "is after"),
        ("itch", {"value": "terrible"}, "is one of mild, severe"),
        ("knee", {"value": "1"}, "is not a fact of this guideline"),
        ("sex", {"value": "male"}, "patient's page"),
        ("weight_kg", {}, "write what was found"),
    ],
)
def test_a_result_that_cannot_be_is_refused(
    patient: Patient, begun: Consultation, by: User, key: str, answer: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(actions.ValuesRefused, match=sentence):
        record(patient, begun, by, key, **answer)

    assert not Observation.objects.exists()


def test_a_correction_takes_the_place_of_the_wrong_result(patient: Patient, begun: Consultation, by: User) -> None:
    (wrong,) = record(patient, begun, by, "weight_kg", value="26", unit="kg")

    right = actions.correct_observation(
        observation=wrong, compiled=compiled_version(begun.version), answer={"value": "62", "unit": "kg"}, by=by
    )

    assert list(Observation.objects.effective()) == [right]
    assert right.taken_on == wrong.taken_on
    with pytest.raises(actions.Refused, match="corrected already"):
        actions.disown_observation(observation=wrong, by=by)


def test_a_result_of_another_patient_counts_for_nothing(patient: Patient, begun: Consultation, by: User) -> None:
    (wrong,) = record(patient, begun, by, "weight_kg", value="26", unit="kg")

    actions.disown_observation(observation=wrong, by=by)

    assert not Observation.objects.effective().exists()
    assert Observation.objects.count() == 2


# --- Consultations -------------------------------------------------------------------------------------------------


def test_a_consultation_begins_with_the_last_known_results(patient: Patient, by: User) -> None:
    version = factories_guidelines.published()
    compiled = compiled_version(version)
    marker = {"value": "30", "unit": "U/L", "upper_limit": "40", "taken_on": "2026-01-02"}
    entries = [
        actions.Entry("weight_kg", {"value": "60", "unit": "kg", "taken_on": "2026-01-01"}),
        actions.Entry("weight_kg", {"value": "62", "unit": "kg", "taken_on": "2026-01-02"}),
        actions.Entry("itch_marker_limit", {"value": "45", "unit": "U/L", "taken_on": "2025-01-01"}),
        actions.Entry("itch_marker", marker),
        actions.Entry("can_become_pregnant", {"value": True, "taken_on": "2026-01-01"}),
    ]
    actions.record_observations(patient=patient, compiled=compiled, entries=entries, by=by)

    begun = make.consultation(patient, by, version)

    # The result brings its own limit, and what is only reported for the day is asked again.
    weight = {"value": "62", "unit": "kg", "taken_on": "2026-01-02"}
    assert begun.answers == {"weight_kg": weight, "itch_marker": marker}
    assert len(facts_of(begun).history["weight_kg"]) == 2


def test_an_open_consultation_is_resumed(patient: Patient, by: User, begun: Consultation) -> None:
    assert make.consultation(patient, by, begun.version) == begun


def test_a_version_that_is_not_in_use_is_not_consulted(patient: Patient, by: User) -> None:
    with pytest.raises(actions.Refused, match="is not in use"):
        make.consultation(patient, by, factories_guidelines.draft())


def test_a_demonstration_is_not_used_for_care(patient: Patient, by: User) -> None:
    version = factories_guidelines.draft(is_demonstration=True)
    guideline_actions.submit(version=version, by=factories_guidelines.editor())
    for name in ("rob", "rita"):
        reviewer = factories_guidelines.reviewer(name)
        guideline_actions.approve(version=version, by=reviewer, content_hash=version.content_hash, role="physician")
    version = guideline_actions.publish(
        version=version, by=factories_guidelines.administrator(), content_hash=version.content_hash
    )

    with pytest.raises(actions.Refused, match="is a demonstration and not approved for care"):
        make.consultation(patient, by, version)


def test_what_is_wrong_is_not_saved_and_what_is_right_is(begun: Consultation, by: User) -> None:
    saved = save(
        begun, by, weight_kg={"value": "6,2"}, itch={"value": "mild"}, height_cm={"value": "170.5"}, knee={"value": "1"}
    )

    assert {problem.place for problem in saved.problems} == {"weight_kg", "height_cm", "knee"}
    assert list(saved.consultation.answers) == ["itch"]
    assert Consultation.objects.get().answers == saved.consultation.answers


def test_a_wrong_answer_leaves_the_one_before_it(begun: Consultation, by: User) -> None:
    first = save(begun, by, weight_kg={"value": "62", "unit": "kg"})

    second = save(first.consultation, by, weight_kg={"value": "6200"})

    assert second.consultation.answers["weight_kg"]["value"] == "62"
    assert "impossible" in second.problems[0].message


def test_a_contradiction_is_not_kept(begun: Consultation, by: User) -> None:
    saved = save(
        begun, by, itch_marker={"value": "30", "upper_limit": "40"}, itch_marker_limit={"value": "50"}
    )

    assert [problem.place for problem in saved.problems] == ["itch_marker_limit"]
    assert list(saved.consultation.answers) == ["itch_marker"]


def test_an_answer_can_be_taken_back_or_be_not_known(begun: Consultation, by: User) -> None:
    first = save(begun, by, weight_kg={"value": "62"}, itch={"status": "not_known"})

    second = save(first.consultation, by, weight_kg=None)

    assert second.consultation.answers == {"itch": {"status": "not_known"}}


def test_an_unusual_value_is_saved_and_questioned(begun: Consultation, by: User) -> None:
    saved = save(begun, by, weight_kg={"value": "35"})

    assert saved.questioned == ("weight_kg",)
    assert saved.consultation.answers["weight_kg"]["value"] == "35"


def test_an_answer_keeps_the_day_it_was_given(begun: Consultation, by: User) -> None:
    saved = save(begun, by, itch={"value": "mild"})

    assert saved.consultation.answers["itch"]["taken_on"] == make.days_ago(0).isoformat()


def test_two_people_do_not_overwrite_each_other(begun: Consultation, by: User) -> None:
    save(begun, by, itch={"value": "mild"})

    with pytest.raises(actions.Conflict):
        actions.save_answers(consultation=begun, answers={"itch": {"value": "severe"}}, by=by, lock_version=1)

    assert Consultation.objects.get().answers["itch"]["value"] == "mild"


def test_choices_that_cannot_be_read_are_refused(begun: Consultation, by: User) -> None:
    with pytest.raises(actions.ValuesRefused, match="name one weekday in full"):
        actions.save_choices(
            consultation=begun, choices={"weekdays": {"calmine": "daily"}}, by=by, lock_version=begun.lock_version
        )


def test_a_discarded_consultation_stays_readable_and_is_over(begun: Consultation, by: User) -> None:
    over = actions.discard_consultation(consultation=begun, by=by)

    assert over.state == ConsultationState.DISCARDED
    assert actions.discard_consultation(consultation=over, by=by) == over
    with pytest.raises(actions.Refused, match="This consultation is discarded"):
        save(over, by, itch={"value": "mild"})


def test_a_patient_treated_elsewhere_is_placed_on_a_step(begun: Consultation, by: User) -> None:
    placed = actions.place_on_step(
        consultation=begun, by=by, lock_version=begun.lock_version, step="E1", started_on=make.days_ago(30)
    )

    assert facts_of(placed).step == "E1"
    with pytest.raises(actions.ValuesRefused, match="is not a step of this guideline"):
        actions.place_on_step(
            consultation=placed, by=by, lock_version=placed.lock_version, step="K1", started_on=None
        )


def test_only_a_demonstration_has_other_days(begun: Consultation, by: User) -> None:
    with pytest.raises(actions.Refused, match="Only a demonstration clinic"):
        actions.save_answers(
            consultation=begun, answers={}, by=by, lock_version=begun.lock_version, today=make.days_ago(1)
        )


# --- Signing -------------------------------------------------------------------------------------------------------


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
    assert plan.monitoring_tasks.count() == 4
    assert Consultation.objects.get().state == ConsultationState.SIGNED
    assert {row.fact_key for row in Observation.objects.effective()} == set(make.ENOUGH_ANSWERS)


def test_a_plan_is_signed_once(ready: Consultation, by: User) -> None:
    key, shown = uuid4(), decision_hash(decision_for(ready), ready.version)
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
    shown = decision_hash(decision_for(ready), ready.version)
    actions.edit_patient(patient=ready.patient, by=by, lock_version=1, allergies="Wool")
    unchanged = decision_hash(decision_for(ready), ready.version)
    saved = save(ready, by, itch_marker={"value": "130", "upper_limit": "40"})

    with pytest.raises(actions.Refused, match="has changed since you read it"):
        make.signed(saved.consultation, by, shown_hash=shown)

    assert shown == unchanged


def test_facts_of_yesterday_are_not_signed_today(ready: Consultation, by: User) -> None:
    Consultation.objects.update(as_of=make.days_ago(1))

    with pytest.raises(actions.Refused, match="save them for today"):
        make.signed(ready, by)


def test_a_withdrawn_version_is_not_signed(ready: Consultation, by: User) -> None:
    guideline_actions.withdraw(
        version=ready.version, by=factories_guidelines.administrator("abe"), why="It was wrong."
    )

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
    saved = save(ready, by, can_become_pregnant={"value": True}, pregnant={"value": True})
    over = {**make.ENOUGH_CHOICES, "overrides": {"CAL-B-PREG": {"reason": "other", "text": "Because I say so."}}}
    changed = actions.save_choices(
        consultation=saved.consultation, choices=over, by=by, lock_version=saved.consultation.lock_version
    )

    plan = make.signed(changed, by)

    assert plan.frozen["decision"]["outcome"] == "refer"
    assert not plan.medications.exists()
    assert not plan.overrides.exists()


def test_an_unknown_prohibited_stop_is_answered_first(ready: Consultation, by: User) -> None:
    saved = save(ready, by, can_become_pregnant={"value": True}, pregnant={"status": "not_known"})

    with pytest.raises(actions.NotSignable, match="cannot be overridden"):
        make.signed(saved.consultation, by)


def test_the_next_plan_replaces_the_one_before(ready: Consultation, by: User) -> None:
    first = make.signed(ready, by)
    begun = make.consultation(ready.patient, by, ready.version)
    saved = save(begun, by, **make.ENOUGH_ANSWERS)
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
    closed = actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE, done_on=make.days_ago(0))

    assert actions.close_task(task=task, by=by, outcome=TaskOutcome.DONE, done_on=make.days_ago(0)) == closed
    assert not MonitoringTask.objects.open().filter(pk=task.pk).exists()


def test_overdue_is_computed_from_the_day(ready: Consultation, by: User) -> None:
    make.signed(ready, by)
    first = MonitoringTask.objects.first()
    assert first is not None

    assert not MonitoringTask.objects.overdue(first.overdue_after_on).exists()
    assert MonitoringTask.objects.due(first.opens_on).count() == 1
    assert MonitoringTask.objects.overdue(first.overdue_after_on + timedelta(days=1)).count() == 1
