"""What must never be printed: the guideline's patterns and the checks of structure, on the FINISHED text.

One hit refuses the whole plan and names the rule. Run when a plan is signed and again whenever it is printed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from patients.clinic_lines import left_out
from patients.paper_words import NO_BREAK, patient_day
from patients.plan_parts import CarePlan, DrugBox, PlanMedication

MAY_SAY_STOP = ("call_same_day", "pregnancy", "get_help_now")
SPACES = re.compile(f"[ {NO_BREAK}]+")
OF_THE_CLINIC = ("name", "phone", "after_hours_phone", "emergency_number", "poison_line", "fever_limit")


class PrintProblem(NamedTuple):
    rule: str
    message: str


class PrintRefused(ValueError):
    """The plan must not be signed or printed; `problems` names each rule it breaks."""

    def __init__(self, problems: list[PrintProblem]) -> None:
        super().__init__("; ".join(f"{p.rule}: {p.message}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PaperText:
    """The text as it is printed: all of it, and that of each drug's box."""

    whole: str
    boxes: Mapping[str, str]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def check_plan(plan: CarePlan, text: PaperText) -> None:
    """Raises PrintRefused when anything at all is wrong."""
    plain = PaperText(_spaces(text.whole), {drug: _spaces(box) for drug, box in text.boxes.items()})
    problems = [
        *forbidden(plan, of_the_guideline(plan, plain)),
        *required(plan, plain),
        *structure(plan, plain),
        *state(plan),
    ]
    if problems:
        raise PrintRefused(list(dict.fromkeys(problems)))


def of_the_guideline(plan: CarePlan, text: PaperText) -> PaperText:
    """The guideline's words: a clinic's telephone number may be written as people there write it."""
    clinic = plan.header.clinic
    boxes = {drug: left_out(box, clinic) for drug, box in text.boxes.items()}
    return PaperText(left_out(text.whole, clinic), boxes)


def _spaces(text: str) -> str:
    """As it is read: a space is a space, and two are one."""
    return SPACES.sub(" ", text)


def forbidden(plan: CarePlan, text: PaperText) -> Iterator[PrintProblem]:
    for rule in plan.print_rules:
        place = text.whole if rule.drug is None else text.boxes.get(rule.drug, "")
        for pattern in rule.forbidden:
            hit = _pattern(pattern).search(place)
            if hit is not None:
                yield PrintProblem(rule.key, f"“{_around(place, hit)}” must not be printed. {rule.text}")


def _around(text: str, hit: re.Match[str]) -> str:
    start = text.rfind("\n", 0, hit.start()) + 1
    end = text.find("\n", hit.end())
    return text[start : end if end >= 0 else len(text)].strip()[:160]


def required(plan: CarePlan, text: PaperText) -> Iterator[PrintProblem]:
    boxes = {box.drug: box for box in plan.boxes}
    for rule in plan.print_rules:
        box = boxes.get(rule.drug or "")
        if rule.drug is not None and (box is None or not box.amount):
            continue
        place = (text.boxes.get(rule.drug, "") if rule.drug else text.whole).casefold()
        for wanted in rule.required:
            words = _spaces(_meant(plan, box, wanted))
            if words.casefold() not in place:
                yield PrintProblem(rule.key, f"“{words}” is missing. {rule.text}")


def _meant(plan: CarePlan, box: DrugBox | None, wanted: str) -> str:
    """A required word with its placeholder filled; one that nothing fills stays, and is then missing."""
    values = {"{clinic_phone}": plan.header.clinic.phone}
    if plan.review_on is not None:
        values["{review_date}"] = patient_day(plan.review_on)
    elif plan.refers_to:
        values["{review_date}"] = plan.refers_to  # who takes over says when
    values["{print_date}"] = ""  # it differs with every print; `structure` looks for what is left open
    if box is not None:
        values |= {"{weekday}": box.weekday or wanted, "{tablet_count}": box.products, "{dose}": box.amount}
        values["{how_often}"] = box.how_often
    return values.get(wanted, wanted)


def structure(plan: CarePlan, text: PaperText) -> Iterator[PrintProblem]:
    """What no pattern can say."""
    for box in plan.boxes:
        if box.weekly_only and box.amount:
            yield from _weekly_box(plan, box, text.boxes.get(box.drug, ""))
        elif box.weekly_only and box.change not in ("hold", "stop"):
            yield PrintProblem("NP-2", f"{box.name} stands there without its dose, number and weekday")
        if box.change not in ("hold", "stop"):
            yield from _stopping(box)
    for medication in plan.medications:
        place = text.whole if medication.change == "stop" else text.boxes.get(medication.drug, "")
        line = _spaces(medication.name if medication.change == "stop" else medication.patient_line)
        if line not in place:
            yield PrintProblem("structure", f"the line of {medication.name} is missing from the text")
        if not medication.is_given:
            yield from _calls_for(medication, text)
    if "{" in text.whole or "}" in text.whole:
        yield PrintProblem("NP-13", "a placeholder is left open")
    if plan.review_on is None and not plan.refers_to:
        yield PrintProblem("NP-13", "the plan has no day of review; choose the day of the next visit")
    for name in OF_THE_CLINIC:
        if not getattr(plan.header.clinic, name).strip():
            yield PrintProblem("NP-13", f"the clinic's {name.replace('_', ' ')} is empty; fill it in")
    for word in (plan.header.guideline.code, *(alert.message for alert in plan.alerts)):
        if word and _spaces(word) in text.whole:
            yield PrintProblem("NP-14", f"“{word[:80]}” is for clinicians")


def _weekly_box(plan: CarePlan, box: DrugBox, text: str) -> Iterator[PrintProblem]:
    weekday = box.weekday or "the weekday"
    for words in (box.how_often, weekday, _spaces(box.products), _spaces(box.amount)):
        if words.casefold() not in text.casefold() or (words.isupper() and words not in text):
            yield PrintProblem("NP-2", f"“{words}” is missing from the box of {box.name}")
    if box.one_time and "once a week" in text.casefold():
        yield PrintProblem(
            "NP-2", f"“once a week” must not stand in the box of {box.name}, which is taken one time only"
        )
    if [cell.day for cell in box.week if cell.products] != [weekday]:
        yield PrintProblem("NP-3", f"the week of {box.name} must show {weekday} and no other day")
    strengths = {(p.form, p.strength, p.unit) for m in plan.medications if m.drug == box.drug for p in m.products}
    if len(strengths) != 1:
        yield PrintProblem("NP-4", f"{box.name} needs one form and one strength")


def _stopping(box: DrugBox) -> Iterator[PrintProblem]:
    """A drug that goes on is not stopped in passing."""
    names = "|".join(re.escape(name) for name in ("this medicine", "these tablets", "the tablets", _spaces(box.name)))
    stop = _pattern(rf"(?<!not )(?<!never )\b(stop|hold)( taking)? ({names})\b")
    for part in box.parts:
        if part.section not in MAY_SAY_STOP:
            for line in part.lines:
                if stop.search(_spaces(line)):
                    yield PrintProblem("NP-9", f"“{line}” stops {box.name}, which goes on")


def _calls_for(medication: PlanMedication, text: PaperText) -> Iterator[PrintProblem]:
    """A drug that is held or stopped is not asked for, neither by its name nor, in its own box, as "this medicine"."""
    verbs = r"(?<!not )(?<!never )(?<!\bI )\b(take|keep taking|start|continue|go on with|choose)\b"
    by_name = _pattern(rf"{verbs}[^.\n]*\b{re.escape(_spaces(medication.name))}\b")
    unnamed = _pattern(rf"(?m)^{verbs} (this medicine|it|them|the tablets)\b")
    for place, pattern in ((text.whole, by_name), (text.boxes.get(medication.drug, ""), unnamed)):
        hit = pattern.search(place)
        if hit is not None:
            yield PrintProblem(
                "held", f"“{_around(place, hit)}” asks for {medication.name}, which this plan does not give"
            )


def state(plan: CarePlan) -> Iterator[PrintProblem]:
    """A drug with an open stop is not printed; with some stops, nothing is."""
    given = {medication.drug for medication in plan.medications if medication.is_given}
    for alert in plan.alerts:
        if alert.policy == "no_plan":
            yield PrintProblem("NP-10", f"{alert.rule} is open, so no plan is printed: {alert.message}")
            continue
        if alert.severity != "stop" or alert.drug not in given or alert.policy == "acknowledge":
            continue
        if alert.policy == "prohibited" or not (alert.reason and alert.text):
            yield PrintProblem("NP-10", f"{alert.rule} is open for a drug that is given: {alert.message}")
