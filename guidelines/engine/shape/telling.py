"""What the patient is told, and the test patients a guideline must get right."""

from typing import Literal

from guidelines.engine.shape.marked import Marked
from guidelines.engine.shape.pathway import Change
from guidelines.engine.values import Amount, Content, Day, Expression, Flag, Key, Line, Text


class PatientInstruction(Marked):
    """Lines of a printed plan. Prints when its drug is on the plan and `show_when` is met or unknown."""

    key: Key
    drug: Key | None = None
    section: Literal[
        "your_plan", "how_to_take", "get_help_now", "call_same_day", "missed_dose", "took_too_much", "avoid", "vaccines",
        "pregnancy", "tests", "next_visit", "skin", "storage",
    ]  # fmt: skip
    show_when: Expression | None = None
    with_titration: Flag = False  # only while the dose is being raised
    clinician: Text
    plain: Text  # one instruction a line; {placeholders} are filled by the program
    outranks: tuple[Key, ...] = ()  # softer rows left out when this one prints


class PrintRule(Marked):
    """What must never stand in the finished text. `forbidden` are regular expressions, read without case."""

    key: Key
    drug: Key | None = None  # only in this drug's box
    text: Line
    forbidden: tuple[Line, ...] = ()
    required: tuple[Line, ...] = ()  # in the drug's box: placeholders or words that must be there


class OverrideReason(Content):
    key: Key
    label: Line


class CaseBase(Content):
    key: Key
    facts: dict[Key, str | tuple[str, ...]]


class Case(Content):
    """A test patient: what is known, and what must come out. Only what is named in `expected` is compared."""

    key: Key
    title: Line
    why: Line | None = None
    as_of: Day
    step: Key | None = None
    started_on: Day | None = None
    based_on: Key | None = None
    facts: dict[Key, str | tuple[str, ...]] = {}
    not_known: tuple[Key, ...] = ()
    not_asked: tuple[Key, ...] = ()
    history: dict[Key, tuple["CaseResult", ...]] = {}
    expected: "Expected"


class CaseResult(Content):
    value: Amount
    taken_on: Day
    upper_limit: Amount | None = None


class ExpectedDose(Content):
    regimen: Key
    min: Amount | None = None
    start: Amount | None = None
    max: Amount | None = None
    tablets: tuple[Line, ...] = ()  # "product_key count"
    pattern: Line | None = None
    frequency: Literal["weekly", "daily"] | None = None
    no_dose: Flag = False


class ExpectedDue(Content):
    item: Key
    opens: Day
    overdue_after: Day | None = None


class Expected(Content):
    outcome: Literal["propose", "ask", "pending", "continue", "hold", "stop", "refer", "out_of_scope"]
    step: Key | None = None
    stops: tuple[Key, ...] = ()  # every stop that is met
    cautions: tuple[Key, ...] | None = None
    notes: tuple[Key, ...] | None = None
    unknown: tuple[Key, ...] = ()  # among the rules that could not be checked
    options: dict[Key, Literal["available", "caution", "needs_answer", "pending", "excluded"]] = {}
    taking: dict[Key, Change] = {}
    doses: tuple[ExpectedDose, ...] = ()
    due: tuple[ExpectedDue, ...] = ()
