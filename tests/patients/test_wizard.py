"""The wizard without JavaScript: saved at each step, checked by the server, safe with Back, and never an error page."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import AccessEvent, Consultation, Patient, Plan
from patients.wizard import STEPS
from tests import factories_patients as make

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def begun(patient: Patient, by: User) -> Consultation:
    return make.consultation(patient, by)


@pytest.fixture
def ready(patient: Patient, by: User) -> Consultation:
    return make.answered(patient, by)


def at(consultation: Consultation, step: str) -> str:
    return reverse(f"consultation_{step}", args=[consultation.pk])


def lock(consultation: Consultation) -> str:
    return str(Consultation.objects.get(pk=consultation.pk).lock_version)


def answers(consultation: Consultation, **fields: Any) -> dict[str, Any]:
    """A facts form as the page sends it, for the questions named."""
    return {"lock": lock(consultation), **{name.replace("__", "-"): value for name, value in fields.items()}}


ENOUGH = {
    "shown": ["weight_kg", "itch", "itch_marker", "medications", "can_become_pregnant"],
    "fact__weight_kg": "62",
    "unit__weight_kg": "kg",
    "fact__itch": "mild",
    "fact__itch_marker": "30",
    "limit__itch_marker": "40",
    "fact__medications": "none_of_these",
    "fact__can_become_pregnant": "false",
}


def test_a_patient_is_led_from_facts_to_a_signed_plan(signed_in: Client, begun: Consultation) -> None:
    steps = [
        ("facts", {**answers(begun, **ENOUGH), "go": "1"}),
        ("recommendation", {"option": "E1-calmine", "go": "1"}),
        ("dose", {"amount-calmine": "10", "weekday-calmine": "tuesday", "go": "1"}),
        ("safety", {"go": "1"}),
        ("monitoring", {"review_on": "", "go": "1"}),
    ]
    for (step, fields), after in zip(steps, [found.key for found in STEPS[1:]], strict=True):
        answer = signed_in.post(at(begun, step), {**fields, "lock": lock(begun)})
        assert answer.status_code == 302, (
            step,
            re.findall(r"data-error-summary.*?</ul>", answer.content.decode(), re.S),
        )
        assert answer.url == at(begun, after)
    review = signed_in.get(at(begun, "review"))
    hidden = dict(re.findall(r'name="(key|shown|lock)" value="([^"]+)"', review.content.decode()))

    signed = signed_in.post(at(begun, "review"), {**hidden, "birth_year": "1980"})
    again = signed_in.post(at(begun, "review"), {**hidden, "birth_year": "1980"})

    plan = Plan.objects.get()
    assert signed.url == again.url == reverse("plan_detail", args=[plan.pk])
    assert b"Weekly" in signed_in.get(signed.url).content
    assert [row.get_weekday_display() for row in plan.medications.all()] == ["Tuesday"]


def test_answers_are_saved_although_one_of_them_is_wrong(signed_in: Client, begun: Consultation) -> None:
    sent = answers(begun, **{**ENOUGH, "fact__weight_kg": "62,5"})

    answer = signed_in.post(at(begun, "facts"), {**sent, "go": "1"})

    saved = Consultation.objects.get(pk=begun.pk).answers
    assert answer.status_code == 422
    assert saved["itch"]["value"] == "mild"
    assert "weight_kg" not in saved
    page = answer.content.decode()
    assert 'value="62,5"' in page
    assert "data-error-summary" in page
    assert 'href="#question-weight_kg"' in page


def test_a_live_answer_gives_the_questions_alone(signed_in: Client, begun: Consultation) -> None:
    sent = answers(begun, shown="itch", fact__itch="mild", live="1", asked="itch:proposal")

    answer = signed_in.post(at(begun, "facts"), sent, headers={"hx-request": "true"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith('<div class="stack stack--lg" id="questions">')
    assert 'value="itch:proposal"' in page, "what was just answered keeps its place"
    assert "data-error-summary" not in page, "nobody loses the field they are typing in"


def test_another_value_beside_an_old_day_is_asked_about_on_the_page(
    signed_in: Client, begun: Consultation, by: User
) -> None:
    day = make.days_ago(3).isoformat()
    make.saved(begun, by, itch_marker={"value": "30", "unit": "U/L", "taken_on": day})
    sent = answers(begun, shown="itch_marker", fact__itch_marker="90", unit__itch_marker="U/L", on__itch_marker=day)

    asked = signed_in.post(at(begun, "facts"), {**sent, "go": "1"})
    live = signed_in.post(at(begun, "facts"), {**sent, "live": "1"}, headers={"hx-request": "true"})
    before = Consultation.objects.get(pk=begun.pk).answers["itch_marker"]
    signed_in.post(at(begun, "facts"), {**sent, "lock": lock(begun), "dated-itch_marker": "new"})

    assert asked.status_code == 422
    for page in (asked.content.decode(), live.content.decode()):
        assert 'name="dated-itch_marker" value="correction"' in page
        assert re.search(r'name="fact-itch_marker"[^>]*value="90"', page), "what was typed is still there"
    assert before["value"] == "30"
    after = Consultation.objects.get(pk=begun.pk).answers["itch_marker"]
    assert (after["value"], after["taken_on"]) == ("90", make.days_ago(0).isoformat())


def test_a_later_step_leads_back_to_what_is_not_settled(signed_in: Client, begun: Consultation) -> None:
    for step in ("dose", "safety", "monitoring", "review"):
        assert signed_in.get(at(begun, step)).url == at(begun, "recommendation")


def test_continue_is_refused_without_a_choice(signed_in: Client, ready: Consultation, by: User) -> None:
    make.actions.save_choices(consultation=ready, choices={}, by=by, lock_version=ready.lock_version)

    answer = signed_in.post(at(ready, "recommendation"), {"lock": lock(ready), "go": "1"})

    assert answer.status_code == 422
    assert "Choose one of the options." in answer.content.decode()


def test_leaving_an_option_drops_what_was_chosen_for_it(signed_in: Client, ready: Consultation, by: User) -> None:
    choices = {**make.ENOUGH_CHOICES, "option": None, "acknowledged": ["CAL-W-MARK"]}
    choices["amounts"] = {"soothine": "50"}
    saved = make.actions.save_choices(consultation=ready, choices=choices, by=by, lock_version=ready.lock_version)

    signed_in.post(at(ready, "recommendation"), {"lock": saved.lock_version, "option": "E1-calmine", "go": "1"})

    kept = Consultation.objects.get(pk=ready.pk).choices
    assert kept["option"] == "E1-calmine"
    assert kept["acknowledged"] == []


@pytest.mark.parametrize("weekday", ["daily", "every day", "", "mon", "0"])
def test_a_weekly_drug_has_no_other_frequency_in_the_form(
    signed_in: Client, ready: Consultation, weekday: str, by: User
) -> None:
    choices = {"option": "E1-calmine"}
    saved = make.actions.save_choices(consultation=ready, choices=choices, by=by, lock_version=ready.lock_version)
    page = signed_in.get(at(ready, "dose")).content.decode()
    fields = {"lock": saved.lock_version, "amount-calmine": "10", "weekday-calmine": weekday, "go": "1"}

    answer = signed_in.post(at(ready, "dose"), fields)

    assert sorted(re.findall(r'name="weekday-calmine"[^>]*value="(\w+)"', page)) == sorted(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    )
    assert "checked" not in "".join(re.findall(r'<input[^>]*name="weekday-calmine"[^>]*>', page)), "no day is preset"
    assert answer.status_code == 422
    assert (
        "weekdays" not in Consultation.objects.get(pk=ready.pk).choices
        or not Consultation.objects.get(pk=ready.pk).choices["weekdays"]
    )


@pytest.mark.parametrize("amount", ["1000", "10,0", "-5", "11", "ten"])
def test_a_dose_that_cannot_be_given_is_refused(signed_in: Client, ready: Consultation, amount: str) -> None:
    fields = {"lock": lock(ready), "amount-calmine": amount, "weekday-calmine": "tuesday", "go": "1"}

    assert signed_in.post(at(ready, "dose"), fields).status_code == 422
    assert signed_in.get(at(ready, "review")).status_code == 302 or amount in ("10,0", "-5", "ten")


def test_the_live_dose_carries_its_working_and_its_day(signed_in: Client, ready: Consultation) -> None:
    fields = {"lock": lock(ready), "amount-calmine": "7.5", "weekday-calmine": "friday", "live": "1"}

    page = signed_in.post(at(ready, "dose"), fields, headers={"hx-request": "true"}).content.decode()

    assert page.lstrip().startswith('<div class="stack stack--lg" id="dose">')
    assert "3 tablets of 2.5" in page
    assert "on Friday only" in page
    assert 'id="actionbar"' in page


NOT_OURS = (
    {"lock": "1", "fact-unheard_of": "1"},
    {"lock": "1; drop", "go": "1"},
    {"lock": "1", "option": "NOPE", "amount-nope": "1", "seen-nope": "1", "key": "x"},
    {"lock": "1", "review_on": "31.12.2026", "key": str(uuid4()), "birth_year": "²"},
    {"lock": "99999", "go": "1", "option": "E1-calmine", "review_on": "2026-12-31"},
    {"lock": "1", "live": "1", "use": "weight_kg"},
)


@pytest.mark.parametrize("step", ["facts", "recommendation", "dose", "safety", "monitoring", "review"])
def test_what_no_page_of_ours_sends_is_never_an_error_page(signed_in: Client, ready: Consultation, step: str) -> None:
    before = Consultation.objects.values().get(pk=ready.pk)

    statuses = [signed_in.post(at(ready, step), fields).status_code for fields in NOT_OURS]

    assert all(status < 500 for status in statuses), statuses
    assert Consultation.objects.values().get(pk=ready.pk)["answers"] == before["answers"]


def test_a_megabyte_of_text_and_a_nul_byte_are_refused(signed_in: Client, begun: Consultation) -> None:
    assert signed_in.post(at(begun, "facts"), {"fact-weight_kg": "9" * 1_100_000}).status_code == 413
    assert signed_in.post(at(begun, "facts"), {"fact-weight_kg": "6\x002"}).status_code == 400


def test_a_first_day_that_cannot_be_is_refused_beside_what_was_typed(signed_in: Client, begun: Consultation) -> None:
    fields = {"lock": lock(begun), "step": "E1", "started_on": "0026-05-01"}

    answer = signed_in.post(reverse("consultation_place", args=[begun.pk]), fields)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "0026-05-01 is before 1900; correct the year." in page
    assert 'name="started_on" value="0026-05-01"' in page
    assert '<option value="E1" selected>' in page
    assert Consultation.objects.get(pk=begun.pk).current_step == ""


def test_an_impossible_first_day_on_record_is_told_and_no_error_page(signed_in: Client, begun: Consultation) -> None:
    Consultation.objects.filter(pk=begun.pk).update(current_step="E1", step_started_on="0026-05-01")

    page = signed_in.get(at(begun, "facts")).content.decode()

    assert "0026-05-01 is before 1900" in page


def test_a_closed_consultation_leads_to_what_became_of_it(signed_in: Client, ready: Consultation, by: User) -> None:
    plan = make.signed(ready, by)

    for step in STEPS:
        assert signed_in.get(at(ready, step.key)).url == reverse("plan_detail", args=[plan.pk])


def test_what_is_saved_in_a_closed_consultation_says_that_it_was_not(
    signed_in: Client, ready: Consultation, by: User
) -> None:
    plan = make.signed(ready, by)
    sent = {"lock": "1", "live": "1", "shown": "itch", "fact-itch": "severe"}

    answer = signed_in.post(at(ready, "facts"), sent, headers={"hx-request": "true"})

    assert answer["HX-Redirect"] == reverse("plan_detail", args=[plan.pk])
    assert "What you changed last was not saved" in signed_in.get(answer["HX-Redirect"]).content.decode()


@pytest.mark.parametrize("is_physician_elsewhere", [False, True])
def test_a_nurse_may_prepare_but_not_sign(client: Client, ready: Consultation, is_physician_elsewhere: bool) -> None:
    nurse = make.nurse(ready.patient.clinic)
    if is_physician_elsewhere:
        actions.add_member(clinic=make.clinic("Knee Clinic"), user=nurse, role="physician")
    client.force_login(nurse)
    page = client.get(at(ready, "review")).content.decode()
    hidden = dict(re.findall(r'name="(key|shown|lock)" value="([^"]+)"', page))

    answer = client.post(at(ready, "review"), {**hidden, "birth_year": "1980"})

    assert "Only a physician" in page
    assert answer.status_code == (422 if is_physician_elsewhere else 403)
    assert not Plan.objects.exists()


@pytest.mark.parametrize("year", ["", "1981", "80", "19800", "abcd"])
def test_the_wrong_year_of_birth_signs_nothing(signed_in: Client, ready: Consultation, year: str) -> None:
    page = signed_in.get(at(ready, "review")).content.decode()
    hidden = dict(re.findall(r'name="(key|shown|lock)" value="([^"]+)"', page))

    answer = signed_in.post(at(ready, "review"), {**hidden, "birth_year": year})

    assert answer.status_code == 422
    assert 'href="#birth_year"' in answer.content.decode()
    assert not Plan.objects.exists()


def test_every_step_leaves_a_trace_of_who_looked(signed_in: Client, ready: Consultation, by: User) -> None:
    for step in STEPS:
        signed_in.get(at(ready, step.key))

    seen = AccessEvent.objects.of(ready.patient.pk).filter(user=by).values_list("what", flat=True)
    assert set(seen) == {step.url_name for step in STEPS}


@pytest.mark.parametrize("step", [step.key for step in STEPS])
def test_a_page_asks_the_database_at_most_fifteen_times(
    signed_in: Client, ready: Consultation, by: User, step: str, django_assert_max_num_queries: Any
) -> None:
    signed_in.get(at(ready, step))  # the guideline is kept in memory after its first use

    with django_assert_max_num_queries(15):
        signed_in.get(at(ready, step))
