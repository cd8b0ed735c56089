"""A plan before it is signed: what is given, held and stopped, what warns, what is due, and what is still missing.

Values only. A draft without problems can be signed; nothing here decides that it may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from guidelines.engine.content import Drug
from guidelines.engine.planned import PlannedDrug, Weekday
from guidelines.engine.safety import Alert, override_of
from guidelines.engine.schedule import Due
from guidelines.engine.tapering import TaperStep
from guidelines.engine.values import plain

PlannedChange = Literal["start", "continue", "raise", "reduce", "hold", "taper", "stop"]
WizardStep = Literal["recommendation", "dose", "safety", "monitoring"]
NOT_GIVEN = ("hold", "stop")


@dataclass(frozen=True, slots=True)
class CurrentDrug:
    """What is taken now, as far as it is known; `amount` in the unit and period of the drug's dose. Of a drug that is
    held: `below` is the dose that a new one has to stay under, `again` the words of the rule that says so. `begun_with`:
    of a dose that was to change on set days, what it began with. `is_over`: it was a single dose; what is given now begins.
    `begun_on`: the first day of a drug that has an earliest day for going down, where these plans began it."""

    amount: Decimal | None = None
    weekday: Weekday | None = None
    is_held: bool = False
    below: Decimal | None = None
    again: str = ""
    begun_with: Decimal | None = None
    is_over: bool = False
    begun_on: date | None = None

    @property
    def is_to_be_lower(self) -> bool:
        """Whether it is given again only below the dose at which it was held, known or not."""
        return self.below is not None or bool(self.again)

    def bound(self, unit: str) -> str:
        """What it has to stay below, in words."""
        return "a dose that is not on record" if self.below is None else f"{plain(self.below)} {unit}"

    def is_too_much(self, amount: Decimal) -> bool:
        """Whether an amount is not below the dose at which the drug was held, where it has to be."""
        return self.below is not None and amount >= self.below

    def is_moved(self, change: PlannedChange, planned: PlannedDrug | None) -> bool:
        """Whether a dose that was to change on set days goes on as another one than it began with."""
        return planned is not None and change == "continue" and self.begun_with not in (None, planned.amount)


class DraftProblem(NamedTuple):
    """What is missing, on which step of the wizard; `place` is the choice it is about, such as `amounts.REGIMEN`."""

    step: WizardStep
    place: str
    message: str


class TitrationStep(NamedTuple):
    on: date
    amount: Decimal
    per: str


@dataclass(frozen=True, slots=True)
class MedicationLine:
    """One drug and what happens to it. `planned` is None for a drug not given, and for one that goes on as before."""

    drug: Drug
    change: PlannedChange
    regimen: str | None = None
    planned: PlannedDrug | None = None
    because: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    titration: tuple[TitrationStep, ...] = ()
    taper: tuple[TaperStep, ...] = ()
    role: str = "continued"
    is_again: bool = False  # given again after it was held
    is_moved: bool = False  # nobody knows today's amount, and it is not what the last plan began with

    @property
    def is_given(self) -> bool:
        return self.change not in NOT_GIVEN


class BesideAlert(NamedTuple):
    """A rule of another plan's guideline that a drug of this draft would meet. `key` is what it is acknowledged by."""

    key: str
    rule: str
    plan: str  # in words
    plan_id: UUID
    drug: str
    severity: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """`step` is the step the plan follows, `started_on` its first day, `main_weekday` the day of the weekly drug; `done`,
    by item, the day on which it was last done, by which `due` leaves it out."""

    step: str | None
    started_on: date
    review_on: date | None
    medications: tuple[MedicationLine, ...]
    alerts: tuple[Alert, ...]
    due: tuple[Due, ...]
    problems: tuple[DraftProblem, ...]
    main_weekday: Weekday | None = None
    beside: tuple[BesideAlert, ...] = ()
    done: Mapping[str, date] = field(default_factory=dict)

    @property
    def given(self) -> frozenset[str]:
        """The keys of the drugs the patient takes under this plan."""
        return frozenset(line.drug.key for line in self.medications if line.is_given)

    def to_override(self) -> tuple[Alert, ...]:
        """Stops on drugs that are given: each needs a coded reason, or cannot be signed at all."""
        return tuple(
            a for a in self.alerts
            if a.rule.drug in self.given and override_of(a) != "acknowledge" and not a.forbids_plan
        )  # fmt: skip

    def to_see(self) -> tuple[str, ...]:
        """What each thing that only needs to be seen is acknowledged by, of this plan and of those beside it."""
        own = tuple(alert.rule.key for alert in self.to_acknowledge())
        return (*own, *(alert.key for alert in self.beside if alert.severity == "caution"))

    def forbid_it(self) -> tuple[Alert, ...]:
        """Stops under which nothing at all is signed, also where the drug they are about is held."""
        return tuple(alert for alert in self.alerts if alert.forbids_plan)

    def to_acknowledge(self) -> tuple[Alert, ...]:
        """Cautions, and stops that only need to be seen."""
        return tuple(
            a for a in self.alerts
            if a.severity == "caution" or (a.rule.drug in self.given and a.severity == "stop" and override_of(a) == "acknowledge")
        )  # fmt: skip
