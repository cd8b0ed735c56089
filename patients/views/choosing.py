"""The steps that are forms of choices: what is sent is saved, then checked; the way on opens when nothing is missing.

What somebody else has changed meanwhile is shown beside what was sent, on the same step, and nothing is saved over it.
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from config.htmx import render_instead
from patients.actions import save_choices
from patients.forms.choices import (
    SentChoices,
    sent_dose,
    sent_monitoring,
    sent_recommendation,
    sent_safety,
    without_left_branch,
)
from patients.meanwhile import onto
from patients.models import Consultation
from patients.presentation.dose_page import DosePage, dose_page
from patients.presentation.meanwhile_page import MINE, Meanwhile, choices_meanwhile
from patients.presentation.monitoring_page import MonitoringPage, monitoring_page
from patients.presentation.recommendation_page import RecommendationPage, recommendation_page
from patients.presentation.run import Run
from patients.presentation.safety_page import SafetyPage, safety_page
from patients.presentation.shown import Shown, rendered
from patients.views.scope import patient_context, person
from patients.views.wizard import answer, not_yet, page_before, settled, step_context, wizard_step
from patients.wizard import furthest, next_step, step_of

Read = Callable[[HttpRequest, Run], SentChoices]
Page = Callable[[Run, SentChoices | None], Any]
Problems = Sequence[tuple[str, str]]
NOT_CARRIED = ("csrfmiddlewaretoken", "lock", "live", "go", "settle", "seen")


def save(request: HttpRequest, run: Run, sent: SentChoices, key: str, *, moves_on: bool) -> Run:
    """Writes what was chosen, if it differs; gives the consultation as it is then."""
    consultation = run.consultation
    reached = furthest(consultation.furthest_step, next_step(key).key if moves_on else key)
    if sent.raw != consultation.choices or reached != consultation.furthest_step:
        consultation = save_choices(
            consultation=consultation,
            choices=sent.raw,
            by=person(request),
            lock_version=consultation.lock_version,
            furthest_step=reached,
        )
    return Run(consultation)


def problem_list(run: Run, sent: SentChoices | None, key: str) -> list[tuple[str, str]]:
    """By place, what is wrong with what was sent, then what is missing on this step."""
    return list({**run.problems_of(key), **(sent.errors if sent else {})}.items())


def choice_shown(
    key: str,
    page: Page,
    run: Run,
    sent: SentChoices | None = None,
    *,
    problems: Problems = (),
    is_live: bool = False,
    **more: Any,
) -> Shown:
    """A step that is a form of choices, as it stands or as it was sent."""
    places = dict(problem_list(run, sent, key))
    context = step_context(run, key, page=page(run, sent), problems=problems, places=places, **more)
    return rendered(run, key, context, is_live=is_live)


def choice_sent(request: HttpRequest, consultation: Consultation, key: str, read: Read, page: Page) -> HttpResponse:
    """What was chosen is saved, then checked; on when nothing is missing, else the step again with what is."""
    before, settle = page_before(request, consultation), ""
    run = Run(before)
    if before is consultation and not run.may_open(key):
        return not_yet(request, consultation.pk, run.blocked_at)
    sent = read(request, run)
    if before is not consultation:
        found = choices_meanwhile(before, consultation, key, sent)
        settle = settled(request, consultation)
        if found and not settle:
            return choice_conflict(request, consultation, key, page, sent, found)
        sent = sent.only(found.places(settle), merged(consultation, found.to_save(settle)))
    moves_on, is_live = "go" in request.POST and not settle, "live" in request.POST
    run = save(request, Run(consultation), sent, key, moves_on=moves_on)
    if not run.may_open(key):
        return not_yet(request, consultation.pk, run.blocked_at)
    problems = problem_list(run, sent, key)
    if not is_live and not sent.errors and (settle or not problems):
        return redirect(next_step(key).url_name if moves_on else f"consultation_{key}", pk=consultation.pk)
    shown = choice_shown(key, page, run, sent, problems=() if is_live else problems, is_live=is_live)
    return answer(request, shown, status=422 if sent.errors or not is_live else 200)


def merged(consultation: Consultation, changes: dict[str, Any]) -> dict[str, Any]:
    raw = onto(consultation.choices, changes)
    return without_left_branch(raw, Run(consultation), changes["option"]) if changes.get("option") else raw


def choice_conflict(
    request: HttpRequest, consultation: Consultation, key: str, page: Page, sent: SentChoices, found: Meanwhile
) -> HttpResponse:
    """The step as it would be with what was sent, beside what is saved now. Nothing is written, and the form keeps the
    lock it came with: only a choice between the two moves it on."""
    found = found.said_to(consultation, person(request))
    lock, is_live = request.POST["lock"], "live" in request.POST
    proposed = copy(consultation)
    proposed.choices = merged(consultation, found.to_save(MINE))
    run = Run(proposed)
    if run.may_open(key):
        sent = sent.only(found.places(MINE), proposed.choices)
        shown = choice_shown(key, page, run, sent, is_live=is_live, conflict=found, lock=lock)
        return answer(request, shown, status=409)
    carried = [(name, value) for name, values in request.POST.lists() for value in values if name not in NOT_CARRIED]
    context = {"consultation": consultation, "conflict": found, "lock": lock, "carried": carried}
    context |= {"step": step_of(key), "resume": step_of(Run(consultation).blocked_at or key)}
    page_context = patient_context(consultation.patient, **context)
    return render_instead(request, "patients/consultation_conflict.html", page_context, status=409)


def a_recommendation(run: Run, sent: SentChoices | None) -> RecommendationPage:
    return recommendation_page(run)


@wizard_step("recommendation", partial(choice_shown, "recommendation", a_recommendation))
def consultation_recommendation(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        return sent_recommendation(request.POST, run)

    return choice_sent(request, consultation, "recommendation", read, a_recommendation)


def a_dose(run: Run, sent: SentChoices | None) -> DosePage:
    return dose_page(run)


@wizard_step("dose", partial(choice_shown, "dose", a_dose))
def consultation_dose(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        page = dose_page(run)
        return sent_dose(
            request.POST,
            run,
            regimens=[card.key for card in page.regimens],
            drugs=page.with_days,
            taken=[card.drug_key for card in page.taken if card.may_choose],
        )

    return choice_sent(request, consultation, "dose", read, a_dose)


def a_safety_check(run: Run, sent: SentChoices | None) -> SafetyPage:
    return safety_page(run, sent.typed_overrides if sent else None)


@wizard_step("safety", partial(choice_shown, "safety", a_safety_check))
def consultation_safety(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        return sent_safety(request.POST, run)

    return choice_sent(request, consultation, "safety", read, a_safety_check)


def a_schedule(run: Run, sent: SentChoices | None) -> MonitoringPage:
    return monitoring_page(run)


@wizard_step("monitoring", partial(choice_shown, "monitoring", a_schedule))
def consultation_monitoring(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        return sent_monitoring(request.POST, run)

    return choice_sent(request, consultation, "monitoring", read, a_schedule)
