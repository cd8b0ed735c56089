"""Faults planted in the shipped guideline, one small change each, with the code and the place where it must be found."""

from collections.abc import Callable
from typing import Any, NamedTuple

Content = dict[str, Any]


class Fault(NamedTuple):
    name: str
    plant: Callable[[Content], None]
    code: str
    place: str


def entry(content: Content, part: str, key: str) -> Content:
    return next(found for found in content[part] if found["key"] == key)


def changed(part: str, key: str, **fields: Any) -> Callable[[Content], None]:
    return lambda content: entry(content, part, key).update(fields)


def nested(part: str, key: str, name: str, index: int, **fields: Any) -> Callable[[Content], None]:
    return lambda content: entry(content, part, key)[name][index].update(fields)


def removed(part: str, *keys: str) -> Callable[[Content], None]:
    def plant(content: Content) -> None:
        content[part] = [found for found in content[part] if found["key"] not in keys]

    return plant


def removed_where(part: str, field: str, value: str) -> Callable[[Content], None]:
    def plant(content: Content) -> None:
        content[part] = [found for found in content[part] if found.get(field) != value]

    return plant


def added(part: str, **fields: Any) -> Callable[[Content], None]:
    return lambda content: content[part].append(fields)


def head(**fields: Any) -> Callable[[Content], None]:
    return lambda content: content.update(fields)


def copied(part: str, key: str, new: str, **fields: Any) -> Callable[[Content], None]:
    return lambda content: content[part].append({**entry(content, part, key), "key": new, **fields})


def pregnancy_forgotten(content: Content) -> None:
    """No rule, no requirement and no reason about pregnancy for one drug."""
    asks = {
        "pregnant",
        "contraception_effective",
        "breastfeeding",
        "can_become_pregnant",
        "partner_can_become_pregnant",
    }
    content["safety_rules"] = [
        rule for rule in content["safety_rules"]
        if rule["drug"] != "mycophenolate_mofetil" or not any(fact in rule["when"] for fact in asks)
    ]  # fmt: skip
    for regimen in content["regimens"]:
        if regimen["drug"] == "mycophenolate_mofetil":
            regimen["requires"] = [need for need in regimen["requires"] if need["fact"] not in asks]


def kidney_forgotten(content: Content) -> None:
    content["safety_rules"] = [
        rule for rule in content["safety_rules"] if rule["drug"] != "hydroxychloroquine" or "egfr" not in rule["when"]
    ]
    regimen = entry(content, "regimens", "hydroxychloroquine")
    regimen["adjustments"] = [part for part in regimen["adjustments"] if "egfr" not in part["when"]]
    regimen["requires"] = [need for need in regimen["requires"] if need["fact"] != "egfr"]


def going_round(content: Content) -> None:
    """After the first two drugs everybody goes back to the first: nobody takes over and nothing ends."""
    content["steps"] = [step for step in content["steps"] if step["key"] in ("S1", "S2", "S3")]
    content["transitions"] = [
        {**row, "target": row["target"] if row["target"] in ("S1", "S2", "S3") else "S1"}
        for row in content["transitions"] if row["source"] in ("S1", "S2", "S3")
    ]  # fmt: skip
    content["safety_rules"] = [
        rule for rule in content["safety_rules"] if not rule["step"] and "current_step" not in rule["when"]
    ]
    for item in content["monitoring"]:
        item["steps"] = [step for step in item["steps"] if step in ("S1", "S2", "S3")]
    for step in content["steps"]:
        step["otherwise"] = {"S1": "S2", "S2": "S3", "S3": None}[step["key"]]
    text = '["S2", "S3"]'
    entry(content, "definitions", "prednisone_goes_on")["formula"] = f"current_step in {text} and on_prednisone"
    for key, steps in (
        ("methotrexate_taken", '["S2"]'),
        ("before_methotrexate", '["none", "S1"]'),
        ("folic_acid_wanted", '["S2"]'),
    ):
        entry(content, "definitions", key)["formula"] = f"current_step in {steps}"
    for fact in content["facts"]:
        fact["implied"] = [part for part in fact["implied"] if "current_step" not in part["when"]]
    content["cases"] = content["cases"][:1]


def no_stop(drug: str) -> Callable[[Content], None]:
    def plant(content: Content) -> None:
        content["safety_rules"] = [
            rule for rule in content["safety_rules"] if rule["drug"] != drug or rule["severity"] != "stop"
        ]

    return plant


def excused(content: Content) -> None:
    content["not_applicable"].append({"drug": "methotrexate", "rule": "kidney", "because": "Not wanted."})


MMF = "mycophenolate_mofetil"
FAULTS = (
    # --- conditions ---
    Fault("a stop contradicts itself", changed("safety_rules", "MTX-B-EGFR30", when="egfr < 30 and egfr >= 60"), "rule_never_fires", "safety_rules.MTX-B-EGFR30"),
    Fault("a stop looks for a value the fact cannot have", changed("safety_rules", "MTX-B-EGFR30", when="egfr < 0.5"), "rule_never_fires", "safety_rules.MTX-B-EGFR30"),
    Fault("a stop contradicts what follows from another fact", changed("safety_rules", "MMF-B-CONTRA", when="not can_become_pregnant and pregnant"), "rule_never_fires", "safety_rules.MMF-B-CONTRA"),
    Fault("a rise is wanted above three and below two times the limit", changed("safety_rules", "MTX-B-LFT3", when="alt > 3 * alt_uln and alt < 2 * alt_uln"), "rule_never_fires", "safety_rules.MTX-B-LFT3"),
    Fault("an exit excludes the definition it uses", changed("transitions", "S2-responding", when="responding and not_responding"), "rule_never_fires", "transitions.S2-responding"),
    Fault("a test is never due", changed("monitoring", "MON-MTX-3", when='sex == "male" and pregnant'), "rule_never_fires", "monitoring.MON-MTX-3"),
    Fault("an adjustment is for nobody", nested("regimens", "methotrexate", "adjustments", 1, when="egfr >= 60 and egfr < 30"), "rule_never_fires", "regimens.methotrexate.adjustments"),
    Fault("an option is for nobody", nested("steps", "S2", "options", 2, when='skin_severity == "severe" and skin_severity == "mild"'), "rule_never_fires", "steps.S2.options.S3-mycophenolate"),
    Fault("a stop is for everybody", changed("safety_rules", "MMF-B-ANC", when="anc < 1.3 or anc >= 1.3"), "rule_always_fires", "safety_rules.MMF-B-ANC"),
    Fault("an or stands for an and", changed("safety_rules", "MTX-W-EGFR60", when="egfr >= 30 or egfr < 60"), "rule_always_fires", "safety_rules.MTX-W-EGFR60"),
    Fault("a limit in the wrong unit", changed("safety_rules", "MTX-W-ALB", when="albumin_g_dl < 30"), "number_out_of_range", "safety_rules.MTX-W-ALB"),
    Fault("a digit too many", changed("safety_rules", "MTX-W-MCV", when="mcv > 1055"), "number_out_of_range", "safety_rules.MTX-W-MCV"),
    Fault("a weight of no grown-up", changed("safety_rules", "PRED-W-CAP60", when="starting and weight_kg > 21"), "number_implausible", "safety_rules.PRED-W-CAP60"),
    Fault("the kidney bands leave a hole", changed("safety_rules", "MTX-W-EGFR60", when="egfr >= 40 and egfr < 60"), "bands_incomplete", "drugs.methotrexate"),
    Fault("the adjustments leave a hole", nested("regimens", "methotrexate", "adjustments", 1, when="egfr >= 35 and egfr < 60"), "bands_incomplete", "regimens.methotrexate"),
    Fault("a stop asks whether it is unknown", changed("safety_rules", "MTX-B-PREG", when="pregnant or is_unknown(pregnant)"), "unknown_tested_in_stop", "safety_rules.MTX-B-PREG"),
    Fault("an unknown stop is only a note", changed("safety_rules", "MMF-B-PREG", if_unknown="note", marks=["V"]), "unknown_lowered", "safety_rules.MMF-B-PREG"),
    Fault("a stop is only acknowledged", changed("safety_rules", "MMF-B-PREG", override="acknowledge"), "stop_too_weak", "safety_rules.MMF-B-PREG"),
    Fault("a range that holds nothing", changed("facts", "hgb", possible={"min": "25", "max": "3"}), "number_out_of_range", "facts.hgb"),
    Fault("a drug that nothing gives", added("drugs", key="spare", name="spare", products=[]), "never_used", "drugs.spare"),
    Fault("only tests that nobody need do", lambda c: [item.update(required=False) for item in c["monitoring"] if item["drug"] == "prednisone"], "missing_monitoring", "drugs.prednisone"),
    Fault("an unknown stop is only a note, and somebody must decide", changed("safety_rules", "MTX-B-PREG", if_unknown="note"), "unknown_lowered", "safety_rules.MTX-B-PREG"),
    Fault("a condition names no fact", changed("safety_rules", "MTX-B-PREG", when="pregnent"), "unknown_fact", "safety_rules.MTX-B-PREG"),
    Fault("a number is compared with a word", changed("safety_rules", "MTX-B-EGFR30", when='egfr < "low"'), "type_mismatch", "safety_rules.MTX-B-EGFR30"),
    Fault("kilograms are compared with centimetres", changed("safety_rules", "PRED-W-CAP60", when="weight_kg > height_cm"), "unit_mismatch", "safety_rules.PRED-W-CAP60"),
    Fault("a taper starts when nobody can read", lambda c: entry(c, "regimens", "methotrexate_taper")["taper"].update(start_when="responding and"), "cannot_run", "regimens.methotrexate_taper.taper"),
    Fault("a rule follows from itself", changed("definitions", "responding", formula="not not_responding and responding"), "cannot_run", "definitions.responding"),
    Fault("a rule of a drug that is not there", changed("safety_rules", "MTX-W-NSAID", drug="methotrexat"), "unknown_drug", "safety_rules.MTX-W-NSAID.drug"),
    # --- the pathway ---
    Fault("an exit goes to a step that is not there", changed("transitions", "S2-responding", target="S66"), "unknown_key", "transitions.S2-responding"),
    Fault("nothing leads to a step any more", removed_where("transitions", "target", "S7_WITHDRAW"), "unreachable_step", "steps.S7_WITHDRAW"),
    Fault("a last step names nobody", changed("steps", "S4", refers_to=None), "dead_end", "steps.S4"),
    Fault("a step with options has no way on", changed("steps", "S3", otherwise=None), "dead_end", "steps.S3"),
    Fault("the pathway only goes round", going_round, "no_way_out", "steps.S2"),
    Fault("two exits overlap", changed("transitions", "S3-optimise", when="weeks_on_step >= 12 and weeks_on_step < 30 and not_responding"), "transitions_overlap", "transitions.S3-optimise"),
    Fault("some weeks are in no exit", changed("transitions", "S3-failed", when="weeks_on_step >= 30 and not_responding"), "transitions_incomplete", "steps.S3"),
    Fault("an exit stands behind one that takes all", changed("transitions", "S6-worse", when="not_responding or responding", target="S4"), "transition_never_taken", "transitions.S6-taper"),
    Fault("an exit for those who are not of this guideline", changed("transitions", "S7-withdraw", when="muscle_weakness"), "transition_never_taken", "transitions.S7-withdraw"),
    Fault("an exit for what holds the drug before", changed("transitions", "S3-failed", when="anc < 1"), "transition_never_taken", "transitions.S3-failed"),
    Fault("no step offers an option", lambda c: entry(c, "steps", "S2")["options"].pop(1), "never_used", "options.S2-methotrexate-gentle"),
    Fault("a regimen is in no option", lambda c: entry(c, "options", "S2-methotrexate-gentle")["regimens"].pop(0), "never_used", "regimens.methotrexate_gentle"),
    Fault("a step offers an option twice", lambda c: entry(c, "steps", "S2")["options"].append({"option": "S2-methotrexate"}), "duplicate_entry", "steps.S2"),
    Fault("a rule stands twice", copied("safety_rules", "MTX-B-PREG", "MTX-B-PREG-2"), "duplicate_entry", "safety_rules.MTX-B-PREG-2"),
    Fault("an option gives nothing", changed("options", "S6-methotrexate", regimens=[]), "empty_entry", "options.S6-methotrexate"),
    # --- doses ---
    Fault("a dose without a limit", changed("regimens", "methotrexate", caps=[]), "missing_cap", "regimens.methotrexate"),
    Fault("a limit for some only", lambda c: entry(c, "regimens", MMF)["caps"].pop(0), "missing_cap", f"regimens.{MMF}"),
    Fault("a limit whose words say another", nested("regimens", "methotrexate", "caps", 0, amount="20"), "text_number_differs", "regimens.methotrexate.caps"),
    Fault("a limit below the smallest dose", nested("regimens", MMF, "caps", 0, amount="250"), "cap_below_dose", f"regimens.{MMF}"),
    Fault("a limit that limits nothing", lambda c: entry(c, "regimens", "prednisone")["caps"][0].update(amount="600"), "cap_never_reached", "regimens.prednisone"),
    Fault("a dose no tablet makes up", nested("regimens", "methotrexate", "rounding", 0, step="2"), "dose_not_buildable", "regimens.methotrexate"),
    Fault("a rise no tablet makes up", lambda c: entry(c, "regimens", "methotrexate_gentle")["titration"].update(increase="4"), "dose_not_buildable", "regimens.methotrexate_gentle"),
    Fault("two steps up on one day", lambda c: entry(c, "regimens", MMF)["titration"].update(every_min_days=0), "titration_impossible", f"regimens.{MMF}"),
    Fault("a drug that needs a limit by weight", lambda c: entry(c, "regimens", "hydroxychloroquine")["caps"].pop(0), "weight_limit_missing", "regimens.hydroxychloroquine"),
    Fault("a table of doses without a row for weak kidneys", lambda c: entry(c, "options", "S2-methotrexate")["regimens"][0].update(when="egfr >= 60"), "bands_incomplete", "options.S2-methotrexate"),
    Fault("two doses of one drug for one patient", lambda c: entry(c, "options", "S2-methotrexate")["regimens"][1].update(when=None), "duplicate_entry", "options.S2-methotrexate"),
    # --- what a drug must have ---
    Fault("no monitoring of a drug", removed_where("monitoring", "drug", "prednisone"), "missing_monitoring", "drugs.prednisone"),
    Fault("no stop for a drug", no_stop(MMF), "missing_stop_rule", f"drugs.{MMF}"),
    Fault("nothing about pregnancy", pregnancy_forgotten, "missing_pregnancy_rule", f"drugs.{MMF}"),
    Fault("nothing about kidneys", kidney_forgotten, "missing_kidney_rule", "drugs.hydroxychloroquine"),
    Fault("no eye examination", removed("monitoring", "MON-HCQ-1", "MON-HCQ-2", "MON-HCQ-3"), "examination_missing", "drugs.hydroxychloroquine"),
    Fault("the blood count can change nothing", removed("safety_rules", "MTX-B-CBC"), "stop_rule_too_narrow", "drugs.methotrexate"),
    Fault("a held drug is never given again", changed("safety_rules", "MTX-B-LFT3", action={"kind": "hold", "text": "Hold."}), "resume_missing", "safety_rules.MTX-B-LFT3"),
    Fault("a reason nobody needs", excused, "not_applicable_unneeded", "not_applicable"),
    # --- monitoring ---
    Fault("tests without a date", changed("monitoring", "MON-MMF-LFT", windows=[], phase="Regularly"), "monitoring_without_interval", "monitoring.MON-MMF-LFT"),
    Fault("a window closes before it opens", nested("monitoring", "MON-MMF-FULL", "windows", 0, until="60 d"), "window_impossible", "monitoring.MON-MMF-FULL"),
    Fault("the months in the middle are forgotten", removed("monitoring", "MON-MMF-2", "MON-MMF-LFT"), "monitoring_gap", "monitoring.MON-MMF-1"),
    Fault("who has a stable dose is forgotten", removed("monitoring", "MON-MTX-2"), "monitoring_gap", "monitoring.MON-MTX-1"),
    Fault("the series ends", removed("monitoring", "MON-MMF-4"), "monitoring_gap", "monitoring.MON-MMF-1"),
    Fault("a test nobody looks at", lambda c: entry(c, "monitoring", "MON-MTX-3")["tests"].append("ecg"), "test_monitored_but_unused", "monitoring.MON-MTX-3"),
    Fault("a rule about a test nobody orders", removed("monitoring", "MON-BASE-HCQ-ECG"), "test_used_but_unmonitored", "safety_rules.HCQ-B-QT"),
    Fault("a result that no test brings any more", lambda c: entry(c, "tests", "blood_count")["facts"].remove("mcv"), "test_used_but_unmonitored", "safety_rules.MTX-W-MCV"),
    # --- claims ---
    Fault("a statement with numbers and no source", changed("statements", "D2", citations=[]), "uncited_number", "statements.D2"),
    Fault("a limit with no source", nested("regimens", "prednisone", "caps", 0, cites=[], marks=[]), "uncited_number", "regimens.prednisone.caps"),
    Fault("an interval with no source", changed("monitoring", "MON-MMF-1", cites=[], marks=[]), "uncited_number", "monitoring.MON-MMF-1"),
    Fault("a number somebody only knows", changed("statements", "D2", citations=[], marks=["GK"]), "needs_clinician", "statements.D2"),
    Fault("a source that is not there", changed("safety_rules", "MTX-W-MCV", cites=["DGMTX2"]), "dangling_citation", "safety_rules.MTX-W-MCV"),
    Fault("a statement that is not there", changed("steps", "S3", statements=["U1", "U99"]), "dangling_citation", "steps.S3"),
    Fault("a section that is not there", changed("statements", "D2", section="dosing"), "unknown_key", "statements.D2"),
    Fault("only a summary of the article's publisher", changed("statements", "D1", citations=[{"reference": "R1"}, {"reference": "R2"}]), "self_published", "statements.D1"),
    Fault("only the guideline's own publisher", lambda c: (c["references"].append({"key": "OWN", "title": "Stepwise demonstration content, 2026", "kind": "review"}), entry(c, "statements", "D1").update(citations=[{"reference": "OWN"}])), "self_published", "statements.D1"),
    Fault("a dose taken over from children", changed("regimens", "methotrexate", cites=["SHARE"], marks=["V"]), "other_population", "regimens.methotrexate"),
    Fault("a source nobody cites", added("references", key="LONELY", title="A lonely paper", kind="trial"), "never_cited", "references.LONELY"),
    Fault("no day of review", head(review_by=None), "review_date_missing", "review_by"),
    Fault("a day of review that has passed", head(review_by="2020-01-31"), "review_date_past", "review_by"),
    # --- words ---
    Fault("a phase that ends nobody knows when", changed("monitoring", "MON-MMF-LFT", phase="Until satisfactory"), "undefined_term", "monitoring.MON-MMF-LFT"),
    Fault("a statement that ends nobody knows when", changed("statements", "T2", clinician="Go on until the skin is acceptable."), "undefined_term", "statements.T2"),
    Fault("serology is considered", changed("monitoring", "MON-BASE-MTX-MORE", why="Consider glucose."), "undecided_consider", "monitoring.MON-BASE-MTX-MORE"),
    Fault("an action is considered", lambda c: entry(c, "steps", "S3")["actions"][1].update(text="Consider a cream."), "undecided_consider", "steps.S3.actions.topical_treatment"),
    Fault("a stop is forbidden", changed("statements", "T4", clinician="Never discontinue mycophenolate mofetil while the disease is active."), "never_stop_without_exception", "statements.T4"),
    Fault("a drug's short name", changed("statements", "T2", clinician="MTX may go on."), "abbreviation", "statements.T2"),
    Fault("a short form for a frequency", changed("statements", "T2", clinician="Give it BID."), "abbreviation", "statements.T2"),
    Fault("a unit that is read as a nought", changed("statements", "T2", clinician="Give 10U of it."), "abbreviation", "statements.T2"),
    Fault("a trailing zero", changed("regimens", "methotrexate", note="Not above 25.0 mg."), "trailing_zero", "regimens.methotrexate"),
    Fault("no leading zero", changed("statements", "A4", clinician="Prednisone .5 mg/kg a day."), "missing_leading_zero", "statements.A4"),
    Fault("no plain wording", changed("statements", "T2", plain=None), "plain_wording_missing", "statements.T2"),
    Fault("no plain wording of a rule", changed("safety_rules", "MTX-W-MCV", plain=None), "plain_missing", "safety_rules.MTX-W-MCV"),
    Fault("a plain wording that was left behind", head(stale_wordings=[{"part": "statements", "key": "T2", "wording": "plain"}]), "plain_stale", "statements.T2"),
    Fault("plain words that are hard", changed("options", "S3-mycophenolate", plain="Immunosuppressive antiproliferative pharmacotherapy necessitating comprehensive haematological surveillance. " * 4), "plain_grade", "options"),
    Fault("a weekly drug is said to be taken daily", changed("statements", "W5", clinician="Methotrexate 15 mg daily is safe for years."), "weekly_drug_daily", "statements.W5"),
    Fault("a weekly drug is said to be taken a day", changed("regimens", "methotrexate", title="Methotrexate 15 mg a day"), "weekly_drug_daily", "regimens.methotrexate"),
    # --- test patients ---
    Fault("no test patients", head(cases=[]), "cases_missing", "cases"),
    Fault("a test patient comes out otherwise", lambda c: c["cases"][0]["expected"].update(outcome="stop"), "case_failing", "cases.{first}"),
    Fault("it proposes without knowing anything", lambda c: (c.update(safety_rules=[]), [e.update(requires=[]) for e in c["regimens"]], c.update(transitions=[t for t in c["transitions"] if t["kind"] == "exit"]), [e.update(entry_step="S8") for e in [c]]), "unknown_not_asked", "entry_step"),
    Fault("a weekly drug that no longer is", lambda c: entry(c, "drugs", "methotrexate").update(weekly_only=False), "weekly_only_missing", "drugs.methotrexate"),
)  # fmt: skip
