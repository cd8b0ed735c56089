"""What is shared about drugs, and what a guideline has of it. Pure: nothing is read or written.

Which state of the shared knowledge a content was made with follows from the content alone, so it cannot be misstated: it
is the state from which the content differs least, and where it differs is said.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from guidelines.editing import PARTS, with_entry, without_entry
from guidelines.engine.content import Package
from guidelines.engine.values import Content, sha256_of

OF_A_DRUG = ("drugs", "safety_rules", "instructions", "print_rules")
SOURCES = "references"
How = Literal["changed", "left out", "withdrawn"]
Place = tuple[str, str]  # part and key
Entries = Mapping[Place, dict[str, Any]]


class State(NamedTuple):
    """One numbered state of what is shared about a drug."""

    number: int
    entries: Entries
    recorded_at: datetime | None = None


class Apart(NamedTuple):
    """Where a content is not as the shared knowledge: changed here, left out here, or kept although it was withdrawn."""

    part: str
    key: str
    how: How


class Pin(NamedTuple):
    """What a content has of one drug's knowledge: made with `number`, while the newest is `newest`."""

    drug: str
    name: str
    number: int
    newest: int
    apart: tuple[Apart, ...]

    @property
    def is_behind(self) -> bool:
        return self.number < self.newest


class Step(NamedTuple):
    """One entry to be taken over; none where it is to go."""

    part: str
    key: str
    entry: Content | None


# --- what belongs to a drug -------------------------------------------------------------------------------------------


def about(drug: str, content: Mapping[str, Iterable[Any]]) -> Entries:
    """The drug itself, what names it, and the sources these cite."""
    found: dict[Place, dict[str, Any]] = {}
    cited: set[str] = set()
    for part in OF_A_DRUG:
        for entry in content[part]:
            if (entry.key if part == "drugs" else entry.drug) == drug:
                found[part, entry.key] = entry.canonical()
                cited |= set(getattr(entry, "cites", ()))
    return found | {(SOURCES, source.key): source.canonical() for source in content[SOURCES] if source.key in cited}


def of_package(package: Package, drug: str) -> Entries:
    return about(drug, {part: getattr(package, part) for part in (*OF_A_DRUG, SOURCES)})


def as_json(entries: Entries) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for (part, _), entry in entries.items():
        found.setdefault(part, []).append(entry)
    return found


def from_json(told: Mapping[str, Iterable[dict[str, Any]]]) -> Entries:
    return {(part, entry["key"]): entry for part, entries in told.items() for entry in entries}


def hash_of(entries: Entries) -> str:
    return sha256_of(as_json(entries))


# --- what a content has of it -----------------------------------------------------------------------------------------


def pins_of(package: Package, known: Mapping[str, Sequence[State]], left_out: Collection[Place] = ()) -> list[Pin]:
    """For each drug of the package that knowledge is shared about. `known`: by drug, its states, in their order.
    `left_out`: what people took out of it; that a state has such an entry does not make the content differ more from it.
    """
    found = []
    for drug in package.drugs:
        states = known.get(drug.key)
        if states:
            own = of_package(package, drug.key)
            apart = {state.number: apart_from(state, states, own) for state in states}
            far = {number: sum((a.part, a.key) not in left_out for a in apart[number]) for number in apart}
            nearest = min(apart, key=lambda number: (far[number], -number))
            found.append(Pin(drug.key, drug.name, nearest, states[-1].number, apart[nearest]))
    return found


def apart_from(state: State, states: Sequence[State], own: Entries) -> tuple[Apart, ...]:
    """Where a content differs from one state: also in an entry that only other states have, as they have it."""
    found = []
    for (part, key), entry in state.entries.items():
        have = own.get((part, key))
        if have is None and part != SOURCES:
            found.append(Apart(part, key, "left out"))
        elif have is not None and have != entry:
            found.append(Apart(part, key, "changed"))
    for place, have in own.items():
        if place not in state.entries and place[0] != SOURCES and any(have == one.entries.get(place) for one in states):
            found.append(Apart(*place, "withdrawn"))
    return tuple(found)


# --- taking it over ---------------------------------------------------------------------------------------------------


def to_take(package: Package, pinned: State, newest: State, drug: str) -> list[Step]:
    """What has changed from one state to a newer one. Entries that were changed or left out here stay so: a person
    decided that, and decides again."""
    own = {**of_package(package, drug), **{(SOURCES, source.key): source.canonical() for source in package.references}}
    steps = []
    for place, entry in newest.entries.items():
        if pinned.entries.get(place) != entry and own.get(place) == pinned.entries.get(place):
            steps.append(Step(*place, PARTS[place[0]].entry_class.model_validate(entry)))
    for place, entry in pinned.entries.items():
        if place not in newest.entries and place[0] != SOURCES and own.get(place) == entry:
            steps.append(Step(*place, None))
    return steps


def with_steps(package: Package, steps: Iterable[Step]) -> Package:
    """The package with all of it taken over. NotPossible where that would break the guideline."""
    for part, key, entry in steps:
        package = without_entry(package, part, key) if entry is None else with_entry(package, part, entry)
    return package
