"""An invented guideline for itching elbows, small enough to see every branch of the pathway at a glance.

E1 drops → E2 cream → E9 referral; E3 keeps the drops, E4 lowers them, E5 is without any; E8 is the urgent way out.
"""

from typing import Any

from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.engine.content import Package
from guidelines.engine.decision import Decision, decide
from guidelines.engine.reading import read_facts

AS_OF = "2026-03-02"
NOT_KNOWN = {"status": "not_known"}


def fact(key: str, type_: str = "boolean", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key.replace("_", " "), "question": f"{key}?", "group": "body", "type": type_, **more}


def choices(*keys: str) -> list[dict[str, str]]:
    return [{"key": key, "label": key} for key in keys]


def rule(key: str, when: str, severity: str = "stop", *, action: str = "stop", **more: Any) -> dict[str, Any]:
    return {
        "key": key, "kind": "contraindication", "when": when, "severity": severity, "message": f"{key} is met.", "plain": key,
        "action": {"kind": action, "text": "Do this."}, "override": "reason", **more,
    }  # fmt: skip


def step(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "title": key, "plain_title": key, "text": f"Step {key}.", "plain": key, **more}


def goes(key: str, source: str | None, target: str, when: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "target": target,
        "when": when,
        "text": key,
        "plain": key,
        **({"source": source} if source else {}),
        **more,
    }


def option(key: str, *regimens: dict[str, str]) -> dict[str, Any]:
    return {"key": key, "title": key, "plain": key, "regimens": list(regimens)}


def regimen(key: str, drug: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "drug": drug, "title": key, "plain": key, "route": "on the skin", "frequency": {"type": "daily", "times": 1},
        "basis": "fixed", "unit": "mg", "amount_per": "day", "min": 10, "start": 10, "max": 10,
        "caps": [cap("day")], "cites": ["R1"], "rounding": [{"from": 0, "step": 10}],
        "products": [f"{drug}_10"], **more,
    }  # fmt: skip


def cap(per: str) -> dict[str, Any]:
    return {"amount": 30, "per": per, "text": f"Not above 30 mg a {per}", "cites": ["R1"]}


def excuse(drug: str, rule: str, **more: str) -> dict[str, str]:
    return {"drug": drug, "rule": rule, "because": "It is harmless.", **more}


def drug(key: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "name": key, "products": [{"key": f"{key}_10", "form": "piece", "strength": 10, "unit": "mg"}], **more,
    }  # fmt: skip


def content() -> dict[str, Any]:
    """A fresh copy that a test may change."""
    return {
        "slug": "elbow", "title": "Itching elbow", "question": "What helps?", "plain_question": "What helps?",
        "answer": "Drops.", "plain_answer": "Drops.", "population": "Adults", "condition": "Itching elbow",
        "publisher": "The Elbow Society", "review_by": "2030-01-31", "disclaimer": "Invented.", "plain_disclaimer": "Invented.", "entry_step": "E1",
        "not_applicable": [
            excuse("drops", "kidney"), excuse("drops", "pregnancy"), excuse("drops", "result", test="marker_test"),
            excuse("cream", "monitoring"), excuse("cream", "kidney"), excuse("cream", "pregnancy"),
        ],
        "fact_groups": [{"key": "body", "title": "Body"}],
        "facts": [
            fact("weight_kg", "number", unit="kg", other_units=[{"unit": "[lb_av]", "factor": "0.453592"}],
                 possible={"min": 20, "max": 300}, plausible={"min": 35, "max": 200}, maximum_age_days=90),
            fact("height_cm", "number", unit="cm", whole=True, possible={"min": 100, "max": 230}),
            fact("index", "number", unit="kg/m2", formula="weight_kg * 10000 / (height_cm * height_cm)", formula_only=True),
            fact("marker", "number", unit="U/L", upper_limit="marker_limit", possible={"min": 1, "max": 10000}),
            fact("marker_limit", "number", unit="U/L", possible={"min": 20, "max": 80}),
            fact("weeks_on_step", "number", unit="wk", whole=True, formula="weeks_since(started_on)"),
            fact("weeks_at_target", "number", unit="wk", whole=True, formula="weeks_on_step", formula_is_default=True),
            fact("itch", "choice", choices=choices("better", "same", "worse"), maximum_age_days=14),
            fact("medications", "set", choices=choices("soap", "oil")),
            fact("itching_since", "date"),
            fact("male"),
            fact("may_conceive", implied=[{"value": "false", "when": "male"}]),
            fact("expecting", implied=[{"value": "false", "when": "not may_conceive"}], maximum_age_days=7),
            *(fact(key) for key in (
                "alarm", "not_an_elbow", "complicated", "infected", "allergic", "red", "dry", "broken_skin", "intolerance",
                "kidneys_weak", "early", "forbidden",
            )),
            fact("lowering_wanted", unless_reported="false"),
            fact("done", unless_reported="false"),
        ],
        "definitions": [{"key": "heavy", "text": "weighs a lot", "formula": "weight_kg > 100", "cites": ["R1"]}],
        "references": [{"key": "R1", "title": "A trial of elbows", "kind": "trial"}],
        "sections": [{"key": "treatment", "title": "Treatment", "plain_title": "Treatment"}],
        "statements": [{"key": "T1", "section": "treatment", "kind": "recommendation", "clinician": "Start with drops.",
                        "plain": "Drops first.", "citations": [{"reference": "R1"}]}],
        "tests": [{"key": "marker_test", "label": "Marker", "plain_label": "Blood test", "facts": ["marker"]}],
        "drugs": [drug("drops"), drug("cream"), drug("pearls", weekly_only=True)],
        "regimens": [
            regimen("drops", "drops", requires=[{"fact": "weight_kg"}]),
            regimen("cream", "cream", adjustments=[{"when": "kidneys_weak", "no_dose": "Not with weak kidneys.", "text": "Weak kidneys: none"}]),
            regimen("pearls", "pearls", frequency={"type": "weekly"}, amount_per="week", route="by mouth", requires=[],
                    caps=[cap("week")]),
        ],
        "safety_rules": [
            rule("G-OUT", "not_an_elbow", kind="scope"),
            rule("DROPS-INFECTED", "infected", drug="drops", resolvable=True),
            rule("DROPS-ALLERGY", "allergic", drug="drops"),
            rule("DROPS-RED", "red", "caution", action="hold", drug="drops", if_unknown="note"),
            rule("DROPS-DRY", "dry", "caution", action="inform", drug="drops"),
            rule("CREAM-BROKEN", "broken_skin", drug="cream"),
            rule("E4-EARLY", "early", step="E4", resolvable=True),
            rule("E4-FORBIDDEN", "forbidden", step="E4"),
        ],
        "monitoring": [{"key": "MON-1", "drug": "drops", "tests": ["marker_test"], "phase": "early", "anchor": "start",
                        "windows": [{"after": "7 d"}], "required": True, "why": "To be sure.", "cites": ["R1"],
                        "plain": "To be sure."}],
        "options": [
            option("E1-drops", {"regimen": "drops", "role": "main"}),
            option("E2-cream", {"regimen": "cream", "role": "main"}),
        ],
        "steps": [
            step("E1", options=[{"option": "E1-drops"}], takes=[{"drug": "drops"}], otherwise="E2", statements=["T1"]),
            step("E2", options=[{"option": "E2-cream"}], takes=[{"drug": "cream"}], otherwise="E9"),
            step("E3", options=[{"option": "E1-drops"}], takes=[{"drug": "drops"}], otherwise="E2"),
            step("E4", options=[{"option": "E1-drops"}], takes=[{"drug": "drops", "change": "taper"}], otherwise="E9"),
            step("E5", text="Nothing is taken.", otherwise="E1"),
            step("E8", terminal=True, refers_to="The elbow emergency"),
            step("E9", terminal=True, refers_to="The elbow clinic"),
        ],
        "transitions": [
            goes("URGENT", None, "E8", "alarm", kind="urgent"),
            goes("CHOOSING", None, "E9", "complicated", kind="choosing"),
            goes("E1-intolerance", "E1", "E2", "intolerance", changes=[{"drug": "drops", "change": "stop"}]),
            goes("E1-worse", "E1", "E2", 'itch == "worse"', if_unknown="stay", changes=[{"drug": "drops", "change": "choose"}]),
            goes("E1-better", "E1", "E3", 'weeks_on_step >= 12 and itch == "better"', as_continue=True, cites=["R1"]),
            goes("E1-same", "E1", "E2", 'weeks_on_step >= 12 and itch == "same"', cites=["R1"]),
            goes("E3-lower", "E3", "E4", "lowering_wanted", changes=[{"drug": "drops", "change": "taper"}]),
            goes("E4-done", "E4", "E5", "done", changes=[{"drug": "drops", "change": "stop"}]),
        ],
    }  # fmt: skip


def small(given: dict[str, Any] | None = None) -> CompiledPackage:
    return compile_package(Package.model_validate(given or content()))


# Nothing speaks against anything.
FINE: dict[str, Any] = {
    "weight_kg": "70", "height_cm": "170", "marker": "30", "marker_limit": "40", "itch": "same", "medications": [],
    **dict.fromkeys(("alarm", "not_an_elbow", "complicated", "infected", "allergic", "red", "dry", "broken_skin", "intolerance", "kidneys_weak", "early", "forbidden", "male", "may_conceive"), False),
}  # fmt: skip


def facts_json(*, step: str | None = None, without: tuple[str, ...] = (), **facts: Any) -> dict[str, Any]:
    """Somebody with whom all is well, but for these facts."""
    values = {"weeks_on_step": "4"} if step else {}
    values = {key: value for key, value in (FINE | values | facts).items() if key not in without}
    entries = {key: value if isinstance(value, dict) else {"value": value} for key, value in values.items()}
    return {"as_of": AS_OF, "step": step, "facts": entries}


def decided(compiled: CompiledPackage, **facts: Any) -> Decision:
    return decide(compiled, read_facts(facts_json(**facts), compiled))


def states(decision: Decision) -> dict[str, str]:
    return {option.option.key: option.state for option in decision.options}


def changes(decision: Decision) -> dict[str, str]:
    return {taking.drug: taking.change for taking in decision.taking}
