"""All results of a patient by test and day, newest first, each with where it came from and what it took the place of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from guidelines.engine.operators import unit_text
from patients.models import Observation, Patient
from patients.presentation import words
from patients.results.catalogue import Catalogue

MOST_ROWS = 300
ANSWERS = "Answers of consultations"
CORRECTABLE = ("number", "choice", "boolean", "date")


@dataclass
class LogRow:
    """One result as it stands; `before` are those it corrected, newest first."""

    row: Observation
    label: str
    value: str
    upper_limit: str
    is_correctable: bool
    before: list["LogRow"] = field(default_factory=list)

    @property
    def taken_on(self) -> date:
        return self.row.taken_on

    @property
    def is_not_theirs(self) -> bool:
        return self.row.not_this_patients

    @property
    def by(self) -> str:
        return self.row.recorded_by.get_full_name() or self.row.recorded_by.get_username()


@dataclass(frozen=True)
class ResultsLog:
    groups: list[tuple[str, list[LogRow]]]
    count: int
    page: int
    pages: int


def results_log(patient: Patient, catalogue: Catalogue, page: int) -> ResultsLog:
    """A page holds whole days: the newest MOST_ROWS results, then those before."""
    rows = Observation.objects.filter(patient=patient).select_related("laboratory", "recorded_by")
    standing = rows.filter(corrected_by__isnull=True).order_by("-taken_on", "-number")
    count = standing.count()
    pages = max(1, -(-count // MOST_ROWS))
    page = min(max(page, 1), pages)
    heads = list(standing[(page - 1) * MOST_ROWS : page * MOST_ROWS])
    corrected = {row.pk: row for row in rows.filter(corrected_by__isnull=False)}
    groups: dict[str, list[LogRow]] = {label: [] for _, label, _ in catalogue.groups()}
    for head in heads:
        found = log_row(head, catalogue)
        found.before = [log_row(row, catalogue) for row in behind(head, corrected)]
        kind = catalogue.kinds.get(head.fact_key)
        groups.setdefault(kind.test_label if kind else ANSWERS, []).append(found)
    places = {key: place for place, key in enumerate(catalogue.kinds)}
    for listed in groups.values():
        listed.sort(key=lambda one: (-one.taken_on.toordinal(), places.get(one.row.fact_key, len(places))))
    return ResultsLog([(label, listed) for label, listed in groups.items() if listed], count, page, pages)


def behind(head: Observation, corrected: dict[UUID, Observation]) -> Iterable[Observation]:
    row = earlier(head, corrected)
    while row is not None:
        yield row
        row = earlier(row, corrected)


def earlier(row: Observation, corrected: dict[UUID, Observation]) -> Observation | None:
    return corrected.get(row.corrects_id) if row.corrects_id else None


def log_row(row: Observation, catalogue: Catalogue) -> LogRow:
    content = catalogue.content_of(row.fact_key)
    fact = content.facts[row.fact_key] if content else None
    limit = f"{row.upper_limit_typed}{words.NBSP}{unit_text(row.unit)}" if row.upper_limit_typed else ""
    if fact is None:
        return LogRow(row, row.fact_key, f"{row.value_typed} {row.unit}".strip(), limit, is_correctable=False)
    return LogRow(row, fact.label, words.typed_value(fact, row.value_typed, row.unit), limit, fact.type in CORRECTABLE)
