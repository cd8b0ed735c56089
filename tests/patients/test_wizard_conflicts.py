"""Two people, or two tabs, in one consultation: nobody's answer is lost and nobody's is written over unseen."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Package
from patients.models import Consultation, Patient
from tests import factories_patients as make
from tests.factories_guidelines import edited, itching_elbow, published, with_cases_that_pass

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
LIVE = {"hx-request": "true"}


@pytest.fixture
def begun(patient: Patient, by: User) -> Consultation:
    return make.consultation(patient, by)


@pytest.fixture
def ready(patient: Patient, by: User) -> Consultation:
    return make.answered(patient, by)


@pytest.fixture
def nurse(patient: Patient) -> User:
    return make.nurse(patient.clinic, "nora")


def at(consultation: Consultation, step: str) -> str:
    return reverse(f"consultation_{step}", args=[consultation.pk])


def saved(consultation: Consultation) -> Consultation:
    return Consultation.objects.get(pk=consultation.pk)


def answer_as(by: User, consultation: Consultation, **answers: Any) -> None:
    assert not make.saved(saved(consultation), by, **answers).problems


def choose_as(by: User, consultation: Consultation, **choices: Any) -> None:
    now = saved(consultation)
    make.actions.save_choices(
        consultation=now, choices={**now.choices, **choices}, by=by, lock_version=now.lock_version
    )


def sent_again(page: HttpResponse, **fields: Any) -> dict[str, Any]:
    """What a button of the conflict sends besides: the lock the form still has, and what was compared."""
    found = dict(re.findall(r'name="(lock|seen)" value="(\d+)"', page.content.decode()))
    return {**found, **fields}


def rows(page: HttpResponse) -> list[list[str]]:
    """The table of what differs: what, saved now, typed by you."""
    html = re.search(r'id="conflict".*?</section>', page.content.decode(), re.S)
    assert html, "the conflict is shown"
    body = re.findall(r'<tr role="row">(.*?)</tr>', html[0].partition("<tbody")[2], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


# --- answers ---------------------------------------------------------------------------------------------------------


def itch(consultation: Consultation, value: str, **more: Any) -> dict[str, Any]:
    return {"lock": str(consultation.lock_version), "shown": "itch", "fact-itch": value, **more}


def test_nothing_is_saved_over_somebody_elses_answer(signed_in: Client, begun: Consultation, nurse: User) -> None:
    answer_as(nurse, begun, itch={"value": "severe"})

    page = signed_in.post(at(begun, "facts"), itch(begun, "mild", go="1"))

    assert page.status_code == 409
    assert saved(begun).answers["itch"]["value"] == "severe"
    today = make.days_ago(0)
    day = f"({today.day} {today:%b %Y})"
    assert rows(page) == [["itch Both changed it", f"severe {day}", f"mild {day}"]]
    assert "Last saved by nora" in page.content.decode()


def test_a_tab_that_is_behind_stays_behind_until_somebody_chooses(
    signed_in: Client, begun: Consultation, nurse: User
) -> None:
    answer_as(nurse, begun, itch={"value": "severe"})

    pages = [signed_in.post(at(begun, "facts"), itch(begun, "mild", live="1"), headers=LIVE) for _ in range(2)]

    for page in pages:
        assert page.status_code == 409
        assert f'name="lock" value="{begun.lock_version}"' in page.content.decode(), "the lock that was sent"
        assert rows(page)
    assert saved(begun).answers["itch"]["value"] == "severe"


@pytest.mark.parametrize(("settle", "holds"), [("mine", "mild"), ("theirs", "severe")])
def test_a_choice_settles_it_and_what_only_one_has_changed_is_kept(
    signed_in: Client, begun: Consultation, nurse: User, settle: str, holds: str
) -> None:
    mine = {"shown": ["itch", "height_cm", "weight_kg"], "fact-height_cm": "170", "fact-weight_kg": ""}
    answer_as(nurse, begun, itch={"value": "severe"}, weight_kg={"value": "62", "unit": "kg"})
    page = signed_in.post(at(begun, "facts"), itch(begun, "mild", **mine))

    settled = signed_in.post(at(begun, "facts"), {**itch(begun, "mild", **mine), **sent_again(page), "settle": settle})

    assert settled.status_code == 302
    now = saved(begun).answers
    assert now["itch"]["value"] == holds
    assert now["height_cm"]["value"] == "170", "only mine"
    assert now["weight_kg"]["value"] == "62", "only theirs: an untouched box is no answer"


def test_a_choice_between_answers_that_have_changed_again_is_asked_again(
    signed_in: Client, begun: Consultation, nurse: User
) -> None:
    answer_as(nurse, begun, itch={"value": "severe"})
    page = signed_in.post(at(begun, "facts"), itch(begun, "mild"))
    answer_as(nurse, begun, weight_kg={"value": "62", "unit": "kg"})

    again = signed_in.post(at(begun, "facts"), {**itch(begun, "mild"), **sent_again(page), "settle": "mine"})

    assert again.status_code == 409
    assert saved(begun).answers["itch"]["value"] == "severe"


def test_the_answers_of_others_are_told_and_not_taken_back(signed_in: Client, begun: Consultation, nurse: User) -> None:
    answer_as(nurse, begun, itch={"value": "severe"})

    page = signed_in.post(
        at(begun, "facts"),
        {"lock": str(begun.lock_version), "shown": ["itch", "height_cm"], "fact-itch": "", "fact-height_cm": "170"},
    )

    assert page.status_code == 409
    assert [row[0] for row in rows(page)] == ["height"]
    assert re.search(r"<b>itch:</b> severe.*before: Not answered", page.content.decode())
    assert "Save mine too" in page.content.decode()
    assert saved(begun).answers["itch"]["value"] == "severe"


def test_what_was_mistyped_is_not_lost_in_a_conflict(signed_in: Client, begun: Consultation, nurse: User) -> None:
    answer_as(nurse, begun, itch={"value": "severe"})
    sent = {"lock": str(begun.lock_version), "shown": ["itch", "weight_kg"], "fact-itch": "", "fact-weight_kg": "62,5"}

    page = signed_in.post(at(begun, "facts"), sent)

    assert page.status_code == 409
    assert 'value="62,5"' in page.content.decode()
    assert ["weight", "Not answered", "62,5 Not saved in any case: see the question"] in rows(page)


def test_the_same_answer_saved_twice_is_no_conflict(signed_in: Client, begun: Consultation) -> None:
    signed_in.post(at(begun, "facts"), itch(begun, "mild", live="1"), headers=LIVE)

    answer = signed_in.post(at(begun, "facts"), itch(begun, "mild"))

    assert answer.status_code == 302


def test_a_form_of_a_state_that_never_was_is_refused(signed_in: Client, begun: Consultation) -> None:
    page = signed_in.post(at(begun, "facts"), {"lock": "999", "shown": "itch", "fact-itch": "mild"})

    assert page.status_code == 400
    assert "itch" not in saved(begun).answers


# --- choices ---------------------------------------------------------------------------------------------------------


def dose(consultation: Consultation, amount: str, day: str, **more: Any) -> dict[str, Any]:
    lock = str(consultation.lock_version)
    return {"lock": lock, "amount-calmine": amount, "weekday-calmine": day, **more}


def test_a_dose_chosen_in_two_tabs_is_shown_twice_on_the_dose_step(
    signed_in: Client, ready: Consultation, nurse: User
) -> None:
    choose_as(nurse, ready, amounts={"calmine": "7.5"})

    live = signed_in.post(at(ready, "dose"), dose(ready, "12.5", "friday", live="1"), headers=LIVE)
    whole = signed_in.post(at(ready, "dose"), dose(ready, "12.5", "friday", go="1"))

    for page in (live, whole):
        assert page.status_code == 409
        assert 'id="dose"' in page.content.decode()
        assert '<option value="12.5" selected>' in page.content.decode(), "what was chosen is still chosen"
        assert rows(page) == [
            ["Dose of calmine Both changed it", "7.5 mg a week", "12.5 mg a week"],
            ["Day of the week of calmine", "Tuesday", "Friday"],
        ]
    assert saved(ready).choices["amounts"] == {"calmine": "7.5"}


@pytest.mark.parametrize(("settle", "amount"), [("mine", "12.5"), ("theirs", "7.5")])
def test_a_choice_settles_the_dose(
    signed_in: Client, ready: Consultation, nurse: User, settle: str, amount: str
) -> None:
    choose_as(nurse, ready, amounts={"calmine": "7.5"})
    page = signed_in.post(at(ready, "dose"), dose(ready, "12.5", "friday"))

    settled = signed_in.post(at(ready, "dose"), {**dose(ready, "12.5", "friday"), **sent_again(page), "settle": settle})

    assert (settled.status_code, settled.url) == (302, at(ready, "dose"))
    assert saved(ready).choices["amounts"] == {"calmine": amount}
    assert saved(ready).choices["weekdays"] == {"calmine": "friday"}, "only mine, so it is saved with either"


def test_a_dose_sent_when_its_step_has_closed_is_shown_on_a_page_of_its_own(
    signed_in: Client, ready: Consultation, nurse: User
) -> None:
    answer_as(nurse, ready, can_become_pregnant={"value": True})

    page = signed_in.post(at(ready, "dose"), dose(ready, "12.5", "friday", live="1"), headers=LIVE)

    assert page.status_code == 409
    assert (page["HX-Retarget"], page["HX-Reselect"]) == ("#main", "#main")
    html = page.content.decode()
    assert "12.5\u00a0mg a week" in html
    assert 'name="amount-calmine" value="12.5"' in html, "carried, so that it can still be kept"
    assert at(ready, "recommendation") in html


def with_a_rule_to_override() -> Package:
    """The cautious rule as a stop that a physician may go against, and that holds."""
    package = itching_elbow()
    rule = next(rule for rule in package.safety_rules if rule.key == "CAL-W-MARK")
    stop = {
        **dict(rule),
        "key": "CAL-B-SCAR",
        "when": "weight_kg > 50",
        "kind": "contraindication",
        "severity": "stop",
        "resolvable": True,
        "override": "reason",
        "if_unknown": None,
    }
    return with_cases_that_pass(edited(package, safety_rules=[*package.safety_rules, stop]))


def test_a_reason_typed_against_a_rule_is_on_the_conflict_page(
    signed_in: Client, patient: Patient, by: User, nurse: User
) -> None:
    ready = make.answered(patient, by, published(with_a_rule_to_override()))
    text = "Discussed with the family at length."
    choose_as(nurse, ready, amounts={"calmine": "7.5"})
    sent = {"lock": str(ready.lock_version), "reason-CAL-B-SCAR": "", "text-CAL-B-SCAR": text, "go": "1"}

    page = signed_in.post(at(ready, "safety"), sent)

    assert page.status_code == 409
    assert page.content.decode().count(text) == 2, "in its box and beside what is saved"


def test_an_option_that_is_offered_no_more_cannot_be_kept(
    signed_in: Client, ready: Consultation, by: User, nurse: User
) -> None:
    make.actions.save_choices(consultation=ready, choices={}, by=by, lock_version=ready.lock_version)
    open_page = saved(ready)
    answer_as(nurse, ready, itch_marker={"value": "900", "unit": "U/L", "upper_limit": "40"})

    sent = {"lock": str(open_page.lock_version), "option": "E1-calmine", "go": "1"}
    page = signed_in.post(at(ready, "recommendation"), sent)

    assert page.status_code == 409
    assert ["Option", "Not chosen", "Calmine No longer asked here"] in rows(page)
    assert 'value="mine"' not in page.content.decode()


def test_the_day_of_the_next_visit_is_compared_too(signed_in: Client, ready: Consultation, nurse: User) -> None:
    theirs, mine = make.days_ago(-20), make.days_ago(-30)
    choose_as(nurse, ready, review_on=theirs.isoformat())

    sent = {"lock": str(ready.lock_version), "review_on": mine.isoformat(), "go": "1"}
    page = signed_in.post(at(ready, "monitoring"), sent)

    assert page.status_code == 409
    assert f'value="{mine.isoformat()}"' in page.content.decode()
    assert rows(page)[0][1:] == [f"{day.day} {day:%b %Y}" for day in (theirs, mine)]


def test_nothing_is_asked_when_nobody_changed_anything_that_shows(signed_in: Client, ready: Consultation) -> None:
    signed_in.post(at(ready, "dose"), dose(ready, "10", "tuesday", go="1"))

    answer = signed_in.post(at(ready, "dose"), dose(ready, "12.5", "tuesday", go="1"))

    assert answer.url == at(ready, "safety")
    assert saved(ready).choices["amounts"] == {"calmine": "12.5"}


def test_a_unit_that_is_now_written_is_no_change(signed_in: Client, begun: Consultation, nurse: User) -> None:
    answer_as(nurse, begun, height_cm={"value": "170"})
    before = saved(begun)
    answer_as(nurse, begun, height_cm={"value": "170", "unit": "cm"})

    answer = signed_in.post(
        at(begun, "facts"), {"lock": str(before.lock_version), "shown": "itch", "fact-itch": "mild"}
    )

    assert answer.status_code == 302
    assert saved(begun).answers["itch"]["value"] == "mild"
