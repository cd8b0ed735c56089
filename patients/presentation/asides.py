"""Every time a test or a call was set aside. A row knows the last time only, and none once it is shown again; its history
knows them all."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from patients.models import Aside, MonitoringTask, Patient, ResultAlert

COLUMNS = ("pgh_obj_id", "aside_at", "aside_until_on", "aside_why", "aside_note", "aside_by_id")


class SetAside(NamedTuple):
    at: datetime
    until_on: date
    why: str
    note: str
    by: int

    @property
    def why_text(self) -> str:
        return str(Aside(self.why).label)


def asides_of(patient: Patient) -> dict[UUID, Sequence[SetAside]]:
    """By row, in one question to the database; what was changed about a row later tells of the same time once."""
    tables: list[Any] = [MonitoringTask, ResultAlert]
    tasks, alerts = (
        table.pgh_event_model.objects.filter(patient=patient, aside_at__isnull=False).order_by().values_list(*COLUMNS)
        for table in tables
    )
    found = defaultdict(list)
    for row, *told in tasks.union(alerts):
        found[row].append(SetAside(*told))
    return dict(found)
