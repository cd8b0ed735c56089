"""CarePlan: everything a signed plan says, as frozen text and dates. Every screen and every print is made from it.

No rule is applied here and nothing is worked out: what a plan says years later is what it said when it was signed.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from patients.frozen_json import from_json, to_json

SHORT_HASH = 12
PREVIEW = 0  # the number of a plan that nobody signs: a test patient's


@dataclass(frozen=True, slots=True)
class PlanGuideline:
    """The version a plan follows. `public_path` is its public page; `status` as reviewers know it."""

    title: str
    slug: str
    version: int
    content_hash: str
    is_demonstration: bool
    public_path: str
    status: str = "approved"
    code: str | None = None

    @property
    def short_hash(self) -> str:
        return self.content_hash[:SHORT_HASH]

    @property
    def is_draft(self) -> bool:
        return self.status != "approved"


@dataclass(frozen=True, slots=True)
class PlanPatient:
    family_name: str
    given_names: str
    born_on: date
    number: str
    sex: str
    allergies: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class PlanClinic:
    name: str
    phone: str
    after_hours_phone: str
    emergency_number: str
    poison_line: str
    fever_limit: str


@dataclass(frozen=True, slots=True)
class PlanHeader:
    """What the caller knows and the engine does not: who, where, when, which version."""

    guideline: PlanGuideline
    patient: PlanPatient
    clinic: PlanClinic
    signed_on: date
    signed_by: str
    plan_number: int
    replaces: int | None = None

    @property
    def is_preview(self) -> bool:
        return self.plan_number == PREVIEW

    @property
    def watermark(self) -> tuple[str, str] | None:
        """What stands across every page of a plan that is not for care: what it is, and that."""
        if not (self.is_preview or self.guideline.is_draft):
            return None
        return ("DRAFT" if self.guideline.is_draft else "TEST PATIENT", "not for care")


@dataclass(frozen=True, slots=True)
class PlanProduct:
    count: int | str  # "1.5" of a tablet that may be halved
    form: str
    strength: str
    unit: str


NO_MORE = "None"  # the amount of the step that ends a drug


@dataclass(frozen=True, slots=True)
class DoseStep:
    """From this day on, these products and this amount; for the patient and for the clinician."""

    on: date
    products: str
    amount: str
    clinician: str


@dataclass(frozen=True, slots=True)
class PlanMedication:
    """One drug: what happens to it and its dose in both wordings. Without `amount` no dose is named."""

    drug: str
    name: str
    change: str
    weekly_only: bool
    patient_line: str
    clinician_line: str
    regimen: str | None = None
    amount: str | None = None
    unit: str = ""
    per: str = ""
    frequency: str = ""
    weekday: str | None = None
    times: int | None = None
    products: tuple[PlanProduct, ...] = ()
    working: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    titration: tuple[DoseStep, ...] = ()
    taper: tuple[DoseStep, ...] = ()
    one_time: bool = False

    @property
    def is_given(self) -> bool:
        return self.change not in ("hold", "stop")


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A heading with its lines, one instruction each. `rows` are the content's keys, for the record."""

    section: str
    title: str
    lines: tuple[str, ...]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayCell:
    day: str
    products: str | None  # nothing is taken on this day


@dataclass(frozen=True, slots=True)
class DrugBox:
    """What the patient reads about one drug. `lead` are the first lines, in the largest type.

    A drug whose dose changes on set days has a box for each dose: `from_on` its first day, `until_on` its last one."""

    drug: str
    name: str
    change: str
    weekly_only: bool
    dose: str
    purpose: str | None = None
    weekday: str | None = None
    products: str = ""
    amount: str = ""
    lead: tuple[str, ...] = ()
    parts: tuple[PaperPart, ...] = ()
    week: tuple[DayCell, ...] = ()
    steps_down: tuple[DoseStep, ...] = ()
    steps_down_advice: tuple[str, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    one_time: bool = False

    @property
    def how_often(self) -> str:
        """The capitals beside the name of a weekly drug."""
        return "ONE TIME ONLY" if self.one_time else "ONCE A WEEK"


@dataclass(frozen=True, slots=True)
class PlanTest:
    """A test with its window. `missing` are the labels of what is still to be done, in plain words."""

    item: str
    labels: tuple[str, ...]
    missing: tuple[str, ...]
    phase: str
    why: str
    opens: date
    overdue_after: date
    is_required: bool
    is_before_start: bool
    is_open_ended: bool


@dataclass(frozen=True, slots=True)
class PlanAlert:
    rule: str
    severity: str
    state: str
    message: str
    action: str
    policy: str
    drug: str | None = None
    reason: str | None = None
    text: str = ""
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class PlanAction:
    text: str
    plain: str | None = None


@dataclass(frozen=True, slots=True)
class PlanFact:
    label: str
    value: str
    taken_on: date | None = None
    is_no: bool = False


@dataclass(frozen=True, slots=True)
class PlanPrintRule:
    """What must never stand in the finished text; kept with the plan, so that every print is checked."""

    key: str
    text: str
    drug: str | None = None
    forbidden: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CarePlan:
    header: PlanHeader
    outcome: str
    step: str | None
    started_on: date
    title: str
    plain_title: str
    decision: str
    review_on: date | None
    refers_to: str | None
    medications: tuple[PlanMedication, ...]
    actions: tuple[PlanAction, ...]
    tests: tuple[PlanTest, ...]
    parts: tuple[PaperPart, ...]
    boxes: tuple[DrugBox, ...]
    alerts: tuple[PlanAlert, ...]
    facts: tuple[PlanFact, ...]
    unknown: tuple[PlanFact, ...]
    print_rules: tuple[PlanPrintRule, ...]

    def on(self, day: date) -> Self:
        """The plan as it reads on a day: of a drug whose dose changes on set days, the dose that is in force."""
        in_force: dict[str, DrugBox] = {}
        for box in self.boxes:
            if box.drug not in in_force or (box.from_on is not None and box.from_on <= day):
                in_force[box.drug] = box
        doses = {box.drug: box.dose for box in in_force.values() if box.from_on is not None}
        medications = tuple(replace(m, patient_line=doses.get(m.drug, m.patient_line)) for m in self.medications)
        return replace(self, boxes=tuple(in_force.values()), medications=medications)

    def days_of_change(self) -> list[date]:
        """The days on which a dose changes, and the day of signing: the plan reads differently from each on."""
        return sorted({self.header.signed_on, *(box.from_on for box in self.boxes if box.from_on is not None)})

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = to_json(self)
        return found

    @classmethod
    def from_json(cls, raw: Any) -> Self:
        return from_json(cls, raw)
