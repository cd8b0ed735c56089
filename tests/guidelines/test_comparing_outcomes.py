"""Two contents side by side: which test patients come out otherwise."""

import copy

from guidelines.comparing.outcomes import outcomes_between
from tests.guidelines.compared import Raw, changed, elbow


def test_a_changed_word_changes_no_outcome() -> None:
    outcomes = outcomes_between(elbow(), changed(lambda raw: raw["statements"][0].update(clinician="Start.")))

    assert (outcomes.same, outcomes.changed) == (1, ())


def test_a_test_patient_with_another_dose_is_listed_with_both() -> None:
    outcomes = outcomes_between(elbow(), changed(lambda raw: raw["regimens"][0].update(start="0.2")))

    (case,) = outcomes.changed
    assert case.key == "V1"
    assert outcomes.counted == [("dose", 1)]
    assert any("10 × 2.5" not in str(change) and "once a week" in str(change) for change in case.changes["dose"])


def test_a_test_patient_with_other_days_of_a_test_is_listed() -> None:
    outcomes = outcomes_between(elbow(), changed(lambda raw: raw["monitoring"][0]["windows"][0].update(after="40 d")))

    assert [case.key for case in outcomes.changed] == ["V1"]
    assert outcomes.counted == [("monitoring", 1)]


def test_test_patients_of_either_content_are_decided() -> None:
    def change(raw: Raw) -> None:
        another = copy.deepcopy(raw["cases"][0])
        raw["cases"][0].update(key="V2", facts={"itch": "mild", "medications": []})
        raw["cases"].append(another | {"key": "V3"})
        raw["regimens"][0]["start"] = "0.2"

    outcomes = outcomes_between(elbow(), changed(change))

    assert {case.key for case in outcomes.changed} == {"V1", "V2", "V3"}
    assert (outcomes.only_old, outcomes.only_new) == (1, 2)


def test_a_test_patient_whose_facts_one_content_cannot_read_is_told_as_such() -> None:
    def change(raw: Raw) -> None:
        itch = next(fact for fact in raw["facts"] if fact["key"] == "weight_kg")
        itch["possible"] = {"min": "1", "max": "60"}

    outcomes = outcomes_between(elbow(), changed(change))

    (case,) = outcomes.changed
    assert "new content cannot read its facts" in case.failure
