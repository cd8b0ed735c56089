"""What would be signed, and what is missing: nothing preselected, doses, options and stops."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from guidelines.engine.cases import facts_of
from guidelines.engine.content import Case
from guidelines.engine.decision import decide
from guidelines.engine.planned import EveryDay, OnWeekday, Weekday
from guidelines.engine.reading import read_facts
from patients.drafting import CurrentDrug
from tests.engine import patients
from tests.patients.draft_parts import line_of, places
from tests.patients.plan_samples import (
    NOW,
    V05,
    V24,
    case_of,
    decision_of,
    drafted,
    guideline,
    settled,
    usual_choices,
)

# --- nothing is preselected ------------------------------------------------------------------------------------------


def test_without_choices_the_option_is_missing() -> None:
    draft = drafted(decision_of("V05"), {})

    assert "option" in places(draft, "recommendation")


def test_doses_weekday_and_fate_of_what_is_taken_are_asked_for() -> None:
    draft = drafted(decision_of("V05"), {"option": "S2-methotrexate"})

    assert places(draft, "dose") == {
        "amounts.methotrexate", "amounts.prednisone", "amounts.folic_acid", "weekdays.methotrexate", "taking.hydroxychloroquine",
    }  # fmt: skip


def test_a_weekly_drug_without_its_weekday_is_not_planned() -> None:
    draft = drafted(decision_of("V05"), {key: value for key, value in V05.items() if key != "weekdays"})

    assert line_of(draft, "methotrexate").planned is None
    assert "weekdays.methotrexate" in places(draft, "dose")


def test_every_caution_is_confirmed_one_by_one() -> None:
    draft = drafted(decision_of("V05"), V05)

    cautions = {alert.rule.key for alert in draft.alerts if alert.severity == "caution"}
    assert cautions
    assert places(draft) == {f"acknowledged.{key}" for key in cautions}


def test_a_complete_draft_has_no_problem_and_the_doses_chosen() -> None:
    draft, _ = settled(decision_of("V05"), V05)

    assert draft.problems == ()
    weekly = line_of(draft, "methotrexate").planned
    assert (weekly.amount, weekly.per, weekly.frequency) == (Decimal(25), "week", OnWeekday(Weekday.MONDAY))
    assert [(p.key, count) for p, count in weekly.products] == [("methotrexate_2_5_mg_tablet", 10)]
    assert line_of(draft, "prednisone").planned.frequency == EveryDay(1)
    assert {line.drug.key: line.change for line in draft.medications} == {
        "methotrexate": "start", "prednisone": "start", "folic_acid": "start", "hydroxychloroquine": "stop",
    }  # fmt: skip
    assert draft.main_weekday is Weekday.MONDAY


# --- doses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        pytest.param("27.5", "above the cap", id="above the cap"),
        pytest.param("24", "not of whole tablets", id="no whole tablets"),
        pytest.param("2.5", "below the range", id="below the range"),
    ],
)
def test_a_dose_that_cannot_be_given_is_a_problem_and_no_line(amount: str, why: str) -> None:
    choices = V05 | {"amounts": V05["amounts"] | {"methotrexate": amount}}

    draft = drafted(decision_of("V05"), choices)

    assert line_of(draft, "methotrexate").planned is None, why
    assert "amounts.methotrexate" in places(draft, "dose")


def test_half_the_dose_for_the_kidney_is_the_most_that_can_be_chosen() -> None:
    decision = decision_of("V09")

    assert "amounts.methotrexate" in places(drafted(decision, V05))


def test_a_dose_above_the_present_one_is_a_rise_and_starts_the_close_tests_again() -> None:
    decision = decision_of("S2-STAYS")
    raw = usual_choices(decision) | {"option": "S2-methotrexate"}
    raw["amounts"] = {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"}

    draft = drafted(decision, raw, NOW)

    assert line_of(draft, "methotrexate").change == "raise"
    restarting = [due for due in draft.due if due.item.restarts_on_dose_change and due.item.drug == "methotrexate"]
    assert restarting
    assert all(due.opens > decision.facts.as_of for due in restarting)


def test_the_same_dose_goes_on() -> None:
    decision = decision_of("S6-STAYS")

    draft, _ = settled(decision, usual_choices(decision), NOW)

    assert draft.problems == ()
    assert line_of(draft, "methotrexate").change == "continue"


def test_a_weekly_drug_that_goes_on_cannot_do_so_unnamed() -> None:
    decision = decision_of("STOP-HCQ-B-MACULA-S6")
    raw = usual_choices(decision)

    assert line_of(drafted(decision, raw, NOW), "methotrexate").planned.amount == Decimal(15)
    assert any(place.startswith("amounts.") for place in places(drafted(decision, raw, {}), "dose"))


def test_a_drug_that_goes_on_above_its_limit_is_a_problem() -> None:
    decision = decision_of("V05")
    raw = V05 | {"taking": {"hydroxychloroquine": "continue"}}

    draft = drafted(decision, raw, {"hydroxychloroquine": CurrentDrug(Decimal(2800))})

    assert "amounts.hydroxychloroquine" in places(draft, "dose")
    assert line_of(draft, "hydroxychloroquine").planned is None


@pytest.mark.parametrize("case", guideline().package.cases, ids=lambda case: case.key)
def test_no_drug_goes_on_without_its_dose(case: Case) -> None:
    """Also under a hold and with a referral: "as before" is no dose for whoever reads the paper."""
    decision = decision_of(case.key)

    draft = drafted(decision, usual_choices(decision), {})

    asked = places(draft, "dose")
    for line in draft.medications:
        if line.is_given and line.planned is None:
            regimens = {r.regimen.key for r in guideline().regimens.values() if r.drug.key == line.drug.key}
            assert asked & {f"amounts.{key}" for key in regimens} or f"weekdays.{line.drug.key}" in asked


def test_a_dose_entered_for_a_drug_that_goes_on_under_a_hold_settles_it() -> None:
    decision = decision_of("V15")
    raw = usual_choices(decision)
    now = {drug: CurrentDrug(None, known.weekday) for drug, known in NOW.items()}

    asked = {place for place in places(drafted(decision, raw, now), "dose") if place.startswith("amounts.")}
    raw |= {"amounts": {place.removeprefix("amounts."): "1" if "folic" in place else "20" for place in asked}}
    draft = drafted(decision, raw, now)

    assert asked
    assert places(draft, "dose") == set()
    assert all(line.planned is not None for line in draft.medications if line.is_given)


def test_a_drug_without_any_dose_for_this_patient_may_be_stopped() -> None:
    """Else its plan could never be signed: no dose to enter, and nothing to end it."""
    compiled, raw = guideline(), facts_of(guideline(), case_of("V15"))
    raw["facts"] |= {"weight_kg": {"value": "38", "unit": "kg"}, "on_hydroxychloroquine": {"value": True}}
    decision = decide(compiled, read_facts(raw, compiled))
    going_on = drafted(decision, usual_choices(decision), NOW)

    stopped = drafted(decision, usual_choices(decision) | {"taking": {"hydroxychloroquine": "stop"}}, NOW)

    assert "amounts.hydroxychloroquine" in places(going_on, "dose")
    assert line_of(stopped, "hydroxychloroquine").change == "stop"
    assert places(stopped, "dose") == set()


@pytest.mark.parametrize("drug", ["methotrexate", "prednisone", "hydroxychloroquine"])
def test_the_worksheet_of_a_drug_that_is_taken_names_its_limit_and_the_dose_chosen_and_no_other(drug: str) -> None:
    decision = decision_of("S2-STAYS" if drug == "methotrexate" else "V05" if drug == "hydroxychloroquine" else "V15")
    raw = usual_choices(decision)
    lines = {"methotrexate": "Chosen: 25 mg", "prednisone": "Chosen: 20 mg", "hydroxychloroquine": "Chosen: 1600 mg"}

    working = line_of(drafted(decision, raw, NOW), drug).working

    assert drug == "hydroxychloroquine" or working[0].startswith("Highest dose: ")
    assert any(text.startswith("At most ") for text in working)
    assert working[-1].startswith(lines[drug])
    assert not any("Given as" in text for text in working)


def test_a_drug_going_on_by_choice_brings_its_own_warnings_and_tests() -> None:
    stopped, _ = settled(decision_of("V05"), V05)
    goes_on, _ = settled(decision_of("V05"), V05 | {"taking": {"hydroxychloroquine": "continue"}}, NOW)

    more = {alert.rule.key for alert in goes_on.alerts} - {alert.rule.key for alert in stopped.alerts}
    assert "HCQ-W-DOSE5" in more
    assert {due.item.drug for due in goes_on.due} - {due.item.drug for due in stopped.due} == {"hydroxychloroquine"}


def test_a_titrated_drug_rises_by_dated_steps_to_its_maximum() -> None:
    draft, _ = settled(decision_of("V24"), V24)

    start = decision_of("V24").facts.as_of
    titration = line_of(draft, "mycophenolate_mofetil").titration
    assert [step.amount for step in titration] == [Decimal(n) for n in (1000, 1500, 2000, 2500, 3000)]
    assert [(step.on - start).days for step in titration] == [0, 14, 28, 42, 56]


def test_the_steps_down_follow_the_table_from_the_dose_chosen() -> None:
    draft, _ = settled(decision_of("V05"), V05)

    start = decision_of("V05").facts.as_of
    steps = [((step.on - start).days // 7, str(step.amount)) for step in line_of(draft, "prednisone").taper]
    assert steps[:6] == [(0, "40"), (6, "30"), (8, "25"), (10, "20"), (12, "15"), (14, "12.5")]
    assert steps[-1][1] == "0"


def test_no_step_down_is_planned_while_the_response_is_not_known_to_be_good() -> None:
    decision = decision_of("S2-BELOW-TARGET")
    raw = usual_choices(decision) | {"option": "S2-methotrexate"}
    raw["amounts"] = {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"}

    draft = drafted(decision, raw, NOW)

    assert decision.resolved["responding"] is not True
    assert len(line_of(draft, "prednisone").taper) == 1


@pytest.mark.parametrize(
    ("begun_on", "down_on"),
    [
        pytest.param(date(2026, 11, 16), date(2026, 12, 14), id="on its 28th day"),
        pytest.param(date(2026, 10, 19), date(2026, 12, 7), id="after the time at the present dose, later than that"),
        pytest.param(None, date(2026, 12, 7), id="begun before any plan, nobody knows when"),
    ],
)
def test_the_first_step_down_waits_for_the_earliest_day_of_the_drug(begun_on: date | None, down_on: date) -> None:
    decision = patients.decided(
        step="S2", started_on="2026-11-16", response="adequate", on_prednisone=True, prednisone_mg_day="60",
        mtx_dose_mg_week="25",
    )  # fmt: skip
    raw = V05 | {"amounts": {"methotrexate": "25", "prednisone_continued": "60", "folic_acid": "1"}, "taking": {}}

    draft = drafted(decision, raw, {**NOW, "prednisone": CurrentDrug(Decimal(60), begun_on=begun_on)})

    taper = line_of(draft, "prednisone").taper
    assert decision.resolved["responding"] is True
    assert [(step.on, step.amount) for step in taper[:3]] == [
        (decision.facts.as_of, 60), (down_on, 50), (down_on + timedelta(days=14), 40),
    ]  # fmt: skip


def test_a_weekly_drug_is_lowered_on_its_weekday_only() -> None:
    decision = decision_of("S6-TAPER")

    draft, _ = settled(decision, usual_choices(decision), NOW)

    taper = line_of(draft, "methotrexate").taper
    assert len(taper) > 2
    assert {step.on.weekday() for step in taper} == {Weekday.THURSDAY}
