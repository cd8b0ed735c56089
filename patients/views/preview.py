"""A version before it is approved, as physicians and patients would see it: the wizard and the printed plan with one of
its own test patients. For those who work on guidelines. Touches no patient and writes nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guidelines.engine.content import Case
from guidelines.engine.facts import FactsRefused
from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.permissions import has_role
from guidelines.reading import Audience
from guidelines.workflow import AT_WORK
from patients.default_choices import IN_WORDS
from patients.outputs.html import patient_plan_context
from patients.outputs.pdf import clinician_summary_pdf, patient_plan_pdf
from patients.outputs.summary import clinician_summary_context
from patients.presentation.case_compared import Compared, compared
from patients.presentation.case_run import CaseRun, first_case
from patients.presentation.dose_page import dose_page
from patients.presentation.facts_page import FactsPageBuilder
from patients.presentation.monitoring_page import monitoring_page
from patients.presentation.recommendation_page import recommendation_page
from patients.presentation.review_page import review_page
from patients.presentation.run import Run
from patients.presentation.safety_page import safety_page
from patients.presentation.shown import Shown, rendered
from patients.print_rules import PrintRefused
from patients.views.plans import pdf
from patients.views.scope import person, sentence_page
from patients.views.wizard import step_context
from patients.wizard import KEYS, next_step, previous_step, step_of

NOT_AT_WORK = "Only those who work on guidelines see a version with a test patient."
NO_CASE = "This version has no test patient."
FIRST_SHOWN = "recommendation"
PAGES: dict[str, Callable[[Run], Any]] = {
    "facts": lambda run: FactsPageBuilder(run, [], None, {}).page(),
    "recommendation": recommendation_page,
    "dose": dose_page,
    "safety": safety_page,
    "monitoring": monitoring_page,
    "review": review_page,
}


class Preview(NamedTuple):
    """A version with the test patient that was asked for; without one where it has none."""

    version: Version
    cases: tuple[Case, ...]
    run: CaseRun | None

    @property
    def marks(self) -> dict[str, Any]:
        """What every page of it carries."""
        is_draft = not self.version.is_locked
        return {
            "version": self.version,
            "case": self.run.case if self.run else None,
            "query": f"?case={self.run.case.key}" if self.run else "",
            "watermark": "DRAFT, not for care" if is_draft else "TEST PATIENT, not for care",
            "is_draft": is_draft,
            "demo": self.version.is_demonstration,
            "section": "guidelines",
        }


PreviewView = Callable[..., HttpResponse]


def preview_page(view: PreviewView) -> PreviewView:
    """A version within reach, with the test patient named in the address: a key of its content."""

    @require_safe
    @wraps(view)
    def opened(request: HttpRequest, slug: str, number: int, **names: Any) -> HttpResponse:
        readable = Version.objects.readable_by(request.user).select_related("guideline", "based_on__guideline")
        version = get_object_or_404(readable, guideline__slug=slug, number=number)
        if not has_role(person(request), *AT_WORK):
            return sentence_page(request, NOT_AT_WORK, status=403)
        compiled = compiled_version(version)
        # The box completes to a key with its title.
        wanted = request.GET.get("case", "").partition(":")[0].strip()
        cases = compiled.package.cases
        case = next((case for case in cases if case.key == wanted), None) if wanted else first_case(compiled)
        if case is None and wanted:
            raise Http404("There is no such test patient in this version.")
        address = reverse("version_preview", kwargs={"slug": slug, "number": number})
        try:
            run = CaseRun(version, compiled, case, address) if case else None
            return view(request, Preview(version, cases, run), **names)
        except FactsRefused as refusal:
            return sentence_page(request, f"This test patient cannot be read: {refusal}.", status=409)
        except PrintRefused as refusal:
            sentences = " ".join(problem.message for problem in refusal.problems)
            return sentence_page(request, f"This plan could not be printed. {sentences}", status=409)

    return opened


@preview_page
def version_preview(request: HttpRequest, preview: Preview) -> HttpResponse:
    """The wizard, one step at a time. A step behind one that is not settled stays closed, as it would."""
    run = preview.run
    if run is None:
        return render(request, "patients/version_preview.html", preview.marks)
    wanted = request.GET.get("step", FIRST_SHOWN)
    key = wanted if wanted in KEYS else FIRST_SHOWN
    is_closed = not run.may_open(key)
    key = run.blocked_at or key if is_closed else key
    before, after = previous_step(key), next_step(key)
    context = {
        **preview.marks,
        "run": run,
        "cases": preview.cases,
        "shown": shown(run, key),
        "step": step_of(key),
        "closed": step_of(wanted) if is_closed else None,
        "why_no_plan": run.why_no_plan,
        "back_url": run.addresses[before.key] if before else "",
        "next_url": run.addresses[after.key] if after.key != key and run.may_open(after.key) else "",
        "next_title": after.title,
        "chosen": IN_WORDS,
        "base": preview.version.based_on,
        "compared": compared_with_base(preview),
    }
    return render(request, "patients/version_preview.html", context)


def shown(run: CaseRun, key: str) -> Shown:
    steps, current = run.compiled.steps, run.consultation.current_step
    current_title = steps[current].step.title if current in steps else ""
    context = step_context(run, key, page=PAGES[key](run), problems=(), places={}, current_title=current_title)
    return rendered(run, key, context)


def compared_with_base(preview: Preview) -> Compared | None:
    """The same test patient on the version that this one began with; None where that cannot decide about it."""
    base, run = preview.version.based_on, preview.run
    if base is None or run is None:
        return None
    try:
        return compared(CaseRun(base, compiled_version(base), run.case), run)
    except FactsRefused:
        return None


@preview_page
def version_preview_paper(request: HttpRequest, preview: Preview, audience: Audience) -> HttpResponse:
    """The printed plan as a page, or why this test patient comes to none."""
    run = preview.run
    context = {
        **preview.marks,
        "audience": audience,
        "here": "plan" if audience == "patient" else "summary",
        "why_no_plan": run.why_no_plan if run else NO_CASE,
    }
    if run is not None and not run.why_no_plan:
        as_page = patient_plan_context if audience == "patient" else clinician_summary_context
        context |= as_page(run.care_plan, printed_on=run.case.as_of)
    return render(request, "patients/version_preview_paper.html", context)


@preview_page
def version_preview_pdf(request: HttpRequest, preview: Preview, audience: Audience) -> HttpResponse:
    run = preview.run
    if run is None or run.why_no_plan:
        why = run.why_no_plan if run else NO_CASE
        return sentence_page(request, f"This test patient comes to no plan that could be signed. {why}", status=409)
    as_pdf = patient_plan_pdf if audience == "patient" else clinician_summary_pdf
    name = f"{preview.version.guideline.slug}-version-{preview.version.number}-preview-{audience}.pdf"
    return pdf(as_pdf(run.care_plan, printed_on=run.case.as_of), name)
