"""A single dose of a drug that is otherwise weekly: no screen says that it is taken each week, and the weekly one begins."""

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.asking.computing import plain_dose
from guidelines.engine.content import Case
from patients import actions
from patients.deciding import draft_for
from patients.facts import is_one_time
from patients.models import Plan
from patients.plan_draft import CurrentDrug
from patients.taken_now import held_drug
from tests import factories_patients as make
from tests.engine.patients import all_shipped
from tests.factories_guidelines import published
from tests.patients.wizard_pages import Pages, begun_with, typed_answers

pytestmark = pytest.mark.django_db
PSORIASIS = next(shipped for shipped in all_shipped() if shipped.package.slug == "plaque-psoriasis")
EACH_WEEK = re.compile(
    r"(?<!\d)2\.5.mg (a|per|once a|each) week|>WEEKLY<|>Weekly<|[Oo]nce a week, on|[Ee]ach week\?", re.S
)


def case_of(key: str) -> Case:
    return next(case for case in PSORIASIS.package.cases if case.key == key)


@pytest.fixture
def tested(client: Client, by: User) -> Pages:
    """A patient with a signed test dose."""
    case = case_of("B02")
    client.force_login(by)
    pages = Pages(client, begun_with(PSORIASIS, case, by, published(PSORIASIS.package)))
    pages.lead(PSORIASIS, case, "P1-test-dose")
    return pages


def test_no_screen_says_each_week_of_a_single_dose(tested: Pages) -> None:
    plan, begun = Plan.objects.get(), tested.now
    screens = {
        "plan_detail": plan.pk, "plan_patient_page": plan.pk, "plan_visit_page": plan.pk, "patient_detail": plan.patient_id,
    }  # fmt: skip
    shown = {name: tested.client.get(reverse(name, args=[key])).content.decode() for name, key in screens.items()}
    shown |= {name: tested.client.get(reverse(name)).content.decode() for name in ("worklist", "worklist_print")}

    shown["worklist_csv"] = tested.client.get(reverse("worklist_csv")).content.decode()

    assert begun.state == "signed"
    assert ",2.5\N{NO-BREAK SPACE}mg one time only, on Thursday" in shown["worklist_csv"].replace('"', "")
    assert {name: EACH_WEEK.findall(page) for name, page in shown.items() if EACH_WEEK.search(page)} == {}
    assert [name for name, page in shown.items() if "ONE TIME" not in page.upper()] == []


@pytest.mark.parametrize("step", ["recommendation", "dose", "review"])
def test_no_step_says_each_week_of_a_single_dose(client: Client, by: User, step: str) -> None:
    case = case_of("B02")
    client.force_login(by)
    pages = Pages(client, begun_with(PSORIASIS, case, by, published(PSORIASIS.package)))
    pages.until_review(PSORIASIS, case, "P1-test-dose")

    shown = client.get(reverse(f"consultation_{step}", args=[pages.key])).content.decode()

    assert "One time" in shown
    assert EACH_WEEK.findall(shown) == []


def test_the_weekly_dose_after_it_begins_and_nothing_is_preset(tested: Pages, by: User) -> None:
    plan, case = Plan.objects.get(), case_of("C02")
    after = Pages(tested.client, make.consultation(plan.patient, by, plan.version))
    told = typed_answers(PSORIASIS, case)
    told["shown"].remove("weeks_on_step")  # it was signed today, so this follows
    told = {name: answer for name, answer in told.items() if not name.endswith("-weeks_on_step")}
    after.send("facts", **told)
    after.send("recommendation", option="P2-methotrexate")
    page = tested.client.get(reverse("consultation_dose", args=[after.key])).content.decode()

    line = next(line for line in draft_for(after.now).medications if line.drug.key == "methotrexate")
    assert (line.change, line.planned) == ("start", None)
    assert "One dose by plan 1, and no more." in page
    assert not re.search(r'name="weekday-methotrexate"[^>]* checked', page)
    assert {problem.place for problem in draft_for(after.now).problems} >= {"weekdays.methotrexate"}


def test_what_was_taken_once_is_not_taken_over_to_the_next_visit(tested: Pages, by: User) -> None:
    plan = Plan.objects.get()
    begun = actions.start_consultation(patient=plan.patient, by=by, version=plan.version)

    assert begun.answers["mtx_dose_mg_week"]["value"] == "0"


@pytest.mark.parametrize("lower", [False, True])
def test_after_a_hold_the_weekly_dose_begins_all_the_same(tested: Pages, lower: bool) -> None:
    first = Plan.objects.get()
    row = first.medications.get()
    rules = [
        rule for rule in PSORIASIS.package.safety_rules if rule.drug == "methotrexate" and rule.action.resume_lower
    ]

    assert rules and is_one_time(PSORIASIS, row.regimen_key)
    found = held_drug(PSORIASIS, cast(Any, SimpleNamespace(replaces=first)), row, rules if lower else [])

    assert found == CurrentDrug(is_held=True)


def test_the_plain_answer_says_one_time_of_its_limit(tested: Pages) -> None:
    _, lines = plain_dose(PSORIASIS.regimens["methotrexate_test"])

    assert [str(line) for line in lines if re.search(r"\d mg a week", str(line))] == []
    assert "At most: 5 mg one time only" in {str(line) for line in lines}


def test_a_dose_that_cannot_be_given_is_refused_in_its_own_words(client: Client, by: User) -> None:
    case = case_of("B02")
    client.force_login(by)
    pages = Pages(client, begun_with(PSORIASIS, case, by, published(PSORIASIS.package)))
    pages.send("facts", **typed_answers(PSORIASIS, case))
    pages.send("recommendation", option="P1-test-dose")
    sent = {
        "lock": str(pages.now.lock_version),
        "go": "1",
        "amount-methotrexate_test": "5",
        "weekday-methotrexate": "thursday",
    }
    answer = client.post(reverse("consultation_dose", args=[pages.key]), sent)

    assert answer.status_code == 422
    assert "5 mg one time only cannot be given" in answer.content.decode()
    assert EACH_WEEK.findall(answer.content.decode()) == []
