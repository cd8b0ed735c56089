"""An open consultation through the engine: its facts, what can be read of them, its decision. Writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused, Known, PatientFacts, Problem, is_implausible
from guidelines.engine.reading import read_facts
from guidelines.engine.values import sha256_of
from guidelines.models import Version
from guidelines.package import compiled_version
from patients.beside import Beside, drugs_of, elsewhere, plans_beside
from patients.choices import read_choices
from patients.done_so_far import done_so_far
from patients.drafting import draft_plan
from patients.facts import FROM_PATIENT, Answers, facts_input
from patients.first_doses import before_going_down, changes_of, days_of, first_doses
from patients.models import Consultation, Observation, Plan
from patients.on_hold import days_on_hold, held_by
from patients.plan_draft import PlanDraft
from patients.taken_now import current_drugs


class UnderPlans(NamedTuple):
    """What the plans a patient follows say. Of this guideline's: by drug the rules it is held for, and for how many days
    the step's treatment has been on hold. Of the others: what is taken elsewhere, in the form of FACTS.json."""

    held: Mapping[str, list[str]]
    days: int
    elsewhere: Mapping[str, Any]


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
    under_plans: UnderPlans | None = None,
) -> dict[str, Any]:
    """The consultation as FACTS.json; with other answers, for another day, or with observations already at hand and what
    the plans that are followed say."""
    day = as_of or consultation.as_of
    plans = under_plans or what_plans_say(
        consultation, active_plan(consultation), drugs_of(plans_beside(consultation), day), day
    )
    return facts_input(
        compiled=compiled_for(consultation),
        patient=consultation.patient,
        as_of=day,
        step=consultation.current_step,
        started_on=consultation.step_started_on,
        answers=consultation.answers if answers is None else answers,
        observations=observations_of(consultation) if observations is None else observations,
        held=plans.held,
        days_held=plans.days,
        elsewhere=plans.elsewhere,
    )


def what_plans_say(
    consultation: Consultation, plan: Plan | None, beside: Iterable[Beside], as_of: date | None = None
) -> UnderPlans:
    """`plan` is the one that is followed, `beside` the drugs of the other guidelines' plans. Time on hold counts for the
    step the consultation is about."""
    compiled = compiled_for(consultation)
    is_of_step = plan is not None and (plan.step, plan.started_on) == (
        consultation.current_step, consultation.step_started_on,
    )  # fmt: skip
    day = as_of or consultation.as_of
    days = days_on_hold(compiled, plan, day) if is_of_step else 0
    return UnderPlans(held_by(plan), days, elsewhere(compiled, beside, current_drugs(compiled, plan)))


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
    compiled, beside = compiled_for(consultation), drugs_of(plans_beside(consultation), consultation.as_of)
    plan, known = active_plan(consultation), known_once_signed(consultation, observations_of(consultation))
    doses = first_doses(plan)
    return draft_plan(
        compiled,
        decision or decision_for(consultation),
        read_choices(consultation.choices),
        current_drugs(compiled, plan, before_going_down(compiled, doses)),
        consultation.as_of,
        beside,
        known,
        begun=days_of(doses),
        changed_on=changes_of(doses),
        done=done_so_far(compiled, plan, known, consultation.as_of),
    )


def known_once_signed(consultation: Consultation, rows: Sequence[Observation]) -> list[Observation]:
    """The results on record and, behind them, what this visit adds: the other plans are told of it, too."""
    last = max((row.number for row in rows), default=0)
    return [*rows] + [
        Observation(
            fact_key=key, value_typed=answer["value"], unit=answer.get("unit") or "",
            upper_limit_typed=answer.get("upper_limit") or "", number=last + 1,
            taken_on=date.fromisoformat(answer.get("taken_on") or consultation.as_of.isoformat()),
        )
        for key, answer in consultation.answers.items() if "value" in answer
    ]  # fmt: skip


def decision_json(decision: Decision, version: Version) -> dict[str, Any]:
    return decision.as_json(version=version.number)


def decision_hash(decision: Decision, version: Version, followed: Plan | None) -> str:
    """What a review page shows is known by this: SHA-256 over the decision with its trace, and the plan that is followed
    until then, by which doses go on and tests are counted; hexadecimal."""
    shown = decision_json(decision, version)
    return sha256_of(shown | {"followed": str(followed.pk)} if followed else shown)


def read_answers(
    consultation: Consultation, answers: Mapping[str, Any], *, as_of: date, observations: Sequence[Observation]
) -> Read:
    """Sorts answers into usable and not, with what is known besides.

    What contradicts something else is not usable: nobody can say which of the two is right.
    """
    compiled = compiled_for(consultation)
    problems: list[Problem] = []
    usable: Answers = {}
    beside = drugs_of(plans_beside(consultation), as_of)
    under_plans = what_plans_say(consultation, active_plan(consultation), beside, as_of)
    for key, answer in answers.items():
        if key not in compiled.facts:
            problems.append(Problem(key[:80], "is not a fact of this guideline"))
        elif key in FROM_PATIENT:
            problems.append(Problem(key, "stands on the patient's page; correct it there"))
        else:
            usable[key] = answer
    while True:
        raw = raw_facts(consultation, answers=usable, as_of=as_of, observations=observations, under_plans=under_plans)
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
