"""A consultation as the pages see it: what is known, what is proposed, what was chosen, what is still missing.

Each part is worked out when a page first asks for it, once. Writes nothing.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.urls import reverse

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import FactsRefused, PatientFacts, Problem
from guidelines.engine.reading import read_facts
from patients.beside import Beside, drugs_of, plans_beside
from patients.choices import Choices, ChoicesRefused, read_choices
from patients.deciding import active_plan, compiled_for, known_once_signed, observations_of, raw_facts, what_plans_say
from patients.done_so_far import done_so_far
from patients.drafting import draft_plan
from patients.first_doses import FirstDose, before_going_down, changes_of, days_of, first_doses
from patients.models import Consultation, Observation, Plan
from patients.plan_draft import CurrentDrug, PlanDraft
from patients.presentation.sources import Sources
from patients.taken_now import current_drugs
from patients.wizard import STEPS, Step, blocked_at, may_open


class Run:
    """See the properties. `problems` are contradictions on record that keep the engine from deciding at all."""

    def __init__(self, consultation: Consultation) -> None:
        self.consultation = consultation
        self.sources = Sources(self.compiled)

    @cached_property
    def compiled(self) -> CompiledPackage:
        return compiled_for(self.consultation)

    @cached_property
    def plan(self) -> Plan | None:
        """The plan that is followed now, if there is one."""
        return active_plan(self.consultation)

    @cached_property
    def beside(self) -> tuple[Beside, ...]:
        """The drugs of the other plans that are followed."""
        return drugs_of(plans_beside(self.consultation), self.consultation.as_of)

    @cached_property
    def current(self) -> Mapping[str, CurrentDrug]:
        return current_drugs(self.compiled, self.plan, before_going_down(self.compiled, self.doses))

    @cached_property
    def doses(self) -> dict[str, FirstDose]:
        return first_doses(self.plan)

    @cached_property
    def observations(self) -> list[Observation]:
        """The results on record."""
        return observations_of(self.consultation)

    @cached_property
    def raw(self) -> dict[str, Any]:
        """What is known, in the form of FACTS.json."""
        under_plans = what_plans_say(self.consultation, self.plan, self.beside)
        return raw_facts(self.consultation, observations=self.observations, under_plans=under_plans)

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Where each step is shown, by its key."""
        return {step.key: reverse(step.url_name, args=[self.consultation.pk]) for step in STEPS}

    @cached_property
    def _read(self) -> tuple[PatientFacts, tuple[Problem, ...]]:
        """The facts, without those that contradict others; and what is wrong with those."""
        raw = self.raw
        found: list[Problem] = []
        while True:
            try:
                return read_facts(raw, self.compiled), tuple(found)
            except FactsRefused as refusal:
                found += refusal.problems
                wrong = {
                    problem.place.split(".")[1].split("[")[0] for problem in refusal.problems if "." in problem.place
                }
                has_wrong_start = any(problem.place == "started_on" for problem in refusal.problems)
                if not has_wrong_start and not wrong & {*raw["facts"], *raw["history"]}:
                    raise
                raw = {
                    **raw,
                    "started_on": None if has_wrong_start else raw["started_on"],
                    "facts": {key: answer for key, answer in raw["facts"].items() if key not in wrong},
                    "history": {key: results for key, results in raw["history"].items() if key not in wrong},
                }

    @property
    def facts(self) -> PatientFacts:
        return self._read[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._read[1]

    @cached_property
    def decision(self) -> Decision:
        return decide(self.compiled, self.facts)

    @cached_property
    def choices(self) -> Choices:
        """What was chosen; choices of an earlier shape count as not made."""
        try:
            return read_choices(self.consultation.choices)
        except ChoicesRefused:
            return Choices()

    @cached_property
    def draft(self) -> PlanDraft:
        known, today = known_once_signed(self.consultation, self.observations), self.consultation.as_of
        return draft_plan(
            self.compiled, self.decision, self.choices, self.current, today, self.beside, known,
            begun=days_of(self.doses), changed_on=changes_of(self.doses), done=done_so_far(self.compiled, self.plan, known, today),
        )  # fmt: skip

    @property
    def problem_steps(self) -> list[str]:
        return ["facts"] * bool(self.problems) + [problem.step for problem in self.draft.problems]

    def may_open(self, key: str) -> bool:
        return may_open(key, self.problem_steps)

    @property
    def blocked_at(self) -> str | None:
        return blocked_at(self.problem_steps)

    def problems_of(self, step: str) -> dict[str, str]:
        """By place, what is missing on this step."""
        return {problem.place: problem.message for problem in self.draft.problems if problem.step == step}

    @property
    def next_open(self) -> Step:
        """Where to resume: the first step that still has a problem, but no step further than was reached."""
        reached = self.consultation.furthest_step or STEPS[0].key
        keys = [step.key for step in STEPS]
        at = keys.index(reached) if reached in keys else 0
        blocked = keys.index(self.blocked_at) if self.blocked_at else len(keys) - 1
        return STEPS[min(at, blocked)]
