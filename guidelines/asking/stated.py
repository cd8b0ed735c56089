"""Numbers in a question, as facts: a value below a limit rules out what holds above it. What is not certain is left unsaid."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from guidelines.asking.knowledge import Knowledge
from guidelines.asking.meaning import Meaning
from guidelines.engine import content
from guidelines.engine.cycles import keys_read
from guidelines.engine.facts import Known, NotKnown, PatientFacts, Unknown
from guidelines.engine.nodes import Node
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import exact_decimal
from guidelines.lexicon import Span

NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")
ABOVE, BELOW = Decimal("1.01"), Decimal("0.99")  # just past a number, where the question says so
PASSING = {
    **dict.fromkeys(("above", "over", "exceeding", "exceeds"), ABOVE),
    **dict.fromkeys(("below", "under", "beneath"), BELOW),
    **dict.fromkeys(("more than", "greater than", "higher than", "larger than", "bigger than"), ABOVE),
    **dict.fromkeys(("less than", "lower than", "smaller than", "fewer than"), BELOW),
}
AGE = "age_years"  # the one fact about a person that the register always holds
OF_AGE = {"is", "am", "im", "m", "aged", "age"}  # what stands before somebody's years
ADULT, OLDEST = Decimal(18), Decimal(110)
REACH = 3  # words between a name and its number
PERCENT = "percent"
TIMES = {"x", "times", "fold"}


class Stated(NamedTuple):
    """The facts a question gives, and everything ready for the conditions of rules; what is not given is not known."""

    facts: frozenset[str]
    resolved: Resolved

    def of(self, condition: Node) -> bool | None:
        """Whether the condition is met or not, as far as the question says."""
        state = condition.value(self.resolved)
        is_told = state is False or not self.facts.isdisjoint(keys_read(condition))
        return state if is_told else None


def stated_by(meaning: Meaning, knowledge: Knowledge, today: date) -> Stated:
    given = {key: known(fact, value, today) for key, fact, value in values(meaning, knowledge)}
    states: dict[str, Known | Unknown] = {**dict.fromkeys(knowledge.compiled.facts, NotKnown), **given}
    resolved = Resolved(knowledge.compiled, PatientFacts(today, None, None, states, {}))
    resolved["current_step"] = None  # not "none yet": nobody said
    return Stated(frozenset(given), resolved)


def known(fact: content.Fact, value: Decimal, today: date) -> Known:
    return Known(value, str(value), fact.unit, today)


def values(meaning: Meaning, knowledge: Knowledge) -> Iterator[tuple[str, content.Fact, Decimal]]:
    compiled = knowledge.compiled
    numbers = {place: number(word) for place, word in enumerate(meaning.words)}
    places = {
        place: value * PASSING.get(words_before(meaning.words, place), 1)
        for place, value in numbers.items()
        if value is not None
    }
    used: set[int] = set()
    for place, amount in places.items():
        measured = facts_in_unit(meaning.words[place + 1 : place + 2], knowledge)
        if len(measured) == 1 and (told := in_own_unit(compiled.facts[measured[0]], amount)) is not None:
            used.add(place)
            yield measured[0], compiled.facts[measured[0]], told
    for span in meaning.spans:
        near = nearest_place(span, places, used)
        if near is None:
            continue
        after = meaning.words[near + 1 : near + 2]
        if after[:1] == (PERCENT,):
            continue
        drug = knowledge.drug_of.get(f"@{span.group}")
        if drug is not None:
            regimens = [one.regimen for one in compiled.regimens.values() if one.drug.key == drug]
            facts = {one.taken_now for one in regimens if one.taken_now and after[:1] == (one.unit,)}
        else:
            facts = set(named_by(span, knowledge))
        for key in facts:
            fact = compiled.facts[key]
            if after and after[0] in TIMES and fact.upper_limit:
                used.add(near)
                yield fact.upper_limit, compiled.facts[fact.upper_limit], Decimal(1)
                # Just above: whoever says "three times the limit" asks about a value that passes it.
                yield key, fact, places[near] * ABOVE
            elif (value := in_own_unit(fact, places[near])) is not None:
                used.add(near)
                yield key, fact, value
    if AGE in compiled.facts and (years := years_of(meaning.words, places, used)) is not None:
        yield AGE, compiled.facts[AGE], years


def words_before(words: Sequence[str], place: int) -> str:
    """What stands before a number and may say on which side of it the value is: over 40, more than 40."""
    first = place - 2 if words[place - 1 : place] == ("than",) else place - 1
    return " ".join(words[max(first, 0) : place])


def years_of(words: Sequence[str], places: dict[int, Decimal], used: set[int]) -> Decimal | None:
    """Somebody's age: a number that nothing else has, after words such as "my mother is", of people grown up."""
    for place, value in places.items():
        told = place and place not in used and words[place - 1] in OF_AGE and ADULT <= value <= OLDEST
        if told and (place + 1 == len(words) or words[place + 1].isalpha()):
            return value
    return None


def facts_in_unit(unit: Sequence[str], knowledge: Knowledge) -> list[str]:
    """The facts that are measured in just this unit: where there is one, the unit names it."""
    return [
        key for key, fact in knowledge.compiled.facts.items() if unit and fact.type == "number" and fact.unit == unit[0]
    ]


def named_by(span: Span, knowledge: Knowledge) -> Iterator[str]:
    """The facts with a number whose label is exactly this group."""
    for key, fact in knowledge.compiled.facts.items():
        if fact.type == "number" and knowledge.groups_of_facts.get(key) == span.group:
            yield key


def number(word: str) -> Decimal | None:
    text = word.replace(",", "") if re.fullmatch(r"\d{1,3},\d{3}", word) else word.replace(",", ".")
    return exact_decimal(text) if NUMBER.fullmatch(text) else None


def nearest_place(span: Span, places: dict[int, Decimal], used: set[int]) -> int | None:
    """The number behind the name, else the one before it."""
    behind = [place for place in places if span.end <= place < span.end + REACH and place not in used]
    before = [place for place in places if span.start - REACH <= place < span.start and place not in used]
    return min(behind) if behind else max(before) if before else None


def in_own_unit(fact: content.Fact, value: Decimal) -> Decimal | None:
    """The value where it can be one of this fact, or what it is in another of its units."""
    for candidate in (value, *(value * other.factor for other in fact.other_units)):
        limits = fact.plausible or fact.possible
        if limits is None or limits.holds(candidate):
            return candidate
    return None
