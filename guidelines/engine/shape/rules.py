"""Safety rules and monitoring."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from guidelines.engine.shape.marked import Marked
from guidelines.engine.values import MAXIMUM_YEARS, Content, Expression, Flag, Key, Line, Span, Whole, between

Severity = Literal["stop", "caution", "note"]


class Action(Content):
    """What is to be done, by whom, by when, and how to resume."""

    kind: Literal["repeat", "hold", "reduce", "stop", "refer", "inform"]
    text: Line
    who: Line | None = None
    within_days: Whole | None = None
    resume: Line | None = None
    resume_when: Expression | None = (
        None  # a drug held for this rule stays held until then; without it, while it is met
    )
    resume_lower: Flag = False  # given again only below the dose at which it was held

    @model_validator(mode="after")
    def says_in_words_when_it_may_be_given_again(self) -> Self:
        if (self.resume_when or self.resume_lower) and not self.resume:
            raise ValueError("resume_when and resume_lower need the words of resume: people read those")
        return self


class SafetyRule(Marked):
    """A condition that forbids, warns or notes. Subject: a drug, a step to be entered, or else the guideline."""

    key: Key
    drug: Key | None = None
    step: Key | None = None
    kind: Literal["contraindication", "caution", "interaction", "threshold", "scope", "urgent"]
    when: Expression
    severity: Severity
    resolvable: Flag = False
    message: Line
    plain: Line | None = None
    action: Action
    override: Literal["no_plan", "prohibited", "reason", "acknowledge"]  # no_plan: nothing is signed while it is met
    if_unknown: Severity | None = None  # as severe as the rule, unless a reviewed exception lowers it
    unknown_message: Line | None = None
    conflicts: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def only_a_stop_keeps_a_plan_from_being_signed(self) -> Self:
        if self.override == "no_plan" and self.severity != "stop":
            raise ValueError(f"override no_plan is for a stop, not for a {self.severity}")
        return self


class Window(Content):
    """Days from the anchor in which a test is due. Without `until`: the day itself and the days of grace."""

    after: Span
    until: Span | None = None
    every: Span | None = None
    times: Annotated[Whole, between(1, 200)] | None = None  # of a finite series; without it a series is open-ended
    drugs: tuple[Key, ...] = ()  # only when one of these is on the plan

    @model_validator(mode="after")
    def one_calendar(self) -> Self:
        kinds = {span.unit in ("mo", "a") for span in (self.after, self.until, self.every) if span and span.count}
        if self.every and len(kinds) > 1:
            raise ValueError("a series counts in days and weeks, or in months and years, not in both")
        return self

    @model_validator(mode="after")
    def within_a_lifetime(self) -> Self:
        if self.every and not self.every.count:
            raise ValueError("a series goes on after some days, not after none")
        repeated = self.every.years * (self.times or 1) if self.every else 0
        if max(self.after.years, self.until.years if self.until else 0) + repeated > MAXIMUM_YEARS:
            raise ValueError(f"a series ends within {MAXIMUM_YEARS} years")
        return self


class MonitoringItem(Marked):
    key: Key
    drug: Key | None = None
    steps: tuple[Key, ...] = ()  # only in these steps; none: in every step
    tests: tuple[Key, ...]
    phase: Line
    anchor: Literal["start", "drug_start", "previous"]  # the step's start, the first dose, the last time it was done
    windows: tuple[Window, ...]
    required: Flag
    when: Expression | None = None
    if_unknown: Literal["keep", "drop"] = "keep"
    restarts_on_dose_change: Flag = False
    why: Line
    plain: Line | None = None
    conflicts: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def a_first_dose_is_one_of_a_drug(self) -> Self:
        if self.anchor == "drug_start" and self.drug is None:
            raise ValueError("anchor drug_start needs the drug whose first dose it counts from")
        return self
