"""The entries of one part: in their order, moved, removed, with what was changed in each and by whom."""

from typing import Any, get_args

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guidelines.actions import EditConflict, Refused, move_entry, remove_entry, undo_edit
from guidelines.editing import Direction, entry_of, fingerprint
from guidelines.editing_forms.lookups import first_words
from guidelines.engine.values import Content
from guidelines.entry_changes import by_key, compared_entries
from guidelines.models import HEAD, Edit
from guidelines.views.editing.draft import Draft, changing, class_of, of_draft, page, part_label
from guidelines.views.editing.findings import counted, draft_findings_of

IN_A_LIST = 160  # characters
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


@require_safe
@of_draft
def entry_list(request: HttpRequest, draft: Draft, part: str) -> HttpResponse:
    """In their order. `q` filters, `moved` is the row that was moved last and `by` how, `findings` asks for their count."""
    label = part_label(part)
    if part == HEAD:
        return redirect("entry_edit", **draft.place, part=HEAD, key=HEAD)
    text = request.GET.get("q", "").strip()
    entries = getattr(draft.package, part)
    stale = {row.key for row in draft.package.stale_wordings if row.part == part}
    before = by_key(draft.base, part) if draft.base else {}
    found = counted(draft_findings_of(draft.version), part) if "findings" in request.GET else {}
    rows = [
        {
            "key": entry.key,
            "words": first_words(entry, IN_A_LIST),
            "is_stale": entry.key in stale,
            "change": change_of(entry, before) if draft.base else "",
            "findings": found.get(entry.key),
            "is_first": entry is entries[0],
            "is_last": entry is entries[-1],
        }
        for entry in entries
        if is_about(entry, text)
    ]
    context = page(
        draft, part=part, part_label=label, rows=rows, text=text, total=len(entries), has_findings="findings" in request.GET,
        moved=request.GET.get("moved", ""), by=request.GET.get("by", ""),
    )  # fmt: skip
    return render(request, "guidelines/entry_list.html", context)


def change_of(entry: Content, before: dict[str, Content]) -> str:
    key: str = getattr(entry, "key", "")
    return "" if before.get(key) == entry else "changed" if key in before else "added"


def is_about(entry: Content, text: str) -> bool:
    """Whether every word stands anywhere in the entry."""
    if not text:
        return True
    said = entry.model_dump_json().casefold()
    return all(word in said for word in text.casefold().split())


@require_POST
@of_draft
@changing
def entry_move(request: HttpRequest, draft: Draft, part: str, key: str) -> HttpResponse:
    part_label(part)
    if part == HEAD:
        raise Http404("A guideline has one head, and it has no order.")
    direction: Direction | None = next((one for one in DIRECTIONS if one == request.POST.get("direction")), None)
    if direction is None:
        raise Http404("A row goes up, down, first or last.")
    try:
        move_entry(version=draft.version, by=draft.user, part=part, key=key, direction=direction)
    except Refused as refusal:
        messages.error(request, str(refusal))
    address = reverse("entry_list", kwargs={**draft.place, "part": part})
    # The button that was pressed takes the focus there; an address with a fragment would keep it from doing so.
    return redirect(f"{address}?moved={key}&by={direction}")


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
@changing
def entry_remove(request: HttpRequest, draft: Draft, part: str, key: str) -> HttpResponse:
    label, entry = part_label(part), entry_of(draft.package, part, key)
    if part == HEAD:
        raise Http404("A guideline keeps its head.")
    problem, status = "", 200
    if request.method == "POST":
        try:
            remove_entry(version=draft.version, by=draft.user, part=part, key=key, read=request.POST.get("read", ""))
        except EditConflict as conflict:
            problem, status, entry = (
                "Somebody has changed this since you opened it. Read it again before you remove it.",
                409,
                conflict.theirs,
            )
        except Refused as refusal:
            problem, status = in_use(str(refusal)), 422
        else:
            messages.success(
                request,
                f"{label.one.capitalize()} {key} is removed. Its history keeps it, and you can undo this there.",
            )
            return redirect("entry_list", **draft.place, part=part)
    if entry is None:
        raise Http404("There is no such entry in this draft.")
    context = page(
        draft, part=part, part_label=label, key=key, words=first_words(entry), read=fingerprint(entry), problem=problem,
        fields=compared_entries(class_of(part), None, entry.canonical()),
    )  # fmt: skip
    return render(request, "guidelines/entry_remove.html", context, status=status)


def in_use(refusal: str) -> str:
    return f"It is still used. Change what uses it first: {refusal.replace(chr(10), '; ')}."


@require_safe
@of_draft
def entry_history(request: HttpRequest, draft: Draft, part: str, key: str) -> HttpResponse:
    return history(request, draft, part, key)


def history(
    request: HttpRequest, draft: Draft, part: str, key: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Every edit of an entry, the latest first, with the words that went and came."""
    label, entry_class = part_label(part), class_of(part)
    edits = Edit.objects.filter(version=draft.version, part=part, key=key).select_related("edited_by")
    entry = entry_of(draft.package, part, key)
    if entry is None and not edits:
        raise Http404("There is no such entry in this draft, and there never was.")
    rows = [(edit, compared_entries(entry_class, edit.before, edit.after)) for edit in edits]
    context: dict[str, Any] = page(
        draft, part=part, part_label=label, key=key, rows=rows, is_there=entry is not None, read=fingerprint(entry),
        words=first_words(entry) if entry is not None and part != HEAD else "", problem=problem,
    )  # fmt: skip
    return render(request, "guidelines/entry_history.html", context, status=status)


@require_POST
@of_draft
@changing
def edit_undo(request: HttpRequest, draft: Draft, pk: int) -> HttpResponse:
    edit = get_object_or_404(Edit.objects.select_related("version__guideline"), pk=pk, version=draft.version)
    try:
        undone = undo_edit(edit=edit, by=draft.user, read=request.POST.get("read", ""))
    except EditConflict:
        problem = "Somebody has changed this since you opened the page. What stands there now is below; press Undo again if you still want to."
        return history(request, draft, edit.part, edit.key, problem=problem, status=409)
    except Refused as refusal:
        return history(request, draft, edit.part, edit.key, problem=str(refusal), status=422)
    messages.success(request, "That change is undone." if undone else "It is as it was before that change already.")
    return redirect("entry_history", **draft.place, part=edit.part, key=edit.key)
