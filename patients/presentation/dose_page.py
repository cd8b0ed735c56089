"""The dose: for every regimen the result first, then its working, limits and amounts to choose from; and what is taken now."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guidelines.engine.content import Regimen
from guidelines.engine.dosing import Dose, NoDose, dose_for
from guidelines.engine.operators import unit_text
from guidelines.engine.options import AssessedRegimen
from guidelines.engine.products import products_for, weekly_pattern
from guidelines.engine.values import plain
from guidelines.reading import Source
from guidelines.reading.wording import ONE_TIME
from patients.draft_amounts import amounts_for, kept_below, made_up_to
from patients.draft_lines import LineWriter
from patients.draft_working import worksheet
from patients.plan_draft import CurrentDrug, MedicationLine
from patients.presentation import words
from patients.presentation.recommendation_page import dose_range
from patients.presentation.run import Run
from patients.presentation.taken import DayChoice, TakenCard, days_of, is_over, taken_card, weekday_of


@dataclass(frozen=True)
class AmountChoice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class RegimenCard:
    """One drug to be given. `big` and `made_of` are the chosen dose; without one `missing` says what to do."""

    key: str
    drug_key: str
    name: str
    title: str
    route: str
    role: str
    often: str
    is_one_time: bool
    big: str
    big_unit: str
    made_of: str
    missing: str
    without: str
    is_refused: bool
    working: list[str]
    chosen_working: str
    range_text: str
    limits: list[str]
    frequency: str
    amounts: list[AmountChoice]
    days: list[DayChoice]
    weekday: int | None
    weekday_name: str
    day_missing: str
    titration: list[tuple[date, str]]
    titration_note: str
    taper: list[tuple[date, str, str]]
    taper_advice: list[str]
    sources: tuple[Source, ...]
    needs: list[tuple[str, str]]
    note: str


@dataclass(frozen=True)
class DosePage:
    regimens: list[RegimenCard]
    taken: list[TakenCard]
    missing: list[str]
    option_title: str

    @property
    def with_days(self) -> list[str]:
        """The drugs for which the page asks a weekday."""
        held = [card.drug_key for card in self.taken if card.days]
        return [card.drug_key for card in self.regimens if card.days] + held


def dose_page(run: Run) -> DosePage:
    writer = LineWriter(run.compiled, run.decision, run.choices, run.current, run.consultation.as_of)
    lines = {line.drug.key: line for line in run.draft.medications}
    missing = run.problems_of("dose")
    option = writer.option
    taking = {taking.drug: taking for taking in run.decision.taking}
    cards = []
    for part in option.regimens if option else ():
        drug = part.regimen.drug.key
        if not writer.ends(part, taking.get(drug)):
            cards.append(regimen_card(run, part, lines.get(drug), missing))
    given = {card.drug_key for card in cards}
    for drug, line in lines.items():
        if drug not in given and line.is_given and (card := going_on_card(run, writer, line, missing)) is not None:
            cards.append(card)
    dosed = {card.drug_key for card in cards if card.days}
    taken = [taken_card(run, writer, drug, lines.get(drug), missing, has_days=drug in dosed) for drug in taking]
    return DosePage(cards, taken, list(dict.fromkeys(missing.values())), option.option.title if option else "")


def going_on_card(run: Run, writer: LineWriter, line: MedicationLine, missing: dict[str, str]) -> RegimenCard | None:
    """A drug that goes on outside the option: its dose can be corrected, and is checked against its limits."""
    planned = run.compiled.regimens[line.regimen] if line.regimen else None
    compiled = planned or writer.asked_for(line.drug.key)
    if compiled is None:
        return None
    part = AssessedRegimen(compiled, "continued", dose_for(compiled, run.decision.resolved))
    return regimen_card(run, part, line, missing, is_outside=True)


def regimen_card(
    run: Run, part: AssessedRegimen, line: MedicationLine | None, missing: dict[str, str], *, is_outside: bool = False
) -> RegimenCard:
    """`is_outside`: the drug goes on although no option holds it; it may be taken at less than the usual range."""
    compiled, dose, drug = part.regimen, part.dose, part.regimen.drug
    regimen, now = compiled.regimen, run.current.get(drug.key) or CurrentDrug()
    planned = line.planned if line and line.regimen == regimen.key else None
    chosen = run.choices.amounts.get(regimen.key)
    if chosen is None and part.role == "continued":
        chosen = current_amount(run, drug.key)
    shown = chosen if chosen is not None else suggested(run, drug.key, dose)
    counts = products_for(compiled, shown) if shown is not None and isinstance(dose, Dose) else None
    weekday = weekday_of(run, drug.key)
    is_once_a_week = regimen.frequency.type == "weekly"
    amount_missing = missing.get(f"amounts.{regimen.key}", "")
    pattern = ""
    if planned is not None and planned.pattern:
        pattern = planned.pattern
    elif counts and regimen.weekly_tablets:
        pattern = weekly_pattern(counts[0].number, counts[0].product.form)
    made_of = words.products(counts) if counts else ""
    return RegimenCard(
        key=regimen.key,
        drug_key=drug.key,
        name=drug.name,
        title=regimen.title,
        route=regimen.route,
        role=words.ROLES[part.role],
        often=words.badge(is_weekly=is_once_a_week, one_time=regimen.one_time),
        is_one_time=regimen.one_time,
        big=plain(shown) if shown is not None and counts else "",
        big_unit=f"{unit_text(regimen.unit)} {words.each(dose)}" if isinstance(dose, Dose) else "",
        made_of=f"{made_of}: {pattern}" if pattern else made_of,
        missing=dose.reason if isinstance(dose, NoDose) else amount_missing,
        without="No dose yet.",
        is_refused=chosen is not None and bool(amount_missing),
        working=working_of(run, part),
        chosen_working=line.working[-1] if planned is not None and line is not None and line.working else "",
        range_text=range_of(run, dose, now, is_outside=is_outside) if isinstance(dose, Dose) else "",
        limits=limits_of(part, now),
        frequency=frequency_of(regimen),
        amounts=amounts_of(run, part, shown, now, is_outside=is_outside),
        days=days_of(weekday) if is_once_a_week else [],
        weekday=int(weekday) if weekday is not None and is_once_a_week else None,
        weekday_name=weekday.label if weekday is not None and is_once_a_week else "",
        day_missing=missing.get(f"weekdays.{drug.key}", "") if is_once_a_week else "",
        titration=[
            (s.on, words.amount(s.amount, regimen.unit) + f" {words.PER[s.per]}")
            for s in (line.titration if line else ())
        ],
        titration_note=titration_note(regimen),
        taper=taper_rows(line, regimen),
        taper_advice=list(regimen.taper.advice) if regimen.taper else [],
        sources=run.sources.cite(regimen.cites),
        needs=words.fact_labels(run.compiled, sorted(dose.needs)) if isinstance(dose, NoDose) else [],
        note=regimen.note or "",
    )


def current_amount(run: Run, drug: str) -> Decimal | None:
    now = run.current.get(drug)
    return now.amount if now else None


def suggested(run: Run, drug: str, dose: Dose | NoDose) -> Decimal | None:
    """What stands in the box before anybody chose: the present dose of a drug that is taken, never a starting dose. One
    below the usual range is offered, and a person says that it goes on."""
    if isinstance(dose, NoDose):
        return None
    if any(taking.drug == drug for taking in run.decision.taking) and not is_over(run, drug):
        is_below = kept_below(dose, run.current.get(drug) or CurrentDrug(), run.decision) is not None
        return None if is_below else current_amount(run, drug)
    return dose.start


def working_of(run: Run, part: AssessedRegimen) -> list[str]:
    """What the paper's worksheet will say, without the dose chosen."""
    if not isinstance(part.dose, Dose):
        return []
    drug = part.regimen.drug.key
    is_taking = any(taking.drug == drug for taking in run.decision.taking) and not is_over(run, drug)
    is_taken = part.role == "continued" or is_taking
    return list(worksheet(part.regimen, part.dose, None, run.decision.resolved, is_taken=is_taken))


def limits_of(part: AssessedRegimen, now: CurrentDrug) -> list[str]:
    regimen = part.regimen.regimen
    caps = [cap.entry.text for cap in part.regimen.caps] or [regimen.no_cap_because or "Sources give none."]
    if now.below is None:
        unknown = "The dose at which it was held is not on record: ask which it was, and stay below it."
        return [f"{unknown} {now.again}", *caps] if now.again else caps
    return [f"Below {words.amount(now.below, regimen.unit)}, the dose at which it was held. {now.again}", *caps]


def frequency_of(regimen: Regimen) -> str:
    if regimen.one_time:
        return f"{ONE_TIME}, on one day"
    if regimen.frequency.type == "weekly":
        return "Once a week, on one weekday"
    if regimen.weekly_tablets:
        return "Whole tablets spread over the week"
    times = regimen.frequency.times
    return "Once a day" if times == 1 else "Twice a day" if times == 2 else f"{times} times a day"


def range_of(run: Run, dose: Dose, now: CurrentDrug, *, is_outside: bool) -> str:
    if is_outside:
        return f"up to {words.amount(dose.max, dose.unit)} {words.each(dose)}"
    kept = kept_below(dose, now, run.decision)
    return dose_range(dose) + (f", or from the {words.amount(kept, dose.unit)} taken now" if kept is not None else "")


def amounts_of(
    run: Run, part: AssessedRegimen, shown: Decimal | None, now: CurrentDrug, *, is_outside: bool
) -> list[AmountChoice]:
    dose = part.dose
    if not isinstance(dose, Dose):
        return []
    found = []
    every = made_up_to(part.regimen, dose.max) if is_outside else amounts_for(part.regimen, dose, now, run.decision)
    kept = None if is_outside else kept_below(dose, now, run.decision)
    for amount in (amount for amount in every if not now.is_too_much(amount)):
        made = words.products(products_for(part.regimen, amount) or ())
        label = f"{words.amount(amount, dose.unit)} {words.each(dose)}: {made}"
        if amount == kept:
            label += ", as taken now (continue)"
        found.append(AmountChoice(plain(amount), label, amount == shown))
    return found


def titration_note(regimen: Regimen) -> str:
    titration = regimen.titration
    if titration is None:
        return ""
    most = f" to {titration.every_max_days}" if titration.every_max_days else " or more"
    needs = f" {titration.needs}" if titration.needs else ""
    return f"A step every {titration.every_min_days}{most} days, by {words.amount(titration.increase, regimen.unit)}.{needs}"


def taper_rows(line: MedicationLine | None, regimen: Regimen) -> list[tuple[date, str, str]]:
    if line is None:
        return []
    return [
        (step.on, f"{words.amount(step.amount, regimen.unit)} {words.PER[regimen.amount_per]}" if step.amount else "None: it ends here", words.products(step.products))
        for step in line.taper
    ]  # fmt: skip
