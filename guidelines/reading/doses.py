"""Regimens as cards: the dose with its unit and period, limits, what changes it, how it goes up and down."""

from dataclasses import dataclass
from typing import NamedTuple

from guidelines.engine import content
from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.products import described
from guidelines.engine.values import plain
from guidelines.reading.claims import ReadConflict, Reader, Ref
from guidelines.reading.sources import Cite, needs_clinician
from guidelines.reading.wording import (
    BASIS,
    ONE_TIME,
    PER,
    ROLES,
    Wording,
    between_days,
    capital,
    days,
    each,
    often,
    times_a_day,
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A limit or a change of the dose, with its own source."""

    text: str
    cites: list[Cite]
    needs_clinician: bool = False


class TaperRow(NamedTuple):
    above: str
    step: str
    floor: str
    stay: str
    slow: str


@dataclass(frozen=True)
class ReadTaper:
    starts: str
    text: str
    rows: list[TaperRow]
    has_slow: bool
    advice: list[str]
    cites: list[Cite]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadRegimen:
    key: str
    drug: str
    title: Wording
    purpose: str
    is_weekly: bool
    often: str
    is_one_time: bool
    is_high_alert: bool
    dose: str
    start: list[str]
    route: str
    frequency: str
    on_days: str
    caps: list[Line]
    adjustments: list[Line]
    titration: Line | None
    taper: ReadTaper | None
    rounding: str
    products: list[str]
    needs: list[str]
    companions: list[Ref]
    steps: list[Ref]
    note: str
    conflicts: list[ReadConflict]
    cites: list[Cite]
    needs_clinician: bool


def read_regimen(reader: Reader, found: CompiledRegimen) -> ReadRegimen:
    regimen, compiled = found.regimen, reader.compiled
    return ReadRegimen(
        key=regimen.key,
        drug=capital(found.drug.name),
        title=reader.said(regimen.title, regimen.plain),
        purpose=found.drug.purpose or "",
        is_weekly=found.drug.weekly_only,
        often=often(found.drug, one_time=regimen.one_time),
        is_one_time=regimen.one_time,
        is_high_alert=found.drug.high_alert,
        dose=dose_of(regimen),
        start=start_of(found),
        route=capital(regimen.route),
        frequency=ONE_TIME if regimen.one_time else times_a_day(regimen.frequency),
        on_days="Every day but that of the weekly medicine" if regimen.spares_main_weekday else "Every day",
        caps=[Line(cap.entry.text, reader.cite(cap.entry.cites), needs_clinician(cap.entry)) for cap in found.caps]
        or [Line(regimen.no_cap_because or "Sources give none", [])],
        adjustments=[
            Line(change.entry.text, reader.cite(change.entry.cites), needs_clinician(change.entry))
            for change in found.adjustments
        ],
        titration=titration_of(reader, regimen),
        taper=taper_of(reader, regimen),
        rounding=rounding_of(regimen),
        products=[capital(described(product)) for product in found.products],
        needs=[compiled.facts[entry.entry.fact].label for entry in found.requires],
        companions=companions_of(reader, regimen.key),
        steps=steps_with(reader, regimen.key),
        note=regimen.note or "",
        conflicts=reader.conflicts(regimen.conflicts),
        cites=reader.cite(regimen.cites),
        needs_clinician=needs_clinician(regimen),
    )


def dose_of(regimen: content.Regimen) -> str:
    low, high = plain(regimen.min), plain(regimen.max)
    amount = low if low == high else f"{low} to {high}"
    return f"{amount} {regimen.unit}{BASIS[regimen.basis]} {each(regimen)}"


def start_of(found: CompiledRegimen) -> list[str]:
    regimen = found.regimen
    unit = f"{regimen.unit}{BASIS[regimen.basis]} {each(regimen)}"
    lines = []
    if regimen.start is not None and regimen.min != regimen.max:
        lines.append(f"{plain(regimen.start)} {unit}")
    if regimen.start is None and regimen.min != regimen.max:
        lines.append("Chosen by the prescriber within the range")
    if regimen.start_at_most is not None:
        lines.append(f"At most {plain(regimen.start_at_most)} {regimen.unit} {each(regimen)}")
    if found.start_at_minimum_when is not None:
        lines.append(f"The lowest dose with: {found.start_at_minimum_when.text}")
    return lines


def rounding_of(regimen: content.Regimen) -> str:
    bands = [
        f"{plain(band.step)} {regimen.unit}" + (f" from {plain(band.above)} {regimen.unit}" if band.above else "")
        for band in regimen.rounding
    ]
    way = "Down, in steps of" if regimen.rounding_direction == "down" else "To the nearest"
    spread = "; whole tablets are spread over the week" if regimen.weekly_tablets else ""
    return f"{way} {', '.join(bands)}{spread}"


def titration_of(reader: Reader, regimen: content.Regimen) -> Line | None:
    up = regimen.titration
    if up is None:
        return None
    text = f"{plain(up.increase)} {regimen.unit} {PER[up.per]} more, every {between_days(up.every_min_days, up.every_max_days)}"
    if up.every_max_days is None:
        text = f"{plain(up.increase)} {regimen.unit} {PER[up.per]} more, at least {days(up.every_min_days)} apart"
    needed = f". Before each step: {up.needs[0].lower()}{up.needs[1:]}" if up.needs else ""
    return Line(text + needed, reader.cite(up.cites), needs_clinician(up))


def taper_of(reader: Reader, regimen: content.Regimen) -> ReadTaper | None:
    taper, unit = regimen.taper, regimen.unit
    if taper is None:
        return None
    starts = f"After {days(taper.start_day)}"
    if taper.earliest_start_day is not None:
        starts += f", after {days(taper.earliest_start_day)} at the earliest"
    rows = [
        TaperRow(
            f"Above {plain(band.above)} {unit}",
            f"{plain(band.step)} {unit}",
            f"{plain(band.floor)} {unit}",
            days(band.interval_days),
            days(band.slow_interval_days) if band.slow_interval_days else days(band.interval_days),
        )
        for band in taper.bands
    ]
    return ReadTaper(
        starts,
        taper.text or "",
        rows,
        any(band.slow_interval_days for band in taper.bands),
        list(taper.advice),
        reader.cite(taper.cites),
        needs_clinician(taper),
    )


def companions_of(reader: Reader, key: str) -> list[Ref]:
    """What is given with it, where it is the main drug of a way of treatment."""
    compiled = reader.compiled
    found: dict[str, Ref] = {}
    for parts in compiled.option_regimens.values():
        if not any(part.entry.regimen == key and part.entry.role == "main" for part in parts):
            continue
        for part in parts:
            other = compiled.regimens[part.entry.regimen]
            if part.entry.role != "main":
                anchor, note = f"regimen-{other.regimen.key}", ROLES[part.entry.role]
                found[anchor] = Ref(
                    anchor, capital(other.drug.name), note, often(other.drug, one_time=other.regimen.one_time)
                )
    return list(found.values())


def steps_with(reader: Reader, key: str) -> list[Ref]:
    compiled = reader.compiled
    return [
        Ref(f"step-{step.step.key}", str(reader.step_numbers[step.step.key]))
        for step in compiled.steps.values()
        if any(
            part.entry.regimen == key
            for option in step.options
            for part in compiled.option_regimens[option.entry.option]
        )
    ]
