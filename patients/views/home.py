"""The first page: the door for strangers, and the day's unfinished work for those who are signed in."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guidelines.in_use import versions_in_use_for
from guidelines.models import UnansweredQuestion, Version
from guidelines.reviewing.waiting import queue_of, scheduled, to_publish, to_review_again
from guidelines.workflow import ADMINISTRATORS, AT_WORK, EDITORS, REVIEWERS, Status, groups_at_work
from patients.impact.affected import to_handle
from patients.models import AccessEvent, Clinic, Consultation, Patient, Plan
from patients.presentation.banner import banner_of
from patients.views.scope import clinics_chosen
from patients.wizard import KEYS, STEPS
from patients.worklist import counts
from patients.worklist_items import versions_followed
from patients.worklist_sql import work_in

MOST_ROWS, LAST_LOOKS = 8, 400
MOST_QUESTIONS = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    versions = sorted(versions_in_use_for(request.user), key=lambda version: version.title)
    demo = Version.objects.effective().filter(is_demonstration=True).exists()  # also one that another took the place of
    if not request.user.is_authenticated:
        return render(request, "home.html", {"demo": demo, "versions": versions})
    clinics = clinics_chosen(request)
    today = min((clinic.today() for clinic in clinics), default=timezone.localdate())
    context = {
        "clinics": clinics,
        "today": today,
        "versions": versions,
        **desk(request.user, versions),
        "demo": demo or any(clinic.is_demo for clinic in clinics),
        **(clinical_work(request.user, versions, clinics) if clinics else {}),
    }
    return render(request, "patients/home.html", context)


def clinical_work(user: User, versions: list[Version], clinics: list[Clinic]) -> dict[str, Any]:
    """What a clinic's physicians and nurses have begun, what is due, and whom they saw last."""
    begun = (
        Consultation.objects.visible_to(user)
        .filter(patient__clinic__in=clinics)
        .open()
        .select_related("patient__clinic", "version")
    )
    rows: Any = begun.annotate(of=Window(Count("pk")))[:MOST_ROWS]
    followed = versions_followed()
    return {
        "begun": [(row, banner_of(row.patient), step_title(row.furthest_step)) for row in rows],
        "begun_count": rows[0].of if rows else 0,
        "waiting": counts(work_in(clinics, user, followed)),
        "to_decide": to_decide(user, versions, clinics) if is_concerned(followed, versions) else None,
        "recent": [banner_of(patient) for patient in opened_last(user, clinics)],
    }


def opened_last(user: User, clinics: list[Clinic]) -> list[Patient]:
    """Those this person looked at alone, and not in a list."""
    looks = AccessEvent.objects.filter(user=user.pk, clinic__in=clinics, patients__len=1).values_list(
        "patients__0", flat=True
    )[:LAST_LOOKS]
    keys = list(dict.fromkeys(looks))[:MOST_ROWS]
    found = Patient.objects.visible_to(user).select_related("clinic").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def is_concerned(followed: list[Version], in_use: list[Version]) -> bool:
    """Whether a plan may follow something else than what is in use, or what was withdrawn: not before there was another."""
    contents = {version.guideline_id: version.content_hash for version in in_use}
    return any(
        version.withdrawn_at is not None
        or contents.get(version.guideline_id, version.content_hash) != version.content_hash
        for version in followed
    )


def to_decide(user: User, versions: list[Version], clinics: list[Clinic]) -> dict[str, int]:
    """How many plans a version of their guideline concerns, and how many of them for safety."""
    found = to_handle(Plan.objects.visible_to(user).filter(patient__clinic__in=clinics), versions).order_by()
    return found.aggregate(plans=Count("pk"), urgent=Count("pk", filter=Q(is_urgent=True)))


def desk(user: User, in_use: list[Version]) -> dict[str, Any]:
    """What waits for somebody who works on guidelines; what is not theirs is not asked for."""
    roles = groups_at_work(user)
    is_editor, is_reviewer = EDITORS in roles, REVIEWERS in roles
    to_review = [row.version for row in queue_of(user).mine] if is_reviewer else []
    found: dict[str, Any] = {
        "is_at_work": not roles.isdisjoint(AT_WORK), "is_editor": is_editor, "is_reviewer": is_reviewer,
        "to_review": to_review,
    }  # fmt: skip
    if found["is_at_work"]:
        drafts = Version.objects.drafts().exclude(pk__in=[version.pk for version in to_review])
        found["in_work"] = [
            (version, Status(version.last_status).label) for version in drafts.select_related("guideline")
        ]
        found["scheduled"] = scheduled()
    if ADMINISTRATORS in roles:
        found["to_publish"] = to_publish(user)
    if not roles.isdisjoint((EDITORS, ADMINISTRATORS)):
        found["reminders"] = to_review_again(in_use)
    if is_editor:
        questions = UnansweredQuestion.objects.open().select_related("version__guideline").order_by("-asked_at", "-pk")
        found |= {"question_count": questions.count(), "questions": questions[:MOST_QUESTIONS]}
    return found


def step_title(key: str) -> str:
    return STEPS[KEYS.index(key) if key in KEYS else 0].title
