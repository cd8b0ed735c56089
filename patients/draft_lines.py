"""The medication lines of a plan: from the option that was chosen and from what is taken now.

Refuses, as a problem to be solved and never as a guess, a dose that nobody chose, that no whole products make up or
that is above its limit, and a weekly drug without its weekday.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from guidelines.engine.compiled import CompiledPackage, CompiledRegimen
from guidelines.engine.decision import Decision, Taking
from guidelines.engine.dosing import Dose, NoDose, dose_for, often
from guidelines.engine.options import AssessedOption, AssessedRegimen
from guidelines.engine.planned import EveryDay, OnWeekday, PlannedDrug, Weekday
from guidelines.engine.products import products_for, weekly_pattern
from guidelines.engine.safety import check_drug, override_of
from guidelines.engine.values import plain
from patients.choices import Choices
from patients.draft_amounts import amounts_for, kept_below, too_much
from patients.draft_courses import taper_of, titration_of
from patients.draft_working import worksheet
from patients.plan_draft import CurrentDrug, DraftProblem, MedicationLine, PlannedChange

NEEDS_OPTION = ("propose", "pending", "continue")
NO_PLAN = {
    "ask": "Answer the open questions first: the guideline cannot propose anything yet.",
    "out_of_scope": "This patient is outside this guideline, so no plan can be signed with it.",
}


class LineWriter:
    """Writes the lines one by one; `problems` holds what keeps them from being complete."""

    def __init__(
        self,
        compiled: CompiledPackage,
        decision: Decision,
        choices: Choices,
        current: Mapping[str, CurrentDrug],
        today: date,
    ) -> None:
        self.compiled, self.decision, self.choices = compiled, decision, choices
        self.current, self.today = current, today
        self.taking = {taking.drug: taking for taking in decision.taking}
        self.problems: list[DraftProblem] = []
        self.option = self.chosen_option()

    def choose_again(self, message: str) -> None:
        self.problems.append(DraftProblem("recommendation", "option", message))

    def dose_problem(self, place: str, message: str) -> None:
        self.problems.append(DraftProblem("dose", place, message))

    def chosen_option(self) -> AssessedOption | None:
        outcome, options = self.decision.outcome, self.decision.options
        if outcome in NO_PLAN:
            self.choose_again(NO_PLAN[outcome])
        if outcome not in NEEDS_OPTION or not options:
            return None
        key = self.choices.option
        if key is None:
            goes_on = [option for option in options if not option.beside and option.state != "excluded"]
            if outcome == "continue" and len(goes_on) == 1:
                return goes_on[0]
            self.choose_again("Choose one of the options.")
            return None
        option = next((option for option in options if option.option.key == key), None)
        if option is None:
            self.choose_again("The option chosen before is no longer offered. Choose again.")
        elif option.state == "needs_answer":
            labels = ", ".join(self.compiled.facts[fact].label for fact in sorted(option.needs))
            self.choose_again(f"Answer what this option needs first: {labels}.")
        elif option.state == "excluded" and not may_be_chosen(option):
            self.choose_again("This option is excluded and cannot be overridden. Choose another one.")
        return option

    def lines(self) -> Iterator[MedicationLine]:
        if self.decision.outcome in NO_PLAN:
            return
        written = set()
        for part in self.option.regimens if self.option else ():
            drug = part.regimen.drug.key
            taking = self.taking.get(drug)
            if drug not in written and not self.ends(part, taking):
                written.add(drug)
                yield self.from_option(part, taking)
        for taking in self.decision.taking:
            if taking.drug not in written:
                line = self.from_taking(taking)
                if line is not None:
                    yield line

    def ends(self, part: AssessedRegimen, taking: Taking | None) -> bool:
        """Whether a drug of the option is not given: it is to end beside it, or was held and a person waits on."""
        if taking is None:
            return False
        waits = self.now(taking.drug).is_held and self.choices.taking.get(taking.drug) in ("hold", "stop")
        return waits or (part.role == "continued" and taking.change in ("hold", "stop"))

    def from_option(self, part: AssessedRegimen, taking: Taking | None) -> MedicationLine:
        regimen, drug = part.regimen.regimen, part.regimen.drug
        supports = self.option.option.supports if self.option else ()
        because = taking.because if taking and taking.because else supports
        is_taken = (taking is not None and not self.now(drug.key).is_over) or part.role == "continued"
        planned, working = None, tuple[str, ...]()
        if isinstance(part.dose, NoDose):
            self.dose_problem(f"amounts.{regimen.key}", f"{drug.name}: {part.dose.reason}")
        else:
            planned = self.planned(part.regimen, part.dose, self.amount(part))
            working = worksheet(part.regimen, part.dose, planned, self.decision.resolved, is_taken=is_taken)
        change = self.change(drug.key, planned.amount if planned else None, taking)
        now = self.now(drug.key)
        # A lower dose after a stop is not raised by a table, also where nobody knows what it is lower than: a person looks first.
        titration = () if now.is_to_be_lower else titration_of(part, planned, change, self.today)
        if now.is_to_be_lower:
            working = (*working, f"Given again below {now.bound(regimen.unit)}: {now.again}")
        taper = taper_of(
            self.decision, part.regimen, planned, change, self.today,
            under_way=part.role == "continued", begun_on=now.begun_on,
        )  # fmt: skip
        return MedicationLine(
            drug, change, regimen.key, planned, because, working, titration, taper, part.role, now.is_held, now.is_moved(change, planned),
        )  # fmt: skip

    def amount(self, part: AssessedRegimen) -> Decimal | None:
        chosen = self.choices.amounts.get(part.regimen.regimen.key)
        if chosen is None and part.role == "continued":
            return self.now(part.regimen.drug.key).amount
        return chosen

    def now(self, drug: str) -> CurrentDrug:
        return self.current.get(drug) or CurrentDrug()

    def planned(self, compiled: CompiledRegimen, dose: Dose, amount: Decimal | None) -> PlannedDrug | None:
        """The dose a physician picked, if it is one of those that can be given."""
        regimen, name = compiled.regimen, compiled.drug.name
        place = f"amounts.{regimen.key}"
        now = self.now(compiled.drug.key)
        allowed = amount is not None and amount in amounts_for(compiled, dose, now, self.decision)
        if amount is None:
            self.dose_problem(place, f"Choose the dose of {name}.")
        elif now.is_too_much(amount):
            self.dose_problem(place, too_much(name, amount, now, dose.unit))
        elif not allowed:
            least = kept_below(dose, now, self.decision) or dose.min
            self.dose_problem(
                place,
                f"{name}: {plain(amount)} {dose.unit} {often(regimen, dose.per)} cannot be given. Choose a dose that its products "
                f"make up, from {plain(least)} to {plain(dose.max)} {dose.unit} {often(regimen, dose.per)}.",
            )
        weekday = self.weekday(compiled, None)
        return built(compiled, amount, weekday) if amount is not None and allowed else None

    def weekday(self, compiled: CompiledRegimen, now: Weekday | None) -> Weekday | None:
        """The named day of a weekly drug; a missing one is a problem, never a default."""
        if compiled.regimen.frequency.type != "weekly":
            return None
        weekday = self.choices.weekdays.get(compiled.drug.key, now)
        if weekday is None:
            self.dose_problem(
                f"weekdays.{compiled.drug.key}", f"Choose the weekday on which {compiled.drug.name} is taken."
            )
        return weekday

    def change(self, drug: str, amount: Decimal | None, taking: Taking | None) -> PlannedChange:
        if taking is None or self.now(drug).is_held or self.now(drug).is_over:
            return "start"
        now = self.now(drug).amount
        wanted: dict[str, PlannedChange] = {"raise": "raise", "reduce": "reduce", "taper": "taper"}
        if now is None or amount is None:
            return wanted.get(taking.change, "continue") if amount is not None else "continue"
        if amount > now:
            return "raise"
        if taking.change == "taper":
            return "taper"
        return "reduce" if amount < now else "continue"

    def from_taking(self, taking: Taking) -> MedicationLine | None:
        drug = self.compiled.drugs[taking.drug]
        chosen, change = self.choices.taking.get(drug.key), taking.change
        if change == "choose":
            if chosen is None:
                self.dose_problem(f"taking.{drug.key}", f"Choose whether {drug.name} goes on or stops.")
                return None
            change = chosen
        elif chosen in ("hold", "stop") and change not in ("hold", "stop") and self.may_end(drug.key):
            change = chosen
        if change in ("hold", "stop"):
            return MedicationLine(drug, "hold" if change == "hold" else "stop", because=taking.because)
        return None if self.now(drug.key).is_over else self.goes_on(taking)

    def may_end(self, drug: str) -> bool:
        """Whether a drug that goes on may be held or stopped: it is held now, a stop speaks against it, or it has no dose
        for anyone like this patient, so that it could neither be named nor signed."""
        resolved = self.decision.resolved
        if self.now(drug).is_held:
            return True  # that it may be given again does not say that it must
        if any(alert.severity == "stop" for alert in check_drug(self.compiled, resolved, drug)):
            return True
        doses = [dose_for(regimen, resolved) for regimen in self.regimens_of(drug)]
        return bool(doses) and all(isinstance(dose, NoDose) and dose.final for dose in doses)

    def goes_on(self, taking: Taking) -> MedicationLine:
        """A drug outside the option goes on as it was, with its dose checked against its limits."""
        drug = self.compiled.drugs[taking.drug]
        now, regimens = self.now(drug.key), self.regimens_of(drug.key)
        chosen = next(
            ((r, self.choices.amounts[r.regimen.key]) for r in regimens if r.regimen.key in self.choices.amounts), None
        )
        amount = chosen[1] if chosen else now.amount
        fitting = [chosen[0]] if chosen else [r for r in regimens if amount is not None and products_for(r, amount)]
        doses = [(r, dose_for(r, self.decision.resolved)) for r in fitting]
        allowed = [
            (r, dose)
            for r, dose in doses
            if isinstance(dose, Dose)
            and amount is not None
            and amount <= dose.max
            and products_for(r, amount)
            and not now.is_too_much(amount)
        ]
        asked = self.asked_for(drug.key)
        place = f"amounts.{asked.regimen.key}" if asked else f"taking.{drug.key}"
        planned = None
        if allowed and amount is not None:
            planned = built(allowed[0][0], amount, self.weekday(allowed[0][0], now.weekday))
        elif amount is not None and now.is_too_much(amount):
            self.dose_problem(place, too_much(drug.name, amount, now, regimens[0].regimen.unit if regimens else ""))
        elif amount is not None:
            self.dose_problem(
                place,
                f"{drug.name}: the present dose of {plain(amount)} is above its limit, or its limit cannot be checked. Correct it.",
            )
        elif regimens:
            self.dose_problem(place, f"Enter the dose of {drug.name} that is taken now.")
        change = self.change(drug.key, planned.amount if planned else None, taking)
        if planned is None:
            return MedicationLine(drug, "continue", because=taking.because, is_again=now.is_held)
        regimen, dose = allowed[0]
        part = AssessedRegimen(regimen, "continued", dose)
        working = worksheet(regimen, dose, planned, self.decision.resolved, is_taken=True)
        return MedicationLine(
            drug, change, planned.regimen, planned, taking.because, working,
            titration_of(part, planned, change, self.today),
            taper_of(self.decision, regimen, planned, change, self.today, under_way=False, begun_on=now.begun_on),
            is_again=now.is_held, is_moved=now.is_moved(change, planned),
        )  # fmt: skip

    def asked_for(self, drug: str) -> CompiledRegimen | None:
        """The regimen in which the dose of a drug that goes on is asked: the first whose limits can be worked out."""
        regimens = self.regimens_of(drug)
        with_limits = (r for r in regimens if isinstance(dose_for(r, self.decision.resolved), Dose))
        return next(with_limits, regimens[0] if regimens else None)

    def regimens_of(self, drug: str) -> list[CompiledRegimen]:
        """The drug's regimens: those of the present step first."""
        found: dict[str, CompiledRegimen] = {}
        for step in (self.decision.facts.step, self.decision.step):
            for entry in self.compiled.steps[step].options if step in self.compiled.steps else ():
                for part, _ in self.compiled.option_regimens[entry.entry.option]:
                    found[part.regimen] = self.compiled.regimens[part.regimen]
        every = {**found, **self.compiled.regimens}
        return [regimen for regimen in every.values() if regimen.drug.key == drug]


def may_be_chosen(option: AssessedOption) -> bool:
    """An excluded option, when every stop on it may be overridden with a reason and its main drugs have a dose."""
    stops = [alert for alert in option.alerts if alert.severity == "stop"]
    doses = [part.dose for part in option.regimens if part.role != "continued"]
    return (
        bool(stops) and not option.is_empty and all(override_of(a) == "reason" for a in stops)
        and not any(isinstance(d, NoDose) for d in doses)
    )  # fmt: skip


def built(compiled: CompiledRegimen, amount: Decimal, weekday: Weekday | None) -> PlannedDrug | None:
    regimen, products = compiled.regimen, products_for(compiled, amount)
    if products is None or (regimen.frequency.type == "weekly" and weekday is None):
        return None
    times = regimen.frequency.times if regimen.frequency.type == "daily" else 1
    frequency = OnWeekday(weekday) if weekday is not None else EveryDay(times)
    pattern = weekly_pattern(products[0].number, products[0].product.form) if regimen.weekly_tablets else None
    per = "week" if regimen.weekly_tablets else regimen.amount_per
    return PlannedDrug(
        compiled.drug, regimen.key, amount, regimen.unit, per, frequency, products, pattern, regimen.one_time
    )
