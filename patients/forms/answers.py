"""The facts page as it was sent: one answer for each question, or the sentence that says what is wrong with it.

Refuses keys nobody declared, and never turns an empty box into an answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from guidelines.engine.facts import FactsRefused, Problem, is_implausible, read_value
from guidelines.engine.operators import unit_text
from guidelines.engine.reading import read_facts
from guidelines.engine.values import plain
from patients.facts import FROM_PATIENT, Answer, Answers

NOT_KNOWN = "not_known"
NONE_OF_THESE = "none_of_these"
NOT_ASKED = ""
PARTS = ("fact", "unit", "on", "limit", "unknown", "sure", "dated")
NEW_RESULT, CORRECTION = "new", "correction"
LONGEST = 60  # of what is shown again in a box


class UnknownField(ValueError):
    """The form holds a field that no page of ours sends."""


@dataclass(frozen=True)
class Typed:
    """One question as somebody typed it."""

    values: tuple[str, ...] = ()
    unit: str = ""
    taken_on: str = ""
    upper_limit: str = ""
    is_unknown: bool = False
    is_sure: bool = False
    dated: str = ""  # NEW_RESULT or CORRECTION, where that was asked

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass
class AnswersForm:
    """What can be saved, and what is wrong. `typed` holds every question of the page, right or wrong.

    `to_date` are new values that stand beside the day of the one before: that day, and today.
    """

    typed: dict[str, Typed] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    to_confirm: dict[str, str] = field(default_factory=dict)
    to_date: dict[str, tuple[date, date]] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        return not self.errors and not self.to_confirm and not self.to_date

    def changes(self, stored: Mapping[str, Answer]) -> dict[str, Answer | None]:
        """What differs from what is saved; None takes an answer back."""
        keys = dict.fromkeys([*stored, *self.answers])
        return {key: self.answers.get(key) for key in keys if self.answers.get(key) != stored.get(key)}

    def only(self, keys: Iterable[str], answers: Mapping[str, Answer | None], stored: Mapping[str, Answer]) -> None:
        """Keeps what was typed for these questions, and puts these answers onto what is saved."""
        for key in set(self.typed) - set(keys):
            self.forget(key)
        merged = {**stored, **answers}
        self.answers = {key: answer for key, answer in merged.items() if answer is not None}

    def forget(self, key: str) -> None:
        """Drops what was typed for a question, and what is wrong with it."""
        for found in (self.typed, self.errors, self.to_confirm, self.to_date):
            found.pop(key, None)

    def add_problems(self, problems: Iterable[Problem], compiled: CompiledPackage) -> None:
        """What the action could not save, beside the question it is about."""
        beside = limits(compiled)
        for place, message in problems:
            key = place.partition(".")[0]
            key = beside.get(key, key)
            if key in self.typed and key not in self.errors:
                self.errors[key] = f"{compiled.facts[key].label}: {message}"


def is_asked(compiled: CompiledPackage, fact: Fact) -> bool:
    """Whether the page has a question for the fact: not for what is worked out, stands on the patient's page, or is
    the upper limit beside another result."""
    return not fact.formula_only and fact.key not in FROM_PATIENT and fact.key not in limits(compiled)


def limits(compiled: CompiledPackage) -> dict[str, str]:
    """The facts that are upper limits, with the fact beside which each is typed."""
    return {fact.upper_limit: fact.key for fact in compiled.limited.values() if fact.upper_limit}


def read_answers(
    sent: QueryDict, compiled: CompiledPackage, *, stored: Mapping[str, Answer], as_of: date
) -> AnswersForm:
    """The form as answers. Questions the page did not show keep what is stored."""
    form = AnswersForm(answers=dict(stored))
    shown = set(sent.getlist("shown"))
    for name in sent:
        part, dash, key = name.partition("-")
        if dash and part in PARTS and key not in shown:
            raise UnknownField(
                f"The form holds a field for {key[:80]}, which is no question of this page. Reload the page."
            )
    for key in shown:
        fact = compiled.facts.get(key)
        if fact is None or not is_asked(compiled, fact):
            raise UnknownField(f"{key[:80]} is not a question of this guideline. Reload the page.")
    for key, fact in compiled.facts.items():
        if key in shown:
            form.typed[key] = typed_of(sent, key)
            _read_one(form, compiled, fact, stored, as_of)
    return form


def typed_of(sent: QueryDict, key: str) -> Typed:
    return Typed(
        values=tuple(value.strip() for value in sent.getlist(f"fact-{key}")),
        unit=sent.get(f"unit-{key}", ""),
        taken_on=sent.get(f"on-{key}", "").strip(),
        upper_limit=sent.get(f"limit-{key}", "").strip(),
        is_unknown=f"unknown-{key}" in sent,
        is_sure=f"sure-{key}" in sent,
        dated=sent.get(f"dated-{key}", ""),
    )


def _read_one(
    form: AnswersForm, compiled: CompiledPackage, fact: Fact, stored: Mapping[str, Answer], as_of: date
) -> None:
    typed, before = form.typed[fact.key], stored.get(fact.key)
    is_empty = not any(typed.values)
    if NOT_KNOWN in typed.values or typed.is_unknown:
        if not is_empty and typed.values != (NOT_KNOWN,):
            form.errors[fact.key] = f"{fact.label}: give a value or say that it is not known, not both"
        else:
            form.answers[fact.key] = {"status": NOT_KNOWN}
            form.answers.pop(fact.upper_limit or "", None)
        return
    if is_empty:
        if typed.upper_limit and not _has_limit(before, stored, fact):
            form.errors[fact.key] = f"{fact.label}: give the result that this upper limit belongs to"
        elif before is not None and not is_stale(fact, before, as_of):
            form.answers.pop(fact.key)
            if typed.taken_on == before.get("taken_on"):
                # What is typed next is another result: it does not get the day of the one that was taken back.
                form.typed[fact.key] = replace(typed, taken_on=as_of.isoformat())
        return
    if NONE_OF_THESE in typed.values and len(typed.values) > 1:
        form.errors[fact.key] = f"{fact.label}: choose from the list or say none of these, not both"
        return
    answer = _answer(fact, typed, before, as_of)
    problem = problem_of(compiled, fact, answer, as_of)
    if problem:
        form.errors[fact.key] = problem
        return
    if answer != before and not typed.is_sure and is_unusual(fact, answer):
        form.to_confirm[fact.key] = unusual_sentence(fact, answer)
    if keeps_old_day(fact, answer, before, as_of) and typed.dated != CORRECTION:
        if typed.dated == NEW_RESULT:
            answer["taken_on"] = as_of.isoformat()
            form.typed[fact.key] = replace(typed, taken_on=answer["taken_on"])
        else:
            form.to_date[fact.key] = (date.fromisoformat(answer["taken_on"]), as_of)
    if fact.key not in form.to_confirm and fact.key not in form.to_date:
        form.answers[fact.key] = answer
        if fact.upper_limit and "upper_limit" in answer:
            form.answers.pop(fact.upper_limit, None)  # the result brings its own


def keeps_old_day(fact: Fact, answer: Answer, before: Answer | None, as_of: date) -> bool:
    """Whether another value stands beside the day of the one before it: nobody can say whether that day is meant."""
    if before is None or "value" not in before or answer["taken_on"] in (None, as_of.isoformat()):
        return False
    return bool(answer["taken_on"] == before.get("taken_on") and read_of(fact, answer) != read_of(fact, before))


def read_of(fact: Fact, answer: Answer) -> Any:
    """The value in the fact's own unit, so that 6.1 and 6.10 are the same."""
    try:
        return read_value(fact, answer["value"], answer.get("unit"))
    except ValueError:
        return answer["value"]


def _has_limit(before: Answer | None, stored: Mapping[str, Answer], fact: Fact) -> bool:
    return bool(before and "upper_limit" in before) or (fact.upper_limit or "") in stored


def _answer(fact: Fact, typed: Typed, before: Answer | None, as_of: date) -> Answer:
    answer: Answer = {"value": value_of(fact, typed.values)}
    if fact.type == "number" and fact.unit and typed.unit:
        answer["unit"] = typed.unit
    if fact.upper_limit and typed.upper_limit:
        answer["upper_limit"] = typed.upper_limit
    unchanged = before is not None and all(before.get(name) == answer.get(name) for name in ("value", "upper_limit"))
    kept = before.get("taken_on") if before is not None and unchanged else None
    answer["taken_on"] = typed.taken_on or kept or as_of.isoformat()
    return answer


def value_of(fact: Fact, values: tuple[str, ...]) -> Any:
    """The value in the form a facts file has; what is wrong with it is the engine's to say."""
    if fact.type == "boolean":
        return {"true": True, "false": False}.get(values[0], values[0])
    if fact.type == "set":
        return [value for value in values if value and value != NONE_OF_THESE]
    return values[0]


def problem_of(compiled: CompiledPackage, fact: Fact, answer: Answer, as_of: date) -> str:
    """What is wrong with one answer, in the engine's words; empty when nothing is."""
    if (
        fact.type == "set"
        and isinstance(answer["value"], list)
        and not set(answer["value"]) <= {c.key for c in fact.choices}
    ):
        return f"{fact.label}: choose from the list"
    try:
        read_facts({"as_of": as_of.isoformat(), "facts": {fact.key: answer}}, compiled)
    except FactsRefused as refusal:
        problem = refusal.problems[0]
        sentence = problem.message[:1].upper() + problem.message[1:]
        place = problem.place.rpartition(".")[2]
        return {"taken_on": "Date: ", "upper_limit": "Upper limit: "}.get(place, "") + sentence
    return ""


def is_unusual(fact: Fact, answer: Answer) -> bool:
    if fact.type != "number":
        return False
    return is_implausible(fact, read_value(fact, answer["value"], answer.get("unit")))


def unusual_sentence(fact: Fact, answer: Answer) -> str:
    unit = unit_text(answer.get("unit") or fact.unit)
    low, high = (fact.plausible.min, fact.plausible.max) if fact.plausible else (None, None)
    own = unit_text(fact.unit)
    if low is not None and high is not None:
        usual = f"between {plain(low)} and {plain(high)} {own}"
    else:
        usual = (
            f"at least {plain(low)} {own}"
            if low is not None
            else f"at most {plain(high)} {own}"
            if high is not None
            else ""
        )
    return f"{fact.label} {answer['value'][:LONGEST]} {unit} is unusual; it is mostly {usual}. Check the number and its unit"


def is_stale(fact: Fact, answer: Answer, as_of: date) -> bool:
    """Whether a stored answer is too old to count: it is shown beside an empty box, and an empty box leaves it alone."""
    if fact.maximum_age_days is None or not isinstance(answer.get("taken_on"), str):
        return False
    return date.fromisoformat(answer["taken_on"]) < as_of - timedelta(days=fact.maximum_age_days)
