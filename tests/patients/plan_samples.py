"""Plans of the shipped guideline's own test patients, completed as a physician would: nothing of ours is faked."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import Decision, decide
from guidelines.engine.dosing import Dose, selectable
from guidelines.engine.planned import Weekday
from guidelines.engine.reading import read_facts
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from patients.care_plan import CarePlan, PlanClinic, PlanGuideline, PlanHeader, PlanPatient, build_care_plan
from patients.choices import Choices, read_choices
from patients.drafting import CurrentDrug, PlanDraft, draft_plan

NOW = {
    "methotrexate": CurrentDrug(Decimal(15), Weekday.THURSDAY),
    "folic_acid": CurrentDrug(Decimal(1)),
    "prednisone": CurrentDrug(Decimal(20)),
    "hydroxychloroquine": CurrentDrug(Decimal(1600)),
    "mycophenolate_mofetil": CurrentDrug(Decimal(1000)),
    "azathioprine": CurrentDrug(Decimal(150)),
    "clobetasol": CurrentDrug(Decimal(40)),
    "doxycycline": CurrentDrug(Decimal(200)),
}
V01 = {"option": "S1-hydroxychloroquine", "amounts": {"hydroxychloroquine": "2000"}}
V05: dict[str, Any] = {
    "option": "S2-methotrexate",
    "amounts": {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"},
    "weekdays": {"methotrexate": "monday"},
    "taking": {"hydroxychloroquine": "stop"},
}
V09 = V05 | {
    "amounts": {"methotrexate": "12.5", "prednisone": "40", "folic_acid": "1"},
    "weekdays": {"methotrexate": "friday"},
}
V24 = {
    "option": "S3-mycophenolate",
    "amounts": {"mycophenolate_mofetil": "500"},
    "taking": {"hydroxychloroquine": "stop"},
}
PLANS = {"V01": V01, "V05": V05, "V09": V09, "V24": V24}


@cache
def guideline() -> CompiledPackage:
    return read_guideline_file(CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml")


def case_of(key: str) -> Case:
    return next(case for case in guideline().package.cases if case.key == key)


def decision_of(key: str) -> Decision:
    compiled = guideline()
    return decide(compiled, read_facts(facts_of(compiled, case_of(key)), compiled))


def drafted(decision: Decision, raw: Mapping[str, Any], now: Mapping[str, CurrentDrug] | None = None) -> PlanDraft:
    return draft_plan(decision.compiled, decision, read_choices(dict(raw)), now or {}, decision.facts.as_of)


def settled(
    decision: Decision, raw: Mapping[str, Any], now: Mapping[str, CurrentDrug] | None = None
) -> tuple[PlanDraft, Choices]:
    """The draft with every caution seen and every stop that may be overridden, overridden."""
    draft = drafted(decision, raw, now)
    why = {"reason": "specialist_advice", "text": "Discussed with the specialist today."}
    whole = dict(raw) | {
        "acknowledged": [alert.rule.key for alert in draft.to_acknowledge()],
        "overrides": {alert.rule.key: why for alert in draft.to_override()},
    }
    choices = read_choices(whole)
    return draft_plan(decision.compiled, decision, choices, now or {}, decision.facts.as_of), choices


def usual_choices(decision: Decision, *, taking: str = "continue") -> dict[str, Any]:
    """The first option that is open, with its starting doses."""
    raw: dict[str, Any] = {"taking": {t.drug: taking for t in decision.taking if t.change == "choose"}}
    if decision.outcome in ("hold", "stop"):
        raw["review_on"] = "2026-12-07"
    if decision.outcome not in ("propose", "pending", "continue"):
        return raw
    option = next((o for o in decision.options if o.state in ("available", "caution", "pending")), None)
    if option is None:
        return raw
    raw |= {"option": option.option.key, "amounts": {}, "weekdays": {}}
    for part in option.regimens:
        key, drug = part.regimen.regimen.key, part.regimen.drug.key
        if isinstance(part.dose, Dose):
            amounts = selectable(part.regimen, part.dose)
            now = NOW[drug].amount if decision.facts.step and drug in NOW else None
            raw["amounts"][key] = str(part.dose.start or (now if now in amounts else amounts[len(amounts) // 2]))
        if part.regimen.regimen.frequency.type == "weekly":
            raw["weekdays"][drug] = "thursday"
    return raw


def header_of(decision: Decision, **guideline_fields: Any) -> PlanHeader:
    package = decision.compiled.package
    version = {
        "title": package.title, "slug": package.slug, "version": 3, "content_hash": decision.compiled.content_hash,
        "is_demonstration": True, "public_path": "/guidelines/x/versions/3/", "code": package.code,
    }  # fmt: skip
    return PlanHeader(
        PlanGuideline(**(version | guideline_fields)),
        PlanPatient("Sample", "Adele", date(1984, 6, 14), "SYN-004471", "Female", "Penicillin"),
        PlanClinic("Hillside Clinic", "555-0100", "555-0199", "911", "Poison Help at 1-800-222-1222", "100.4 degrees"),
        decision.facts.as_of, "Dr. Robin Example", 7,
    )  # fmt: skip


def care_plan_of(key: str, **guideline_fields: Any) -> CarePlan:
    decision = decision_of(key)
    draft, choices = settled(decision, PLANS[key])
    return build_care_plan(decision.compiled, decision, draft, choices, header_of(decision, **guideline_fields))
