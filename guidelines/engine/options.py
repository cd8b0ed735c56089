"""One way to treat, for one patient: its state, what excludes it, what it needs, and its doses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guidelines.engine.compiled import CompiledPackage, CompiledRegimen
from guidelines.engine.content import Option
from guidelines.engine.dosing import Dose, NoDose, dose_for
from guidelines.engine.facts import NotAsked
from guidelines.engine.operators import is_open
from guidelines.engine.products import Count, count_json
from guidelines.engine.resolve import Resolved
from guidelines.engine.safety import Alert, check_drug
from guidelines.engine.values import plain

NO_NEW_DOSE = {"": "Nothing is started today.", "hold": "On hold.", "stop": "Stopped.", "choose": "To be chosen."}


@dataclass(frozen=True, slots=True)
class AssessedRegimen:
    regimen: CompiledRegimen
    role: str
    dose: Dose | NoDose


@dataclass(slots=True)
class AssessedOption:
    """An option's state and the reasons for it. `alerts` are those of all its drugs."""

    option: Option
    state: str = "available"
    beside: bool = False
    regimens: list[AssessedRegimen] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    excluded_by: list[str] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    unanswered: bool = False
    undecided: bool = False

    def require(self, open_facts: Iterable[str], facts: Resolved) -> None:
        """Something is unknown: it needs an answer if somebody was not asked, and is pending if nobody knows."""
        for key in open_facts:
            self.needs.add(key)
            if facts.facts.states.get(key, NotAsked) is NotAsked:
                self.unanswered = True
            else:
                self.undecided = True

    @property
    def mains(self) -> list[AssessedRegimen]:
        return [part for part in self.regimens if part.role == "main"]

    @property
    def is_empty(self) -> bool:
        """Whether none of its main drugs is for this patient: their rules are not asked either, nothing is left to give."""
        return not self.mains and any(part.role == "main" for part in self.option.regimens)

    def settle(self) -> "AssessedOption":
        """State precedence: excluded, needs_answer, pending, caution, available."""
        mains = self.mains
        if self.excluded_by or self.is_empty or any(isinstance(r.dose, NoDose) and r.dose.final for r in mains):
            self.state = "excluded"
        elif self.unanswered:
            self.state = "needs_answer"
        elif self.undecided or any(alert.holds for alert in self.alerts):
            self.state = "pending"
        elif any(alert.severity == "caution" for alert in self.alerts):
            self.state = "caution"
        return self

    def as_json(self, *, shows_doses: bool, changes: Mapping[str, str]) -> dict[str, Any]:
        """The contract's form. `changes` says of each drug taken what happens to it, where no dose is shown."""
        option = self.option
        cautions = [alert.rule.key for alert in self.alerts if alert.severity == "caution"]
        return {
            "option": option.key, "state": self.state, "beside": self.beside, "for": list(option.supports),
            "against": [*option.against, *cautions], "excluded_by": list(self.excluded_by), "needs": sorted(self.needs),
            "regimens": [self._regimen_json(part, shows_doses, changes) for part in self.regimens],
        }  # fmt: skip

    def _regimen_json(self, part: AssessedRegimen, shows_doses: bool, changes: Mapping[str, str]) -> dict[str, Any]:
        dose, reason, change = part.dose, None, changes.get(part.regimen.drug.key)
        if isinstance(dose, NoDose):
            reason = dose.reason
        elif self.state == "excluded":
            reason = f"Excluded by {', '.join(self.excluded_by) or 'the dose of the main drug'}."
        elif self.state == "needs_answer":
            reason = "Answer what is open first."
        elif not shows_doses:
            reason = NO_NEW_DOSE.get(change or "", "Goes on as it is; no new dose today.")
        regimen = part.regimen.regimen
        return {
            "regimen": regimen.key, "drug": regimen.drug, "role": part.role,
            "dose": None if reason or isinstance(dose, NoDose) else dose_json(part.regimen, dose), "no_dose": reason,
        }  # fmt: skip


def assess(compiled: CompiledPackage, facts: Resolved, key: str, *, beside: bool = False) -> AssessedOption:
    """The option's state. A drug that is already taken needs no requirement again, and a continued one that must stop
    ends alone: it does not take the option with it."""
    found = AssessedOption(compiled.options[key], beside=beside)
    told: set[str] = set()  # drugs: a table of doses names one several times
    for part, condition in compiled.option_regimens[key]:
        if condition is not None and condition.value(facts) is False:
            continue
        regimen = compiled.regimens[part.regimen]
        if part.role == "continued" and regimen.drug.key in facts.facts.elsewhere:
            continue  # goes on, but not by this plan
        alerts = check_drug(compiled, facts, regimen.drug.key)
        found.alerts += [] if regimen.drug.key in told else alerts
        told.add(regimen.drug.key)
        found.regimens.append(AssessedRegimen(regimen, part.role, dose_for(regimen, facts)))
        if part.role == "continued":
            continue
        for alert in alerts:
            if alert.excludes and alert.rule.key not in found.excluded_by:
                found.excluded_by.append(alert.rule.key)
            elif alert.severity == "stop" and not alert.is_met:
                found.require(alert.open_facts, facts)
        if facts[f"starting:{regimen.drug.key}"] is not False:
            _require(found, regimen, facts)
        dose = found.regimens[-1].dose
        if isinstance(dose, NoDose):
            found.require(dose.needs, facts)
    return found.settle()


def _require(found: AssessedOption, regimen: CompiledRegimen, facts: Resolved) -> None:
    for requirement, condition in regimen.requires:
        state = True if condition is None else condition.value(facts)
        if state is not False and is_open(facts[requirement.fact]):
            found.require(facts.open_keys(requirement.fact), facts)
            if condition is not None and state is None:
                found.require(facts.open_facts(condition), facts)


def dose_json(compiled: CompiledRegimen, dose: Dose) -> dict[str, Any]:
    """The dose in the contract's form."""
    titration = compiled.regimen.titration

    def counts(products: tuple[Count, ...]) -> list[dict[str, Any]]:
        return [{"product": p.key, "count": count_json(count), "per": dose.per} for p, count in products]

    found: dict[str, Any] = {
        "min": plain(dose.min), "start": None if dose.start is None else plain(dose.start), "max": plain(dose.max),
        "unit": dose.unit, "per": dose.per, "frequency": dose.frequency.model_dump(), "products": counts(dose.products),
        "products_max": counts(dose.products_max), "working": list(dose.working),
    }  # fmt: skip
    if dose.pattern:
        found["pattern"] = dose.pattern
    if dose.one_time:
        found["one_time"] = True
    if titration and dose.titration:
        last = titration.every_max_days
        every = f"{titration.every_min_days}-{last} days" if last else f"at least {titration.every_min_days} days"
        found["titration"] = {"steps": [plain(step) for step in dose.titration], "per": titration.per, "every": every}
    return found
