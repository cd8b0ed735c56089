"""Addresses of the guidelines app. What has two wordings has an address for each."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, URLResolver, path

from guidelines.views import (
    asking,
    changes,
    commenting,
    comparing,
    files,
    finding,
    knowledge,
    moving,
    policy,
    printing,
    reading,
    review,
)
from guidelines.views.editing import cases, conditions, drafts, entries, entry, findings


def in_two_wordings(
    route: str, view: Callable[..., Any], name: str, ending: str = ""
) -> list[URLPattern | URLResolver]:
    """The clinicians' wording, and below it the one for patients and families.

    The last one is the address where nobody names an audience.
    """
    return [
        path(f"{route}patient/{ending}", view, {"audience": "patient"}, name=name),
        path(f"{route}{ending}", view, {"audience": "clinician"}, name=name),
    ]


VERSION = "guidelines/<slug:slug>/versions/<int:number>/"
ENTRY = f"{VERSION}edit/<slug:part>/<slug:key>/"


urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", finding.search, name="search"),
    path("guidelines/", reading.guideline_list, name="guideline_list"),
    path("guidelines/<slug:slug>/", reading.guideline_detail, name="guideline_detail"),
    *in_two_wordings(VERSION, reading.guideline_version, "guideline_version"),
    *in_two_wordings(VERSION, printing.guideline_pdf, "guideline_pdf", "guideline.pdf"),
    *in_two_wordings(
        "guidelines/<slug:slug>/changes/<int:number>/<int:newer>/", changes.guideline_changes, "guideline_changes"
    ),
    path(f"{VERSION}patient/ask/", asking.guideline_ask, {"audience": "patient"}, name="guideline_ask"),
    path(f"{VERSION}ask/", asking.guideline_ask, {"audience": "clinician"}, name="guideline_ask"),
    path("import/", files.guideline_import, name="guideline_import"),
    path(f"{VERSION}imported/", files.version_imported, name="version_imported"),
    path(f"{VERSION}guideline.yaml", files.guideline_export, name="guideline_export"),
    path("questions/", asking.question_list, name="question_list"),
    path("questions/<int:pk>/close/", asking.question_close, name="question_close"),
    path("questions/<int:pk>/reopen/", asking.question_reopen, name="question_reopen"),
    path("editing/", drafts.editing_list, name="editing_list"),
    path("editing/<slug:slug>/new/", drafts.draft_create, name="draft_create"),
    path(f"{VERSION}edit/", drafts.draft_edit, name="draft_edit"),
    path(f"{VERSION}findings/", findings.draft_findings, name="draft_findings"),
    path(f"{VERSION}failing/", cases.cases_failing, name="cases_failing"),
    path(f"{VERSION}edit/<slug:part>/", entries.entry_list, name="entry_list"),
    path(f"{VERSION}add/<slug:part>/", entry.entry_add, name="entry_add"),
    path(ENTRY, entry.entry_edit, name="entry_edit"),
    path(f"{ENTRY}confirm/", entry.entry_confirm, name="entry_confirm"),
    path(f"{ENTRY}move/", entries.entry_move, name="entry_move"),
    path(f"{ENTRY}remove/", entries.entry_remove, name="entry_remove"),
    path(f"{ENTRY}history/", entries.entry_history, name="entry_history"),
    path(f"{VERSION}edits/<int:pk>/undo/", entries.edit_undo, name="edit_undo"),
    path("knowledge/", knowledge.knowledge_list, name="knowledge_list"),
    path("knowledge/compare/", knowledge.knowledge_compare, name="knowledge_compare"),
    path(f"{VERSION}knowledge/", knowledge.knowledge_take, name="knowledge_take"),
    path(f"{VERSION}names/", conditions.condition_names, name="condition_names"),
    path(f"{VERSION}condition/<slug:part>/", conditions.condition_check, name="condition_check"),
    path("questions/<int:pk>/draft/", asking.question_draft, name="question_draft"),
    path("review/", review.review_queue, name="review_queue"),
    path(f"{VERSION}review/", review.version_review, name="version_review"),
    path(f"{VERSION}submit/", moving.version_submit, name="version_submit"),
    path(f"{VERSION}request-changes/", moving.version_request_changes, name="version_request_changes"),
    path(f"{VERSION}approve/", moving.version_approve, name="version_approve"),
    path(f"{VERSION}publish/", moving.version_publish, name="version_publish"),
    path(f"{VERSION}withdraw/", moving.version_withdraw, name="version_withdraw"),
    path(f"{VERSION}comments/", commenting.comment_add, name="comment_add"),
    path("comments/<int:pk>/reply/", commenting.comment_reply, name="comment_reply"),
    path("comments/<int:pk>/resolve/", commenting.comment_resolve, name="comment_resolve"),
    path("comments/<int:pk>/reopen/", commenting.comment_reopen, name="comment_reopen"),
    path("guidelines/<slug:slug>/compare/", comparing.version_choose, name="version_choose"),
    path("guidelines/<slug:slug>/compare/<int:number>/<int:newer>/", comparing.version_compare, name="version_compare"),
    path("editorial-policy/", policy.editorial_policy, name="editorial_policy"),
]
