"""Which plans somebody has to look at because of a version: a newer one that decides otherwise, or their own, withdrawn.

Worked out when read. A plan that was not yet compared is among them: not known is never no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from guidelines.impact import Change, changes_of
from guidelines.in_use import versions_in_use
from guidelines.models import Level, StatusMove, Version
from guidelines.workflow import Status
from patients.models import Clinic, ImpactOutcome, Plan, PlanHandling


@dataclass(frozen=True)
class Affected:
    """One plan and why. `newer` is the version to move to; `changes` say how it decides otherwise, by part."""

    plan: Plan
    newer: Version | None
    changes: Mapping[str, list[Change]]
    failure: str
    is_compared: bool
    is_urgent: bool
    is_behind: bool
    is_withdrawn: bool
    withdrawn_because: str

    @property
    def because(self) -> list[Version]:
        """The versions that are still to be dealt with: one that is newer, the plan's own if it was withdrawn."""
        due = ((self.newer, self.is_behind), (self.plan.version, self.is_withdrawn))
        return [version for version, is_due in due if is_due and version]


def to_handle(plans: QuerySet[Plan], targets: Sequence[Version]) -> QuerySet[Any]:
    """Of these plans those that are followed, concern somebody and were not dealt with; urgent ones first.

    `targets` are the versions in use. Urgent is what a safety version, or the safety part of a decision, has changed.
    """
    outcomes = ImpactOutcome.objects.filter(plan=OuterRef("pk"))
    handled = PlanHandling.objects.filter(plan=OuterRef("pk"))
    graver = Version.objects.filter(
        level=Level.SAFETY, withdrawn_at=None, guideline=OuterRef("guideline"),
        effective_on__gt=OuterRef("version__effective_on"),
    )  # fmt: skip
    behind, compared, unsafe = list[When](), list[When](), list[When]()
    for version in targets:
        older = Q(guideline=version.guideline_id, version__effective_on__lt=version.effective_on)
        older &= ~Q(content_hash=version.content_hash)
        under_it = outcomes.filter(run__content_hash=version.content_hash)
        concerns = Exists(under_it.changed()) | ~Exists(under_it)
        behind.append(When(older & concerns & ~Exists(handled.filter(version=version)), then=Value(version.pk)))
        compared.append(When(older & Exists(under_it), then=Value(True)))
        grave = Exists(under_it.filter(safety=True)) | Exists(graver.filter(effective_on__lte=version.effective_on))
        unsafe.append(When(older & grave, then=Value(True)))
    withdrawn = Q(version__withdrawn_at__isnull=False) & ~Exists(handled.filter(version=OuterRef("version")))
    return (
        plans.active()  # type: ignore[attr-defined]  # whatever its filters, it is one of PlanQuerySet
        .annotate(
            newer=Case(*behind, default=Value(None), output_field=IntegerField()),
            is_compared=yes(*compared),
            is_withdrawn=yes(When(withdrawn, then=Value(True))),
        )
        .filter(Q(newer__isnull=False) | Q(is_withdrawn=True))
        .annotate(is_urgent=yes(When(is_withdrawn=True, then=Value(True)), *unsafe))
        .order_by("-is_urgent", "-is_compared", "patient__family_name", "patient__given_names", "pk")
    )  # fmt: skip


def yes(*when: When) -> Case:
    return Case(*when, default=Value(False), output_field=BooleanField())


def rows(found: QuerySet[Any] | Sequence[Any], targets: Sequence[Version]) -> list[Affected]:
    """The plans that `to_handle` found, with what there is to say: as many queries for one as for many."""
    plans: list[Any] = list(found)
    by_key = {version.pk: version for version in targets}
    by_guideline = {version.guideline_id: version for version in targets}
    told = outcomes_of(plans, targets)
    gone = {plan.version_id for plan in plans if plan.is_withdrawn}
    moves = StatusMove.objects.filter(version__in=gone, to_status=Status.WITHDRAWN)
    whys = dict(moves.values_list("version_id", "why")) if gone else {}
    made = []
    for plan in plans:
        newer = by_key.get(plan.newer) or (by_guideline.get(plan.guideline_id) if plan.is_withdrawn else None)
        outcome = told.get((plan.pk, newer.content_hash)) if newer else None
        made.append(
            Affected(
                plan, newer, changes_of(outcome.summary) if outcome else {}, outcome.failure if outcome else "",
                outcome is not None, plan.is_urgent, plan.newer is not None, plan.is_withdrawn, whys.get(plan.version_id, ""),
            )
        )  # fmt: skip
    return made


def outcomes_of(plans: Sequence[Plan], targets: Sequence[Version]) -> dict[tuple[Any, str], ImpactOutcome]:
    """The newest outcome of each plan under each content."""
    if not plans:
        return {}
    found = ImpactOutcome.objects.filter(plan__in=plans, run__content_hash__in=[v.content_hash for v in targets])
    return {(row.plan_id, row.run.content_hash): row for row in found.select_related("run").order_by("pk")}


def concerning(plans: QuerySet[Plan], clinic: Clinic, targets: Sequence[Version] | None = None) -> list[Affected]:
    """Those of these plans, of patients of one clinic, that somebody has to look at."""
    versions = versions_in_use(clinic.today()) if targets is None else targets
    return rows(to_handle(plans, versions).select_related("version").defer("frozen", "care_plan"), versions)
