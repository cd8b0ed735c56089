"""The rows of guidelines: content (mirrors engine/content.py) and its review."""

from guidelines.models.asking import Outcome, UnansweredQuestion
from guidelines.models.dosing import Cap, DoseAdjustment, Drug, Product, Regimen, Taper, Titration
from guidelines.models.drug_knowledge import DrugKnowledge
from guidelines.models.editing import HEAD, QUESTION, Comment, Edit, EditKind
from guidelines.models.finding import EntryKind, SearchEntry, SearchWord
from guidelines.models.impact import ImpactRun
from guidelines.models.job import UNFINISHED, Job, JobState
from guidelines.models.knowledge import (
    Citation,
    Conflict,
    Definition,
    Fact,
    FactGroup,
    Reference,
    Section,
    Statement,
    Test,
)  # fmt: skip
from guidelines.models.pathway import Option, OptionRegimen, Step, StepAction, StepOption, Transition
from guidelines.models.publication import Publication
from guidelines.models.review import Approval, StatusMove
from guidelines.models.rules import MonitoringItem, SafetyRule, Window
from guidelines.models.telling import Case, CaseBase, OverrideReason, PatientInstruction, PrintRule
from guidelines.models.version import Guideline, Level, Version

__all__ = [
    "HEAD",
    "QUESTION",
    "UNFINISHED",
    "Approval",
    "Cap",
    "Case",
    "CaseBase",
    "Citation",
    "Comment",
    "Conflict",
    "Definition",
    "DoseAdjustment",
    "Drug",
    "DrugKnowledge",
    "Edit",
    "EditKind",
    "EntryKind",
    "Fact",
    "FactGroup",
    "Guideline",
    "ImpactRun",
    "Job",
    "JobState",
    "Level",
    "MonitoringItem",
    "Option",
    "OptionRegimen",
    "Outcome",
    "OverrideReason",
    "PatientInstruction",
    "PrintRule",
    "Product",
    "Publication",
    "Reference",
    "Regimen",
    "SafetyRule",
    "SearchEntry",
    "SearchWord",
    "Section",
    "Statement",
    "StatusMove",
    "Step",
    "StepAction",
    "StepOption",
    "Taper",
    "Test",
    "Titration",
    "Transition",
    "UnansweredQuestion",
    "Version",
    "Window",
]  # fmt: skip
