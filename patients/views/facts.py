"""The facts step: answers are saved as they come, and what matters is asked again after each."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from guidelines.engine.values import exact_date
from patients.actions import Conflict, Refused, ValuesRefused, place_on_step, save_answers
from patients.facts import answer_of
from patients.forms.answers import LONGEST, AnswersForm, UnknownField, is_asked, read_answers
from patients.models import Consultation, Observation
from patients.presentation.facts_page import STRENGTHS, FactsPageBuilder
from patients.presentation.meanwhile_page import answers_meanwhile
from patients.presentation.run import Run
from patients.presentation.shown import Shown, rendered
from patients.views.scope import person, sentence_page, visible_consultation
from patients.views.wizard import answer, closed, lock_of, page_before, settled, step_context, wizard_step
from patients.wizard import furthest, next_step


def facts_page(
    request: HttpRequest,
    consultation: Consultation,
    form: AnswersForm | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """After something was sent: with what was typed, right or wrong. Nothing of it is kept."""
    is_live = "live" in request.POST
    shown = shown_facts(Run(consultation), form, asked_before(request), is_live=is_live, **more)
    return answer(request, shown, status=status)


def shown_facts(
    run: Run,
    form: AnswersForm | None = None,
    asked: Mapping[str, str] | None = None,
    *,
    is_live: bool = False,
    place: tuple[str, str] | None = None,
    **more: Any,
) -> Shown:
    """`place` is the step and its first day as they were just sent."""
    consultation, steps = run.consultation, run.compiled.steps
    context = step_context(
        run,
        "facts",
        page=FactsPageBuilder(run, latest_of(consultation), form, asked or {}).page(),
        is_live=is_live,
        may_place=run.plan is None,
        places=[(key, step.step.title) for key, step in steps.items()],
        place=place or (consultation.current_step, day_typed(consultation.step_started_on)),
        current_title=steps[consultation.current_step].step.title if consultation.current_step in steps else "",
        **more,
    )
    return rendered(run, "facts", context, is_live=is_live)


def day_typed(day: date | None) -> str:
    return day.isoformat() if day else ""


def latest_of(consultation: Consultation) -> list[Observation]:
    return list(Observation.objects.filter(patient=consultation.patient_id).latest_of_each())


@wizard_step("facts", shown_facts)
def consultation_facts(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    run = Run(consultation)
    today = consultation.patient.clinic.today()
    before, settle = page_before(request, consultation), ""
    form = read_answers(request.POST, run.compiled, stored=before.answers, as_of=today)
    use_offered(request, run, form)
    if before is not consultation:
        found = answers_meanwhile(before, consultation, form)
        settle = settled(request, consultation)
        form.only(found.places(settle), found.to_save(settle), consultation.answers)
        if found and not settle:
            told = found.said_to(consultation, person(request))
            return facts_page(request, consultation, form, status=409, conflict=told, lock=request.POST["lock"])
    moves_on = "go" in request.POST and not settle
    reached = furthest(consultation.furthest_step, next_step("facts").key if moves_on and form.is_valid else "facts")
    changes = form.changes(consultation.answers)
    if changes or consultation.as_of != today or reached != consultation.furthest_step:
        saved = save_answers(
            consultation=consultation,
            answers=changes,
            by=person(request),
            lock_version=consultation.lock_version,
            furthest_step=reached,
        )
        consultation = saved.consultation
        form.add_problems(saved.problems, run.compiled)
    if form.is_valid and "live" not in request.POST:
        run = Run(consultation)
        goes = moves_on and not run.problems
        if goes or not moves_on:
            return redirect(next_step("facts").url_name if goes else "consultation_facts", pk=consultation.pk)
    return facts_page(request, consultation, form, status=200 if form.is_valid and "live" in request.POST else 422)


def asked_before(request: HttpRequest) -> dict[str, str]:
    """Which questions stood first, and under which heading: they stay where they are while somebody answers them."""
    found = {}
    for entry in request.POST.getlist("asked"):
        key, _, strength = entry.partition(":")
        if strength in STRENGTHS:
            found[key] = strength
    return found


def use_offered(request: HttpRequest, run: Run, form: AnswersForm) -> None:
    """A press on "use this value" takes the last recorded result as it is, with its own date."""
    key = request.POST.get("use", "")
    if not key:
        return
    row = next((row for row in latest_of(run.consultation) if row.fact_key == key), None)
    if row is None or key not in run.compiled.facts or not is_asked(run.compiled, run.compiled.facts[key]):
        raise UnknownField("There is no earlier result to use for this question. Reload the page.")
    form.answers[key] = answer_of(row)
    form.forget(key)


@require_POST
def consultation_place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For a patient whose treatment began elsewhere: the step of the pathway, and since when."""
    consultation = visible_consultation(request, pk)
    if not consultation.is_open:
        return closed(request, consultation)
    run = Run(consultation)
    step, typed = request.POST.get("step", ""), request.POST.get("started_on", "").strip()
    if step and step not in run.compiled.steps:
        return sentence_page(request, "That step is none of this guideline's. Reload the page and choose again.")
    try:
        started_on = exact_date(typed) if typed and step else None
        place_on_step(
            consultation=consultation,
            by=person(request),
            lock_version=lock_of(request),
            step=step,
            started_on=started_on,
        )
    except UnknownField as problem:
        return sentence_page(request, str(problem))
    except (ValueError, Refused) as problem:
        now = visible_consultation(request, pk)
        if not now.is_open:
            return closed(request, now)
        sentences = problem.problems if isinstance(problem, ValuesRefused) else [("", str(problem))]
        told = " ".join(f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}." for _, sentence in sentences)
        status = 409 if isinstance(problem, Conflict) else 422
        return facts_page(request, now, status=status, place=(step, typed[:LONGEST]), place_problem=told)
    messages.success(request, "The step is saved. What matters may have changed.")
    return redirect("consultation_facts", pk=consultation.pk)
