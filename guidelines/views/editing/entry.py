"""One entry of a draft in its form: read, changed, added. A press of a button inside changes only what is shown."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from config.htmx import render_page_or_partial
from guidelines.actions import EditConflict, Refused, save_entry
from guidelines.editing import entry_of, fingerprint, has_two_wordings, stale_of
from guidelines.editing_forms.building import Builder, Node
from guidelines.editing_forms.conditions import names_for
from guidelines.editing_forms.lookups import Lookups, first_words
from guidelines.editing_forms.presses import pressed
from guidelines.editing_forms.refusals import placed
from guidelines.editing_forms.shape import fields_of
from guidelines.editing_forms.trial import Trial, as_expected, tried
from guidelines.editing_forms.typed import (
    ROOT,
    Problems,
    Typed,
    blank,
    entry_from,
    typed_from,
    typed_of,
    without_blank_rows,
)  # fmt: skip
from guidelines.engine.content import Case
from guidelines.engine.values import Content
from guidelines.entry_changes import Compared, compared_entries
from guidelines.models import HEAD, Edit
from guidelines.views.editing.draft import Draft, changing, class_of, of_draft, page, part_label

PAGE, PARTIAL = "guidelines/entry_edit.html", "guidelines/_entry_form.html"


@dataclass
class Opened:
    """The form of one entry, from being opened to being answered."""

    draft: Draft
    part: str
    key: str  # empty for a new one
    typed: Typed
    read: str
    problems: Problems = field(default_factory=dict)
    pressed: str = ""
    conflict: EditConflict | None = None
    compared: list[Compared] = field(default_factory=list)
    trial: Trial | None = None

    @property
    def is_new(self) -> bool:
        return not self.key and self.part != HEAD

    def built(self) -> tuple[Node, Builder]:
        builder = Builder(Lookups(self.draft.compiled, self.key), self.problems, self.typed, self.pressed)
        return builder.entry(class_of(self.part), is_new=self.is_new), builder

    def entry(self) -> Content | None:
        """What is typed as an entry; None with the problems it has."""
        self.typed = without_blank_rows(fields_of(class_of(self.part)), self.typed)
        fixed = (
            {"slug": self.draft.version.guideline.slug}
            if self.part == HEAD
            else {}
            if self.is_new
            else {"key": self.key}
        )
        entry, self.problems = entry_from(class_of(self.part), self.typed, **fixed)
        return entry

    def try_out(self) -> None:
        """Runs a test patient as it is typed, where it can be read."""
        if self.part == "cases":
            case, _ = entry_from(Case, self.typed, **({} if self.is_new else {"key": self.key}))
            self.trial = tried(self.draft.compiled, case) if case else None


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def entry_edit(request: HttpRequest, draft: Draft, part: str, key: str) -> HttpResponse:
    part_label(part)
    stored = entry_of(draft.package, part, key)
    if request.method == "POST":
        return posted(request, draft, part=part, key=key)
    if stored is None or (part == HEAD and key != HEAD):
        raise Http404("There is no such entry in this draft.")
    return answered(request, Opened(draft, part, key, typed_of(stored), fingerprint(stored)))


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
@changing
def entry_add(request: HttpRequest, draft: Draft, part: str) -> HttpResponse:
    """A new entry: empty, or like another one."""
    part_label(part)
    if part == HEAD:
        raise Http404("A guideline has one head.")
    if request.method == "POST":
        return posted(request, draft, part=part, key="")
    like = entry_of(draft.package, part, request.GET.get("like", ""))
    typed = typed_of(like) | {"key": ""} if like else blank(fields_of(class_of(part)))
    return answered(request, Opened(draft, part, "", typed, ""))


@changing
def posted(request: HttpRequest, draft: Draft, *, part: str, key: str) -> HttpResponse:
    fields = fields_of(class_of(part))
    opened = Opened(draft, part, key, typed_from(request.POST, fields), request.POST.get("read", ""))
    press = request.POST.get("press", "save")
    if press == "save":
        return saved(request, opened)
    if press == "use":
        opened.try_out()
        if opened.trial and opened.trial.outcome:
            as_expected(opened.typed, opened.trial)
        opened.pressed = f"{ROOT}-expected"
    else:
        chosen = request.POST.get(f"new-{press.partition(':')[2]}", "")
        fact = draft.compiled.facts.get(chosen)
        opened.pressed = pressed(fields, opened.typed, press, chosen, fact is not None and fact.type == "set")
    return answered(request, opened)


def saved(request: HttpRequest, opened: Opened) -> HttpResponse:
    entry = opened.entry()
    if entry is None:
        return answered(request, opened, status=422)
    stale: tuple[str, ...] | None = () if "still_same" in request.POST else None
    try:
        edit = save_entry(
            version=opened.draft.version, by=opened.draft.user, part=opened.part, entry=entry, read=opened.read, stale=stale,
        )  # fmt: skip
    except EditConflict as conflict:
        opened.conflict, opened.read = conflict, fingerprint(conflict.theirs)
        theirs = conflict.theirs.canonical() if conflict.theirs else None
        opened.compared = compared_entries(type(entry), theirs, entry.canonical())
        return answered(request, opened, status=409)
    except Refused as refusal:
        opened.problems = placed(str(refusal), opened.part, getattr(entry, "key", HEAD), type(entry))
        return answered(request, opened, status=422)
    tell(request, opened, edit)
    key = getattr(entry, "key", HEAD)
    return redirect("entry_edit", **opened.draft.place, part=opened.part, key=key)


def tell(request: HttpRequest, opened: Opened, edit: Edit | None) -> None:
    """What saving did, in a sentence or two."""
    if edit is None:
        messages.info(request, "Nothing was different, so nothing was saved.")
        return
    opened.draft.version.refresh_from_db()
    fresh = Draft(opened.draft.version, opened.draft.user)
    stale = stale_of(fresh.package, edit.part, edit.key)
    also = ""
    if stale:
        which = " and ".join(
            {"clinician": "the wording for clinicians", "plain": "the plain wording"}[one] for one in stale
        )
        also = f" Look at {which} as well: only the other one was changed."
    messages.success(request, f"Saved.{also}")


def answered(request: HttpRequest, opened: Opened, *, status: int = 200) -> HttpResponse:
    draft, part = opened.draft, opened.part
    opened.try_out()
    stored = None if opened.is_new else entry_of(draft.package, part, opened.key)
    names = {**draft.place, "part": part}
    here = (
        reverse("entry_add", kwargs=names)
        if opened.is_new
        else reverse("entry_edit", kwargs=names | {"key": opened.key})
    )
    node, builder = opened.built()
    context: dict[str, Any] = page(
        draft,
        opened=opened,
        part=part,
        part_label=part_label(part),
        key=opened.key,
        title=first_words(stored) if stored is not None and part != HEAD else "",
        node=node,
        summary=builder.summary(),
        here=here,
        has_two_wordings=has_two_wordings(class_of(part)),
        stale=stale_of(draft.package, part, opened.key),
        edits=[] if opened.is_new else draft.edits(part, opened.key),
        names=names_of_form(opened),
    )
    return render_page_or_partial(request, PAGE, PARTIAL, context, status=status)


def names_of_form(opened: Opened) -> list[Any]:
    """What a condition may name, if the form has any condition."""
    has_condition = any(has_kind(one, "condition") for one in fields_of(class_of(opened.part)))
    return names_for(opened.draft.compiled) if has_condition else []


def has_kind(one: Any, kind: str) -> bool:
    return one.kind == kind or any(has_kind(below, kind) for below in one.below)


@require_POST
@of_draft
@changing
def entry_confirm(request: HttpRequest, draft: Draft, part: str, key: str) -> HttpResponse:
    """Both wordings were looked at and still say the same."""
    part_label(part)
    entry = entry_of(draft.package, part, key)
    if entry is None:
        raise Http404("There is no such entry in this draft.")
    try:
        save_entry(
            version=draft.version, by=draft.user, part=part, entry=entry, read=request.POST.get("read", ""), stale=()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Both wordings are confirmed.")
    return redirect("entry_edit", **draft.place, part=part, key=key)
