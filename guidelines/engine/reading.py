"""FACTS.json into PatientFacts: collects every problem with its place before refusing."""

from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from guidelines.engine.content import Fact
from guidelines.engine.cycles import keys_read
from guidelines.engine.elsewhere import read_elsewhere
from guidelines.engine.facts import (
    MAXIMUM_PROBLEMS,
    MAXIMUM_RESULTS,
    FactsRefused,
    Known,
    NotKnown,
    PatientFacts,
    Problem,
    Unknown,
    aged,
    birth_date_in,
    in_own_unit,
    read_number,
    read_value,
)  # fmt: skip
from guidelines.engine.on_hold import read_on_hold
from guidelines.engine.operators import Result, unit_text
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import exact_date, plain

if TYPE_CHECKING:
    from guidelines.engine.compiled import CompiledPackage

YEARS = range(1900, 2200)  # calculations with dates stay inside what a calendar can hold
TOP = ("as_of", "step", "started_on", "facts", "history", "held", "days_held", "elsewhere")
ENTRY = ("value", "unit", "taken_on", "upper_limit", "source")
MOST_KEPT = 20_000  # values that are kept as read


def read_facts(raw: object, compiled: "CompiledPackage") -> PatientFacts:
    """FACTS.json, already parsed, as PatientFacts; raises FactsRefused with every problem found."""
    return Reader(compiled).read(raw)


def why_not_past(day: date, born_on: date | None) -> str:
    """The sentence when a day is too long ago to be true, such as one with a mistyped year; empty when it is not."""
    if day.year < YEARS[0]:
        return f"{day} is before {YEARS[0]}; correct the year"
    return f"{day} is before the birth date, {born_on}" if born_on is not None and day < born_on else ""


class Reader:
    def __init__(self, compiled: "CompiledPackage") -> None:
        self.compiled = compiled
        self.problems: list[Problem] = []
        self.days: dict[str, date] = {}  # those that are found to be in time

    def refuse(self, place: str, message: str) -> None:
        if len(self.problems) < MAXIMUM_PROBLEMS:
            self.problems.append(Problem(place, message))

    def attempt(self, place: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ValueError as problem:
            self.refuse(place, str(problem))
            return None

    def read(self, raw: object) -> PatientFacts:
        if not isinstance(raw, dict):
            raise FactsRefused([Problem("file", 'must hold one object: {"as_of": …, "facts": {…}}')])
        self.only(raw, "", TOP)
        self.as_of = self.attempt("as_of", lambda: exact_date(raw.get("as_of")))
        if self.as_of is not None and self.as_of.year not in YEARS:
            self.refuse("as_of", f"must be between {YEARS[0]} and {YEARS[-1]}, not {self.as_of}")
            raise FactsRefused(self.problems)
        step, started_on = raw.get("step"), raw.get("started_on")
        if step is not None and (not isinstance(step, str) or step not in self.compiled.steps):
            self.refuse("step", f"is none of this guideline's steps: {', '.join(self.compiled.steps)}, or null")
        if self.as_of is None:
            raise FactsRefused(self.problems)
        self.born_on = birth_date_in(raw)
        started_on = None if started_on is None else self.day("started_on", started_on)
        if raw.get("started_on") is not None and step is None:
            self.refuse("started_on", "needs the step that was started")
        states: dict[str, Known | Unknown] = {}
        history = {key: self.results(key, entry) for key, entry in self.entries(raw, "history")}
        for key, entry in self.entries(raw, "facts"):
            state = self.state(key, entry)
            if state is not None:
                states[key] = state
        self.complete(states, history)
        elsewhere = read_elsewhere(self.refuse, raw, self.compiled, states, self.as_of)
        held, days_held = read_on_hold(self.attempt, raw, self.compiled.rules, started_on, self.as_of)
        if self.problems:
            raise FactsRefused(self.problems)
        facts = PatientFacts(self.as_of, step, started_on, states, history, held, days_held, *elsewhere)
        self.contradictions(facts)
        if self.problems:
            raise FactsRefused(self.problems)
        return facts

    def only(self, raw: dict[Any, Any], place: str, allowed: tuple[str, ...]) -> None:
        for key in raw:
            if key not in allowed:
                self.refuse(
                    f"{place}{'.' * bool(place)}{str(key)[:80]}", f"is not known here; use {', '.join(allowed)}"
                )

    def day(self, place: str, raw: object) -> date | None:
        if isinstance(raw, str) and (known := self.days.get(raw)) is not None:
            return known  # many facts are of one day
        day: date | None = self.attempt(place, lambda: exact_date(raw))
        if day is not None and day > self.as_of:
            self.refuse(place, f"{day} is after {self.as_of}, the day of this decision")
        elif day is not None and (sentence := why_not_past(day, self.born_on)):
            self.refuse(place, sentence)
        elif day is not None and isinstance(raw, str):
            self.days[raw] = day
        return day

    def entries(self, raw: dict[str, Any], name: str) -> list[tuple[str, Any]]:
        part = raw.get(name, {})
        if not isinstance(part, dict):
            self.refuse(name, "must be an object with a fact's key for each entry")
            return []
        found = []
        for key, entry in part.items():
            fact = self.compiled.facts.get(key)
            if fact is None:
                self.refuse(f"{name}.{str(key)[:80]}", "is not a fact of this guideline")
            else:
                found.append((key, entry))
        return found

    def state(self, key: str, entry: object) -> Known | Unknown | None:
        fact = self.compiled.facts[key]
        if not isinstance(entry, dict):
            self.refuse(f"facts.{key}", 'must be {"value": …} or {"status": "not_known"}')
            return None
        if "status" in entry:
            self.only(entry, f"facts.{key}", ("status",))
            if entry["status"] != "not_known":
                self.refuse(f"facts.{key}.status", 'can only be "not_known"; leave the fact out if nobody was asked')
            return NotKnown
        self.only(entry, f"facts.{key}", ENTRY)
        if "value" not in entry:
            self.refuse(f"facts.{key}", "needs a value")
            return None
        raw, unit, source = entry["value"], entry.get("unit"), entry.get("source", "given")
        if not (unit is None or isinstance(unit, str)) or not isinstance(source, str):
            self.refuse(f"facts.{key}", "unit and source must be text")
            return None
        value = self.value(fact, raw, unit)
        if isinstance(value, date):
            value = self.day(f"facts.{key}", value)
        taken_on = self.day(f"facts.{key}.taken_on", entry["taken_on"]) if "taken_on" in entry else self.as_of
        limit = self.limit(fact, f"facts.{key}", entry, unit) if "upper_limit" in entry else None
        if value is None or taken_on is None:
            return None
        typed = raw if isinstance(raw, str) else ""
        return aged(fact, Known(value, typed, unit or fact.unit, taken_on, limit, source[:80]), self.as_of)

    def value(self, fact: Fact, raw: object, unit: str | None) -> Any:
        """Texts that were read before are looked up: of most facts few values are ever given."""
        written = (fact.key, raw, unit) if isinstance(raw, str) else None
        value = self.compiled.values_read.get(written) if written else None
        if value is None:
            try:
                value = read_value(fact, raw, unit)
            except ValueError as problem:
                self.refuse(f"facts.{fact.key}", str(problem))
                return None
            if written and len(self.compiled.values_read) < MOST_KEPT:
                self.compiled.values_read[written] = value
        return value

    def limit(self, fact: Fact, place: str, entry: dict[str, Any], unit: str | None) -> Any:
        if entry.get("upper_limit") is None:
            return None
        if fact.upper_limit is None:
            self.refuse(f"{place}.upper_limit", f"{fact.label} has no upper limit in this guideline")
            return None
        return self.attempt(
            f"{place}.upper_limit",
            lambda: read_value(
                self.compiled.facts[fact.upper_limit or ""],
                plain(in_own_unit(fact, read_number(entry["upper_limit"]), unit)),
            ),
        )

    def results(self, key: str, entry: object) -> tuple[Result, ...]:
        fact, place = self.compiled.facts[key], f"history.{key}"
        if fact.type != "number" or not isinstance(entry, list) or len(entry) > MAXIMUM_RESULTS:
            self.refuse(place, f"must be a list of at most {MAXIMUM_RESULTS} results of a number")
            return ()
        found = []
        for index, item in enumerate(entry):
            here = f"{place}[{index}]"
            if not isinstance(item, dict) or "value" not in item or "taken_on" not in item:
                self.refuse(here, "needs value and taken_on")
                continue
            self.only(item, here, ("value", "unit", "upper_limit", "taken_on"))
            unit = item.get("unit")
            if not (unit is None or isinstance(unit, str)):
                self.refuse(f"{here}.unit", "must be text")
                continue
            value = self.attempt(here, partial(read_value, fact, item["value"], unit))
            taken_on = self.day(f"{here}.taken_on", item["taken_on"])
            if value is not None and taken_on is not None:
                found.append(Result(value, taken_on, self.limit(fact, here, item, unit)))
        return tuple(sorted(found, key=lambda result: result.taken_on))

    def disagreements(self, states: dict[str, Known | Unknown], history: dict[str, tuple[Result, ...]]) -> None:
        """The value that counts now is the newest, and of one day there is one: nobody can say which of two is right."""
        for key, results in history.items():
            for earlier, later in pairwise(results):
                if earlier.taken_on == later.taken_on and earlier.value != later.value:
                    self.refuse(f"history.{key}", f"has two results of {later.taken_on}; keep the one that counts")
            state = states.get(key)
            current = state if isinstance(state, Known) else state.last if state else None
            if current is None or not results:
                continue
            if current.taken_on < results[-1].taken_on:
                self.refuse(
                    f"facts.{key}", f"is older than the result of {results[-1].taken_on} on record; give the newest one"
                )
            elif any(r.taken_on == current.taken_on and r.value != current.value for r in results):
                self.refuse(f"facts.{key}", f"disagrees with the result of {current.taken_on} on record; keep one")

    def complete(self, states: dict[str, Known | Unknown], history: dict[str, tuple[Result, ...]]) -> None:
        """The newest result stands in for a current value nobody gave, and brings its upper limit."""
        self.disagreements(states, history)
        for key, results in history.items():
            if key not in states and results:
                last, fact = results[-1], self.compiled.facts[key]
                known = Known(last.value, plain(last.value), fact.unit, last.taken_on, last.upper_limit, "history")
                states[key] = aged(fact, known, self.as_of)
        for key, fact in self.compiled.limited.items():
            state, limit_key = states.get(key), fact.upper_limit or ""
            if not isinstance(state, Known):
                continue
            limit = states.get(limit_key)
            if isinstance(limit, Known) and state.upper_limit is None:
                states[key] = Known(state.value, state.typed, state.unit, state.taken_on, limit.value, state.source)
            elif isinstance(limit, Known) and limit.value != state.upper_limit:
                self.refuse(f"facts.{limit_key}", f"disagrees with the upper limit given with {key}")
            elif state.upper_limit is not None and limit is None:
                own = self.compiled.facts[limit_key]
                known = Known(state.upper_limit, plain(state.upper_limit), own.unit, state.taken_on, None, state.source)
                states[limit_key] = known

    def contradictions(self, facts: PatientFacts) -> None:
        """A given value that its own inputs contradict is refused: one of them is wrong, and nobody can say which."""
        resolved = Resolved(self.compiled, facts)
        for key, source in self.compiled.worked_out.items():
            self.impossible_result(key, resolved)
            state = facts.states.get(key)
            if not isinstance(state, Known) or source.formula is None or source.fact.formula_is_default:
                continue
            derived = source.formula.value(resolved)
            if derived is None:
                if source.fact.formula_only:
                    self.refuse(f"facts.{key}", "is always worked out; give what it is worked out from")
            elif derived != state.value and not self.same_as_written(derived, state):
                shown = plain(round(derived, 4)) if hasattr(derived, "as_tuple") else derived
                self.refuse(
                    f"facts.{key}", f"disagrees with the facts it follows from, which give {shown}; correct one of them"
                )

    def impossible_result(self, key: str, resolved: Resolved) -> None:
        """Values that are possible one by one and not together: two units mixed up, or two patients."""
        source = self.compiled.sources[key]
        if source.formula is None or source.fact.possible is None:
            return
        found, limits = source.formula.value(resolved), source.fact.possible
        if found is None or limits.holds(found):
            return
        given = sorted(
            name for name in set(keys_read(source.formula)) if isinstance(resolved.facts.states.get(name), Known)
        )
        labels = " and ".join(self.compiled.facts[name].label for name in given)
        shown = f"{plain(round(found, 2))} {unit_text(source.fact.unit)}".strip()
        for name in given:
            self.refuse(f"facts.{name}", f"gives {source.fact.label} {shown}, which is impossible; check {labels}")

    @staticmethod
    def same_as_written(derived: Any, state: Known) -> bool:
        return hasattr(derived, "as_tuple") and bool(
            round(derived, max(0, -state.value.as_tuple().exponent)) == state.value
        )
