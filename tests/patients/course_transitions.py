"""How a course begins on each step of the shipped guideline, and what leads through each of its transitions."""

from dataclasses import dataclass, field
from typing import Any

NO_STEROID = {"on_prednisone": False}
STEROID = {"on_prednisone": True, "prednisone_mg_day": "15"}
STABLE = {"mtx_dose_stable": True, "mtx_dose_mg_week": "20"}
IN_REMISSION = {**NO_STEROID, "response": "complete", "disease_active": False, "months_remission_off_steroids": "14"}
BETTER = {"months_since_improvement": "14", "response": "complete", "disease_active": False}


@dataclass(frozen=True)
class Start:
    """How the course begins on a step: what is found at the first visit, what was chosen, what is given then."""

    answers: dict[str, Any]
    choices: dict[str, Any]
    given: dict[str, str]
    since: int = 0


METHOTREXATE = {"weekdays": {"methotrexate": "wednesday"}}
STARTS = {
    "S1": Start({"response": "adequate"}, {"option": "S1-hydroxychloroquine"}, {"hydroxychloroquine": "continue"}),
    "S1B": Start({"response": "adequate"}, {}, {}),
    "S2": Start(
        {**STEROID, "mtx_dose_mg_week": "20", "response": "adequate"},
        {"option": "S2-methotrexate", **METHOTREXATE, "amounts": {"methotrexate": "25", "prednisone_continued": "15"}},
        {"methotrexate": "continue", "folic_acid": "continue", "prednisone": "continue"},
    ),
    "S3": Start(
        {**STEROID, "response": "adequate"},
        {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1000", "prednisone_continued": "15"}},
        {"mycophenolate_mofetil": "continue", "prednisone": "continue"},
    ),
    "S6": Start(
        {**NO_STEROID, **STABLE, **BETTER},
        {"option": "S6-methotrexate", **METHOTREXATE, "amounts": {"methotrexate_maintenance": "20"}},
        {"methotrexate": "continue", "folic_acid": "continue"},
    ),
    "S6_TAPER": Start(
        {**NO_STEROID, **STABLE, **BETTER},
        {"option": "S6_TAPER-methotrexate", **METHOTREXATE, "amounts": {"methotrexate_taper": "15"}},
        {"methotrexate": "taper", "folic_acid": "continue"},
    ),
    "S7": Start(
        IN_REMISSION, {"option": "S7-mycophenolate", "amounts": {"mycophenolate_maintenance": "1000"}},
        {"mycophenolate_mofetil": "continue"},
    ),
    "S7_WITHDRAW": Start(
        IN_REMISSION, {"option": "S7_WITHDRAW-mycophenolate", "amounts": {"mycophenolate_maintenance": "500"}},
        {"mycophenolate_mofetil": "taper"},
    ),
    "S8": Start({**NO_STEROID, "response": "complete", "disease_active": False}, {}, {}),
}  # fmt: skip


@dataclass(frozen=True)
class Through:
    """One transition: from which step, when, on what is found then, to which step, and what happens to each drug."""

    source: str
    day: int
    answers: dict[str, Any]
    target: str
    given: dict[str, str]
    choices: dict[str, Any] = field(default_factory=dict)


BAD = {"response": "inadequate", "disease_active": True}
WORSE = {"response": "worse", "disease_active": True}
ILL = {"intolerance": True}
LOWERED = {"mtx_dose_mg_week": "12.5"}  # nobody but the patient knows which of the dated steps was reached
TO_S2 = {"option": "S2-methotrexate", **METHOTREXATE, "amounts": {"methotrexate": "25", "prednisone": "40"}}
TO_S3 = {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "500", "prednisone_continued": "15"}}
STARTED = {"methotrexate": "start", "folic_acid": "start", "prednisone": "start"}
SWITCHED = {"methotrexate": "stop", "folic_acid": "stop", "prednisone": "continue", "mycophenolate_mofetil": "start"}
THROUGH = {
    "URGENT-lungs": Through(
        "S2", 30, {"new_resp_symptoms": True}, "S5_URGENT",
        {"methotrexate": "hold", "folic_acid": "continue", "prednisone": "continue"},
    ),
    "CHOOSING-lung-disease": Through(
        "S1", 90, {**BAD, "ild_status": "confirmed"}, "S5_ILD", {"hydroxychloroquine": "stop"},
        {"taking": {"hydroxychloroquine": "stop"}},
    ),
    "S1-intolerance": Through("S1", 30, {**ILL, **BAD}, "S2", {"hydroxychloroquine": "stop", **STARTED}, TO_S2),
    "S1-worse": Through(
        "S1", 30, WORSE, "S2", {"hydroxychloroquine": "stop", **STARTED},
        TO_S2 | {"taking": {"hydroxychloroquine": "stop"}},
    ),
    "S1-inadequate": Through(
        "S1", 90, BAD, "S2", {"hydroxychloroquine": "continue", **STARTED},
        TO_S2 | {"taking": {"hydroxychloroquine": "continue"}},
    ),
    "S1B-review": Through("S1B", 30, BAD, "S2", STARTED, TO_S2),
    "S1B-inadequate": Through("S1B", 14, BAD, "S2", STARTED, TO_S2),
    "S2-intolerance": Through("S2", 30, ILL, "S3", SWITCHED, TO_S3),
    "S2-responding": Through(
        "S2", 90, {"response": "adequate"}, "S6",
        {"methotrexate": "continue", "folic_acid": "continue", "prednisone": "taper"},
        {"option": "S6-methotrexate", "amounts": {"methotrexate_maintenance": "25", "prednisone_continued": "15"}},
    ),
    "S2-inadequate": Through("S2", 90, BAD, "S3", SWITCHED, TO_S3),
    "S3-intolerance": Through("S3", 30, ILL, "S4", {"mycophenolate_mofetil": "stop", "prednisone": "continue"}),
    "S3-responding": Through(
        "S3", 90, {"response": "adequate"}, "S7", {"mycophenolate_mofetil": "continue", "prednisone": "taper"},
        {"option": "S7-mycophenolate", "amounts": {"mycophenolate_maintenance": "1000", "prednisone_continued": "15"}},
    ),
    "S3-optimise": Through(
        "S3", 90, BAD, "S3", {"mycophenolate_mofetil": "raise", "prednisone": "continue"},
        {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1500", "prednisone_continued": "15"}},
    ),
    "S3-failed": Through(
        "S3", 190, {**BAD, **STEROID}, "S4", {"mycophenolate_mofetil": "stop", "prednisone": "continue"},
        {"taking": {"mycophenolate_mofetil": "stop"}},
    ),
    "S6-intolerance": Through(
        "S6", 60, {**ILL, **NO_STEROID}, "S3", {"methotrexate": "stop", "folic_acid": "stop", "mycophenolate_mofetil": "start"}, TO_S3,
    ),
    "S6-worse": Through(
        "S6", 60, {**WORSE, **NO_STEROID}, "S2", {"methotrexate": "raise", "folic_acid": "continue", "prednisone": "start"}, TO_S2,
    ),
    "S6-taper": Through(
        "S6", 60, {**NO_STEROID, **BETTER, "taper_requested": True}, "S6_TAPER",
        {"methotrexate": "taper", "folic_acid": "continue"},
        {"option": "S6_TAPER-methotrexate", "amounts": {"methotrexate_taper": "17.5"}},
    ),
    "S6_TAPER-intolerance": Through("S6_TAPER", 30, {**ILL, **NO_STEROID, **LOWERED}, "S4", {"methotrexate": "stop", "folic_acid": "stop"}),
    "S6_TAPER-worse": Through(
        "S6_TAPER", 30, {**WORSE, **NO_STEROID, **LOWERED}, "S6", {"methotrexate": "raise", "folic_acid": "continue"},
        {"option": "S6-methotrexate", "amounts": {"methotrexate_maintenance": "20"}},
    ),
    "S6_TAPER-inadequate": Through(
        "S6_TAPER", 30, {**BAD, **NO_STEROID, **LOWERED}, "S6", {"methotrexate": "raise", "folic_acid": "continue"},
        {"option": "S6-methotrexate", "amounts": {"methotrexate_maintenance": "20"}},
    ),
    "S6_TAPER-complete": Through(
        "S6_TAPER", 180, {**NO_STEROID, **BETTER, "taper_complete": True, "mtx_dose_mg_week": "2.5"}, "S8", {"methotrexate": "stop", "folic_acid": "stop"},
    ),
    "S7-intolerance": Through("S7", 60, {**ILL, **NO_STEROID}, "S4", {"mycophenolate_mofetil": "stop"}),
    "S7-worse": Through(
        "S7", 60, {**WORSE, **NO_STEROID}, "S4", {"mycophenolate_mofetil": "continue"},
        {"taking": {"mycophenolate_mofetil": "continue"}},
    ),
    "S7-withdraw": Through(
        "S7", 60, {**IN_REMISSION, "withdraw_requested": True}, "S7_WITHDRAW", {"mycophenolate_mofetil": "taper"},
        {"option": "S7_WITHDRAW-mycophenolate", "amounts": {"mycophenolate_maintenance": "500"}},
    ),
    "S7_WITHDRAW-intolerance": Through("S7_WITHDRAW", 30, {**ILL, **NO_STEROID}, "S4", {"mycophenolate_mofetil": "stop"}),
    "S7_WITHDRAW-worse": Through(
        "S7_WITHDRAW", 30, {**WORSE, **NO_STEROID}, "S3", {"mycophenolate_mofetil": "raise"},
        {"option": "S3-mycophenolate", "amounts": {"mycophenolate_mofetil": "1000"}},
    ),
    "S7_WITHDRAW-inadequate": Through(
        "S7_WITHDRAW", 30, {**BAD, **NO_STEROID}, "S7", {"mycophenolate_mofetil": "raise"},
        {"option": "S7-mycophenolate", "amounts": {"mycophenolate_maintenance": "1000"}},
    ),
    "S7_WITHDRAW-complete": Through(
        "S7_WITHDRAW", 180, {**IN_REMISSION, "withdrawal_complete": True}, "S8", {"mycophenolate_mofetil": "stop"},
    ),
    "S8-worse-methotrexate": Through(
        "S8", 90, {**WORSE, **NO_STEROID, "last_agent": "methotrexate"}, "S2", STARTED, TO_S2,
    ),
    "S8-worse-mycophenolate": Through(
        "S8", 90, {**WORSE, **NO_STEROID, "last_agent": "mycophenolate_mofetil"}, "S3", {"mycophenolate_mofetil": "start"}, TO_S3,
    ),
}  # fmt: skip
