"""What every drug that is given must have: monitoring, a stop, a word about kidneys and pregnancy.

What a guideline leaves out on purpose it says in `not_applicable`, with the reason.
"""

from collections.abc import Iterator

from guidelines.engine.content import SafetyRule
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.judged import Judged

ACTING = ("hold", "reduce", "stop", "refer")
WANTED = {
    "monitoring": ("missing_monitoring", "Say which tests are due while it is taken"),
    "stop": ("missing_stop_rule", "Say when it must not be given"),
    "kidney": ("missing_kidney_rule", "Say what weak kidneys mean for it"),
    "pregnancy": ("missing_pregnancy_rule", "Say what pregnancy means for it"),
}


def of_drugs(judged: Judged) -> Iterator[Finding]:
    excused = {(said.drug, said.rule) for said in judged.package.not_applicable}
    for drug in judged.given:
        there = has(judged, drug)
        name = judged.compiled.drugs[drug].name
        for rule, (code, what) in WANTED.items():
            if rule not in there and (drug, rule) not in excused:
                message = f"{what}, or give the reason why there is nothing to say (not_applicable). {name} has nothing of it."
                yield found(code, f"drugs.{drug}", message)


def has(judged: Judged, drug: str) -> set[str]:
    """Which of the wanted rules the drug has."""
    compiled = judged.compiled
    rules = compiled.rules_of_drug.get(drug, ())
    there = {"stop"} if any(rule.rule.severity == "stop" for rule in rules) else set()
    if any(item.drug == drug and item.required and item.windows for item in judged.package.monitoring):
        there.add("monitoring")
    covers = {group.key: group.covers for group in judged.package.fact_groups}
    return there | {what for fact in facts_asked(judged, drug) if (what := covers.get(judged.group_of(fact)))}


def facts_asked(judged: Judged, drug: str) -> frozenset[str]:
    """Every fact that a rule, cap, adjustment or requirement of this drug reads."""
    facts = judged.facts_behind(*(rule.condition for rule in judged.compiled.rules_of_drug.get(drug, ())))
    for key in judged.regimens_of(drug):
        regimen = judged.compiled.regimens[key]
        facts |= judged.facts_behind(*(part.condition for part in (*regimen.caps, *regimen.adjustments)))
        facts |= {need.entry.fact for need in regimen.requires}
    return facts


def reasons(judged: Judged) -> Iterator[Finding]:
    """A "not applicable" that names nothing, or that is not needed."""
    for said in judged.package.not_applicable:
        if said.drug not in judged.compiled.drugs:
            yield found(
                "unknown_drug", "not_applicable", f"There is no drug '{said.drug}'; correct or remove the reason."
            )
        elif said.rule == "result":
            if said.test not in judged.compiled.tests:
                message = f"There is no test '{said.test}'; say which test of {said.drug} needs no rule."
                yield found("unknown_key", "not_applicable", message)
            elif not any(item.drug == said.drug and said.test in item.tests for item in judged.package.monitoring):
                message = f"Nothing orders {said.test} for {said.drug}: its result needs no reason. Remove it."
                yield found("not_applicable_unneeded", "not_applicable", message)
        elif said.drug not in judged.given or said.rule in has(judged, said.drug):
            message = f"{said.drug} needs no reason about '{said.rule}': it has such a rule, or is not given. Remove the reason."
            yield found("not_applicable_unneeded", "not_applicable", message)


def narrow_stops(judged: Judged) -> Iterator[Finding]:
    """Of what is tested again and again, every kind of result must be able to change something."""
    for drug in judged.given:
        acting = [rule for rule in judged.compiled.rules_of_drug.get(drug, ()) if acts(rule.rule)]
        if not any(rule.rule.severity == "stop" for rule in acting):
            continue  # told as missing_stop_rule
        watched = judged.facts_named(*(rule.condition for rule in acting))
        groups = {judged.group_of(fact) for fact in watched}
        left = sorted({judged.group_of(fact) for fact in tested_again(judged, drug)} - groups)
        if left:
            titles = {group.key: group.title for group in judged.package.fact_groups}
            named = ", ".join(titles.get(key, key) for key in left)
            message = (
                f"Its blood is tested for more than its stop rules look at: no result of these can hold, lower or stop the "
                f"drug: {named}."
            )
            yield found("stop_rule_too_narrow", f"drugs.{drug}", message)


def acts(rule: SafetyRule) -> bool:
    return rule.severity == "stop" or (rule.severity == "caution" and rule.action.kind in ACTING)


def tested_again(judged: Judged, drug: str) -> Iterator[str]:
    """The measured facts of the tests that are repeated while the drug is taken."""
    excused = {said.test for said in judged.package.not_applicable if said.drug == drug and said.rule == "result"}
    for item in judged.package.monitoring:
        again = any(window.every for window in item.windows) or not item.windows
        for test in item.tests if item.drug == drug and again else ():
            if test in excused:
                continue
            for key in judged.compiled.tests[test].facts:
                if judged.compiled.facts[key].type == "number":
                    yield key


def resuming(judged: Judged) -> Iterator[Finding]:
    for rule in judged.package.safety_rules:
        if rule.drug and rule.severity == "stop" and rule.action.kind == "hold" and not rule.action.resume:
            message = "It holds the drug; say when it may be given again (resume)."
            yield found("resume_missing", f"safety_rules.{rule.key}", message)
