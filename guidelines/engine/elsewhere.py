"""What is taken under other plans: the drugs those plans hold in hand, and the answers that follow from them.

Refuses an answer that says no to what another plan gives. That a drug is taken tells nothing about the rest of a list.
"""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from guidelines.engine.facts import Known, NotAsked, Unknown

if TYPE_CHECKING:
    from datetime import date

    from guidelines.engine.compiled import CompiledPackage

SOURCE = "another plan"


class Elsewhere(NamedTuple):
    """`drugs` are not this plan's; `told` are the values of sets that they amount to, by fact."""

    drugs: frozenset[str] = frozenset()
    told: dict[str, frozenset[str]] = {}


def read_elsewhere(
    refuse: Callable[[str, str], None],
    raw: dict[str, Any],
    compiled: "CompiledPackage",
    states: "dict[str, Known | Unknown]",
    as_of: "date",
) -> Elsewhere:
    """Of FACTS.json: {"drugs": […], "facts": {fact: true | […]}}. What follows is put into `states`. What another version
    of the guideline does not know is left out: the plans are other guidelines', and are what they are."""
    entry = raw.get("elsewhere", {})
    if not isinstance(entry, dict) or not entry.keys() <= {"drugs", "facts"}:
        refuse("elsewhere", 'must be an object: {"drugs": […], "facts": {…}}')
        return Elsewhere()
    drugs, facts = entry.get("drugs", []), entry.get("facts", {})
    if not is_texts(drugs) or not isinstance(facts, dict):
        refuse("elsewhere", "must hold a list of drugs, and an object with facts")
        return Elsewhere()
    told: dict[str, frozenset[str]] = {}
    for key, value in facts.items():
        fact = compiled.facts.get(key)
        state = states.get(key, NotAsked)
        if fact is None:
            continue
        if fact.type == "set" and is_texts(value):
            taken = frozenset(value) & {choice.key for choice in fact.choices}
            if isinstance(state, Known):
                states[key] = state._replace(value=state.value | taken)
            elif taken:
                told[key] = taken
        elif fact.type == "boolean" and value is True:
            if isinstance(state, Known) and state.value is False:
                refuse(f"facts.{key}", "is answered no, but another plan gives it; answer yes, or change that plan")
            states[key] = Known(True, "", None, as_of, None, SOURCE)
        else:
            refuse(f"elsewhere.facts.{key}", "must be a list of what is taken, or true")
    return Elsewhere(frozenset(drugs) & compiled.drugs.keys(), told)


def is_texts(raw: object) -> bool:
    return isinstance(raw, Collection) and not isinstance(raw, str | dict) and all(isinstance(one, str) for one in raw)
