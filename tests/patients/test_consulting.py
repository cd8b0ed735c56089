"""Consultations: begun with what is known, saved as they go, never overwriting each other."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from guidelines import actions as guideline_actions
from guidelines.package import compiled_version
from patients import actions
from patients.deciding import facts_of
from patients.models import (
    Consultation,
    ConsultationState,
    Patient,
)
from patients.presentation.run import Run
from tests import factories_guidelines
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def begun(patient: Patient, by: User) -> Consultation:
    return make.consultation(patient, by)


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
    assert len(facts_of(begun).history_of("weight_kg")) == 2


def test_of_one_day_the_result_recorded_last_counts(patient: Patient, by: User) -> None:
    version = factories_guidelines.published()
    compiled = compiled_version(version)
    for value, taken_on in (("58", "2026-01-01"), ("59", "2026-01-01"), ("62", "2026-01-02"), ("60", "2026-01-02")):
        entry = actions.Entry("weight_kg", {"value": value, "taken_on": taken_on})
        actions.record_observations(patient=patient, compiled=compiled, entries=[entry], by=by)

    weights = facts_of(make.consultation(patient, by, version)).history_of("weight_kg")

    assert [str(result.value) for result in weights] == ["59", "60"]


def test_two_results_of_one_day_are_not_sent_together(patient: Patient, by: User) -> None:
    compiled = compiled_version(factories_guidelines.published())
    entries = [actions.Entry("weight_kg", {"value": value, "taken_on": "2026-01-01"}) for value in ("58", "59")]

    with pytest.raises(actions.ValuesRefused, match="is a second result of the same day"):
        actions.record_observations(patient=patient, compiled=compiled, entries=entries, by=by)


def test_a_result_that_came_after_the_answer_is_not_passed_over(
    patient: Patient, by: User, begun: Consultation
) -> None:
    answered = make.saved(begun, by, weight_kg={"value": "62", "taken_on": "2026-01-01"}).consultation
    newer = actions.Entry("weight_kg", {"value": "48", "taken_on": "2026-01-02"})
    compiled = compiled_version(begun.version)
    actions.record_observations(patient=patient, compiled=compiled, entries=[newer], by=by)

    [problem] = Run(answered).problems

    assert problem.place == "facts.weight_kg"
    assert "is older than the result of 2026-01-02 on record" in problem.message
    assert not Run(answered).may_open("recommendation")


def test_an_open_consultation_is_resumed(patient: Patient, by: User, begun: Consultation) -> None:
    assert make.consultation(patient, by, begun.version) == begun


def test_a_version_that_is_not_in_use_is_not_consulted(patient: Patient, by: User) -> None:
    with pytest.raises(actions.Refused, match="is not in use"):
        make.consultation(patient, by, factories_guidelines.draft(factories_guidelines.retitled()))


def test_a_demonstration_is_not_used_for_care(patient: Patient, by: User) -> None:
    other = factories_guidelines.edited(factories_guidelines.itching_elbow(), slug="sore-elbow")
    version = factories_guidelines.draft(other, is_demonstration=True)
    guideline_actions.submit(version=version, by=factories_guidelines.editor())
    for name in ("rob", "rita"):
        reviewer = factories_guidelines.reviewer(name)
        guideline_actions.approve(version=version, by=reviewer, content_hash=version.content_hash)
    version = guideline_actions.publish(
        version=version, by=factories_guidelines.administrator(), content_hash=version.content_hash
    )

    with pytest.raises(actions.Refused, match="is a demonstration and not approved for care"):
        make.consultation(patient, by, version)


def test_what_is_wrong_is_not_saved_and_what_is_right_is(begun: Consultation, by: User) -> None:
    saved = make.saved(
        begun, by, weight_kg={"value": "6,2"}, itch={"value": "mild"}, height_cm={"value": "170.5"}, knee={"value": "1"}
    )

    assert {problem.place for problem in saved.problems} == {"weight_kg", "height_cm", "knee"}
    assert list(saved.consultation.answers) == ["itch"]
    assert Consultation.objects.get().answers == saved.consultation.answers


def test_a_wrong_answer_leaves_the_one_before_it(begun: Consultation, by: User) -> None:
    first = make.saved(begun, by, weight_kg={"value": "62", "unit": "kg"})

    second = make.saved(first.consultation, by, weight_kg={"value": "6200"})

    assert second.consultation.answers["weight_kg"]["value"] == "62"
    assert "impossible" in second.problems[0].message


def test_a_contradiction_is_not_kept(begun: Consultation, by: User) -> None:
    saved = make.saved(begun, by, itch_marker={"value": "30", "upper_limit": "40"}, itch_marker_limit={"value": "50"})

    assert [problem.place for problem in saved.problems] == ["itch_marker_limit"]
    assert list(saved.consultation.answers) == ["itch_marker"]


def test_an_answer_can_be_taken_back_or_be_not_known(begun: Consultation, by: User) -> None:
    first = make.saved(begun, by, weight_kg={"value": "62"}, itch={"status": "not_known"})

    second = make.saved(first.consultation, by, weight_kg=None)

    assert second.consultation.answers == {"itch": {"status": "not_known"}}


def test_an_unusual_value_is_saved_and_questioned(begun: Consultation, by: User) -> None:
    saved = make.saved(begun, by, weight_kg={"value": "35"})

    assert saved.questioned == ("weight_kg",)
    assert saved.consultation.answers["weight_kg"]["value"] == "35"


def test_an_answer_keeps_the_day_it_was_given(begun: Consultation, by: User) -> None:
    saved = make.saved(begun, by, itch={"value": "mild"})

    assert saved.consultation.answers["itch"]["taken_on"] == make.days_ago(0).isoformat()


def test_two_people_do_not_overwrite_each_other(begun: Consultation, by: User) -> None:
    make.saved(begun, by, itch={"value": "mild"})

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
        make.saved(over, by, itch={"value": "mild"})


def test_a_patient_treated_elsewhere_is_placed_on_a_step(begun: Consultation, by: User) -> None:
    placed = actions.place_on_step(
        consultation=begun, by=by, lock_version=begun.lock_version, step="E1", started_on=make.days_ago(30)
    )

    assert facts_of(placed).step == "E1"
    with pytest.raises(actions.ValuesRefused, match="is not a step of this guideline"):
        actions.place_on_step(consultation=placed, by=by, lock_version=placed.lock_version, step="K1", started_on=None)


@pytest.mark.parametrize("day", [date(26, 5, 1), date(1980, 5, 16)], ids=["a mistyped year", "before the birth"])
def test_no_step_began_before_the_patient_was_born(begun: Consultation, by: User, day: date) -> None:
    with pytest.raises(actions.ValuesRefused, match=r"is before (1900|the birth date)"):
        actions.place_on_step(consultation=begun, by=by, lock_version=begun.lock_version, step="E1", started_on=day)


def test_only_a_demonstration_has_other_days(begun: Consultation, by: User) -> None:
    with pytest.raises(actions.Refused, match="Only a demonstration clinic"):
        actions.save_answers(
            consultation=begun, answers={}, by=by, lock_version=begun.lock_version, today=make.days_ago(1)
        )
