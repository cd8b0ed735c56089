"""A patient's own baseline through a course of treatment: what it was before the drug was begun, on every later step.

Refuses to let it creep: without this, the last result under treatment would become the baseline of the next step.
"""

from decimal import localcontext

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.facts import FactsRefused
from guidelines.engine.operators import EXACT
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.engine.values import plain
from patients.facts import Answers
from patients.following.reads import facts_behind
from patients.following.standing import rules_of
from patients.models import Plan


def kept_baselines(compiled: CompiledPackage, plan: Plan | None) -> Answers:
    """As answers to begin the next consultation with: those that a rule about a drug of the plan looks at."""
    if plan is None:
        return {}
    looked_at = facts_behind(compiled, *(rule.condition for rule in rules_of(plan, compiled)))
    # A total, which is worked out from results too, goes on being added up.
    from_results = {
        key for key, source in compiled.worked_out.items()
        if source.fact.formula_is_default and "baseline(" in (source.fact.formula or "")
    }  # fmt: skip
    signed: Answers = plan.frozen["facts"]["facts"]
    found: Answers = {key: signed[key] for key in looked_at & from_results if "value" in signed.get(key, {})}
    missing = (looked_at & from_results) - found.keys()
    try:
        facts = read_facts(plan.frozen["facts"], compiled) if missing else None
    except FactsRefused:
        return found  # of another version: what was said then stands, and nothing is worked out
    if facts is None:
        return found
    with localcontext(EXACT):
        resolved = Resolved(compiled, facts)
        for key in missing:
            if resolved[key] is not None:
                fact, value = compiled.facts[key], plain(round(resolved[key], 4))
                found[key] = {"value": value, "unit": fact.unit or "", "taken_on": plan.signed_on.isoformat()}
    return found
