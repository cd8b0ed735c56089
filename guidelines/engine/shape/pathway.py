"""Steps, the options they offer, and what leads from one to another."""

from typing import Literal

from guidelines.engine.shape.marked import Marked
from guidelines.engine.values import Content, Expression, Flag, Key, Line, Span, Text

Change = Literal["continue", "raise", "reduce", "hold", "taper", "stop", "choose"]


class OptionRegimen(Content):
    regimen: Key
    role: Literal["main", "companion", "continued"]
    when: Expression | None = None  # unknown counts as met


class Option(Marked):
    """One way to treat: regimens given together."""

    key: Key
    title: Line
    plain: Line
    regimens: tuple[OptionRegimen, ...]
    supports: tuple[Key, ...] = ()  # statements for it
    against: tuple[Key, ...] = ()  # statements and conflicts that speak against it


class StepOption(Content):
    option: Key
    when: Expression | None = None
    beside: Flag = False  # it never keeps a step alive by itself


class Taken(Content):
    """A drug that is being taken on this step; `when` unknown counts as taken. `change`: what the step does to it.

    `only_with` is the drug it accompanies: it stops when that one does.
    """

    drug: Key
    when: Expression | None = None
    change: Change = "continue"
    only_with: Key | None = None


class StepAction(Marked):
    """A part of treatment that is not a drug. What is about a drug (`drug`) is left out of a plan that does not give it."""

    key: Key
    text: Line
    plain: Line | None = None
    when: Expression | None = None
    drug: Key | None = None


class Step(Marked):
    key: Key
    title: Line
    plain_title: Line
    text: Text
    plain: Text | None = None
    review: Span | None = None
    options: tuple[StepOption, ...] = ()
    takes: tuple[Taken, ...] = ()
    actions: tuple[StepAction, ...] = ()
    otherwise: Key | None = None
    terminal: Flag = False
    refers_to: Line | None = None  # who takes over; entering such a step is a referral
    statements: tuple[Key, ...] = ()
    conflicts: tuple[Key, ...] = ()  # those its statements do not already carry


class DrugChange(Content):
    """What a transition does to a drug. Where it leads back to its own step, a drug that starts begins the step anew."""

    drug: Key
    change: Literal[Change, "start"]


class Transition(Marked):
    """What leads from a step to a step. Without `source` it is guideline-wide: urgent (before everything), or
    choosing (whenever a step with something to start is about to be proposed)."""

    key: Key
    kind: Literal["exit", "urgent", "choosing"] = "exit"
    source: Key | None = None
    target: Key
    when: Expression
    text: Line
    plain: Line | None = None
    as_continue: Flag = False  # the drug goes on under the other step
    if_unknown: Literal["ask", "stay"] = "ask"
    changes: tuple[DrugChange, ...] = ()
    statements: tuple[Key, ...] = ()
