"""Package: the shape of a guideline. Read this file first.

Everything a version says, as one frozen value: what can be known about a patient, what is claimed and on whose
word, the drugs, the doses, the rules, the tests, the pathway, what the patient is told, and the patients it must
get right. No module of ours is imported here but `values`.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from guidelines.engine.shape.claims import (
    Citation,
    Conflict,
    Reference,
    Section,
    Statement,
)  # fmt: skip
from guidelines.engine.shape.doses import (
    Adjustment,
    Cap,
    Drug,
    Frequency,
    Product,
    ProductBand,
    Regimen,
    Requirement,
    RoundingBand,
    Taper,
    TaperBand,
    Titration,
)  # fmt: skip
from guidelines.engine.shape.knowledge import (
    Choice,
    Definition,
    Fact,
    FactGroup,
    Implied,
    OtherUnit,
    Range,
    Test,
)  # fmt: skip
from guidelines.engine.shape.marked import (
    Ages,
    Marked,
    NotApplicable,
    StaleWording,
)  # fmt: skip
from guidelines.engine.shape.pathway import (
    Change,
    DrugChange,
    Option,
    OptionRegimen,
    Step,
    StepAction,
    StepOption,
    Taken,
    Transition,
)  # fmt: skip
from guidelines.engine.shape.rules import (
    Action,
    MonitoringItem,
    SafetyRule,
    Severity,
    Window,
)  # fmt: skip
from guidelines.engine.shape.telling import (
    Case,
    CaseBase,
    CaseResult,
    Expected,
    ExpectedDose,
    ExpectedDue,
    OverrideReason,
    PatientInstruction,
    PrintRule,
)  # fmt: skip
from guidelines.engine.values import Content, Day, Key, Line, Text, Whole, canonical_text, sha256_of

__all__ = [
    "KEYED",
    "SLUG",
    "Action",
    "Adjustment",
    "Ages",
    "Cap",
    "Case",
    "CaseBase",
    "CaseResult",
    "Change",
    "Choice",
    "Citation",
    "Conflict",
    "Definition",
    "Drug",
    "DrugChange",
    "Expected",
    "ExpectedDose",
    "ExpectedDue",
    "Fact",
    "FactGroup",
    "Frequency",
    "Head",
    "Implied",
    "Marked",
    "MonitoringItem",
    "NotApplicable",
    "Option",
    "OptionRegimen",
    "OtherUnit",
    "OverrideReason",
    "Package",
    "PatientInstruction",
    "PrintRule",
    "Product",
    "ProductBand",
    "Range",
    "Reference",
    "Regimen",
    "Requirement",
    "RoundingBand",
    "SafetyRule",
    "Section",
    "Severity",
    "StaleWording",
    "Statement",
    "Step",
    "StepAction",
    "StepOption",
    "Taken",
    "Taper",
    "TaperBand",
    "Test",
    "Titration",
    "Transition",
    "Window",
]  # fmt: skip


SLUG = "[a-z][a-z0-9-]{0,79}"


class Head(Content):
    """What stands above all entries."""

    slug: Annotated[str, Field(pattern=f"^{SLUG}$")]
    title: Line
    question: Line
    plain_question: Line
    answer: Text
    plain_answer: Text
    population: Line
    ages: Ages | None = None  # of that population
    condition: Line
    code: Line | None = None  # ICD-10-CM
    publisher: Line
    review_by: Day | None = None
    disclaimer: Text
    plain_disclaimer: Text | None = None
    exact_day_grace_days: Whole = 3
    entry_step: Key
    not_applicable: tuple[NotApplicable, ...] = ()


class Package(Head):
    """A version's whole content. Its hash is what reviewers approve."""

    fact_groups: tuple[FactGroup, ...] = ()
    facts: tuple[Fact, ...]
    tests: tuple[Test, ...] = ()
    definitions: tuple[Definition, ...] = ()
    references: tuple[Reference, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    sections: tuple[Section, ...] = ()
    statements: tuple[Statement, ...] = ()
    drugs: tuple[Drug, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    safety_rules: tuple[SafetyRule, ...] = ()
    monitoring: tuple[MonitoringItem, ...] = ()
    options: tuple[Option, ...] = ()
    steps: tuple[Step, ...]
    transitions: tuple[Transition, ...] = ()
    instructions: tuple[PatientInstruction, ...] = ()
    print_rules: tuple[PrintRule, ...] = ()
    override_reasons: tuple[OverrideReason, ...] = ()
    case_bases: tuple[CaseBase, ...] = ()
    cases: tuple[Case, ...] = ()
    stale_wordings: tuple[StaleWording, ...] = ()

    def head(self) -> Head:
        return Head.model_construct(**{name: getattr(self, name) for name in Head.model_fields})

    @model_validator(mode="after")
    def keys_are_unique(self) -> Self:
        for name in KEYED:
            seen: set[str] = set()
            for entry in getattr(self, name):
                if entry.key in seen:
                    raise ValueError(f"{name}: the key {entry.key} is used twice; give each its own")
                seen.add(entry.key)
        return self

    @model_validator(mode="after")
    def weekly_only_drugs_are_weekly(self) -> Self:
        """A drug that kills when taken daily has no other frequency, here or anywhere below."""
        weekly = {drug.key for drug in self.drugs if drug.weekly_only}
        drug_of = {regimen.key: regimen.drug for regimen in self.regimens}
        for regimen in self.regimens:
            if regimen.drug in weekly and (regimen.frequency.type != "weekly" or regimen.amount_per != "week"):
                raise ValueError(f"regimens: {regimen.key} must be weekly: {regimen.drug} is taken once a week only")
        for option in self.options:
            drugs = [drug_of.get(part.regimen) for part in option.regimens]
            for drug in weekly:
                if drugs.count(drug) > 1:
                    raise ValueError(f"options: {option.key} gives {drug} twice: it is taken once a week only")
        return self

    @model_validator(mode="after")
    def nothing_of_a_week_is_halved(self) -> Self:
        """A half tablet of a weekly drug is a dose nobody can check, and whole tablets are spread over a week."""
        halved = {product.key for drug in self.drugs for product in drug.products if product.halves}
        weekly = {drug.key for drug in self.drugs if drug.weekly_only}
        for drug in self.drugs:
            if drug.key in weekly and any(product.key in halved for product in drug.products):
                raise ValueError(f"drugs: {drug.key} is taken once a week only and is not halved")
        for regimen in self.regimens:
            if regimen.weekly_tablets and halved.intersection(regimen.products):
                raise ValueError(
                    f"regimens: {regimen.key} spreads whole tablets over the week; its products are not halved"
                )
        return self

    def content_hash(self) -> str:
        return sha256_of(self.canonical())

    def canonical_json(self) -> str:
        return canonical_text(self.canonical())


KEYED = tuple(
    name for name, field in Package.model_fields.items()
    if name in {
        "fact_groups", "facts", "tests", "definitions", "references", "conflicts", "sections", "statements", "drugs",
        "regimens", "safety_rules", "monitoring", "options", "steps", "transitions", "instructions", "print_rules",
        "override_reasons", "case_bases", "cases",
    }
)  # fmt: skip
