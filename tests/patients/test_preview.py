"""A version before it is approved, seen as wizard and as printed plan with one of its own test patients."""

from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from guidelines import actions
from guidelines.engine.cases import facts_of
from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Package
from guidelines.engine.decision import decide
from guidelines.engine.planned import Weekday
from guidelines.engine.reading import read_facts
from guidelines.models import Version
from patients.default_choices import default_choices
from patients.models import AccessEvent
from patients.presentation.case_run import CaseRun
from patients.wizard import KEYS
from tests import factories_patients as make
from tests.factories_guidelines import draft, editor, itching_elbow, published, retitled, reviewer

pytestmark = pytest.mark.django_db
DRAFT = "DRAFT, not for care"


@pytest.fixture
def by() -> User:
    return editor()


@pytest.fixture
def version(by: User) -> Version:
    return draft(by=by)


def address(name: str, version: Version, **names: str) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number, **names})


def with_case(package: Package | None = None, **changes: object) -> Package:
    """The guideline with its one test patient changed."""
    package = package or itching_elbow()
    case = package.cases[0].model_copy(update=changes)
    return Package.model_validate({**dict(package), "cases": (case,)})


def text_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


# --- the wizard ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", KEYS)
def test_every_step_of_the_wizard_is_shown_and_marked(signed_in: Client, version: Version, step: str) -> None:
    response = signed_in.get(address("version_preview", version), {"case": "V1", "step": step})

    text = response.content.decode()
    assert response.status_code == 200
    assert text.count(DRAFT) == 2, "a band for everybody, and a watermark across the page"
    assert "An ordinary elbow" in text
    assert "<fieldset" in text and "disabled" in text
    assert f"Step {KEYS.index(step) + 1} of {len(KEYS)}" in text


def test_the_steps_say_what_the_wizard_would_say(signed_in: Client, version: Version) -> None:
    shown = {
        step: signed_in.get(address("version_preview", version), {"case": "V1", "step": step}).content.decode()
        for step in KEYS
    }

    assert "Continue" in shown["recommendation"] and "calmine" in shown["recommendation"]
    assert "10 <small>mg" in shown["dose"] and "4 tablets of 2.5" in shown["dose"]
    assert "on Monday only" in shown["dose"]
    assert "From Monday 19 January 2026" in shown["monitoring"]
    assert "Itch marker?" in shown["facts"] and "30" in shown["facts"]


def test_the_links_between_the_steps_stay_with_the_test_patient(signed_in: Client, version: Version) -> None:
    text = signed_in.get(address("version_preview", version), {"case": "V1"}).content.decode()

    assert f"{address('version_preview', version)}?case=V1&amp;step=dose" in text
    assert "/consultations/" not in text


def test_what_completes_in_the_box_is_understood(signed_in: Client, version: Version) -> None:
    response = signed_in.get(address("version_preview", version), {"case": "V1: An ordinary elbow"})

    assert response.status_code == 200
    assert '<option value="V1: An ordinary elbow">' in response.content.decode()


@pytest.mark.parametrize("case", ["V2", "V1' OR 1=1", "x" * 5000, "\N{SNOWMAN}"])
def test_a_test_patient_that_is_not_there_is_not_found(signed_in: Client, version: Version, case: str) -> None:
    assert signed_in.get(address("version_preview", version), {"case": case}).status_code == 404


def test_a_step_behind_one_that_is_not_settled_stays_closed_and_says_why(signed_in: Client, by: User) -> None:
    version = draft(with_case(facts={"medications": ()}, based_on=None, not_known=(), history={}), by=by)

    text = signed_in.get(address("version_preview", version), {"step": "dose"}).content.decode()

    assert "stays closed for this patient" in text
    assert "Answer the open questions first" in text


def test_a_case_that_its_authors_expected_otherwise_says_so(signed_in: Client, by: User) -> None:
    expected = itching_elbow().cases[0].expected.model_copy(update={"outcome": "stop"})
    version = draft(with_case(expected=expected), by=by)

    text = signed_in.get(address("version_preview", version)).content.decode()

    assert "does not come out as its authors expect" in text
    assert "outcome should be stop, but is continue" in text


def test_facts_that_contradict_the_guideline_are_told_and_end_nothing(signed_in: Client, by: User) -> None:
    facts = {**itching_elbow().cases[0].facts, "weight_kg": "5000"}
    version = draft(with_case(facts=facts), by=by)

    for step in KEYS:
        response = signed_in.get(address("version_preview", version), {"step": step})
        assert response.status_code == 200
    assert "5000" in response.content.decode()
    assert "no plan" in signed_in.get(address("version_preview_paper", version, audience="patient")).content.decode()


def test_a_version_without_test_patients_says_so(signed_in: Client, by: User) -> None:
    version = draft(Package.model_validate({**dict(itching_elbow()), "cases": ()}), by=by)

    for name, names in (("version_preview", {}), ("version_preview_paper", {"audience": "patient"})):
        response = signed_in.get(address(name, version, **names))
        assert response.status_code == 200
        assert "no test patient" in response.content.decode()
    assert signed_in.get(address("version_preview_pdf", version, audience="patient")).status_code == 409


# --- beside the version it began with -----------------------------------------------------------------------------


def changed_draft(by: User) -> Version:
    """A draft of the published version, with another dose."""
    before = published()
    version = actions.start_draft(version=before, by=by, reason="A higher dose.", level="dose")
    regimens = tuple(
        regimen.model_copy(update={"start": Decimal("0.2")}) if regimen.key == "calmine" else regimen
        for regimen in itching_elbow().regimens
    )
    package = Package.model_validate({**dict(itching_elbow()), "regimens": regimens})
    return actions.replace_content(version=version, package=package, by=by, content_hash=version.content_hash)


def test_what_differs_from_the_version_before_is_shown_side_by_side(signed_in: Client, by: User) -> None:
    version = changed_draft(by)

    text = signed_in.get(address("version_preview", version)).content.decode()

    assert "The same patient on version 1" in text
    assert "<del>" in text and "<ins>" in text and "12.5" in text


def test_an_unchanged_draft_differs_in_nothing(signed_in: Client, by: User) -> None:
    before = published()
    version = actions.start_draft(version=before, by=by, reason="Soon.", level="dose")

    text = signed_in.get(address("version_preview", version)).content.decode()

    assert "Everything comes out the same" in text
    assert "<del>" not in text


# --- the printed plan ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["patient", "clinician"])
def test_the_plan_is_marked_on_every_page_on_paper(signed_in: Client, version: Version, audience: str) -> None:
    response = signed_in.get(address("version_preview_pdf", version, audience=audience), {"case": "V1"})

    assert response["Content-Type"] == "application/pdf"
    pages = text_of(response.content)
    assert pages
    for text in pages:
        assert f"{DRAFT}. A test patient" in text, "the band"
        assert text.count("DRAFT") >= 2 and text.count("not for care") >= 2, "the watermark is text, too"
        assert "Not for care." in text and "Valid on the day" not in text
    assert any("calmine" in text.lower() for text in pages)
    with pikepdf.open(BytesIO(response.content)) as document:
        assert document.Root.MarkInfo.Marked


@pytest.mark.parametrize("audience", ["patient", "clinician"])
def test_the_plan_is_shown_as_a_page_too(signed_in: Client, version: Version, audience: str) -> None:
    text = signed_in.get(address("version_preview_paper", version, audience=audience), {"case": "V1"}).content.decode()

    assert text.count(DRAFT) == 2
    assert ("Your treatment plan" if audience == "patient" else "Clinician summary") in text
    assert "calmine" in text.lower()
    assert address("version_preview_pdf", version, audience=audience) in text


def test_a_guideline_printed_as_a_draft_is_marked_on_every_page(signed_in: Client, version: Version) -> None:
    pdf = signed_in.get(address("guideline_pdf", version, audience="clinician")).content

    assert all("DRAFT" in text and "not for care" in text for text in text_of(pdf))


def test_an_approved_guideline_is_not_marked(signed_in: Client) -> None:
    version = published()

    assert "DRAFT" not in signed_in.get(address("guideline_version", version, audience="clinician")).content.decode()
    assert not any(
        "DRAFT" in text
        for text in text_of(signed_in.get(address("guideline_pdf", version, audience="clinician")).content)
    )


def test_the_page_of_a_draft_is_marked_and_leads_to_its_previews(signed_in: Client, version: Version) -> None:
    text = signed_in.get(address("guideline_version", version, audience="patient")).content.decode()

    assert DRAFT in text
    assert address("version_preview", version) in text
    assert address("version_preview_paper", version, audience="patient") in text


def test_a_test_patient_of_an_approved_version_is_nobodys_plan(signed_in: Client) -> None:
    version = published()

    text = signed_in.get(address("version_preview", version)).content.decode()
    pdf = signed_in.get(address("version_preview_pdf", version, audience="patient")).content

    assert "TEST PATIENT, not for care" in text and "DRAFT" not in text
    assert all("TEST PATIENT" in text and "Valid on the day" not in text for text in text_of(pdf))


def test_a_test_patient_with_nothing_to_sign_says_why(signed_in: Client, by: User) -> None:
    version = draft(with_case(facts={"medications": ()}, based_on=None, not_known=(), history={}), by=by)

    response = signed_in.get(address("version_preview_paper", version, audience="patient"))
    pdf = signed_in.get(address("version_preview_pdf", version, audience="patient"))

    assert response.status_code == 200 and "Answer the open questions first" in response.content.decode()
    assert pdf.status_code == 409 and "Answer the open questions first" in pdf.content.decode()


# --- who, and what it leaves behind ----------------------------------------------------------------------------------


def test_only_those_at_work_see_it(client: Client) -> None:
    version, other = published(), draft(retitled())
    client.force_login(make.physician(make.clinic()))

    for name, names in (
        ("version_preview", {}), ("version_preview_paper", {"audience": "patient"}),
        ("version_preview_pdf", {"audience": "clinician"}),
    ):  # fmt: skip
        assert client.get(address(name, version, **names)).status_code == 403
        assert client.get(address(name, other, **names)).status_code == 403
    assert "preview/" not in client.get(address("guideline_version", version, audience="clinician")).content.decode()


def test_a_reviewer_sees_it(client: Client, version: Version) -> None:
    client.force_login(reviewer("rob"))

    assert client.get(address("version_preview", version)).status_code == 200


def test_nothing_is_written_and_nothing_can_be_sent(signed_in: Client, version: Version) -> None:
    with CaptureQueriesContext(connection) as queries:
        for step in KEYS:
            signed_in.get(address("version_preview", version), {"step": step})
        signed_in.get(address("version_preview_paper", version, audience="patient"))
        signed_in.get(address("version_preview_pdf", version, audience="clinician"))

    statements = [str(query["sql"]).split()[0] for query in queries]
    assert "SELECT" in statements and not {"INSERT", "UPDATE", "DELETE"} & set(statements)
    assert not AccessEvent.objects.exists()
    assert signed_in.post(address("version_preview", version), {"go": "1"}).status_code == 405


# --- what is chosen for the preview ----------------------------------------------------------------------------------


def test_a_preview_chooses_the_start_dose_and_monday_and_overrides_nothing() -> None:
    compiled = compile_package(itching_elbow())
    case = itching_elbow().cases[0]
    decision = decide(compiled, read_facts(facts_of(compiled, case), compiled))

    choices = default_choices(compiled, decision, case.as_of)

    assert choices.amounts == {"calmine": Decimal(10)}
    assert choices.weekdays == {"calmine": Weekday.MONDAY}
    assert choices.overrides == {}


def test_no_stop_is_overridden_for_a_preview(version: Version) -> None:
    compiled = compile_package(itching_elbow())
    rule = next(rule for rule in itching_elbow().safety_rules if rule.severity == "stop" and rule.drug == "calmine")
    case = with_case(facts={**itching_elbow().cases[0].facts, "pregnant": "true"}).cases[0]

    run = CaseRun(version, compiled, case)

    assert rule.key in {alert.rule.key for alert in run.decision.alerts}
    assert run.choices.overrides == {}
