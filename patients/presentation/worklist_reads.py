"""What the lines of the worklist are made of, read for all of them at once. Nothing that a plan froze is opened."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from guidelines.models import Version
from patients.models import Observation, PlannedMedication
from patients.models.plan import NOT_GIVEN
from patients.worklist_items import items_of
from patients.worklist_sql import Work, is_any_key

AS_JSON = ("test_keys", "results", "last")
PATIENT = ("family_name", "given_names", "born_on", "number")
OF_PATIENT = tuple(f"patient__{name}" for name in PATIENT)
WAITING = ("clinic_id", "plan_id", "plan__version_id", "patient_id", "aside_until_on", "aside_why", "aside_note")
TASK = (
    "pk", "position", "item_key", "test_keys", "phase", "required", "opens_on", "overdue_after_on", *WAITING, *OF_PATIENT,
    "last",
)  # fmt: skip
ALERT = (
    "pk", "kind", "severity", "action", "message", "action_text", "who", "rule_key", "drug_key", "results", "act_by_on", *WAITING,
    *OF_PATIENT,
)  # fmt: skip


class Given(NamedTuple):
    """As much of a planned medication as its words need."""

    drug_key: str
    regimen_key: str
    change: str
    amount: Decimal | None
    unit: str
    per: str
    frequency_type: str
    weekday: int | None
    times: int | None

    @property
    def is_given(self) -> bool:
        return self.change not in NOT_GIVEN


def read_tasks(work: Work, keys: Sequence[UUID], versions: Iterable[Version]) -> dict[UUID, dict[str, Any]]:
    facts = tuple(sorted({pair for version in versions for pair in items_of(version).facts}))
    return {row[0]: read_as(TASK, row) for row in work.rows(tasks_told, facts, keys=keys)}


def tasks_told(work: Work, facts: tuple[tuple[str, str], ...]) -> QuerySet[Any, Any]:
    """Each with the last result of what it tests, found by one step in the index."""
    items: dict[str, list[str]] = {}
    for item, fact in facts:
        items.setdefault(fact, []).append(item)
    whens = [When(item_key__in=found, then=Value(fact)) for fact, found in items.items()]
    newest = Observation.objects.effective().filter(patient=OuterRef("patient"), fact_key=OuterRef("fact"))
    told = JSONObject(fact_key="fact_key", value="value_typed", unit="unit", taken_on="taken_on")
    last = newest.order_by("-taken_on", "-number").annotate(told=told).values("told")[:1]
    found = work.tasks.filter(is_any_key("pk")).order_by().annotate(fact=Case(*whens, default=Value("")))
    return found.annotate(last=Subquery(last)).values_list(*TASK)


def read_alerts(work: Work, keys: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    return {row[0]: read_as(ALERT, row) for row in work.rows(alerts_told, keys=keys)}


def alerts_told(work: Work) -> QuerySet[Any, Any]:
    return work.alerts.filter(is_any_key("pk")).order_by().values_list(*ALERT)


def medications_of(work: Work) -> QuerySet[Any, Any]:
    rows = PlannedMedication.objects.filter(is_any_key("plan_id")).order_by("plan", "position")
    return rows.values_list("plan_id", *Given._fields)


def read_as(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """JSON comes as text from a question that is asked in SQL."""
    told = dict(zip(names, row, strict=True))
    return told | {name: json.loads(told[name]) for name in AS_JSON if isinstance(told.get(name), str)}
