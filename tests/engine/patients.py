"""Complete invented patients for the first guideline, and every guideline that is shipped. Nothing outside the project
is read."""

from functools import cache
from typing import Any

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.facts import PatientFacts
from guidelines.engine.reading import read_facts
from guidelines.guideline_file import read_guideline_file, shipped_guidelines
from guidelines.library import CONTENT_FOLDER

AS_OF = "2026-11-23"
SHIPPED = CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml"

# A healthy person in every respect the guideline asks about.
HEALTHY: dict[str, Any] = {
    "diagnosis_adm_confirmed": True, "muscle_weakness": False, "years_since_onset": "4", "skin_severity": "moderate",
    "anti_mda5": "negative", "new_resp_symptoms": False, "ild_status": "none", "chest_imaging_12mo": True,
    "age_years": "50", "sex": "female", "weight_kg": "70", "height_cm": "170",
    "intolerance": False, "disease_active": True,
    "can_become_pregnant": False, "partner_can_become_pregnant": False, "breastfeeding": False,
    "diabetes": False, "hypertension": False, "osteoporosis": False, "glaucoma": False, "chronic_liver_disease": False,
    "cirrhosis": False, "active_peptic_ulcer": False, "g6pd_deficiency": False, "hgprt_deficiency": False,
    "hypersens_4aq": False, "hypersens_mtx": False, "hypersens_mmf": False, "medications": [], "on_prednisone": False,
    "wbc": "6", "anc": "4", "platelets": "250", "hgb": "13.5", "mcv": "90", "alt": "25", "alt_uln": "40", "ast": "25",
    "ast_uln": "40", "albumin_g_dl": "4.2", "alcohol_dependence": False, "alcohol_drinks_week": "0",
    "creatinine_mg_dl": "0.9", "creatinine_baseline_mg_dl": "0.9", "egfr": "90", "hbsag": "negative",
    "anti_hbc": "negative", "anti_hcv": "negative", "hiv": "negative", "qtc_ms": "420",
    "maculopathy": False, "active_serious_infection": False, "live_vaccine_planned": False,
}  # fmt: skip


@cache
def read_shipped() -> CompiledPackage:
    return read_guideline_file(SHIPPED)


@cache
def all_shipped() -> tuple[CompiledPackage, ...]:
    return tuple(read_shipped() if path == SHIPPED else read_guideline_file(path) for path in shipped_guidelines())


def slug_of(found: object) -> str | None:
    """How a test about one of the guidelines is called."""
    return found.package.slug if isinstance(found, CompiledPackage) else None


def facts_json(
    *, step: str | None = None, started_on: str | None = None, without: tuple[str, ...] = (), **facts: Any
) -> dict[str, Any]:
    """A healthy patient as FACTS.json, with these facts instead; NOT_KNOWN as a value says so."""
    values = {key: value for key, value in (HEALTHY | facts).items() if key not in without}
    return {
        "as_of": AS_OF, "step": step, "started_on": started_on,
        "facts": {key: NOT_KNOWN if value == NOT_KNOWN else {"value": value} for key, value in values.items()},
    }  # fmt: skip


NOT_KNOWN = {"status": "not_known"}


def patient(**facts: Any) -> PatientFacts:
    return read_facts(facts_json(**facts), read_shipped())


def decided(**facts: Any) -> Decision:
    return decide(read_shipped(), patient(**facts))
