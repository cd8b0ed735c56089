"""The first page: the door for strangers, and the day's unfinished work for those who are signed in."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guidelines.models import Version
from guidelines.permissions import why_not_approve
from guidelines.workflow import REVIEWERS
from patients.models import Clinic, Consultation, MonitoringTask, Patient
from patients.presentation.banner import banner_of
from patients.wizard import KEYS, STEPS

MOST_ROWS = 8


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    current = Version.objects.current_for(request.user).select_related("guideline")
    versions = sorted(current, key=lambda version: version.title)
    demo = Version.objects.current().filter(is_demonstration=True).exists()
    if not request.user.is_authenticated:
        return render(request, "home.html", {"demo": demo, "versions": versions})
    today = timezone.localdate()
    clinics = list(Clinic.objects.clinical_for(request.user))
    begun = Consultation.objects.visible_to(request.user).open().select_related("patient__clinic", "version")
    tasks = MonitoringTask.objects.visible_to(request.user)
    seen = Patient.objects.visible_to(request.user).filter(access_events__user=request.user.pk)
    recent = seen.annotate(seen_at=Max("access_events__at")).order_by("-seen_at").select_related("clinic")[:MOST_ROWS]
    context = {
        "clinics": clinics,
        "today": today,
        "versions": versions,
        "to_review": awaiting(request.user),
        "demo": demo or any(clinic.is_demo for clinic in clinics),
        "begun": [(row, banner_of(row.patient), step_title(row.furthest_step)) for row in begun[:MOST_ROWS]],
        "begun_count": begun.count(),
        "overdue_count": tasks.overdue(today).count(),
        "due_count": tasks.due(today).count(),
        "recent": [banner_of(patient) for patient in recent],
    }
    return render(request, "patients/home.html", context)


def awaiting(user: User) -> list[Version]:
    """The versions that this person may approve and has not: their own work is for others to check."""
    if not user.groups.filter(name=REVIEWERS).exists():
        return []
    waiting = Version.objects.awaiting_review().select_related("guideline")
    return [version for version in waiting if not why_not_approve(user, version)]


def step_title(key: str) -> str:
    return STEPS[KEYS.index(key) if key in KEYS else 0].title
