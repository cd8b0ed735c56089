"""Review and sign. Everything is shown once more; the year of birth is asked, so that the right record is signed."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from patients import permissions
from patients.actions import Conflict, Refused, sign_plan
from patients.deciding import decision_hash
from patients.forms.answers import UnknownField
from patients.models import Consultation
from patients.presentation.review_page import review_page
from patients.presentation.run import Run
from patients.print_rules import PrintRefused
from patients.views.scope import person
from patients.views.wizard import lock_of, not_yet, step_context, wizard_step
from patients.wizard import step_of


@wizard_step
def consultation_review(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    run = Run(consultation)
    if not run.may_open("review"):
        return not_yet(request, run)
    problems: list[tuple[str, str]] = []
    status = 200
    key = uuid4()
    if request.method == "POST":
        key = key_of(request)
        try:
            plan = sign_plan(
                consultation=consultation,
                by=person(request),
                lock_version=lock_of(request),
                idempotency_key=key,
                birth_year=year_of(request),
                shown_hash=request.POST.get("shown", "")[:64],
            )
        except Conflict:
            problems, status = [("", "Somebody has changed this consultation since you opened it. Read it again, then sign.")], 409
        except (WrongYear, Refused) as refusal:
            problems, status = [("birth_year" if isinstance(refusal, WrongYear) or "year of birth" in str(refusal) else "", str(refusal))], 422
        except PrintRefused as refusal:
            problems, status = [("", f"The plan cannot be printed, so it cannot be signed. {p.message}") for p in refusal.problems], 422
        else:
            messages.success(request, f"Plan {plan.number} is signed.")
            return redirect("plan_detail", pk=plan.pk)
        run = Run(Consultation.objects.select_related("patient__clinic", "version__guideline").get(pk=consultation.pk))
    return render(request, "patients/consultation_review.html", context_of(request, run, key, problems), status=status)


def context_of(request: HttpRequest, run: Run, key: UUID, problems: list[tuple[str, str]]) -> dict[str, Any]:
    refusal = permissions.why_not_sign(request.user, run.consultation)
    return step_context(
        run,
        "review",
        page=review_page(run),
        idempotency_key=key,
        shown=decision_hash(run.decision, run.consultation.version),
        problems=problems,
        places=dict(problems),
        why_not_sign=refusal,
        resume=step_of(run.blocked_at) if run.blocked_at else None,
    )


class WrongYear(Exception):
    """What was typed is no year."""


def year_of(request: HttpRequest) -> int:
    typed = request.POST.get("birth_year", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        raise WrongYear("Write the year of birth with four digits, such as 1984.")
    return int(typed)


def key_of(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise UnknownField("This form has no key of its own. Open the review again.") from None
