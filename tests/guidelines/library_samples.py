"""A library of one drug, the itching elbow's, to be changed from one state to the next."""

from typing import Any

from guidelines.actions import record_knowledge
from guidelines.drug_knowledge import Entries, from_json, of_package
from guidelines.engine.content import Package
from guidelines.models import DrugKnowledge
from tests.factories_guidelines import itching_elbow

DRUG, RULE = "calmine", "CAL-B-PREG"
MESSAGE = "Calmine harms the unborn child, also months later."


def library(*, message: str = "", without: str = "", **extra_rule: Any) -> Entries:
    """What is shared about calmine: the elbow's own entries, one rule said otherwise, left out, or one more."""
    entries = dict(of_package(itching_elbow(), DRUG))
    if message:
        entries["safety_rules", RULE] = entries["safety_rules", RULE] | {"message": message}
    if without:
        del entries["safety_rules", without]
    if extra_rule:
        rule = entries["safety_rules", "CAL-W-MARK"] | extra_rule
        entries["safety_rules", rule["key"]] = rule
    return entries


def recorded(entries: Entries) -> DrugKnowledge:
    [row] = record_knowledge(content={DRUG: entries})
    assert from_json(row.entries) == entries
    return row


def rule_of(package: Package, key: str) -> Any:
    return next((rule for rule in package.safety_rules if rule.key == key), None)
