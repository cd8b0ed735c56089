"""The drugs of the other plans a patient follows: each is given under one plan, and counts as taken under all of them.

Writes nothing. Refuses nothing by itself: what is in the way is a problem of the draft.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Choice, Drug
from guidelines.package import compiled_version
from guidelines.reading.wording import often
from patients.facts import MEDICINES_GROUP, deciding_fact, is_one_time
from patients.models import Consultation, MedicationChange, Plan
from patients.plan_draft import DraftProblem, PlanDraft
from patients.plan_parts import NO_MORE

RXNORM = "RxNorm"  # as a choice's code names the terminology before the code


class Beside(NamedTuple):
    """A drug of another plan that is followed, with what that plan's guideline says it is."""

    plan: Plan
    drug: Drug
    is_given: bool  # else it is on hold
    one_time: bool = False

    @property
    def often(self) -> str:
        return often(self.drug, one_time=self.one_time)

    @property
    def name_of_plan(self) -> str:
        return f"plan {self.plan.number} ({self.plan.version.title})"


def plans_beside(consultation: Consultation) -> list[Plan]:
    """The plans of other guidelines, the newest first."""
    others = Plan.objects.active().filter(patient=consultation.patient_id).exclude(guideline=consultation.guideline_id)
    others = others.select_related("version__guideline", "consultation", "patient").order_by("-number")
    return list(others.prefetch_related("medications"))


def drugs_of(plans: Iterable[Plan], today: date) -> tuple[Beside, ...]:
    """What was stopped, or lowered to nothing by a day that has come, is not taken; what is on hold is to be given again
    under that plan, and no other."""
    found = []
    for plan in plans:
        signed, over = compiled_version(plan.version), ended(plan, today)
        found += [
            Beside(plan, signed.drugs[row.drug_key], row.is_given, is_one_time(signed, row.regimen_key))
            for row in plan.medications.all()
            if row.change != MedicationChange.STOP and row.drug_key not in over
        ]
    return tuple(found)


def ended(plan: Plan, today: date) -> set[str]:
    """The drugs that the plan's own dated steps have brought to nothing."""
    return {
        told["drug"] for told in plan.care_plan.get("medications", ())
        if told["taper"] and told["taper"][-1]["amount"] == NO_MORE
        and date.fromisoformat(told["taper"][-1]["on"]) <= today
    }  # fmt: skip


def is_same(one: Drug, other: Drug) -> bool:
    """By the ingredient's code, so that two guidelines need not name it alike; or by the key of the shared library."""
    return one.key == other.key or (one.rxnorm is not None and one.rxnorm == other.rxnorm)


def elsewhere(compiled: CompiledPackage, beside: Iterable[Beside], own: Collection[str]) -> dict[str, Any]:
    """What a guideline is told of the other plans, in the form of FACTS.json. `own` are the drugs of its own plan.

    A drug that another plan holds is not taken now, but is not this plan's either.
    """
    drugs, facts = set[str](), dict[str, Any]()
    for other in beside:
        drugs |= {key for key, drug in compiled.drugs.items() if key not in own and is_same(drug, other.drug)}
        if other.is_given:
            add_answers(facts, answers_from(compiled, other.drug, other.plan.signed_on))
    return {name: told for name, told in (("drugs", sorted(drugs)), ("facts", facts)) if told}


def add_answers(facts: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        facts[key] = value if value is True else sorted({*facts.get(key, ()), *value})


def answers_from(compiled: CompiledPackage, drug: Drug, day: date) -> dict[str, Any]:
    """The answers that follow from a drug being taken: the entry of the guideline's list of medicines that stands for it,
    and the yes-or-no question that settles whether a step takes it. How much is taken is asked, and never carried over."""
    found: dict[str, Any] = {}
    for fact in compiled.facts.values():
        if fact.type == "set" and fact.group == MEDICINES_GROUP:
            entries = [choice.key for choice in fact.choices if stands_for(choice, drug)]
            if entries:
                found[fact.key] = entries
    for key, step in compiled.steps.items():
        for taken in step.takes:
            if taken.condition is not None and is_same(compiled.drugs[taken.drug], drug):
                asked = deciding_fact(compiled, day, key, day, taken.condition)
                found |= {asked: True} if asked else {}
    return found


def stands_for(choice: Choice, drug: Drug) -> bool:
    return choice.key == drug.key or (drug.rxnorm is not None and choice.code == f"{RXNORM} {drug.rxnorm}")


def given_twice(draft: PlanDraft, beside: Iterable[Beside]) -> Iterator[DraftProblem]:
    """No reason overrides it: of two plans with one drug each would be within its limits, and the patient takes both."""
    for other in beside:
        for line in draft.medications:
            if line.is_given and is_same(line.drug, other.drug):
                yield DraftProblem(
                    "recommendation", f"beside.{other.drug.key}",
                    f"{line.drug.name.capitalize()} is {'given' if other.is_given else 'on hold'} under {other.name_of_plan} "
                    "already. A medicine is given under one plan only, and this cannot be overridden: choose an option "
                    f"without it, or first sign a plan without it there, or end that plan.",
                )  # fmt: skip
