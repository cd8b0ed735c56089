"""The wizard: one address a step. What is sent is saved, then checked; the way on opens when nothing is missing.

Refuses to open a step before those ahead of it are settled, and to save over what somebody else has saved meanwhile.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from config.htmx import render_page_or_partial
from guidelines.engine.safety import override_of
from patients.actions import Conflict, Glance, Refused
from patients.forms.answers import UnknownField
from patients.forms.choices import SentChoices
from patients.meanwhile import as_it_was
from patients.models import Consultation, ConsultationState
from patients.presentation.meanwhile_page import MINE, THEIRS
from patients.presentation.run import Run
from patients.presentation.shown import Shown, blocked, keep, kept
from patients.presentation.steps import action_bar
from patients.views.scope import (
    consultations,
    glance_or_404,
    sentence_page,
    visible_consultation,
)
from patients.wizard import KEYS, step_of

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
                try:
                    return view(request, consultation)
                except Conflict:
                    # Saved by somebody else after we had read it: what was sent is now compared with that.
                    return view(request, visible_consultation(request, pk))
            except UnknownField as problem:
                return sentence_page(request, str(problem))
            except Conflict as conflict:
                return sentence_page(request, str(conflict), status=409)
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


def lock_of(request: HttpRequest) -> int:
    raw = request.POST.get("lock", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise BadLock("The form does not say what it was made from. Open the page again.")
    return int(raw)


def page_before(request: HttpRequest, consultation: Consultation) -> Consultation:
    """The consultation as the page showed it that was sent: the very same one, unless somebody has saved since."""
    lock = lock_of(request)
    before = consultation if lock == consultation.lock_version else as_it_was(consultation, lock)
    if before is None:
        raise BadLock("The form says that it was made from something that never was. Open the page again.")
    return before


def settled(request: HttpRequest, consultation: Consultation) -> str:
    """What was chosen after a conflict: mine or theirs; empty unless it was compared with what is saved now."""
    settle = request.POST.get("settle", "")
    has_seen = request.POST.get("seen") == str(consultation.lock_version)
    return settle if settle in (MINE, THEIRS) and has_seen else ""


def step_context(run: Run, key: str, **more: Any) -> dict[str, Any]:
    """What the parts of a step print."""
    consultation = run.consultation
    return {
        "run": run,
        "consultation": consultation,
        "at": run.addresses,
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


def why_not_go_on(run: Run, key: str) -> str:
    """The visible reason when no choice on this step can open the way on."""
    if key == "recommendation" and run.draft.forbid_it():
        return "No plan can be signed while this holds"
    if key == "recommendation" and run.decision.outcome in ("ask", "out_of_scope"):
        return run.problems_of(key).get("option", "")
    if key == "safety":
        # A stop that may be overridden is settled with this very button; one that may not is settled elsewhere.
        stops = sum(override_of(alert) == "prohibited" for alert in run.draft.to_override())
        stops += sum(alert.severity == "stop" for alert in run.draft.beside)
        return f"{stops} stop{'s' * (stops != 1)} that cannot be overridden" if stops else ""
    return ""
