"""Which rules limit a statement, and which statements a rule bears on: found in the data, never in a table.

They are about the same drug, and share a doubt (conflict), a step, or a source and a subject.
"""

from guidelines.asking.knowledge import Knowledge, Part

ALIKE = 0.4
ALIKE_BY_SOURCE = 0.2
MOST_RULES = 6
SEVERITY = ("stop", "caution", "note")


def rules_limiting(key: str, knowledge: Knowledge) -> tuple[str, ...]:
    """The keys of the rules that limit the statement, the closest first."""
    statement = next(part for part in knowledge.of_kind("statement") if part.key == key)
    found = [(closeness(statement, rule, knowledge), rule.key) for rule in knowledge.of_kind("rule")]
    rules = knowledge.compiled.rules
    close = [(near, rule) for near, rule in found if near]
    close.sort(key=lambda one: (-one[0], SEVERITY.index(rules[one[1]].rule.severity)))
    return tuple(rule for _, rule in close[:MOST_RULES])


def statements_behind(rule: str, knowledge: Knowledge) -> tuple[str, ...]:
    """The keys of the statements that the rule limits, the closest first."""
    part = next(one for one in knowledge.of_kind("rule") if one.key == rule)
    found = [(closeness(statement, part, knowledge), statement.key) for statement in knowledge.of_kind("statement")]
    return tuple(key for near, key in sorted(found, key=lambda one: -one[0]) if near)


def closeness(statement: Part, rule: Part, knowledge: Knowledge) -> float:
    """0 when the rule has nothing to do with the statement."""
    compiled = knowledge.compiled
    said, limit = compiled.statements[statement.key], compiled.rules[rule.key].rule
    doubts = set(said.conflicts) & set(limit.conflicts)
    if not statement.drugs & rule.drugs and not any(rule.drugs & knowledge.drugs_of_conflicts[key] for key in doubts):
        return 0.0
    shared = alike(statement, rule, knowledge)
    step = compiled.steps.get(limit.step or "")
    if doubts or (step is not None and said.key in step.step.statements):
        return 1.0 + shared
    sources = {citation.reference for citation in said.citations} & set(limit.cites)
    return shared if shared >= (ALIKE_BY_SOURCE if sources else ALIKE) else 0.0


def alike(statement: Part, rule: Part, knowledge: Knowledge) -> float:
    """How much of what the rule is about the statement speaks of, the drugs left out."""
    about = {feature: knowledge.weight(feature) for feature in rule.own if feature not in knowledge.drug_of}
    shared = sum(weight for feature, weight in about.items() if feature in statement.own)
    return shared / total if (total := sum(about.values())) else 0.0
