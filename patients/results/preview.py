"""What a table of one patient was understood as, line by line, beside what is on record: shown before anything is written."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from patients.actions.results import Entry
from patients.models import Patient, RowState
from patients.presentation.words import typed_value
from patients.results.catalogue import Catalogue
from patients.results.on_record import OnRecord, Verdict
from patients.results.reading import Read, Told, read_result


@dataclass(frozen=True)
class Line:
    read: Read
    verdict: Verdict

    @property
    def state(self) -> RowState:
        return self.verdict.state

    @property
    def doubt(self) -> str:
        """What a person must confirm before it is written."""
        return " ".join(part for part in (self.read.unusual, self.verdict.why) if part) if self.is_ready else ""

    @property
    def shown(self) -> str:
        kind = self.read.kind
        return (
            typed_value(kind.fact, self.read.answer["value"], self.read.answer.get("unit"))
            if kind and self.read.answer
            else ""
        )

    @property
    def day(self) -> date | None:
        taken_on = self.read.answer.get("taken_on")
        return date.fromisoformat(taken_on) if taken_on else None

    @property
    def is_ready(self) -> bool:
        return self.state == RowState.READY


@dataclass(frozen=True)
class Preview:
    lines: list[Line]

    def in_state(self, state: RowState) -> list[Line]:
        return [line for line in self.lines if line.state == state]

    @property
    def ready(self) -> list[Line]:
        return self.in_state(RowState.READY)

    @property
    def entries(self) -> list[Entry]:
        return [Entry(line.read.kind.key, line.read.answer) for line in self.ready if line.read.kind is not None]

    @property
    def digest(self) -> str:
        """Of what was shown: another understanding, a day later or after an edit, is shown before it is written."""
        told = [[line.read.told.place, line.state, line.read.answer, line.doubt] for line in self.lines]
        keys = [line.read.kind.key if line.read.kind else "" for line in self.lines]
        return hashlib.sha256(json.dumps([told, keys]).encode()).hexdigest()


def preview_of(told: Sequence[Told], catalogue: Catalogue, patient: Patient, today: date, day: date) -> Preview:
    """`day`: of lines that name none."""
    reads = [
        read_result(line, catalogue, today, default_day=day, born_on=patient.born_on)
        if not line.patient or line.patient == patient.number
        else Read(line, why_not=f"It is of another patient: {line.patient[:40]}.")
        for line in told
    ]
    good = [read for read in reads if read.kind is not None and not read.why_not]
    record = OnRecord(
        [patient.pk],
        facts=[read.kind.key for read in good if read.kind],
        days=[date.fromisoformat(read.answer["taken_on"]) for read in good],
    )
    seen: dict[tuple[str, str], list[Read]] = {}
    for read in good:
        seen.setdefault(of_one_day(read), []).append(read)
    return Preview([Line(read, verdict_of(read, seen, record, patient)) for read in reads])


def of_one_day(read: Read) -> tuple[str, str]:
    return (read.kind.key if read.kind else "", read.answer["taken_on"])


def verdict_of(read: Read, seen: dict[tuple[str, str], list[Read]], record: OnRecord, patient: Patient) -> Verdict:
    if read.why_not or read.kind is None:
        return Verdict(RowState.REFUSED, read.why_not)
    alike = seen[of_one_day(read)]
    if any(other.answer != read.answer for other in alike):
        places = ", ".join(other.told.place.lower() for other in alike if other is not read)
        return Verdict(
            RowState.REFUSED, f"There is another result of the same day ({places}). Keep the one that counts."
        )
    if alike[0] is not read:
        return Verdict(RowState.KNOWN, f"It is the same as {alike[0].told.place.lower()}.")
    return record.verdict(patient.pk, read.kind.key, read.answer)
