"""Paper after a change: it says what it replaces, can be printed with results filled in, and there is one for the visit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pypdf
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.engine.questions import REVISION
from guidelines.engine.values import canonical_text
from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.filled_results import filled_in
from patients.models import MonitoringTask, Observation, Patient, Plan, TaskOutcome
from patients.outputs.html import patient_plan_context
from patients.paper_words import NO_BREAK, patient_day
from patients.rederiving import compared, rederive
from patients.views.plans import care_plan_of
from tests import factories_patients as make
from tests.patients.plan_samples import care_plan_of as sample_plan_of
from tests.patients.plan_samples import guideline

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def plan(by: User, patient: Patient, version: Version) -> Plan:
    return make.signed(make.answered(patient, by, version), by)


def text_of(client: Client, plan: Plan, name: str, query: str = "") -> str:
    response = client.get(reverse(name, args=[plan.pk]) + query)
    assert response.status_code == 200
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(response.content)).pages)


def record(plan: Plan, by: User, value: str, **more: Any) -> Observation:
    answer = {"value": value, "unit": "U/L", "upper_limit": "40", **more}
    actions.record_observations(
        patient=plan.patient, compiled=compiled_version(plan.version), by=by, entries=[Entry("itch_marker", answer)]
    )
    return Observation.objects.filter(fact_key="itch_marker").latest("recorded_at")


def test_the_newest_paper_says_which_one_to_throw_away(
    signed_in: Client, plan: Plan, by: User, patient: Patient, version: Version
) -> None:
    newer = make.signed(make.answered(patient, by, version), by)
    plan.refresh_from_db()
    day = f"{plan.signed_on:%B} {plan.signed_on.day}, {plan.signed_on.year}"
    sentence = f"This plan replaces plan {plan.number} of {day}. Throw that one away."

    assert sentence in text_of(signed_in, newer, "plan_patient_pdf").replace("\u00a0", " ")
    assert sentence not in text_of(signed_in, plan, "plan_patient_pdf").replace("\u00a0", " ")


def test_a_first_plan_replaces_nothing(signed_in: Client, plan: Plan) -> None:
    assert "This plan replaces" not in text_of(signed_in, plan, "plan_patient_pdf")


def test_results_are_filled_into_a_print_of_their_own(signed_in: Client, plan: Plan, by: User) -> None:
    record(plan, by, "35.0")

    filled = text_of(signed_in, plan, "plan_patient_pdf", "?results=1")
    as_signed = text_of(signed_in, plan, "plan_patient_pdf")

    assert "Results filled in on" in filled
    assert "Results filled in on" not in as_signed
    assert (
        "with-results"
        in signed_in.get(f"{reverse('plan_patient_pdf', args=[plan.pk])}?results=1")["Content-Disposition"]
    )


def found_for(plan: Plan, on_day: int, value: str) -> list[tuple[Any, tuple[str, ...]]]:
    """What stands beside the first test of the plan when one result came so many days after it opened."""
    care_plan = care_plan_of(plan)
    test = next(test for test in care_plan.tests if not test.is_before_start)
    day = test.opens + timedelta(days=on_day)
    row = Observation(
        patient=plan.patient,
        fact_key="itch_marker",
        value_typed=value,
        unit="U/L",
        taken_on=day,
        recorded_by=plan.signed_by,
    )
    row.recorded_at, row.number = plan.signed_at, 1
    found = filled_in(care_plan, compiled_version(plan.version), [row], day)
    return [(one.on, one.lines) for key, one in found.tests.items() if key == (test.item, test.opens)]


def test_a_result_of_the_day_a_test_opens_is_beside_it_without_a_trailing_zero(plan: Plan) -> None:
    (on, lines), *_ = found_for(plan, 0, "35.0")

    assert lines == ("itch marker\u00a035\u00a0U/L",)
    assert on is not None


def test_a_result_from_before_a_test_opens_is_not_beside_it(plan: Plan) -> None:
    assert found_for(plan, -1, "35") == []


def test_only_a_result_of_another_day_than_the_test_has_its_day_beside_it() -> None:
    care_plan, compiled = sample_plan_of("V05"), guideline()
    items = {entry.entry.key: entry.entry for entry in compiled.monitoring}
    test = next(test for test in care_plan.tests if not test.is_before_start and len(items[test.item].tests) > 1)
    facts = [key for name in items[test.item].tests for key in compiled.tests[name].facts]
    late, *others = [key for key in facts if compiled.facts[key].type == "number" and not compiled.facts[key].formula]
    rows = [
        Observation(fact_key=key, value_typed="5", taken_on=test.opens + timedelta(days=key != late), number=number)
        for number, key in enumerate((late, *others))
    ]

    found = filled_in(care_plan, compiled, rows, test.opens + timedelta(days=2)).tests[test.item, test.opens]

    assert found.on == test.opens + timedelta(days=1)
    assert [line.endswith(f"({patient_day(test.opens)})") for line in found.lines] == [True] + [False] * len(others)


def months_of(on_days: Sequence[int], over_on_day: int | None = None) -> list[tuple[int, str]]:
    """What the paper has beside the tests of a series, when all of it came so many days after the first one opened."""
    care_plan, compiled = sample_plan_of("V05"), guideline()
    items = {entry.entry.key: entry.entry for entry in compiled.monitoring}
    test = next(t for t in care_plan.tests if t.is_open_ended and t.is_required and len(items[t.item].tests) > 1)
    care_plan = replace(care_plan, tests=(test,))
    facts = [key for name in items[test.item].tests for key in compiled.tests[name].facts]
    rows = [
        Observation(fact_key=key, value_typed=str(number), taken_on=test.opens + timedelta(days=day), number=number)
        for number, day in enumerate(on_days, 1) for key in facts
        if compiled.facts[key].type == "number" and not compiled.facts[key].formula
    ]  # fmt: skip
    over_on = None if over_on_day is None else test.opens + timedelta(days=over_on_day)
    today = test.opens + timedelta(days=100)
    filled = filled_in(care_plan, compiled, rows, today, over_on)
    told = patient_plan_context(care_plan, printed_on=today, filled=filled)["tests"]
    days = {patient_day(row.taken_on): (row.taken_on - test.opens).days for row in rows}
    return [(days[row.done_on], row.results[0].split(NO_BREAK)[-2]) for row in told if row.done_on]


def test_every_month_of_a_series_is_filled_in_and_what_came_early_is_not() -> None:
    assert months_of([2, 33, 40, 65]) == [(2, "1"), (33, "2"), (65, "4")]


def test_of_a_plan_that_is_over_no_later_month_is_filled_in() -> None:
    assert months_of([2, 33, 65], over_on_day=33) == [(2, "1"), (33, "2")]


def test_what_was_corrected_is_printed_as_corrected(plan: Plan, by: User) -> None:
    row = record(plan, by, "35")
    newer = actions.correct_observation(
        observation=row, compiled=compiled_version(plan.version), by=by,
        answer={"value": "38", "unit": "U/L", "upper_limit": "40"},
    )  # fmt: skip

    effective = list(Observation.objects.filter(patient=plan.patient, fact_key="itch_marker").effective())

    assert newer in effective and row not in effective


def test_the_paper_for_the_visit_has_the_day_the_tests_and_the_medicines(signed_in: Client, plan: Plan) -> None:
    told = text_of(signed_in, plan, "plan_visit_pdf").replace("\u00a0", " ")
    care_plan = care_plan_of(plan)

    assert care_plan.review_on is not None
    assert f"{care_plan.review_on:%A}, {care_plan.review_on:%B} {care_plan.review_on.day}" in told
    assert "ONCE A WEEK" in told.upper() and "Tuesday" in told
    for medicine in care_plan.medications:
        assert medicine.name in told


def test_a_test_that_was_done_is_not_asked_for_at_the_visit(signed_in: Client, plan: Plan, by: User) -> None:
    address = reverse("plan_visit_page", args=[plan.pk])
    assert "Tests to have before the visit" in signed_in.get(address).content.decode()

    for task in MonitoringTask.objects.open().filter(plan=plan):
        actions.close_task(task=task, by=by, outcome=TaskOutcome.REMOVED, because="Done elsewhere.")

    assert "Tests to have before the visit" not in signed_in.get(address).content.decode()


def test_a_plan_comes_out_the_same_byte_for_byte(
    signed_in: Client, plan: Plan, by: User, patient: Patient, version: Version
) -> None:
    newer = make.signed(make.answered(patient, by, version), by)

    for one in (plan, newer):
        found = rederive(Plan.objects.select_related("version", "replaces").get(pk=one.pk))
        assert found.is_same, found
        assert "byte for byte" in signed_in.get(reverse("plan_rederive", args=[one.pk])).content.decode()


def test_other_questions_are_a_difference_only_between_plans_of_one_revision(plan: Plan) -> None:
    assert plan.frozen["engine"] == REVISION
    plan.frozen["decision"]["questions"] = [{"fact": "weight_kg", "could_change": "dose", "rules": []}]

    assert [part.differing for part in rederive(plan).parts] == [("questions",), ()]

    del plan.frozen["engine"]  # as it was before there was a number
    found = rederive(plan)
    assert found.is_same and "These questions are left out of the comparison." in found.left_out
    plan.frozen["decision"]["outcome"] = "stop"
    assert not rederive(plan).is_same


def test_another_decision_than_was_frozen_is_named(plan: Plan) -> None:
    plan.frozen["decision"]["outcome"] = "stop"

    found = rederive(plan)

    assert not found.is_same
    assert found.parts[0].differing == ("outcome",)


def test_facts_that_can_no_longer_be_read_are_no_crash(plan: Plan) -> None:
    plan.frozen["facts"]["facts"]["weight_kg"]["value"] = "1,5"

    found = rederive(plan)

    assert not found.is_same and "no longer be read" in found.problem


def test_the_order_of_keys_is_no_difference() -> None:
    assert compared("", {"a": 1, "b": 2}, {"b": 2, "a": 1}).is_same
    assert canonical_text({"a": "ä"}) == '{"a":"ä"}'


@pytest.mark.parametrize("name", ["plan_visit_page", "plan_visit_pdf", "plan_rederive"])
def test_another_clinic_finds_none_of_these(client: Client, plan: Plan, name: str) -> None:
    client.force_login(make.physician(make.clinic("Knee Clinic")))

    assert client.get(reverse(name, args=[plan.pk])).status_code == 404
