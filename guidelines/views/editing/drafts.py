"""Which guidelines are being changed, a new draft, and what one draft holds."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guidelines import labels
from guidelines.actions import Refused, start_draft
from guidelines.editing import entry_of, fingerprint
from guidelines.entry_changes import changed_entries
from guidelines.forms import DraftForm
from guidelines.knowledge_panel import knowledge_of
from guidelines.models import HEAD, Edit, EditKind, Guideline, Version
from guidelines.permissions import has_role, why_not_load
from guidelines.reviewing.waiting import to_review_again
from guidelines.views.editing.draft import NOT_AT_WORK, Draft, of_draft, page, refused, signed_in
from guidelines.workflow import AT_WORK, Status, shown_status

RECENT_EDITS = 20
UNDOABLE = (EditKind.ADDED, EditKind.CHANGED, EditKind.REMOVED)
IN_WORK = (Status.DRAFT, Status.SUBMITTED, Status.UNDER_REVIEW)


@require_safe
def editing_list(request: HttpRequest) -> HttpResponse:
    """Each guideline with its versions: those in work first, with who wrote what and why."""
    user = signed_in(request)
    if not has_role(user, *AT_WORK):
        return refused(request, NOT_AT_WORK)
    versions = (
        Version.objects.readable_by(user).with_status().select_related("guideline", "author", "based_on")
        .annotate(edit_count=Count("edits"), edited_at=Max("edits__edited_at"))
        .order_by("guideline__slug", "-number")
    )  # fmt: skip
    current = set(Version.objects.current().values_list("pk", flat=True))
    guidelines: dict[int, dict[str, Any]] = {}
    for version in versions:
        row = guidelines.setdefault(
            version.guideline_id, {"title": version.title, "slug": version.guideline.slug, "in_work": [], "others": []}
        )
        if version.pk in current:
            row["title"] = version.title
        is_in_work = version.last_status in IN_WORK
        row["in_work" if is_in_work else "others"].append((version, status_of(version, current)))
    rows = list(guidelines.values())
    context = page(
        None,
        guidelines=rows,
        why_not=why_not_load(user),
        reminders=to_review_again(version for version in versions if version.pk in current),
    )
    return render(request, "guidelines/editing_list.html", context)


def status_of(version: Version, current: set[int]) -> str:
    today = timezone.localdate()
    is_superseded = version.pk not in current and version.effective_on is not None and version.effective_on <= today
    return shown_status(
        last_status=version.last_status, effective_on=version.effective_on, is_superseded=is_superseded, today=today
    )


@require_http_methods(["GET", "HEAD", "POST"])
def draft_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft of a version, with the reason and how much it will change for patients."""
    user = signed_in(request)
    if why_not := why_not_load(user):
        return refused(request, why_not)
    guideline = get_object_or_404(Guideline, slug=slug)
    approved = Version.objects.filter(guideline=guideline, effective_on__isnull=False)
    versions = list(approved.with_status().order_by("-number"))
    if not versions:
        return refused(request, "No version of this guideline is approved yet. Change the draft there is.")
    current = set(Version.objects.current().values_list("pk", flat=True))
    first = next((version for version in versions if version.pk in current), versions[0])
    named = request.GET.get("from", "")
    choices = [(str(v.number), f"Version {v.number}, {status_of(v, current).lower()}") for v in versions]
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        choices=choices,
        initial={"from_version": named or first.number},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = next(v for v in versions if str(v.number) == form.cleaned_data["from_version"])
            try:
                draft = start_draft(
                    version=chosen, by=user, reason=form.cleaned_data["reason"], level=form.cleaned_data["level"]
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, f"Version {draft.number} is a draft now. Nobody is treated by it until it is approved."
                )
                return redirect("draft_edit", slug=slug, number=draft.number)
    return render(
        request, "guidelines/draft_create.html", page(None, form=form, title=first.title, slug=slug), status=status
    )


@require_safe
@of_draft
def draft_edit(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The parts of a draft, what was changed, the wordings that wait, and who changed what."""
    package, base = draft.package, draft.base
    changes = list(changed_entries(base, package)) if base else []
    stale = [(row, labels.parts()[row.part].one) for row in package.stale_wordings]
    groups = [
        (title, [
            {
                "label": label,
                "count": None if label.part == HEAD else len(getattr(package, label.part)),
                "changed": sum(change.part == label.part for change in changes),
                "stale": sum(row.part == label.part for row, _ in stale),
            }
            for label in rows
        ])
        for title, rows in labels.grouped_parts()
    ]  # fmt: skip
    edits = Edit.objects.filter(version=draft.version).select_related("edited_by")[:RECENT_EDITS]
    context = page(
        draft,
        knowledge=knowledge_of(draft.version, package),
        may_edit=draft.may_edit,
        groups=groups,
        changes=[(change, labels.parts()[change.part].one) for change in changes],
        stale=stale,
        edits=[
            (edit, labels.parts()[edit.part].one if edit.part else "", read_of(draft, edit) if draft.may_edit else None)
            for edit in edits
        ],
    )
    return render(request, "guidelines/draft_edit.html", context)


def read_of(draft: Draft, edit: Edit) -> str | None:
    """What stands in the place of an edit now, as its undoing must name it; None where it cannot be undone there."""
    if edit.kind not in UNDOABLE:
        return None
    return fingerprint(entry_of(draft.package, edit.part, edit.key))
