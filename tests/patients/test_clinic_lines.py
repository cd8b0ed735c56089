"""A clinic's numbers are written as people there write them, and never read as the guideline's wording."""

from dataclasses import replace
from typing import Any

import pytest

from patients import actions
from patients.care_plan import build_care_plan
from patients.clinic_lines import left_out
from patients.outputs.html import checked_text, patient_plan_context
from patients.print_rules import PrintRefused
from tests import factories_patients as make
from tests.patients.plan_samples import V05, decision_of, header_of, settled

TOLD: dict[str, Any] = {
    "name": "Elbow Clinic", "phone": "555 0100", "after_hours_phone": "555 0101", "emergency_number": "112",
    "poison_line": "555 0102", "fever_limit": "38 °C", "time_zone": "UTC",
}  # fmt: skip


@pytest.mark.parametrize(
    "number", ["030/450-0", "555 0100 x12", "+49 30 450 0", "(030) 450 / 12", "555-0100 > 3", "0800 SC 12"]
)
@pytest.mark.parametrize("field", ["phone", "after_hours_phone", "poison_line"])
def test_an_ordinary_number_leaves_every_plan_signable(number: str, field: str) -> None:
    decision = decision_of("V05")
    draft, choices = settled(decision, V05)
    header = header_of(decision)
    header = replace(header, clinic=replace(header.clinic, **{field: number}))

    plan = build_care_plan(decision.compiled, decision, draft, choices, header)

    assert number in checked_text(plan, printed_on=header.signed_on).whole.replace("\N{NO-BREAK SPACE}", " ")


def test_the_guidelines_own_words_are_checked_beside_the_number() -> None:
    decision = decision_of("V05")
    draft, choices = settled(decision, V05)
    header = header_of(decision)
    header = replace(header, clinic=replace(header.clinic, phone="030/450-0"))
    plan = build_care_plan(decision.compiled, decision, draft, choices, header)
    parts = tuple(replace(part, lines=(*part.lines, "Call 030/450-0 for 10 mg.")) for part in plan.parts)

    with pytest.raises(PrintRefused, match="NP-7"):
        patient_plan_context(replace(plan, parts=parts), printed_on=header.signed_on)


def test_only_the_whole_number_is_left_out() -> None:
    clinic = header_of(decision_of("V05")).clinic

    assert left_out("Call 911 now. Take 9110 milligrams.", clinic) == "Call our number now. Take 9110 milligrams."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "line", "why"),
    [
        ("phone", "ask at the desk", "no number to call"),
        ("emergency_number", "-", "no number to call"),
        ("poison_line", "Take 2 tablets, then 555 0102", "a dose"),
        ("after_hours_phone", "{phone} 0101", "without braces"),
        ("phone", "555  0100", "without braces"),
        ("fever_limit", "a high fever", "temperature"),
    ],
)
def test_a_line_that_could_not_be_printed_is_refused_when_the_clinic_is_opened(field: str, line: str, why: str) -> None:
    with pytest.raises(actions.ValuesRefused, match=why):
        actions.open_clinic(**{**TOLD, field: line})


@pytest.mark.django_db
def test_an_ordinary_clinic_is_opened() -> None:
    assert actions.open_clinic(**TOLD).phone == "555 0100"
    assert make.clinic("Knee Clinic").pk
