"""What the panel on a version's impact shows: counts of plans, never which plans they are."""

from typing import Any

from guidelines.jobs import has_worker
from guidelines.models import ImpactRun, JobState, Version

SAYS = (
    ("safety", "changes what warns", "change what warns"),
    ("dose", "changes the dose", "change the dose"),
    ("proposal", "changes the proposal", "change the proposal"),
    ("monitoring", "changes the tests", "change the tests"),
    ("failed", "cannot be compared: a person must look", "cannot be compared: a person must look"),
)


def impact_panel(version: Version) -> dict[str, Any]:
    """The context of `guidelines/_impact.html` for the content a version has now."""
    runs = ImpactRun.objects.filter(version=version, knowledge=None, content_hash=version.content_hash).order_by("-pk")
    return panel_of(runs.select_related("cancelled_by").first(), version)


def panel_of(run: ImpactRun | None, version: Version, progress: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """`progress` is how many parts of a run are done, of how many."""
    found: dict[str, Any] = {"run": run, "version": version}
    if run is None:
        return found
    done, parts = progress
    affected = run.total - run.unchanged
    return found | {
        "is_unfinished": run.is_unfinished,
        "is_waiting": run.is_unfinished and not has_worker(),
        "is_overtaken": run.knowledge_id is None and run.content_hash != version.content_hash,
        "percent": done * 100 // parts if parts else 0,
        "affected": affected if run.state == JobState.DONE else None,
        "affected_share": affected * 100 / run.total if run.total else 0,
        "unchanged_share": run.unchanged * 100 / run.total if run.total else 0,
        "counts": [(n, one if n == 1 else more) for name, one, more in SAYS if (n := getattr(run, name))],
    }
