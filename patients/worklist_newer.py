"""How many plans of the worklist's clinics a newer version, or the withdrawal of their own, concerns."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from guidelines.models import Version
from patients.impact.affected import to_handle
from patients.models import Plan
from patients.worklist_sql import Work, fetched


def concerned(work: Work, versions: Sequence[Version]) -> dict[str, int]:
    """Asked only where there is a plan it can concern."""
    targets = in_use(versions, min(work.days.values(), default=date.min))
    current = {version.guideline_id: version for version in targets}
    older = tuple(version.pk for version in versions if is_behind(version, current.get(version.guideline_id)))
    if not older or not work.rows(plans_on, older):
        return {}
    found = work.asked(plans_concerned, older, tuple(targets))
    if found is None:
        return {}
    sql = f"SELECT count(*), count(*) FILTER (WHERE is_urgent) FROM ({found[0]}) AS plans"  # noqa: S608  # nothing typed
    [(plans, urgent)] = fetched(sql, found[1])
    return {"plans": plans, "urgent": urgent}


def in_use(versions: Iterable[Version], day: date) -> list[Version]:
    """Of each guideline the latest that has begun and was not withdrawn, as the version itself chooses it."""
    found: dict[int, Version] = {}
    for version in sorted(versions, key=lambda version: version.effective_on or date.max):
        if version.withdrawn_at is None and version.effective_on is not None and version.effective_on <= day:
            found[version.guideline_id] = version
    return list(found.values())


def is_behind(version: Version, current: Version | None) -> bool:
    if version.withdrawn_at is not None:
        return True
    return current is not None and version.pk != current.pk and version.content_hash != current.content_hash


def plans_on(work: Work, versions: tuple[int, ...]) -> QuerySet[Any, Any]:
    """One that is followed, if any."""
    plans = Plan.objects.visible_to(work.person).active().filter(version__in=versions, patient__clinic__in=[*work.days])
    return plans.order_by().values_list("pk")[:1]


def plans_concerned(work: Work, versions: tuple[int, ...], targets: tuple[Version, ...]) -> QuerySet[Any, Any]:
    plans = Plan.objects.visible_to(work.person).filter(version__in=versions, patient__clinic__in=[*work.days])
    return to_handle(plans, targets).order_by().values_list("pk", "is_urgent")
