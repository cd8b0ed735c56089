"""The shared drug knowledge on record, and what a version has of it. Reads only."""

from collections.abc import Mapping, Sequence

from django.db.models import Q

from guidelines import drug_knowledge
from guidelines.drug_knowledge import OF_A_DRUG, Pin, Place, State, Step
from guidelines.engine.content import Package
from guidelines.models import DrugKnowledge, Edit, EditKind, Version


def states_known(*drugs: str) -> dict[str, list[State]]:
    """By drug, every state on record, the oldest first."""
    found: dict[str, list[State]] = {}
    for row in DrugKnowledge.objects.filter(drug_key__in=drugs).order_by("drug_key", "number"):
        state = State(row.number, drug_knowledge.from_json(row.entries), row.recorded_at)
        found.setdefault(row.drug_key, []).append(state)
    return found


def left_out(version: Version, known: Mapping[str, Sequence[State]]) -> set[Place]:
    """What somebody removed last, in this version or an approved one before it, while the shared knowledge had it. What
    went because it was withdrawn there may come back with it."""
    begun_with = Q(
        version__guideline=version.guideline_id, version__number__lt=version.number, version__effective_on__isnull=False
    )
    edits = Edit.objects.filter(begun_with | Q(version=version), part__in=OF_A_DRUG).exclude(kind=EditKind.MOVED)
    found = set()
    for edit in edits.order_by("part", "key", "-pk").distinct("part", "key"):
        if edit.kind != EditKind.REMOVED:
            continue
        for states in known.values():
            then = [state for state in states if state.recorded_at and state.recorded_at <= edit.edited_at]
            if then and (edit.part, edit.key) in then[-1].entries:
                found.add((edit.part, edit.key))
    return found


def steps_to(version: Version, package: Package, knowledge: DrugKnowledge) -> list[Step]:
    """What taking this state over would change in a version with this content. None where it does not have the drug."""
    drug = knowledge.drug_key
    states = states_known(drug)[drug][: knowledge.number]
    known = {drug: states}
    pin = next(iter(drug_knowledge.pins_of(package, known, left_out(version, known))), None)
    return drug_knowledge.to_take(package, states[pin.number - 1], states[-1], drug) if pin else []


def with_knowledge(version: Version, package: Package, knowledge: DrugKnowledge) -> Package:
    """The package with this state taken over. NotPossible where that would break the guideline."""
    return drug_knowledge.with_steps(package, steps_to(version, package, knowledge))


def pins_on_record(version: Version, package: Package) -> list[Pin]:
    known = states_known(*(drug.key for drug in package.drugs))
    return drug_knowledge.pins_of(package, known, left_out(version, known))
