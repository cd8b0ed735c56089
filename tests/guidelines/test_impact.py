"""What new content means for a plan, from what the plan froze; and runs that are asked for and called off."""

import json
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from guidelines import actions
from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Package
from guidelines.engine.decision import decide
from guidelines.engine.reading import read_facts
from guidelines.impact import PARTS, Impact, changes_of, impact_on
from guidelines.impact_panel import impact_panel
from guidelines.models import ImpactRun, JobState
from tests import factories_guidelines as make
from tests import impact_samples as sample
from tests.factories_patients import ENOUGH_ANSWERS

FACTS = {"as_of": "2026-11-23", "step": None, "started_on": None, "facts": ENOUGH_ANSWERS, "history": {}}


def frozen(facts: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a plan on the first content froze, as the database gives it back."""
    compiled = compile_package(make.itching_elbow())
    decision = decide(compiled, read_facts(facts or FACTS, compiled)).as_json(version=1)
    found: dict[str, Any] = json.loads(json.dumps({"facts": facts or FACTS, "decision": decision}))
    return found


def on(package: Package) -> Impact:
    return impact_on(frozen(), compile_package(package))


def test_the_same_content_under_another_number_changes_nothing() -> None:
    found = on(make.itching_elbow())

    assert found.is_none
    assert found.as_json() == {}


def test_words_alone_change_nothing() -> None:
    assert on(sample.reworded()).is_none


@pytest.mark.parametrize(
    ("package", "part", "sentence"),
    [
        pytest.param(
            sample.lower_cap(),
            "dose",
            "Calmine: 5–12.5 mg once a week, from 10 → 5–10 mg once a week, from 10.",
            id="dose",
        ),
        pytest.param(sample.stricter_rule(), "safety", "The marker is high: does not apply → caution.", id="safety"),
        pytest.param(
            sample.earlier_test(),
            "monitoring",
            "Itch panel, Inspection of the skin: 23 Dec 2026 to 7 Jan 2027, then 3 more → 13 Dec 2026 to 7 Jan 2027, then 3 more.",
            id="monitoring",
        ),
    ],
)
def test_a_change_is_found_in_its_part_and_told_in_words(package: Package, part: str, sentence: str) -> None:
    found = on(package)

    assert part in found.changes
    assert found.sentences(part)[0] == sentence
    assert set(found.changes) <= set(PARTS)


def test_a_weekly_dose_that_changes_says_that_it_is_weekly() -> None:
    assert all(change.often == "Weekly" for change in on(sample.lower_cap()).changes["dose"])


def test_a_fact_the_new_content_no_longer_has_is_an_impact_and_no_crash() -> None:
    content = sample.raw()
    content["facts"] = [fact for fact in content["facts"] if fact["key"] != "itch_marker"]
    facts = {**FACTS, "facts": {**ENOUGH_ANSWERS, "shoe_size": {"value": "40"}}}

    found = impact_on({**frozen(), "facts": facts}, compile_package(make.itching_elbow()))

    assert "facts.shoe_size: is not a fact of this guideline" in found.failure
    assert not found.is_none


@pytest.mark.parametrize(
    "broken", [None, {}, [], {"facts": FACTS}, {"facts": FACTS, "decision": {}}, {"facts": 1, "decision": 1}]
)
def test_what_was_frozen_unreadably_is_a_failure_and_no_crash(broken: Any) -> None:
    found = impact_on(broken, compile_package(make.itching_elbow()))

    assert found.failure and not found.is_none


def test_changes_are_read_back_as_they_were_written() -> None:
    found = on(sample.lower_cap())

    assert changes_of(json.loads(json.dumps(found.as_json()))) == {p: list(c) for p, c in found.changes.items()}


# --- runs --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_submitting_asks_for_the_impact_of_exactly_this_content() -> None:
    version = make.draft()

    actions.submit(version=version, by=make.editor())

    run = ImpactRun.objects.get()
    assert (run.version, run.content_hash, run.state) == (version, version.content_hash, JobState.WAITING)
    assert ProcrastinateJob.objects.filter(task_name="compare_plans", args={"run": run.pk}).count() == 1


@pytest.mark.django_db
def test_a_job_is_gone_with_the_submission_that_is_taken_back() -> None:
    version, by = make.draft(), make.person("nobody")
    before = ProcrastinateJob.objects.count()

    with pytest.raises(actions.Refused):
        actions.submit(version=version, by=by)

    assert not ImpactRun.objects.exists()
    assert ProcrastinateJob.objects.count() == before


@pytest.mark.django_db
def test_starting_twice_gives_one_run() -> None:
    version, by = make.draft(), make.editor()

    first = actions.start_impact(version=version, by=by)

    assert actions.start_impact(version=version, by=by) == first


@pytest.mark.django_db
def test_what_was_withdrawn_is_compared_with_nothing() -> None:
    version, by = make.published(), make.administrator()
    actions.withdraw(version=version, by=by, why="It is wrong.")

    with pytest.raises(actions.Refused, match="withdrawn"):
        actions.start_impact(version=version, by=by)


@pytest.mark.django_db
def test_new_content_gets_a_run_of_its_own() -> None:
    version, by = make.draft(), make.editor()
    first = actions.start_impact(version=version, by=by)
    actions.replace_content(version=version, package=make.retitled(), by=by, content_hash=version.content_hash)
    version.refresh_from_db()

    assert impact_panel(version)["run"] is None
    assert actions.start_impact(version=version, by=by) != first
    assert impact_panel(version)["run"].content_hash == version.content_hash


@pytest.mark.django_db
def test_who_does_not_work_on_guidelines_starts_and_cancels_nothing() -> None:
    version, stranger = make.draft(), make.person("stranger")
    run = actions.start_impact(version=version, by=make.editor())

    with pytest.raises(actions.Refused, match="Only editors"):
        actions.start_impact(version=version, by=stranger)
    with pytest.raises(actions.Refused, match="Only editors"):
        actions.cancel_impact(run=run, by=stranger)


@pytest.mark.django_db
def test_a_run_that_was_called_off_can_be_asked_for_again() -> None:
    version, by = make.draft(), make.editor()
    run = actions.start_impact(version=version, by=by)

    actions.cancel_impact(run=run, by=by)

    run.refresh_from_db()
    assert (run.state, run.cancelled_by) == (JobState.CANCELLED, by)
    assert actions.start_impact(version=version, by=by) != run


@pytest.mark.django_db
def test_the_panel_says_when_no_worker_is_there() -> None:
    version = make.draft()
    actions.start_impact(version=version, by=make.editor())

    assert impact_panel(version)["is_waiting"]
