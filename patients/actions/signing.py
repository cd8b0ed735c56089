"""Signing: a consultation becomes a plan, frozen with everything that led to it, in one transaction.

Everything is worked out again. Refuses when anything differs from what the physician was shown.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Window
from guidelines.engine.decision import Decision, anchor_of
from guidelines.engine.facts import FactsRefused, Known
from guidelines.engine.planned import EveryDay, OnWeekday
from guidelines.engine.products import count_json
from guidelines.engine.questions import REVISION
from guidelines.engine.schedule import Due, schedule
from patients import permissions
from patients.actions.assessing import close_with_plan, follow_results
from patients.actions.consulting import locked, why_not_use
from patients.actions.handling import note_move
from patients.actions.refusals import Conflict, NotSignable, Refused, allow, day_at
from patients.actions.results import Entry, write_new
from patients.care_plan import build_care_plan
from patients.choices import Choices, ChoicesRefused, read_choices
from patients.deciding import (
    active_plan,
    compiled_for,
    decision_for,
    decision_hash,
    decision_json,
    draft_for,
    raw_facts,
)
from patients.facts import FROM_PATIENT
from patients.first_doses import before_going_down, changes_of, dates_as_json, first_doses
from patients.following.reads import came_on
from patients.models import (
    AlertOutcome,
    Clinic,
    Consultation,
    ConsultationState,
    FrequencyType,
    MonitoringTask,
    Override,
    Patient,
    Plan,
    PlannedMedication,
    PlanState,
    ResultSource,
    TaskOutcome,
)
from patients.plan_draft import MedicationLine, PlanDraft
from patients.plan_header import header_of
from patients.plan_parts import CarePlan, PlanHeader
from patients.print_rules import PrintRefused


@transaction.atomic
def sign_plan(
    *,
    consultation: Consultation,
    by: User,
    lock_version: int,
    idempotency_key: UUID,
    birth_year: int,
    shown_hash: str,
    today: date | None = None,
) -> Plan:
    """The signed plan; the same key again gives the plan there is.

    `shown_hash` is the `decision_hash` of what the review page showed, `birth_year` what the physician typed there.
    """
    current = locked(consultation)
    signed = Plan.objects.filter(idempotency_key=idempotency_key).first()
    if signed is not None:
        if signed.consultation_id != current.pk:
            raise Refused("This form has signed another plan already. Open the review again.")
        return signed
    allow(permissions.why_not_sign(by, current))
    if current.lock_version != lock_version:
        raise Conflict(current)
    # Held as by whoever records a result: one that comes now is read by this plan, or comes to the next.
    Patient.objects.locked().get(pk=current.patient_id)
    patient, day = current.patient, day_at(current.patient.clinic, today)
    if birth_year != patient.born_on.year:
        raise Refused("The year of birth is not this patient's. Check that this is the right patient.")
    if current.as_of != day:
        raise Refused(f"These facts are of {current.as_of}. Go back to the facts and save them for today.")
    allow(why_not_use(current.version, patient.clinic))
    decision = decision_now(current)
    before = active_plan(current)
    if decision_hash(decision, current.version, before) != shown_hash:
        raise Refused("What the guideline proposes has changed since you read it. Read the review again.")
    choices, draft = chosen(current, decision)
    moment = moment_of(patient.clinic, day)
    number = Plan.objects.filter(patient=patient).count() + 1
    compiled = compiled_for(current)
    header = header_of(
        compiled=compiled, version=current.version, patient=patient, number=number, replaces=before, signed_by=by,
        signed_on=day,
    )  # fmt: skip
    doses = first_doses(before)
    facts = raw_facts(current)  # while the plan before is still followed: what it holds is among them
    with pghistory.context(action="sign_plan", user=by.pk):
        care_plan = written(compiled, decision, draft, choices, header)
        if before is not None:
            before.state = PlanState.REPLACED
            before.save(update_fields=["state"])
        plan = Plan.objects.create(
            consultation=current,
            patient=patient,
            guideline=current.guideline,
            version=current.version,
            content_hash=current.version.content_hash,
            number=number,
            signed_at=moment,
            signed_by=by,
            signed_on=day,
            idempotency_key=idempotency_key,
            frozen={
                "engine": REVISION,
                "facts": facts,
                "decision": decision_json(decision, current.version),
                "choices": choices.as_json(),
                "done": dates_as_json(draft.done),
                "begun": dates_as_json(before_going_down(compiled, doses)),
                "changed": dates_as_json(changes_of(doses)),
            },
            care_plan=care_plan.as_json(),
            review_on=care_plan.review_on,
            step=draft.step or "",
            started_on=draft.started_on if draft.step else None,
            replaces=before,
        )
        write_medications(plan, draft)
        write_overrides(plan, draft, choices)
        write_tasks(plan, draft, decision)
        new = (Entry(key, answer) for key, answer in sorted(current.answers.items()) if key not in FROM_PATIENT)
        rows = write_new(patient=patient, entries=new, by=by, day=day, source=ResultSource.CONSULTATION)
        if before is not None:
            note_move(before, plan, by)
            close_with_plan(before, AlertOutcome.ACTED, by, day)
            carry_over(before, plan, draft, decision)
        # What was found in this visit is read by the patient's other plans; what came since it began, by this one.
        follow_results(patient=patient, by=by, today=day, new=rows, signed=plan)
        current.state, current.closed_at, current.closed_by = ConsultationState.SIGNED, moment, by
        current.lock_version += 1
        current.save()
    return plan


def decision_now(consultation: Consultation) -> Decision:
    try:
        return decision_for(consultation)
    except FactsRefused as refusal:
        raise NotSignable(refusal.problems) from None


def chosen(consultation: Consultation, decision: Decision) -> tuple[Choices, PlanDraft]:
    """The choices and the draft they make, when nothing is missing and nothing in the way."""
    try:
        choices = read_choices(consultation.choices)
    except ChoicesRefused as refusal:
        raise NotSignable(refusal.problems) from None
    draft = draft_for(consultation, decision)
    if draft.problems:
        raise NotSignable(draft.problems)
    return choices, draft


def written(
    compiled: CompiledPackage, decision: Decision, draft: PlanDraft, choices: Choices, header: PlanHeader
) -> CarePlan:
    """What the plan says, in words that break no print rule: a plan that cannot be printed is not signed."""
    try:
        return build_care_plan(compiled, decision, draft, choices, header)
    except PrintRefused as refusal:
        raise NotSignable(refusal.problems) from None


def moment_of(clinic: Clinic, day: date) -> datetime:
    """Now; on an invented day of a demonstration, noon at the clinic."""
    if day == clinic.today():
        return timezone.now()
    return datetime.combine(day, time(12), tzinfo=clinic.zone)


def write_medications(plan: Plan, draft: PlanDraft) -> None:
    PlannedMedication.objects.bulk_create(
        PlannedMedication(
            plan=plan,
            version=plan.version,
            position=position,
            drug_key=line.drug.key,
            regimen_key=line.regimen or "",
            change=line.change,
            weekly_only=line.drug.weekly_only,
            **dose_columns(line),
        )
        for position, line in enumerate(draft.medications)
    )


def dose_columns(line: MedicationLine) -> Mapping[str, Any]:
    planned = line.planned
    if planned is None or not line.is_given:
        return {"frequency_type": FrequencyType.NONE}
    columns: dict[str, Any] = {
        "amount": planned.amount,
        "unit": planned.unit,
        "per": planned.per,
        "products": [
            {"product": product.key, "count": count_json(count), "per": planned.per}
            for product, count in planned.products
        ],
    }
    match planned.frequency:
        case OnWeekday(weekday):
            return columns | {"frequency_type": FrequencyType.WEEKLY, "weekday": int(weekday)}
        case EveryDay(times):
            return columns | {"frequency_type": FrequencyType.DAILY, "times": times}


def write_overrides(plan: Plan, draft: PlanDraft, choices: Choices) -> None:
    """Only of rules that really stood in the way: a reason left over from another choice is no override."""
    Override.objects.bulk_create(
        Override(
            plan=plan,
            rule_key=alert.rule.key,
            reason_key=choices.overrides[alert.rule.key].reason,
            text=choices.overrides[alert.rule.key].text,
            overridden_at=plan.signed_at,
            overridden_by=plan.signed_by,
        )
        for alert in draft.to_override()
    )


def write_tasks(plan: Plan, draft: PlanDraft, decision: Decision) -> None:
    open_tests = ((due, still_to_do(due, decision)) for due in draft.due)
    MonitoringTask.objects.bulk_create(
        MonitoringTask(
            plan=plan,
            patient=plan.patient,
            clinic_id=plan.patient.clinic_id,
            position=position,
            item_key=due.item.key,
            test_keys=tests,
            phase=due.item.phase,
            required=due.item.required,
            opens_on=due.opens,
            overdue_after_on=due.overdue_after,
        )
        for position, (due, tests) in enumerate(open_tests)
        if tests
    )


def carry_over(before: Plan, plan: Plan, draft: PlanDraft, decision: Decision) -> None:
    """A required test that is overdue is not put off by a new signature: as long as the plan asks for it at all, it stays
    overdue from the same day, unless the plan wants it done now anyway."""
    if draft.step is None:
        return
    given = {line.drug.key for line in draft.medications if line.is_given}
    anchor = anchor_of(decision.facts, draft.step)
    asked = {
        due.item.key
        for due in schedule(decision.compiled, decision.resolved, drugs=given, step=draft.step, anchor=anchor)
    }
    at_once = set(plan.monitoring_tasks.filter(opens_on__lte=plan.signed_on).values_list("item_key", flat=True))
    missed = before.monitoring_tasks.filter(
        outcome=TaskOutcome.SUPERSEDED, required=True, overdue_after_on__lt=plan.signed_on
    )
    for task in missed.filter(item_key__in=asked - at_once).order_by("item_key", "opens_on"):
        if task.item_key not in at_once:
            at_once.add(task.item_key)
            MonitoringTask.objects.create(
                plan=plan, patient=plan.patient, clinic_id=plan.patient.clinic_id, position=task.position,
                item_key=task.item_key, test_keys=task.test_keys, phase=task.phase, required=True,
                opens_on=task.opens_on, overdue_after_on=task.overdue_after_on,
            )  # fmt: skip


def still_to_do(due: Due, decision: Decision) -> list[str]:
    """The tests of an item. What must be known before the first dose, and is known and not too old, is done."""
    if not due.item.windows or any(window.after.count or not is_at_once(window) for window in due.item.windows):
        return list(due.item.tests)
    known = {key: [state.taken_on] for key, state in decision.facts.states.items() if isinstance(state, Known)}
    return [key for key in due.item.tests if came_on(decision.compiled, key, known) is None]


def is_at_once(window: Window) -> bool:
    return window.every is None and window.until is not None and not window.until.count
