"""Review and sign. Everything is shown once more; the year of birth is asked, so that the right record is signed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from patients import permissions
from patients.actions import Conflict, Glance, NotSignable, Refused, sign_plan
from patients.deciding import decision_hash
from patients.forms.answers import UnknownField
from patients.models import Consultation
from patients.presentation.review_page import review_page
from patients.presentation.run import Run
from patients.presentation.shown import Shown, rendered
from patients.views.scope import person
from patients.views.wizard import answer, lock_of, not_yet, step_context, wizard_step

CHANGED = "Somebody has changed this consultation since you opened it. Read it again, then sign."


def shown_review(run: Run, problems: Sequence[tuple[str, str]] = ()) -> Shown:
    """All but the signature, which differs for each who looks."""
    context = step_context(run, "review", page=review_page(run), problems=problems)
    return rendered(run, "review", context, shown_hash=decision_hash(run.decision, run.consultation.version, run.plan))


def reply_review(request: HttpRequest, glance: Glance, shown: Shown) -> HttpResponse:
    return review(request, glance.bare(), shown, uuid4())


def review(request: HttpRequest, consultation: Consultation, shown: Shown, key: UUID, **more: Any) -> HttpResponse:
    """The review with the signature of the person who looks: whether they may sign, and a key for one signature."""
    return answer(
        request,
        shown,
        idempotency_key=key,
        back_url=reverse("consultation_monitoring", args=[shown.consultation]),
        why_not_sign=permissions.why_not_sign(request.user, consultation),
        **more,
    )


class WrongYear(Exception):
    """What was typed is not this patient's year of birth."""


def year_of(request: HttpRequest, consultation: Consultation) -> int:
    typed = request.POST.get("birth_year", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        raise WrongYear("Write the year of birth with four digits, such as 1984.")
    if int(typed) != consultation.patient.born_on.year:
        raise WrongYear("This is not the year of birth of this patient. Check that the right record is open.")
    return int(typed)


def key_of(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise UnknownField("This form has no key of its own. Open the review again.") from None


@wizard_step("review", shown_review, reply_review)
def consultation_review(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    run = Run(consultation)
    if not run.may_open("review"):
        return not_yet(request, consultation.pk, run.blocked_at)
    key = key_of(request)
    try:
        plan = sign_plan(
            consultation=consultation,
            by=person(request),
            lock_version=lock_of(request),
            idempotency_key=key,
            birth_year=year_of(request, consultation),
            shown_hash=request.POST.get("shown", "")[:64],
        )
    except Conflict:
        problems, status = [("", CHANGED)], 409
    except WrongYear as refusal:
        problems, status = [("birth_year", str(refusal))], 422
    except NotSignable as refusal:
        problems, status = [("", problem.message) for problem in refusal.problems], 422
    except Refused as refusal:
        problems, status = [("", str(refusal))], 422
    else:
        messages.success(request, f"Plan {plan.number} is signed.")
        return redirect("plan_detail", pk=plan.pk)
    now = Consultation.objects.select_related("patient__clinic", "version__guideline").get(pk=consultation.pk)
    shown = shown_review(Run(now), problems)
    return review(request, now, shown, key, status=status, birth_year_problem=dict(problems).get("birth_year", ""))
