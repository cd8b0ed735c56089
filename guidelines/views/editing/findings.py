"""The findings on a draft for its pages. They take seconds after each save, so pages fetch them behind everything else."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.htmx import render_page_or_partial
from guidelines import labels
from guidelines.editing import PARTS
from guidelines.engine.lint import Finding
from guidelines.findings import findings_of
from guidelines.models import HEAD, Version
from guidelines.views.editing.draft import Draft, of_draft, page


class Placed(NamedTuple):
    """A finding with the entry it is about; of the guideline as a whole, no key."""

    finding: Finding
    part: str
    key: str
    title: str

    @property
    def is_blocking(self) -> bool:
        return self.finding.severity == "blocking"


class Count(NamedTuple):
    blocking: int
    warnings: int


def draft_findings_of(version: Version) -> list[Placed]:
    return [placed(finding) for finding in findings_of(version)]


def placed(finding: Finding) -> Placed:
    """`part.key.field` is an entry; a part alone its list; anything else stands in the head."""
    part, _, rest = finding.place.partition(".")
    part = part.partition("[")[0]
    if part not in PARTS:
        return Placed(finding, HEAD, HEAD, labels.parts()[HEAD].title)
    key = rest.partition(".")[0]
    title = labels.parts()[part].one if key else labels.parts()[part].title
    return Placed(finding, part, key, f"{title.capitalize()} {key}".strip())


def counted(found: Iterable[Placed], part: str) -> dict[str, Count]:
    """How many findings each entry of a part has."""
    here = [one for one in found if one.part == part]
    blocking = Counter(one.key for one in here if one.is_blocking)
    warnings = Counter(one.key for one in here if not one.is_blocking)
    return {key: Count(blocking[key], warnings[key]) for key in {*blocking, *warnings}}


@require_safe
@of_draft
def draft_findings(request: HttpRequest, draft: Draft) -> HttpResponse:
    """All of them, those of one part or entry, or only how many."""
    part, key = request.GET.get("part", ""), request.GET.get("key", "")
    found = draft_findings_of(draft.version)
    if part:
        found = [one for one in found if one.part == part and key in ("", one.key)]
    blocking = [one for one in found if one.is_blocking]
    # One change makes many test patients come out otherwise: they have a page of their own.
    failing = [] if key else [one for one in blocking if one.finding.code == "case_failing"]
    context = page(
        draft, findings=found, blocking=blocking, shown=[one for one in blocking if one not in failing], failing=failing,
        warnings=[one for one in found if not one.is_blocking], part=part, key=key,
    )  # fmt: skip
    partial = "guidelines/_finding_count.html" if "count" in request.GET else "guidelines/_findings.html"
    return render_page_or_partial(request, "guidelines/draft_findings.html", partial, context)
