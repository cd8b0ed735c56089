"""Every guideline that is shipped leads a patient from the questions to a signed plan on paper, by the pages alone."""

import re
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from patients.care_plan import build_care_plan
from patients.models import Plan
from tests.engine.patients import all_shipped, slug_of
from tests.factories_guidelines import published
from tests.patients.plan_samples import NOW, header_of, settled, usual_choices
from tests.patients.wizard_pages import Pages, begun_with, decided

everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


@everywhere
def test_every_test_patient_who_can_have_a_plan_gets_one_that_breaks_no_print_rule(shipped: CompiledPackage) -> None:
    signed = 0
    for case in shipped.package.cases:
        decision = decided(shipped, case)
        draft, choices = settled(decision, usual_choices(decision), NOW if decision.facts.step else {})
        if not draft.problems:
            build_care_plan(decision.compiled, decision, draft, choices, header_of(decision))
            signed += 1

    assert signed > len(shipped.package.cases) * 2 / 3


# --- by the pages ----------------------------------------------------------------------------------------------------


def offered_something(shipped: CompiledPackage) -> Case:
    """The first test patient without a stop to whom an option is proposed."""
    return next(
        case for case in shipped.package.cases
        if case.expected.outcome == "propose" and case.expected.options and not case.expected.stops
    )  # fmt: skip


@pytest.mark.django_db
@everywhere
def test_a_patient_is_led_from_facts_to_a_signed_plan_on_paper(
    client: Client, by: User, shipped: CompiledPackage
) -> None:
    case = offered_something(shipped)
    expected = decided(shipped, case)
    pages = Pages(client, begun_with(shipped, case, by, published(shipped.package)))
    client.force_login(by)

    signed = pages.lead(shipped, case, next(o.option.key for o in expected.options if o.state != "excluded"))

    plan = Plan.objects.get()
    assert signed.url == reverse("plan_detail", args=[plan.pk])
    assert plan.step == expected.step
    given = {row.drug_key for row in plan.medications.all()}
    assert given >= {part.regimen.drug.key for o in expected.options[:1] for part in o.regimens}
    paper = client.get(reverse("plan_patient_pdf", args=[plan.pk]))
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages).lower()
    for drug in given:
        assert shipped.drugs[drug].name in text
    assert ("on thursday" in text) is any(shipped.drugs[drug].weekly_only for drug in given)
    for page in ("plan_detail", "plan_patient_page", "plan_clinician_pdf", "plan_visit_page"):
        assert client.get(reverse(page, args=[plan.pk])).status_code == 200, page
    for page in ("patient_detail", "patient_results"):
        assert client.get(reverse(page, args=[plan.patient_id])).status_code == 200, page
    # Worked out again from what was frozen, it is the same.
    assert ">THE SAME<" in re.sub(
        r"<svg.*?</svg>", "", client.get(reverse("plan_rederive", args=[plan.pk])).content.decode(), flags=re.S
    )
