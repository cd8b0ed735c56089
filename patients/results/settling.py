"""What a file's results are for the clinic that reads it: whose each is, what is understood, what is on record already.

Writes nothing. A number of no patient here and a number of another clinic's patient get the same sentence.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import User

from patients.models import Clinic, Patient, ResultImportRow, RowState
from patients.results.catalogue import Catalogue
from patients.results.on_record import OnRecord, Verdict
from patients.results.reading import Read, read_result
from patients.results.sent import Sent

LONGEST_WHY = 1000
SENDER, DAY = "sender", "day"


class Owner(NamedTuple):
    patient: Patient | None
    why_not: str = ""


class Found(NamedTuple):
    sent: Sent
    owner: Owner
    read: Read

    @property
    def why_not(self) -> str:
        return self.owner.why_not or self.read.why_not

    @property
    def key(self) -> str:
        return self.read.kind.key if self.read.kind else ""


def settled(sent: Sequence[Sent], clinic: Clinic, by: User, catalogue: Catalogue) -> list[ResultImportRow]:
    """Rows of an import, not yet saved and of no import yet."""
    owners = Owners(sent, clinic, by)
    today = clinic.today()
    found = [understood(one, owners.of(one), catalogue, today) for one in sent]
    usable = [one for one in found if not one.why_not]
    record = OnRecord(
        {one.owner.patient.pk for one in usable if one.owner.patient},
        facts={one.key for one in usable if one.key},
        days={date.fromisoformat(one.read.answer["taken_on"]) for one in usable if one.read.answer},
        external_ids={one.sent.external_id for one in usable if one.sent.external_id},
    )
    clashes = Clashes(usable)
    return [row(position, one, verdict(one, record, clashes)) for position, one in enumerate(found)]


class Owners:
    """The patients of the clinic who have the numbers of the file."""

    def __init__(self, sent: Iterable[Sent], clinic: Clinic, by: User) -> None:
        self.clinic = clinic
        numbers = {number for one in sent for number in one.numbers}
        visible = Patient.objects.visible_to(by).filter(clinic=clinic, number__in=numbers)
        self.by_number = {patient.number: patient for patient in visible}

    def of(self, sent: Sent) -> Owner:
        if not sent.numbers:
            return Owner(None, sent.whose or "It does not say whose result it is.")
        found = {patient.pk: patient for number in sent.numbers if (patient := self.by_number.get(number))}
        if not found:
            return Owner(None, f"No patient of {self.clinic} has this number.")
        if len(found) > 1:
            return Owner(None, "Its numbers are those of more than one patient.")
        [patient] = found.values()
        if sent.born and sent.born != patient.born_on.isoformat():
            return Owner(None, "The patient with this number was born on another day. Find out whose result it is.")
        return Owner(patient)


def understood(sent: Sent, owner: Owner, catalogue: Catalogue, today: date) -> Found:
    """Of a result that is taken back, nothing but its identifier matters."""
    if sent.is_cancelled and not sent.told.why_not:
        return Found(sent, owner, Read(sent.told))
    born_on = owner.patient.born_on if owner.patient else None
    return Found(sent, owner, read_result(sent.told, catalogue, today, born_on=born_on))


class Clashes:
    """Results of one file that contradict each other: nobody can say which of them counts."""

    def __init__(self, usable: Iterable[Found]) -> None:
        self.groups: dict[tuple[object, ...], Group] = {}
        for one in usable:
            for key in keys_of(one):
                self.groups.setdefault(key, Group(one)).take(one)

    def with_others(self, one: Found) -> Verdict | None:
        groups = [(key, self.groups[key]) for key in keys_of(one)]
        for key, group in groups:
            if (other := group.against(one)) is not None:
                what = "with the same identifier" if key[0] == SENDER else "of the same day"
                return Verdict(
                    RowState.REFUSED,
                    f"The file has another result {what} ({other.sent.told.place}). Nobody can say which one counts.",
                )
        first = groups[-1][1].first if groups else one
        return None if first is one else Verdict(RowState.KNOWN, f"It is the same as {first.sent.told.place}.")


def keys_of(one: Found) -> Iterator[tuple[object, ...]]:
    """What no two different results may share."""
    patient = one.owner.patient.pk if one.owner.patient else None
    if one.sent.external_id:
        yield SENDER, patient, one.sent.external_id
    if one.read.answer:
        yield DAY, patient, one.key, one.read.answer["taken_on"]


class Group:
    """Results that share one key: the first, and the first that is not the same. A file may repeat a line ever so often."""

    def __init__(self, first: Found) -> None:
        self.first = first
        self.other: Found | None = None

    def take(self, one: Found) -> None:
        if self.other is None and not same(one, self.first):
            self.other = one

    def against(self, one: Found) -> Found | None:
        return self.other if same(one, self.first) else self.first


def same(one: Found, other: Found) -> bool:
    return (one.key, one.read.answer, one.sent.is_cancelled) == (other.key, other.read.answer, other.sent.is_cancelled)


def verdict(one: Found, record: OnRecord, clashes: Clashes) -> Verdict:
    if one.why_not or one.owner.patient is None:
        return Verdict(RowState.REFUSED, one.why_not)
    if (clash := clashes.with_others(one)) is not None:
        return clash
    patient, sent = one.owner.patient.pk, one.sent
    if sent.is_cancelled:
        return record.cancelled(patient, sent.external_id)
    found = record.verdict(patient, one.key, one.read.answer, sent.external_id, may_correct=sent.is_correction)
    return found._replace(why=f"{one.read.unusual} {found.why}".strip()) if found.state == RowState.READY else found


def row(position: int, one: Found, verdict: Verdict) -> ResultImportRow:
    is_refused = verdict.state == RowState.REFUSED
    return ResultImportRow(
        position=position,
        place=one.sent.told.place[:80],
        told=one.sent.shown,
        patient=one.owner.patient,
        fact_key="" if one.sent.is_cancelled else one.key,
        answer={} if is_refused else one.read.answer,
        external_id=one.sent.external_id,
        corrects_external=one.sent.is_correction or one.sent.is_cancelled,
        converted="" if is_refused else one.read.converted[:200],
        state=verdict.state,
        why=verdict.why[:LONGEST_WHY],
    )
