"""The wizard: one address a step. What is sent is saved, then checked; the way on opens when nothing is missing.

Refuses to open a step before those ahead of it are settled, and to save over what somebody else has saved meanwhile.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from config.htmx import render_page_or_partial
from guidelines.engine.safety import override_of
from patients.actions import Conflict, Refused, save_choices
from patients.forms.answers import UnknownField
from patients.forms.choices import SentChoices, sent_dose, sent_monitoring, sent_recommendation, sent_safety
from patients.models import Consultation, ConsultationState
from patients.presentation.dose_page import dose_page
from patients.presentation.monitoring_page import monitoring_page
from patients.presentation.recommendation_page import recommendation_page
from patients.presentation.run import Run
from patients.presentation.safety_page import safety_page
from patients.presentation.shown import Shown, keep, kept, rendered, stamp_of
from patients.presentation.steps import action_bar
from patients.views.scope import patient_context, person, sentence_page, visible_consultation
from patients.wizard import KEYS, furthest, next_step, step_of

StepView = Callable[[HttpRequest, Consultation], HttpResponse]
Read = Callable[[HttpRequest, Run], SentChoices]
Page = Callable[[Run, SentChoices | None], Any]
Problems = Sequence[tuple[str, str]]


class BadLock(UnknownField):
    """The form does not say which state of the consultation it was made from."""


def wizard_step(view: StepView) -> Callable[..., HttpResponse]:
    """Fetches the consultation within scope; a closed one leads to what became of it."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, pk: UUID) -> HttpResponse:
        consultation = visible_consultation(request, pk)
        if not consultation.is_open:
            return closed(request, consultation)
        try:
            return view(request, consultation)
        except UnknownField as problem:
            return sentence_page(request, str(problem))
        except Conflict as conflict:
            return conflicting(request, conflict)
        except Refused as refusal:
            return sentence_page(request, str(refusal), status=403)

    return opened


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


def answer(
    request: HttpRequest, consultation: Consultation, shown: Shown, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a step, or the part of it that htmx swaps."""
    context = patient_context(
        consultation.patient, consultation=consultation, step=step_of(shown.key), shown=shown, **more
    )
    page = f"patients/consultation_{shown.key}.html"
    return render_page_or_partial(request, page, "patients/_shown.html", context, status=status)


def opened_step(consultation: Consultation, key: str, make: Callable[[Run], Shown]) -> Shown:
    """The step as it stands, from memory where nothing has changed since it was last shown."""
    stamp = stamp_of(consultation)
    shown = kept(stamp, key)
    if shown is None:
        run = Run(consultation)
        shown = keep(stamp, key, make(run) if run.may_open(key) else Shown(key, blocked_at=run.blocked_at))
    return shown


def not_yet(request: HttpRequest, consultation: Consultation, blocked_at: str | None) -> HttpResponse:
    """Leads back to the step that is not settled."""
    step = step_of(blocked_at or KEYS[0])
    messages.info(request, f"Settle this step first: {step.title.lower()}.")
    return redirect(step.url_name, pk=consultation.pk)


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


def choice_step(request: HttpRequest, consultation: Consultation, key: str, read: Read, page: Page) -> HttpResponse:
    """A step that is a form of choices: shown, or saved and checked."""

    def make(run: Run, sent: SentChoices | None = None, *, problems: Problems = (), is_live: bool = False) -> Shown:
        places = dict(problem_list(run, sent, key))
        found = step_context(run, key, page=page(run, sent), problems=problems, places=places)
        return rendered(run, key, found, is_live=is_live)

    if request.method != "POST":
        shown = opened_step(consultation, key, make)
        if shown.blocked_at:
            return not_yet(request, consultation, shown.blocked_at)
        return answer(request, consultation, shown)
    run = Run(consultation)
    if not run.may_open(key):
        return not_yet(request, consultation, run.blocked_at)
    sent = read(request, run)
    moves_on, is_live = "go" in request.POST, "live" in request.POST
    run = save(request, run, sent, key, moves_on=moves_on)
    if not run.may_open(key):
        return not_yet(request, consultation, run.blocked_at)
    problems = problem_list(run, sent, key)
    if not problems and not is_live:
        return redirect(next_step(key).url_name if moves_on else f"consultation_{key}", pk=consultation.pk)
    status = 422 if sent.errors or not is_live else 200
    shown = make(run, sent, problems=() if is_live else problems, is_live=is_live)
    return answer(request, run.consultation, shown, status=status)


def why_not_go_on(run: Run, key: str) -> str:
    """The visible reason when no choice on this step can open the way on."""
    if key == "recommendation" and run.decision.outcome in ("ask", "out_of_scope"):
        return run.problems_of(key).get("option", "")
    if key == "safety":
        # A stop that may be overridden is settled with this very button; one that may not is settled elsewhere.
        stops = sum(override_of(alert) == "prohibited" for alert in run.draft.to_override())
        return f"{stops} stop{'s' * (stops != 1)} that cannot be overridden" if stops else ""
    return ""


@wizard_step
def consultation_recommendation(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        return sent_recommendation(request.POST, run)

    return choice_step(request, consultation, "recommendation", read, lambda run, sent: recommendation_page(run))


@wizard_step
def consultation_dose(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        page = dose_page(run)
        return sent_dose(
            request.POST,
            run,
            regimens=[card.key for card in page.regimens],
            drugs=[card.drug_key for card in page.regimens if card.days],
            taken=[card.drug_key for card in page.taken if card.may_choose],
        )

    return choice_step(request, consultation, "dose", read, lambda run, sent: dose_page(run))


@wizard_step
def consultation_safety(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        return sent_safety(request.POST, run)

    return choice_step(
        request, consultation, "safety", read, lambda run, sent: safety_page(run, sent.typed_overrides if sent else {})
    )


@wizard_step
def consultation_monitoring(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    def read(request: HttpRequest, run: Run) -> SentChoices:
        return sent_monitoring(request.POST, run)

    return choice_step(request, consultation, "monitoring", read, lambda run, sent: monitoring_page(run))
