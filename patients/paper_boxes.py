"""The patient's part of a plan: one box per drug, and what stands outside the boxes.

A weekly drug always has a box of its own, first; a companion that leaves out its day comes next. Order as the content
sheet's: get help now, boxes, tests.
"""

from collections.abc import Callable
from dataclasses import replace

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import PatientInstruction
from guidelines.engine.decision import Decision
from guidelines.engine.planned import OnWeekday, Weekday
from guidelines.engine.tapering import TaperStep
from patients import dose_words
from patients.dated_doses import STEPS_UP, DatedDose, dated_doses, is_before_next_visit, raised
from patients.instructions import AFTER_BOXES, BEFORE_BOXES, IN_BOX, WHEN_STOPPED, Instructions, Unfilled
from patients.paper_words import (
    capital,
    clinician_day,
    in_words,
    joined,
    measured,
    number,
    patient_day,
    set_clinical,
    set_line,
)
from patients.plan_draft import MedicationLine, PlanDraft, TitrationStep
from patients.plan_parts import NO_MORE, DoseStep, DrugBox, PaperPart, PlanHeader, PlanMedication

NOT_NAMED = dict.fromkeys((
    "tablet_count", "tablet_count_words", "strength", "form", "dose", "product_list", "morning_products", "evening_products",
    "two_tablet_days", "one_tablet_days",
))  # fmt: skip


class BoxWriter:
    """Writes a plan's medications, boxes and parts. ValueError where a value is missing or has no plain words."""

    def __init__(self, compiled: CompiledPackage, decision: Decision, draft: PlanDraft, header: PlanHeader) -> None:
        self.compiled, self.draft, self.header = compiled, draft, header
        self.instructions = Instructions(compiled, decision, draft)
        self.lines = sorted(draft.medications, key=lambda line: (not line.drug.weekly_only, self.spared(line) is None))
        clinic = header.clinic
        review = patient_day(draft.review_on) if draft.review_on else None
        self.shared: dict[str, str | None] = {
            "name": header.patient.name, "review_date": review, "clinic_phone": clinic.phone,
            "after_hours_phone": clinic.after_hours_phone, "emergency_number": clinic.emergency_number,
            "poison_line": clinic.poison_line, "fever_limit": clinic.fever_limit,
        }  # fmt: skip
        for name, value in self.shared.items():
            if name != "review_date" and not (value or "").strip():
                raise Unfilled(f"{name.replace('_', ' ')} is empty; fill it in before a plan is printed")

    def spared(self, line: MedicationLine) -> Weekday | None:
        """The weekday a companion leaves out, where it is one."""
        return dose_words.spared_weekday(self.compiled, self.draft, line)

    # --- what the clinician and the records read ---------------------------------------------------------------------

    def medications(self) -> tuple[PlanMedication, ...]:
        return tuple(self.medication(line) for line in self.lines)

    def medication(self, line: MedicationLine) -> PlanMedication:
        planned, spared = line.planned, self.spared(line)
        first = next((dose.line for dose in self.dated(line)), line)
        working = tuple(set_clinical(text) for text in line.working)
        found = PlanMedication(
            line.drug.key, capital(line.drug.name), line.change, line.drug.weekly_only,
            set_line(dose_words.patient_dose(first, spared)), set_clinical(dose_words.clinician_dose(line, spared)),
            regimen=line.regimen, working=working, because=line.because,
        )  # fmt: skip
        if planned is None:
            return found
        is_weekly = isinstance(planned.frequency, OnWeekday)
        return PlanMedication(
            found.drug, found.name, found.change, found.weekly_only, found.patient_line, found.clinician_line, line.regimen,
            number(planned.amount), planned.unit, planned.per, "weekly" if is_weekly else "daily",
            planned.frequency.weekday.label if isinstance(planned.frequency, OnWeekday) else None,
            None if isinstance(planned.frequency, OnWeekday) else planned.frequency.times,
            dose_words.plan_products(planned.products), working, line.because,
            tuple(self.step_up(line, step) for step in line.titration), tuple(self.step_down(line, step) for step in line.taper),
            one_time=planned.one_time,
        )  # fmt: skip

    def step_up(self, line: MedicationLine, step: TitrationStep) -> DoseStep:
        if line.planned is None:
            raise Unfilled(f"{line.drug.name} is raised without a dose")
        planned = raised(line.planned, step)
        amount = f"{measured(planned.amount, planned.unit)} in all"
        clinician = set_clinical(f"{number(step.amount)} {planned.unit} per {step.per} from {clinician_day(step.on)}")
        if not isinstance(planned.frequency, OnWeekday) and planned.frequency.times == 2 and planned.per == "day":
            morning, evening = dose_words.halves(planned)
            return DoseStep(step.on, f"{morning} in the morning and {evening} in the evening", amount, clinician)
        return DoseStep(step.on, dose_words.product_list(planned.products), amount, clinician)

    def step_down(self, line: MedicationLine, step: TaperStep) -> DoseStep:
        unit = line.planned.unit if line.planned else ""
        when = f"from {clinician_day(step.on)}"
        if not step.amount:
            return DoseStep(step.on, NO_MORE, NO_MORE, f"none {when}")
        if not step.products:
            raise Unfilled(f"{line.drug.name}: {step.amount} {unit} cannot be made of its products")
        amount = measured(step.amount, unit)
        return DoseStep(
            step.on,
            set_line(dose_words.product_list(step.products)),
            set_line(amount),
            set_clinical(f"{number(step.amount)} {unit} {when}"),
        )

    # --- what the patient reads ----------------------------------------------------------------------------------------

    def boxes(self) -> tuple[DrugBox, ...]:
        """A box per drug: those that are given, and those that are not but still need a word. One for each dose of a
        drug whose dose changes on set days."""
        return tuple(box for line in self.lines for box in self.boxes_of(line))

    def dated(self, line: MedicationLine) -> tuple[DatedDose, ...]:
        return dated_doses(line, self.draft, self.instructions)

    def boxes_of(self, line: MedicationLine) -> list[DrugBox]:
        found = []
        for dose in self.dated(line):
            box = self.box(dose.line) if dose.line.planned else self.ended_box(dose.line)
            if box is not None:
                found.append(replace(box, from_on=dose.on, until_on=dose.until))
        only = self.box(line) if not found else None
        return [only] if only is not None else found

    def ended_box(self, line: MedicationLine) -> DrugBox:
        """A drug lowered to nothing: no dose any more, and what still counts after the last one."""
        parts = (
            self.instructions.part(self.instructions.of(line.drug.key, section), section, self.filler(line))
            for section in WHEN_STOPPED
        )
        return DrugBox(
            line.drug.key, capital(line.drug.name), "stop", line.drug.weekly_only, dose_words.ENDED,
            parts=tuple(part for part in parts if part is not None),
        )  # fmt: skip

    def filler(self, line: MedicationLine) -> Callable[[PatientInstruction], list[str]]:
        values = self.values(line)
        return lambda row: self.instructions.lines(row, values)

    def box(self, line: MedicationLine) -> DrugBox | None:
        drug, planned, spared, fill = line.drug, line.planned, self.spared(line), self.filler(line)
        parts = []
        for section in IN_BOX:
            part = self.instructions.part(self.instructions.of(drug.key, section), section, fill)
            if part is not None:
                parts.append(part)
        if not line.is_given and not parts and line.change == "stop":
            return None
        lead: tuple[str, ...] = ()
        if planned is not None and drug.weekly_only:
            rows = self.instructions.of(drug.key, "how_to_take")
            first = next((row for row in rows if "{weekday}" in row.plain), rows[0] if rows else None)
            lead = tuple(fill(first)) if first else ()
            parts = [p for part in parts if (p := without(part, lead)) is not None]
        steps_down = tuple(
            self.step_down(line, step) for step in line.taper if is_before_next_visit(step.on, self.draft)
        )
        taper = self.compiled.regimens[planned.regimen].regimen.taper if planned else None
        is_one_time = planned is not None and planned.one_time
        return DrugBox(
            drug.key, capital(drug.name), line.change, drug.weekly_only, set_line(dose_words.patient_dose(line, spared)),
            drug.purpose if line.is_given and not is_one_time else None,  # of a weekly drug it says that it is weekly
            planned.frequency.weekday.label if planned and isinstance(planned.frequency, OnWeekday) else None,
            dose_words.total_of(planned.products) if planned else "",
            set_line(measured(planned.amount, planned.unit)) if planned else "",
            lead, (*self.why_not(line), *parts), dose_words.week_of(planned, spared) if planned else (),
            steps_down, taper.advice if taper and len(steps_down) > 1 else (), one_time=is_one_time,
        )  # fmt: skip

    def why_not(self, line: MedicationLine) -> tuple[PaperPart, ...]:
        """Why a drug is held, in the plain words of the rules that hold it."""
        if line.change != "hold":
            return ()
        rules = [self.compiled.rules[key].rule for key in line.because if key in self.compiled.rules]
        lines = tuple(dict.fromkeys(set_line(rule.plain) for rule in rules if rule.plain))
        return (PaperPart("why", "Why you wait", lines, tuple(rule.key for rule in rules)),) if lines else ()

    def values(self, line: MedicationLine) -> dict[str, str | None]:
        planned, weekday = line.planned, self.draft.main_weekday
        values = dict(self.shared)
        if weekday is not None:
            own = line.drug.weekly_only
            values["weekday"] = weekday.label.upper() if own else weekday.label
            values["other_days"] = joined(
                [weekday.plus(days).label for days in sorted(range(1, 7), key=lambda n: weekday.plus(n))]
            )
            values |= {f"weekday_plus_{days}": weekday.plus(days).label for days in (1, 2, 3)}
        if planned is None:
            return values | NOT_NAMED
        total = sum(count for _, count in planned.products)
        values |= {"dose": number(planned.amount), "product_list": dose_words.product_list(planned.products)}
        if len(planned.products) == 1:
            product = planned.products[0].product
            values |= {
                "tablet_count": number(total), "tablet_count_words": in_words(total),
                "form": product.form, "strength": number(product.strength),
            }  # fmt: skip
            if not isinstance(planned.frequency, OnWeekday) and planned.frequency.times == 2:
                values["morning_products"], values["evening_products"] = dose_words.halves(planned)
        if dose_words.is_weekly_pattern(planned):
            for name, count in (("two_tablet_days", 2), ("one_tablet_days", 1)):
                values[name] = joined(dose_words.days_with(planned, count)) or None
            if set(dose_words.spread(planned).values()) - {0, 1, 2}:
                raise Unfilled(f"{line.drug.name}: more than two products on one day")
        for index in range(1, STEPS_UP + 1):
            values |= {f"titration_date_{index}": None, f"titration_dose_{index}": None}
        for index, step in enumerate(line.titration[:STEPS_UP], start=1):
            if not is_before_next_visit(step.on, self.draft):
                break
            up = self.step_up(line, step)
            values[f"titration_date_{index}"] = patient_day(step.on)
            values[f"titration_dose_{index}"] = f"{up.products}, {up.amount}"
        return values

    def parts(self) -> tuple[PaperPart, ...]:
        """What stands outside the boxes. The drugs' own lines on when to get help are merged, the same line once."""
        return tuple(part for section in (*BEFORE_BOXES, *AFTER_BOXES) if (part := self.part(section)) is not None)

    def part(self, section: str) -> PaperPart | None:
        rows = [(row, dict(self.shared)) for row in self.instructions.of(None, section)]
        if section == "get_help_now":
            rows += [
                (row, self.values(line)) for line in self.lines for row in self.instructions.of(line.drug.key, section)
            ]
        values = {row.key: found for row, found in rows}
        part = self.instructions.part(
            [row for row, _ in rows], section, lambda row: self.instructions.lines(row, values[row.key])
        )
        if part is None or section != "get_help_now":
            return part
        return PaperPart(part.section, part.title, tuple(sorted(part.lines, key=self.urgency)), part.rows)

    def urgency(self, line: str) -> int:
        """Lines that name the emergency number come first, what to say there last."""
        if line.startswith("Say"):
            return 2
        return 0 if self.header.clinic.emergency_number in line else 1


def without(part: PaperPart, lines: tuple[str, ...]) -> PaperPart | None:
    left = tuple(line for line in part.lines if line not in lines)
    return PaperPart(part.section, part.title, left, part.rows) if left else None
