"""An invented patient of the shipped guideline, brought through visits and results by the actions that the pages use."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.choices import read_choices
from patients.deciding import active_plan, decision_for, decision_hash, draft_for
from patients.default_choices import with_answer
from patients.models import Consultation, Observation, Patient, Plan, ResultAlert
from tests import factories_patients as make
from tests.engine.patients import HEALTHY

LATER = {"response": "adequate", "muscle_weakness": False, "prednisone_mg_day": "15", "mtx_dose_stable": False}
MOST_ROUNDS = 12


class Course:
    """One patient. Days are counted from the first visit; a test says what matters and the rest is as in health."""

    def __init__(self, version: Version, by: User, *, first_day: date, **details: Any) -> None:
        self.version, self.by, self.first_day = version, by, first_day
        self.compiled = compiled_version(version)
        told = {"number": f"C-{uuid4().hex[:8]}", "born_on": date(1976, 3, 14), **details}
        self.patient: Patient = make.patient(by, **told)

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=number)

    def answer(self, key: str, value: Any, on: date) -> dict[str, Any]:
        fact = self.compiled.facts[key]
        found = {"value": value, "taken_on": on.isoformat()}
        if isinstance(value, dict):
            return {"taken_on": on.isoformat(), **value}
        if fact.unit:
            found["unit"] = fact.unit
        if fact.upper_limit:
            found["upper_limit"] = "40"
        return found

    def results(self, day: int, **values: Any) -> list[Observation]:
        entries = [actions.Entry(key, self.answer(key, value, self.day(day))) for key, value in values.items()]
        return actions.record_observations(
            patient=self.patient, compiled=self.compiled, entries=entries, by=self.by, today=self.day(day)
        )

    def begin(self, day: int) -> Consultation:
        return actions.start_consultation(patient=self.patient, version=self.version, by=self.by, today=self.day(day))

    def consult(self, day: int, *, step: str = "", since: int = 0, **answers: Any) -> Consultation:
        """Begun with what is known; what is asked besides is answered as in health."""
        on, consultation = self.day(day), self.begin(day)
        if step:
            consultation = actions.place_on_step(
                consultation=consultation, by=self.by, lock_version=consultation.lock_version, step=step,
                started_on=self.day(since),
            )  # fmt: skip
        told = {key: self.answer(key, value, on) for key, value in answers.items()}
        for _ in range(MOST_ROUNDS):
            saved = actions.save_answers(
                consultation=consultation, answers=told, by=self.by, lock_version=consultation.lock_version, today=on
            )
            assert not saved.problems, saved.problems
            consultation = saved.consultation
            open_ = [q.fact for q in decision_for(consultation).questions if q.could_change != "nothing"]
            limits = {fact.upper_limit: key for key, fact in self.compiled.limited.items()}
            usual = {**HEALTHY, **LATER}
            told = {
                key: self.answer(key, usual[key], on)
                for key in (limits.get(key, key) for key in open_)
                if key in usual and "status" not in consultation.answers.get(key, {})
            }
            if not told:
                missing = [key for key in open_ if key not in usual]
                assert decision_for(consultation).outcome != "ask", missing
                break
        return consultation

    def choose(self, consultation: Consultation, **choices: Any) -> Consultation:
        """What was chosen, and the rest as a preview would: every caution seen, no rule overridden."""
        raw: dict[str, Any] = {"amounts": {}, "weekdays": {}, "taking": {}, "acknowledged": [], **choices}
        for _ in range(MOST_ROUNDS):
            consultation = actions.save_choices(
                consultation=consultation, choices=raw, by=self.by, lock_version=consultation.lock_version
            )
            decision = decision_for(consultation)
            draft, chosen = draft_for(consultation, decision), read_choices(raw)
            for problem in draft.problems:
                chosen = with_answer(self.compiled, decision, chosen, problem.place, consultation.as_of)
            if chosen == read_choices(raw):
                break
            raw = chosen.as_json()
        return consultation

    def visit(
        self, day: int, *, step: str = "", since: int = 0, choices: dict[str, Any] | None = None, **answers: Any
    ) -> Plan:
        ready = self.choose(self.consult(day, step=step, since=since, **answers), **(choices or {}))
        return self.sign(ready, day)

    def sign(self, ready: Consultation, day: int) -> Plan:
        return actions.sign_plan(
            consultation=ready, by=self.by, lock_version=ready.lock_version, idempotency_key=uuid4(),
            birth_year=self.patient.born_on.year, shown_hash=decision_hash(decision_for(ready), ready.version, active_plan(ready)),
            today=self.day(day),
        )  # fmt: skip

    def open_alerts(self) -> dict[str, str]:
        """By rule, of which kind."""
        return {row.rule_key: row.kind for row in ResultAlert.objects.open().filter(patient=self.patient)}


def given(plan: Plan) -> dict[str, tuple[str, Any]]:
    """By drug, what happens to it and how much is taken."""
    return {row.drug_key: (str(row.change), row.amount) for row in plan.medications.all()}
