"""What is taken now and what happens to it; and the weekday of a weekly drug, given or paused."""

from dataclasses import dataclass

from guidelines.engine.facts import Known
from guidelines.engine.planned import Weekday
from guidelines.reading.wording import often
from patients.dose_words import spared_weekday
from patients.draft_lines import LineWriter
from patients.plan_draft import MedicationLine
from patients.presentation import words
from patients.presentation.run import Run
from patients.presentation.sources import Said


@dataclass(frozen=True)
class DayChoice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class TakenCard:
    """A drug that is taken now, and what happens to it."""

    drug_key: str
    name: str
    often: str
    now: str
    change: str
    word: str
    tag: str
    because: list[Said]
    must_choose: bool
    may_choose: list[tuple[str, str, bool]]
    missing: str
    planned: str
    days: list[DayChoice]
    day_missing: str


def days_of(chosen: Weekday | None) -> list[DayChoice]:
    return [DayChoice(day.name.lower(), day.label, day == chosen) for day in Weekday]


def taken_card(
    run: Run, writer: LineWriter, drug: str, line: MedicationLine | None, missing: dict[str, str], *, has_days: bool
) -> TakenCard:
    taking = writer.taking[drug]
    content = run.compiled.drugs[drug]
    chosen = run.choices.taking.get(drug)
    must = taking.change == "choose"
    offered: list[tuple[str, str, bool]] = []
    if must:
        offered = [("continue", "Continue", chosen == "continue"), ("stop", "Stop", chosen == "stop")]
    elif (
        taking.change not in ("hold", "stop")
        and writer.may_end(drug)
        and (line is None or line.role == "continued" or line.is_again)
    ):
        kept = chosen if chosen in ("hold", "stop") else "continue"
        goes_on = "Give again" if writer.now(drug).is_held else words.CHANGES["continue"]
        names = {"continue": goes_on, "hold": words.CHANGES["hold"], "stop": words.CHANGES["stop"]}
        offered = [(key, name, kept == key) for key, name in names.items()]
    change = line.change if line is not None else taking.change
    return TakenCard(
        drug_key=drug,
        name=content.name,
        often=often(content, one_time=is_over(run, drug)),
        now=now_text(run, drug),
        change=change,
        word="Given once" if line is None and is_over(run, drug) else words.CHANGES[change],
        tag=words.CHANGE_TAGS.get(change, ""),
        because=[run.sources.said(key) for key in taking.because],
        must_choose=must,
        may_choose=offered,
        missing=missing.get(f"taking.{drug}", ""),
        planned=planned_text(run, line),
        days=held_days(run, drug, missing) if content.weekly_only and not has_days else [],
        day_missing=missing.get(f"weekdays.{drug}", ""),
    )


def planned_text(run: Run, line: MedicationLine | None) -> str:
    if line is None or line.planned is None:
        return ""
    return words.dose(line.planned, spared_weekday(run.compiled, run.draft, line))


def held_days(run: Run, drug: str, missing: dict[str, str]) -> list[DayChoice]:
    """The day of a weekly drug that pauses, where something else is left out on that day and it is not on record."""
    asked = f"weekdays.{drug}" in missing or drug in run.choices.weekdays
    return days_of(weekday_of(run, drug)) if asked else []


def weekday_of(run: Run, drug: str) -> Weekday | None:
    """The day that was chosen, else that of the plan that is followed. Never `or`: Monday is 0."""
    now = run.current.get(drug)
    return run.choices.weekdays.get(drug, now.weekday if now else None)


def is_over(run: Run, drug: str) -> bool:
    """Whether the plan that is followed gives one dose of it, and no more."""
    now = run.current.get(drug)
    return now is not None and now.is_over


def said_today(run: Run, drug: str) -> str:
    """The dose as it was answered, where the guideline asks for it."""
    asked = {regimen.taken_now for regimen in run.compiled.package.regimens if regimen.drug == drug}
    for key in sorted(filter(None, asked)):
        state = run.facts.states.get(key)
        if isinstance(state, Known) and state.value:
            return f"Now {words.value(run.compiled.facts[key], state.value)}, as answered."
    return ""


def now_text(run: Run, drug: str) -> str:
    """What is taken now, as the plan that is followed says."""
    now = run.current.get(drug)
    if is_over(run, drug) and run.plan is not None:
        return f"One dose by plan {run.plan.number}, and no more."
    if now is not None and now.is_held:
        return "Held by the present plan."
    if now is None or now.amount is None or run.plan is None:
        return said_today(run, drug) or "The dose taken now is not on record."
    row = next(row for row in run.plan.medications.all() if row.drug_key == drug)
    weekday = f", on {now.weekday.label}" if now.weekday is not None else ""
    once = "once a week" if now.weekday is not None else words.PER[row.per]
    return f"Now {words.amount(now.amount, row.unit)} {once}{weekday}."
