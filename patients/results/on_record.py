"""What is on record already, and what another result would be beside it: new, the same, a correction, or a riddle.

What was corrected or taken back here stays so when it is sent again: it is known, and never written anew.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from guidelines.engine.operators import unit_text
from patients.facts import Answer
from patients.models import Observation, RowState

COLUMNS = (
    "pk", "patient_id", "fact_key", "value_typed", "unit", "upper_limit_typed", "taken_on", "external_id",
    "not_this_patients", "corrected_by__pk",
)  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    pk: UUID
    patient_id: UUID
    fact_key: str
    value: Any
    unit: str
    upper_limit: str
    taken_on: date
    external_id: str
    not_this_patients: bool
    corrected_by: UUID | None

    @property
    def is_effective(self) -> bool:
        return self.corrected_by is None and not self.not_this_patients

    def is_same(self, fact_key: str, answer: Answer) -> bool:
        """Word for word."""
        return (
            self.fact_key == fact_key
            and type(self.value) is type(answer.get("value"))
            and self.value == answer.get("value")
            and self.unit == (answer.get("unit") or "")
            and self.upper_limit == (answer.get("upper_limit") or "")
            and self.taken_on.isoformat() == answer.get("taken_on")
        )

    def __str__(self) -> str:
        told = {True: "yes", False: "no"}.get(self.value, self.value) if isinstance(self.value, bool) else self.value
        return f"{told} {unit_text(self.unit)}".strip()


class Verdict(NamedTuple):
    """What becomes of a result. `corrects` is the row it takes the place of."""

    state: RowState
    why: str = ""
    corrects: UUID | None = None


class OnRecord:
    """The rows that could be the same as what is sent: of these patients, by these days and identifiers."""

    def __init__(
        self,
        patients: Collection[UUID],
        *,
        facts: Collection[str],
        days: Collection[date],
        external_ids: Collection[str] = (),
    ) -> None:
        self.by_day: dict[tuple[UUID, str, str], list[Recorded]] = {}
        self.by_sender: dict[tuple[UUID, str], list[Recorded]] = {}
        wanted = Q(fact_key__in=set(facts), taken_on__in=set(days))
        if external_ids:
            wanted |= Q(external_id__in=set(external_ids))
        rows = Observation.objects.filter(wanted, patient__in=patients).order_by("number")
        for columns in rows.values_list(*COLUMNS):
            row = Recorded(*columns)
            self.by_day.setdefault((row.patient_id, row.fact_key, row.taken_on.isoformat()), []).append(row)
            if row.external_id:
                self.by_sender.setdefault((row.patient_id, row.external_id), []).append(row)

    def verdict(
        self, patient: UUID, fact_key: str, answer: Answer, external_id: str = "", *, may_correct: bool = False
    ) -> Verdict:
        """`may_correct`: who sends it says that it takes the place of what has the same identifier."""
        by_sender = self.by_sender.get((patient, external_id), []) if external_id else []
        that_day = self.by_day.get((patient, fact_key, answer["taken_on"]), [])
        same = [row for row in (*by_sender, *that_day) if row.is_same(fact_key, answer)]
        if same:
            return Verdict(RowState.KNOWN, "" if any(row.is_effective for row in same) else taken_back(same))
        if by_sender:
            return beside_its_like(by_sender, fact_key, answer, may_correct=may_correct)
        others = [row for row in that_day if row.is_effective]
        return Verdict(RowState.READY, further(others[-1]) if others else "")

    def cancelled(self, patient: UUID, external_id: str) -> Verdict:
        """The sender takes back what has this identifier."""
        found = self.by_sender.get((patient, external_id), [])
        effective = [row for row in found if row.is_effective]
        if effective:
            return Verdict(RowState.READY, f"Takes back {effective[-1]} of {effective[-1].taken_on}.", effective[-1].pk)
        if found:
            return Verdict(RowState.KNOWN, "It was taken back already.")
        return Verdict(RowState.REFUSED, "Nothing on record has this identifier, so there is nothing to take back.")


def beside_its_like(by_sender: Iterable[Recorded], fact_key: str, answer: Answer, *, may_correct: bool) -> Verdict:
    """Another content under an identifier that is on record."""
    effective = [row for row in by_sender if row.is_effective]
    if not effective:
        return Verdict(RowState.REFUSED, "What has this identifier was marked here as not this patient’s result.")
    before = effective[-1]
    if before.fact_key != fact_key:
        return Verdict(RowState.REFUSED, "What has this identifier on record is a result of another test.")
    if before.taken_on.isoformat() != answer["taken_on"]:
        # A sender that counts from 1 in every file must not overwrite last month's results.
        return Verdict(
            RowState.REFUSED,
            f"What has this identifier on record is of {before.taken_on}. A correction keeps the day; a new result needs an "
            "identifier of its own.",
        )
    if not may_correct:
        return Verdict(
            RowState.REFUSED,
            f"What has this identifier is on record as {before} of {before.taken_on}. "
            "A correction must be sent as one (status corrected or amended).",
        )
    return Verdict(RowState.READY, f"Corrects {before} of {before.taken_on}.", before.pk)


def taken_back(same: Iterable[Recorded]) -> str:
    if any(row.not_this_patients for row in same):
        return "This very result was marked here as not this patient’s result."
    return "This very result was corrected here since."


def further(other: Recorded) -> str:
    return f"That day has {other} on record already. Both are kept, and this one counts as the later."
