"""An open consultation through the engine: its facts, what can be read of them, its decision. Writes nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused, Known, PatientFacts, Problem, is_implausible
from guidelines.engine.reading import read_facts
from guidelines.models import Version
from guidelines.package import compiled_version
from patients.choices import read_choices
from patients.drafting import draft_plan
from patients.facts import FROM_PATIENT, Answers, facts_input
from patients.models import Consultation, Observation, Plan
from patients.plan_draft import PlanDraft
from patients.taken_now import current_drugs, held_by


class Read(NamedTuple):
    """The answers that can be used, what is wrong with the others, and which are unusual enough to be questioned.

    The place of a problem is the fact's key, with `.unit`, `.taken_on` or `.upper_limit` where that is what is wrong.
    """

    answers: Answers
    problems: tuple[Problem, ...]
    questioned: tuple[str, ...]


def compiled_for(consultation: Consultation) -> CompiledPackage:
    """The very version this consultation follows, ready to decide with; kept in memory by the guidelines app."""
    version: Version = consultation.version
    return compiled_version(version)


def raw_facts(
    consultation: Consultation,
    *,
    answers: Mapping[str, Any] | None = None,
    as_of: date | None = None,
    observations: Sequence[Observation] | None = None,
    held: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """The consultation as FACTS.json; with other answers, for another day, or with observations already at hand and what
    the plan that is followed holds."""
    return facts_input(
        compiled=compiled_for(consultation),
        patient=consultation.patient,
        as_of=as_of or consultation.as_of,
        step=consultation.current_step,
        started_on=consultation.step_started_on,
        answers=consultation.answers if answers is None else answers,
        observations=observations_of(consultation) if observations is None else observations,
        held=held_by(active_plan(consultation)) if held is None else held,
    )


def observations_of(consultation: Consultation) -> list[Observation]:
    return list(Observation.objects.filter(patient=consultation.patient_id).effective())


def facts_of(consultation: Consultation) -> PatientFacts:
    """Raises FactsRefused when an earlier result or the patient's page contradicts the guideline's catalogue."""
    return read_facts(raw_facts(consultation), compiled_for(consultation))


def decision_for(consultation: Consultation) -> Decision:
    """What the guideline proposes from the saved answers. The same for the screen and for the signature."""
    return decide(compiled_for(consultation), facts_of(consultation))


def active_plan(consultation: Consultation) -> Plan | None:
    """The plan this consultation would replace, with its medications."""
    plans = Plan.objects.active().filter(patient=consultation.patient_id, guideline=consultation.guideline_id)
    return plans.prefetch_related("medications").first()


def draft_for(consultation: Consultation, decision: Decision | None = None) -> PlanDraft:
    """The plan as the saved choices make it. Raises ChoicesRefused when they cannot be read."""
    compiled = compiled_for(consultation)
    return draft_plan(
        compiled,
        decision or decision_for(consultation),
        read_choices(consultation.choices),
        current_drugs(compiled, active_plan(consultation)),
        consultation.as_of,
    )


def decision_json(decision: Decision, version: Version) -> dict[str, Any]:
    return decision.as_json(version=version.number)


def decision_hash(decision: Decision, version: Version) -> str:
    """What a review page shows is known by this: SHA-256 over the decision with its trace, hexadecimal."""
    canonical = json.dumps(decision_json(decision, version), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_answers(
    consultation: Consultation, answers: Mapping[str, Any], *, as_of: date, observations: Sequence[Observation]
) -> Read:
    """Sorts answers into usable and not, with what is known besides.

    What contradicts something else is not usable: nobody can say which of the two is right.
    """
    compiled = compiled_for(consultation)
    problems: list[Problem] = []
    usable: Answers = {}
    held = held_by(active_plan(consultation))
    for key, answer in answers.items():
        if key not in compiled.facts:
            problems.append(Problem(key[:80], "is not a fact of this guideline"))
        elif key in FROM_PATIENT:
            problems.append(Problem(key, "stands on the patient's page; correct it there"))
        else:
            usable[key] = answer
    while True:
        raw = raw_facts(consultation, answers=usable, as_of=as_of, observations=observations, held=held)
        try:
            facts = read_facts(raw, compiled)
        except FactsRefused as refusal:
            found = [Problem(place.removeprefix("facts."), message) for place, message in refusal.problems]
            problems += found
            wrong = {place.partition(".")[0] for place, _ in found} & set(usable)
            if not wrong:
                # An earlier result or the patient's page: no answer can mend it, and none is lost for it.
                return Read(usable, tuple(problems), ())
            usable = {key: answer for key, answer in usable.items() if key not in wrong}
        else:
            return Read(usable, tuple(problems), questioned(compiled, facts, usable))


def questioned(compiled: CompiledPackage, facts: PatientFacts, answers: Mapping[str, Any]) -> tuple[str, ...]:
    states = {key: facts.states.get(key) for key in answers}
    return tuple(
        key for key, state in states.items()
        if isinstance(state, Known) and is_implausible(compiled.facts[key], state.value)
    )  # fmt: skip
