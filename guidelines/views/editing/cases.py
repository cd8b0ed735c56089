"""The test patients that a change has made to come out otherwise: looked at one by one, and accepted together."""

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from guidelines.actions import Refused, save_entries
from guidelines.editing import fingerprint
from guidelines.engine.cases import as_decided, run_case
from guidelines.engine.content import Case
from guidelines.views.editing.draft import Draft, of_draft, page


class Failing(NamedTuple):
    """A test patient, what comes out otherwise, and the patient expecting that; None where his facts cannot be used."""

    case: Case
    differences: list[str]
    accepted: Case | None
    read: str


def failing(draft: Draft) -> list[Failing]:
    tried = ((case, run_case(draft.compiled, case)) for case in draft.package.cases)
    return [
        Failing(case, differences, as_decided(draft.compiled, case), fingerprint(case))
        for case, differences in tried
        if differences
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def cases_failing(request: HttpRequest, draft: Draft) -> HttpResponse:
    rows = failing(draft)
    if request.method == "POST":
        return accepted(request, draft, rows)
    return render(request, "guidelines/cases_failing.html", page(draft, rows=rows, total=len(draft.package.cases)))


def accepted(request: HttpRequest, draft: Draft, rows: list[Failing]) -> HttpResponse:
    """What was shown is what is accepted: a patient who was changed since, or comes out otherwise now, is a conflict."""
    chosen = set(request.POST.getlist("accept"))
    wanted = [
        (row.accepted, request.POST.get(f"read-{row.case.key}", ""))
        for row in rows
        if row.accepted and row.case.key in chosen
    ]
    try:
        if request.POST.get("content_hash") != draft.version.content_hash:
            raise Refused("The draft has been changed since you opened this page. Look at what comes out now.")
        if not wanted:
            raise Refused("Tick the test patients that come out as they should.")
        edits = save_entries(version=draft.version, by=draft.user, part="cases", entries=wanted)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        count = len(edits)
        messages.success(
            request, f"{count} test patient{'' if count == 1 else 's'} now expect{'s' * (count == 1)} this."
        )
    return redirect("cases_failing", **draft.place)
