"""Shared drug knowledge: which state each guideline has, what the newest would change, and taking it into a draft."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from guidelines.actions import Refused, compare_knowledge, take_knowledge
from guidelines.knowledge_panel import all_known
from guidelines.views.at_work import worker
from guidelines.views.editing.draft import Draft, changing, of_draft, page


@require_safe
def knowledge_list(request: HttpRequest) -> HttpResponse:
    worker(request)
    return render(request, "guidelines/knowledge_list.html", page(None, known=all_known()))


@require_POST
def knowledge_compare(request: HttpRequest) -> HttpResponse:
    """Decides the plans of every guideline in use that has an earlier state of `drug` again, with the newest taken over."""
    try:
        runs, without = compare_knowledge(drug=request.POST.get("drug", "")[:80], by=worker(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        started = f"{len(runs)} guideline{'s are' if len(runs) != 1 else ' is'} being compared with the plans in use."
        for sentence in without:
            messages.error(request, sentence)
        if runs or not without:
            messages.success(request, started if runs else "No guideline in use would change by it.")
    return redirect("knowledge_list")


@require_POST
@of_draft
@changing
def knowledge_take(request: HttpRequest, draft: Draft) -> HttpResponse:
    """`drug` and the `number` that the page showed: what has become newer since is not taken unread."""
    drug, number = request.POST.get("drug", "")[:80], request.POST.get("number", "")
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 8):
            raise Refused("The form does not say which knowledge is to be taken. Open the draft again.")
        edits = take_knowledge(version=draft.version, by=draft.user, drug=drug, number=int(number))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = f"{len(edits)} change{'s' * (len(edits) != 1)} made; undo any of them under History." if edits else ""
        messages.success(
            request, told or "There was nothing to take: what differs was changed in this guideline itself."
        )
    return redirect("draft_edit", **draft.place)
