"""The wizard: one address a step. What is sent is saved, then checked; the way on opens when nothing is missing.

Refuses to open a step before those ahead of it are settled, and to save over what somebody else has saved meanwhile.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.htmx import render_page_or_partial
from guidelines.engine.safety import override_of
from patients.actions import Conflict, Glance, Refused, save_choices
from patients.forms.answers import UnknownField
from patients.forms.choices import SentChoices, sent_dose, sent_monitoring, sent_recommendation, sent_safety
from patients.models import Consultation, ConsultationState
from patients.presentation.dose_page import DosePage, dose_page
from patients.presentation.monitoring_page import MonitoringPage, monitoring_page
from patients.presentation.recommendation_page import RecommendationPage, recommendation_page
from patients.presentation.run import Run
from patients.presentation.safety_page import SafetyPage, safety_page
from patients.presentation.shown import Shown, blocked, keep, kept, rendered
from patients.presentation.steps import action_bar
from patients.views.scope import (
    consultations,
    glance_or_404,
    patient_context,
    person,
    sentence_page,
    visible_consultation,
)
from patients.wizard import KEYS, furthest, next_step, step_of

StepView = Callable[[HttpRequest, Consultation], HttpResponse]
Read = Callable[[HttpRequest, Run], SentChoices]
Page = Callable[[Run, SentChoices | None], Any]
Problems = Sequence[tuple[str, str]]
Make = Callable[[Run], Shown]
Reply = Callable[[HttpRequest, Glance, Shown], HttpResponse]


CLOSED = "This consultation was closed meanwhile. What you changed last was not saved."


class BadLock(UnknownField):
    """The form does not say which state of the consultation it was made from."""


def wizard_step(key: str, make: Make, reply: Reply | None = None) -> Callable[[StepView], Callable[..., HttpResponse]]:
    """A step of an open consultation, within scope. Looking at it is the same everywhere: `make` prints it where it is
    not kept, `reply` adds what each person sees for themselves. What is sent goes to the view."""

    def decorated(view: StepView) -> Callable[..., HttpResponse]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def opened(request: HttpRequest, pk: UUID) -> HttpResponse:
            if request.method != "POST":
                return looked(request, pk)
            consultation = visible_consultation(request, pk)
            if not consultation.is_open:
                if key != "review":  # a signature that is sent twice was meant once
                    messages.warning(request, CLOSED)
                return closed(request, consultation)
            try:
                return view(request, consultation)
            except UnknownField as problem:
                return sentence_page(request, str(problem))
            except Conflict as conflict:
                return conflicting(request, conflict)
            except Refused as refusal:
                return sentence_page(request, str(refusal), status=403)

        def looked(request: HttpRequest, pk: UUID) -> HttpResponse:
            glance = glance_or_404(request, pk)
            if glance.state != ConsultationState.OPEN:
                return closed(request, consultations(request).get(pk=pk))
            shown = kept(glance.stamp, key)
            if shown is None:
                run = Run(consultations(request).get(pk=pk))
                shown = keep(glance.stamp, key, make(run) if run.may_open(key) else blocked(run, key))
            if shown.blocked_at:
                return not_yet(request, pk, shown.blocked_at)
            return reply(request, glance, shown) if reply else answer(request, shown)

        return opened

    return decorated


def closed(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    if consultation.state == ConsultationState.SIGNED:
        return redirect("plan_detail", pk=consultation.plan.pk)
    messages.info(request, "This consultation was discarded. Start a new one.")
    return redirect("patient_detail", pk=consultation.patient_id)


def conflicting(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """Somebody saved meanwhile: nothing is written, and both can be compared."""
    current = conflict.current
    if not isinstance(current, Consultation):
        return sentence_page(request, str(conflict), status=409)
    context = {"consultation": current, "sentence": str(conflict), "resume": Run(current).next_open}
    return render(
        request, "patients/consultation_conflict.html", patient_context(current.patient, **context), status=409
    )


def lock_of(request: HttpRequest) -> int:
    raw = request.POST.get("lock", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise BadLock("The form does not say what it was made from. Open the page again.")
    return int(raw)


def step_context(run: Run, key: str, **more: Any) -> dict[str, Any]:
    """What the parts of a step print."""
    consultation = run.consultation
    return {
        "run": run,
        "consultation": consultation,
        "step": step_of(key),
        "step_number": KEYS.index(key) + 1,
        "step_count": len(KEYS),
        "lock": consultation.lock_version,
        **action_bar(run, key, why_not=why_not_go_on(run, key)),
        **more,
    }


def answer(request: HttpRequest, shown: Shown, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a step, or the part of it that htmx swaps."""
    context = {
        "patient": shown.banner,
        "demo": shown.is_demo,
        "section": "patients",
        "step": step_of(shown.key),
        "shown": shown,
        **more,
    }
    page = f"patients/consultation_{shown.key}.html"
    return render_page_or_partial(request, page, "patients/_shown.html", context, status=status)


def not_yet(request: HttpRequest, pk: UUID, blocked_at: str | None) -> HttpResponse:
    """Leads back to the step that is not settled."""
    step = step_of(blocked_at or KEYS[0])
    messages.info(request, f"Settle this step first: {step.title.lower()}.")
    return redirect(step.url_name, pk=pk)


def save(request: HttpRequest, run: Run, sent: SentChoices, key: str, *, moves_on: bool) -> Run:
    """Writes what was chosen, if it differs; gives the consultation as it is then."""
    consultation = run.consultation
    reached = furthest(consultation.furthest_step, next_step(key).key if moves_on else key)
    lock, by = lock_of(request), person(request)
    if sent.raw != consultation.choices or reached != consultation.furthest_step:
        if lock != consultation.lock_version and sent.raw == consultation.choices:
            lock = consultation.lock_version  # a choice of this page that was saved while its button was pressed
        consultation = save_choices(
            consultation=consultation, choices=sent.raw, by=by, lock_version=lock, furthest_step=reached
        )
    return Run(consultation)


def problem_list(run: Run, sent: SentChoices | None, key: str) -> list[tuple[str, str]]:
    """By place, what is wrong with what was sent, then what is missing on this step."""
    return list({**run.problems_of(key), **(sent.errors if sent else {})}.items())


def choice_shown(
    key: str, page: Page, run: Run, sent: SentChoices | None = None, *, problems: Problems = (), is_live: bool = False
) -> Shown:
    """A step that is a form of choices, as it stands or as it was sent."""
    places = dict(problem_list(run, sent, key))
    context = step_context(run, key, page=page(run, sent), problems=problems, places=places)
    return rendered(run, key, context, is_live=is_live)


def choice_sent(request: HttpRequest, consultation: Consultation, key: str, read: Read, page: Page) -> HttpResponse:
    """What was chosen is saved, then checked; on when nothing is missing, else the step again with what is."""
    run = Run(consultation)
    if not run.may_open(key):
        return not_yet(request, consultation.pk, run.blocked_at)
    sent = read(request, run)
    moves_on, is_live = "go" in request.POST, "live" in request.POST
    run = save(request, run, sent, key, moves_on=moves_on)
    if not run.may_open(key):
        return not_yet(request, consultation.pk, run.blocked_at)
    problems = problem_list(run, sent, key)
    if not problems and not is_live:
        return redirect(next_step(key).url_name if moves_on else f"consultation_{key}", pk=consultation.pk)
    shown = choice_shown(key, page, run, sent, problems=() if is_live else problems, is_live=is_live)
    return answer(request, shown, status=422 if sent.errors or not is_live else 200)


def why_not_go_on(run: Run, key: str) -> str:
    """The visible reason when no choice on this step can open the way on."""
    if key == "recommendation" and run.decision.outcome in ("ask", "out_of_scope"):
        return run.problems_of(key).get("option", "")
    if key == "safety":
        # A stop that may be overridden is settled with this very button; one that may not is settled elsewhere.
        stops = sum(override_of(alert) == "prohibited" for alert in run.draft.to_override())
        return f"{stops} stop{'s' * (stops != 1)} that cannot be overridden" if stops else ""
    return ""


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
