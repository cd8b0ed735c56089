"""Half tablets, grams of cream, doses chosen by a laboratory's word and doses multiplied by another drug: on every page
and on paper, as the test patients of a shipped guideline have them."""

import json
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import Decision, decide
from guidelines.engine.reading import read_facts
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import Version
from patients import actions
from patients.care_plan import CarePlan, build_care_plan
from patients.models import Plan, PlannedMedication
from patients.outputs.pdf import clinician_summary_pdf, patient_plan_pdf
from patients.taken_now import current_drugs
from patients.wizard import KEYS
from tests import factories_patients as make
from tests.factories_guidelines import draft, editor, published
from tests.patients.plan_samples import NOW, header_of, settled, usual_choices

CREAM = {"option": "B1-clobetasol-extensive", "amounts": {"clobetasol_extensive": "40"}}
TABLETS = {"option": "B3-azathioprine", "amounts": {"azathioprine": "75", "prednisone_continued": "15"}}
HALF = {"option": "B3-azathioprine", "amounts": {"azathioprine_both_intermediate": "25", "prednisone_continued": "15"}}


@cache
def guideline() -> CompiledPackage:
    return read_guideline_file(CONTENT_FOLDER / "bullous-pemphigoid.yaml")


def decision_of(key: str) -> Decision:
    case = next(case for case in guideline().package.cases if case.key == key)
    return decide(guideline(), read_facts(facts_of(guideline(), case), guideline()))


def plan_of(key: str, raw: dict[str, Any]) -> CarePlan:
    decision = decision_of(key)
    draft, choices = settled(decision, raw, NOW)
    return build_care_plan(guideline(), decision, draft, choices, header_of(decision))


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def text_of(pdf: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_every_test_patient_who_can_have_a_plan_gets_one_that_breaks_no_print_rule() -> None:
    signed = 0
    for case in guideline().package.cases:
        decision = decision_of(case.key)
        draft, choices = settled(decision, usual_choices(decision), NOW if decision.facts.step else {})
        if not draft.problems:
            build_care_plan(guideline(), decision, draft, choices, header_of(decision))
            signed += 1

    assert signed > 25


@pytest.mark.parametrize(
    ("key", "raw", "drug", "patient", "clinician"),
    [
        ("B01", CREAM, "clobetasol", "40 grams of cream each day", "40 g a day = 40 g cream 0.05 %"),
        ("Z01", TABLETS, "azathioprine", "1 and a half tablets of 50 milligrams each day, 75 milligrams in all", "75 mg a day = 1.5 × 50 mg tablet"),
        ("Z04", HALF, "azathioprine", "Half a tablet of 50 milligrams each day, 25 milligrams in all", "25 mg a day = 0.5 × 50 mg tablet"),
    ],
)  # fmt: skip
def test_halves_stand_in_words_and_creams_in_grams(
    key: str, raw: dict[str, Any], drug: str, patient: str, clinician: str
) -> None:
    plan = plan_of(key, raw)

    line = next(line for line in plan.medications if line.drug == drug)
    assert (plain(line.patient_line), plain(line.clinician_line)) == (patient, clinician)
    assert CarePlan.from_json(json.loads(json.dumps(plan.as_json()))) == plan


def test_they_are_printed() -> None:
    plan = plan_of("B01", CREAM)

    assert "40 grams of cream each day" in text_of(patient_plan_pdf(plan, printed_on=plan.header.signed_on))
    assert "40 g a day = 40 g cream 0.05 %" in text_of(clinician_summary_pdf(plan, printed_on=plan.header.signed_on))


# --- on the pages, with nothing but the content ---------------------------------------------------------------------


@pytest.fixture
def drafted(client: Client, db: None) -> tuple[Client, Version]:
    by = editor()
    client.force_login(by)
    return client, draft(guideline().package, by=by)


SHOWN = {
    "B01": ("dose", ["40\N{NO-BREAK SPACE}g a day: 40\N{NO-BREAK SPACE}g of cream 0.05 %"]),
    "Z01": ("dose", ["1.5 tablets of 50\N{NO-BREAK SPACE}mg", "75\N{NO-BREAK SPACE}mg a day: 1.5 tablets"]),
    "Z10": ("dose", ["Allopurinol: a quarter to a third of the dose", "25\N{NO-BREAK SPACE}mg a day: 0.5 tablets"]),
    "Z05": ("recommendation", ["TPMT phenotype poor", "Excluded"]),
    "Z08": ("recommendation", ["nothing is to be started before", "NUDT15 phenotype"]),
    "C02": ("safety", ["Blood count below the hold limits"]),
    "E17": ("safety", ["The azathioprine dose taken is above 2.5 mg/kg a day"]),
}  # fmt: skip


@pytest.mark.begins_with("nothing")
def test_every_step_of_the_wizard_is_shown_for_its_test_patients(drafted: tuple[Client, Version]) -> None:
    client, version = drafted
    address = reverse("version_preview", args=[version.guideline.slug, version.number])

    for step in KEYS:
        assert client.get(address, {"case": "Z01", "step": step}).status_code == 200, step
    for key, (where, wanted) in SHOWN.items():
        page = client.get(address, {"case": key, "step": where}).content.decode()
        assert [words for words in wanted if words not in page] == [], key
    first_dose = client.get(address, {"case": "Z01", "step": "dose"}).content.decode()
    assert "150\N{NO-BREAK SPACE}mg a day" not in first_dose  # the target is no first dose
    assert "grams of cream each day" in plain(client.get(f"{address}plan/", {"case": "B01"}).content.decode())


# --- signed ----------------------------------------------------------------------------------------------------------


def answers_of(key: str, **more: Any) -> dict[str, Any]:
    """What is known of a test patient, as a physician answers it; the page of the patient says age and sex."""
    case = next(case for case in guideline().package.cases if case.key == key)
    told = facts_of(guideline(), case)["facts"]
    left_out = {"age_years", "sex", "weeks_on_step"}
    return {name: raw for name, raw in told.items() if name not in left_out and raw.get("value") is not None} | more


def sign(patient: Any, by: User, version: Version, answers: dict[str, Any], choices: dict[str, Any]) -> Plan:
    begun = actions.start_consultation(patient=patient, version=version, by=by)
    saved = actions.save_answers(consultation=begun, answers=answers, by=by, lock_version=begun.lock_version)
    assert not saved.problems, saved.problems
    ready = actions.save_choices(
        consultation=saved.consultation, choices=choices, by=by, lock_version=saved.consultation.lock_version
    )
    return make.signed(ready, by)


@pytest.mark.django_db
def test_a_course_is_signed_from_the_first_visit_to_half_tablets(client: Client) -> None:
    by = make.physician(make.clinic())
    version = published(guideline().package)
    patient = make.patient(by)
    confirmed = {"value": True}
    seen = {"acknowledged": ["PRED-W-PJP"]}

    first = sign(patient, by, version, answers_of("A01"), {"review_on": make.days_ago(-7).isoformat()})
    cannot = answers_of("B04") | {"topical_feasible": {"value": False}}
    second = sign(patient, by, version, cannot, {"option": "B2-prednisone", "amounts": {"prednisone": "35"}, **seen})
    relapsed = answers_of("Z01", on_prednisone=confirmed, relapse_on_taper=confirmed, prednisone_mg_day={"value": "15"})
    third = sign(patient, by, version, relapsed, TABLETS)

    assert [plan.step for plan in (first, second, third)] == ["B0", "B2_oral", "B3_azathioprine"]
    row = PlannedMedication.objects.get(plan=third, drug_key="azathioprine")
    assert row.products == [{"product": "azathioprine_50_mg_tablet", "count": "1.5", "per": "day"}]
    assert (row.amount, row.unit) == (75, "mg")
    assert "azathioprine" in current_drugs(guideline(), third)
    client.force_login(by)
    page = plain(client.get(reverse("plan_detail", args=[third.pk])).content.decode())
    assert "1.5 × 50 mg tablet" in page
    assert "1.5 × 50 mg tablet" in plain(client.get(reverse("patient_detail", args=[patient.pk])).content.decode())
