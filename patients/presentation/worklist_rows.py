"""The lines of the worklist as they are read: status, patient, medicine, what is due, and what was found last.

Words and days only; which rows they are is decided elsewhere. Asks as often for one line as for fifty.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.planned import EveryDay, OnWeekday, Weekday
from guidelines.models import Version
from guidelines.package import compiled_version
from patients.dose_words import amount_and_days
from patients.models import AlertKind, Aside, FrequencyType, MedicationChange
from patients.paper_words import capital, set_clinical
from patients.presentation import words
from patients.presentation.worklist_reads import Given, medications_of, read_alerts, read_tasks
from patients.worklist import BY_KEY, Row
from patients.worklist_items import brings_results
from patients.worklist_sql import Work

ACTIONS = {
    "stop": ("Stop", "stop"), "hold": ("Pause", "pause"), "reduce": ("Reduce", "arrow-down"),
    "refer": ("Refer", "arrow-right"), "repeat": ("Repeat", "flask"), "inform": ("Read", "note"),
}  # fmt: skip
LONG_OPEN = 30  # days: what may wait longer is open, and not due


class Medicine(NamedTuple):
    """`dose` leaves the weekday out where `weekday` names it: `often`, Weekly, stands between them."""

    name: str
    dose: str
    weekday: str = ""  # of a weekly medicine, in full
    often: str = ""


class Part(NamedTuple):
    """One test or alert of a line, which can be closed by itself."""

    key: UUID
    label: str


class Line(NamedTuple):
    group: str
    tone: str  # stop, caution, note: never alone, the status says it in words
    icon: str
    status: str
    patient: UUID
    name: str
    born_on: date
    number: str
    clinic: str  # named where somebody works in several
    medicine: Medicine | None
    what: str
    more: str
    due: str
    due_on: date | None
    last: str
    last_on: date | None
    who: str
    is_alert: bool
    is_required: bool
    brings_results: bool
    parts: tuple[Part, ...]
    aside: str

    @property
    def keys(self) -> str:
        return " ".join(str(part.key) for part in self.parts)


class Section(NamedTuple):
    key: str
    title: str
    total: int
    lines: tuple[Line, ...]


def sections(
    work: Work, rows: Sequence[Row], told: Mapping[str, int], versions: Iterable[Version], clinics: Mapping[int, str]
) -> tuple[Section, ...]:
    """`versions` are those that plans follow, `clinics` the names of those somebody works in."""
    shown = Shown(work, rows, {version.pk: version for version in versions}, clinics if len(clinics) > 1 else {})
    found: dict[str, list[Line]] = {}
    for row in rows:
        line = shown.alert(row) if BY_KEY[row.group].of_alerts else shown.tests(row)
        if line is not None:
            found.setdefault(row.group, []).append(line)
    return tuple(Section(key, BY_KEY[key].title, told[key], tuple(lines)) for key, lines in found.items())


class Shown:
    """The rows behind the lines, read at once."""

    def __init__(
        self, work: Work, rows: Sequence[Row], versions: dict[int, Version], clinics: Mapping[int, str]
    ) -> None:
        self.days, self.versions, self.clinics = work.days, versions, clinics
        alerts = [key for row in rows if BY_KEY[row.group].of_alerts for key in row.keys]
        tests = [key for row in rows if not BY_KEY[row.group].of_alerts for key in row.keys]
        self.tasks = read_tasks(work, tests, versions.values()) if tests else {}
        self.alerts = read_alerts(work, alerts) if alerts else {}
        plans = {row["plan_id"] for row in (*self.tasks.values(), *self.alerts.values())}
        self.medications: defaultdict[UUID, list[Given]] = defaultdict(list)
        for row in work.rows(medications_of, keys=list(plans)):
            self.medications[row[0]].append(Given(*row[1:]))

    def compiled(self, row: Mapping[str, Any]) -> CompiledPackage:
        return compiled_version(self.versions[row["plan__version_id"]])

    def whose(self, row: Mapping[str, Any], drug: str = "") -> dict[str, Any]:
        """What every line says of its patient."""
        compiled = self.compiled(row)
        return {
            "patient": row["patient_id"],
            "name": f"{row['patient__family_name'].upper()}, {row['patient__given_names']}",
            "born_on": row["patient__born_on"],
            "number": row["patient__number"],
            "clinic": self.clinics.get(row["clinic_id"], ""),
            "medicine": main_medicine(compiled, self.medications[row["plan_id"]], drug),
            "aside": set_aside(row, self.days[row["clinic_id"]]),
        }  # fmt: skip

    def tests(self, row: Row) -> Line | None:
        tasks = [self.tasks[key] for key in row.keys if key in self.tasks]
        if not tasks:
            return None  # closed between the two questions
        tasks.sort(key=lambda task: (not task["required"], task["position"]))
        first, today = tasks[0], self.days[tasks[0]["clinic_id"]]
        compiled = self.compiled(first)
        tests = dict.fromkeys(key for task in tasks for key in task["test_keys"])
        results = [task["last"] for task in tasks if task["last"]]
        last = max(results, key=lambda told: told["taken_on"]) if results else None
        tone, icon, status = test_status(row.group, first["opens_on"], first["overdue_after_on"], today)
        return Line(
            row.group, tone, icon, status, what=words.tests(compiled, tests),
            more="; ".join(dict.fromkeys(task["phase"] for task in tasks)),
            due=due_words(first["opens_on"], first["overdue_after_on"], today), due_on=first["overdue_after_on"],
            last=result(compiled, last, last["fact_key"]) if last else "",
            last_on=date.fromisoformat(last["taken_on"]) if last else None,
            who="Physician" if row.group == "review" else "Nurse or physician", is_alert=False,
            is_required=any(task["required"] for task in tasks),
            brings_results=any(brings_results(compiled, key) for key in tests),
            parts=tuple(Part(task["pk"], words.tests(compiled, task["test_keys"])) for task in tasks),
            **self.whose(first),
        )  # fmt: skip

    def alert(self, row: Row) -> Line | None:
        alert = self.alerts.get(row.keys[0])
        if alert is None:
            return None  # closed between the two questions
        compiled, today = self.compiled(alert), self.days[alert["clinic_id"]]
        tone, icon, status = alert_status(row.group, alert["action"], alert["severity"])
        last = alert["results"][-1] if alert["results"] else None
        return Line(
            row.group, tone, icon, status, what=alert["message"], more=to_do(alert),
            due=act_by(alert["act_by_on"], today), due_on=alert["act_by_on"],
            last=result(compiled, last, last["fact"]) if last else "",
            last_on=date.fromisoformat(last["taken_on"]) if last and last.get("taken_on") else None,
            who=(alert["who"] or "physician").capitalize(), is_alert=True, is_required=True, brings_results=True,
            parts=(Part(alert["pk"], alert["message"]),), **self.whose(alert, alert["drug_key"]),
        )  # fmt: skip


# --- words --------------------------------------------------------------------------------------------------------


def result(compiled: CompiledPackage, told: Mapping[str, Any], key: str) -> str:
    fact = compiled.facts.get(key)
    if fact is None:
        return f"{key} {told.get('value', '')}"
    return f"{capital(fact.label)} {words.typed_value(fact, told.get('value'), told.get('unit'))}"


def test_status(group: str, opens_on: date, overdue_after_on: date, today: date) -> tuple[str, str, str]:
    over = (today - overdue_after_on).days
    if over > 0:
        return "caution", "clock", f"{words.plural(over, 'day')} over"
    if opens_on > today:
        return "note", "calendar", f"In {words.plural((opens_on - today).days, 'day')}"
    if group == "review":
        return "note", "calendar", "Review due"
    return "note", "calendar", "Due today" if over == 0 else "Due now" if over > -LONG_OPEN else "Open"


def due_words(opens_on: date, overdue_after_on: date, today: date) -> str:
    if opens_on > today and opens_on != overdue_after_on:
        return f"From {words.day(opens_on)}"
    return f"By {words.day(overdue_after_on)}"


def alert_status(group: str, action: str, severity: str) -> tuple[str, str, str]:
    if group == "unchecked":
        return "stop" if severity == "stop" else "caution", "unknown", "Cannot be checked"
    if group == "resume":
        return "note", "check", "May start again"
    word, icon = ACTIONS.get(action, ("Look at", "note"))
    return "stop" if action in ("stop", "hold") else "caution", icon, word


def to_do(alert: Mapping[str, Any]) -> str:
    """What a rule that cannot be checked would ask for is not asked for yet."""
    is_asked = alert["kind"] != AlertKind.NOT_EVALUABLE or not alert["rule_key"]
    return (
        str(alert["action_text"])
        if is_asked
        else f"{words.ADD_WHAT_IS_MISSING} Where it is met: {alert['action_text']}"
    )


def act_by(day: date | None, today: date) -> str:
    if day is None:
        return "At the next visit"
    over = (today - day).days
    return f"{words.plural(over, 'day')} over" if over > 0 else "Today" if over == 0 else f"By {words.day(day)}"


def set_aside(row: Mapping[str, Any], today: date) -> str:
    if row["aside_until_on"] is None or row["aside_until_on"] <= today:
        return ""
    note = f": {row['aside_note']}" if row["aside_note"] else ""
    return f"{Aside(row['aside_why']).label}, again on {words.day(row['aside_until_on'])}{note}"


def main_medicine(compiled: CompiledPackage, rows: Sequence[Given], drug: str) -> Medicine | None:
    """The drug an alert is about; else the first that is given, else the first that is held."""
    about = [row for row in rows if row.drug_key == drug]
    given = [row for row in rows if row.is_given]
    held = [row for row in rows if row.change == MedicationChange.HOLD]
    row = next(iter((*about, *given, *held)), None)
    if row is None:
        return None
    name = compiled.drugs[row.drug_key].name if row.drug_key in compiled.drugs else row.drug_key
    name = capital(name)
    if not row.is_given:
        return Medicine(name, "paused" if row.change == MedicationChange.HOLD else "stopped")
    if row.amount is None:
        return Medicine(name, "dose as before")
    if row.weekday is not None:
        often = words.often(compiled, row)
        return Medicine(name, words.amount(row.amount, row.unit), Weekday(row.weekday).label, often)
    return Medicine(name, set_clinical(amount_and_days(Signed.of(row), spared_weekday(compiled, row, rows))))


def spared_weekday(compiled: CompiledPackage, row: Given, rows: Iterable[Given]) -> Weekday | None:
    """The day a companion leaves out is that of the weekly medicine beside it."""
    regimen = compiled.regimens.get(row.regimen_key)
    if regimen is None or not regimen.regimen.spares_main_weekday:
        return None
    return next((Weekday(other.weekday) for other in rows if other.weekday is not None), None)


class Signed(NamedTuple):
    """The dose of a signed row, for its words."""

    amount: Decimal
    unit: str
    per: str
    frequency: OnWeekday | EveryDay
    one_time: bool = False  # a daily one is none

    @staticmethod
    def of(row: Given) -> "Signed":
        if row.amount is None or row.frequency_type != FrequencyType.DAILY or row.times is None:
            raise ValueError(f"{row.drug_key} has no daily dose")
        return Signed(row.amount, row.unit, row.per, EveryDay(row.times))
