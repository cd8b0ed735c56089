"""Shared drug knowledge: recorded as it is loaded, and taken over into a draft, where it is reviewed like any other edit."""

from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from guidelines import drug_knowledge, permissions
from guidelines.actions.editing import Change, opened, write
from guidelines.actions.impact import begin_impact
from guidelines.actions.refusals import Refused, allow
from guidelines.actions.versions import check
from guidelines.drug_knowledge import Entries
from guidelines.editing import NotPossible, entry_of
from guidelines.guideline_file import ContentRefused
from guidelines.knowledge_known import steps_to
from guidelines.models import DrugKnowledge, Edit, EditKind, ImpactRun, Version
from guidelines.package import package_of


@transaction.atomic
def record_knowledge(*, content: Mapping[str, Entries], by: User | None = None) -> list[DrugKnowledge]:
    """A new number for each drug of which something else is said than before. What is the same is left alone, and of a drug
    that is no longer there the last stays. `by` is None at the console only."""
    if by is not None:
        allow(permissions.why_not_load(by))
    newest = {row.drug_key: row for row in DrugKnowledge.objects.newest()}
    made = []
    for drug, entries in content.items():
        content_hash, before = drug_knowledge.hash_of(entries), newest.get(drug)
        if before is not None and before.content_hash == content_hash:
            continue
        if before is not None and has_lost_the_week(drug_knowledge.from_json(before.entries), drug, entries):
            raise Refused(f"{drug} is taken once a week only, says {before}; write weekly_only: true.")
        made.append(
            DrugKnowledge.objects.create(
                drug_key=drug, number=before.number + 1 if before else 1, content_hash=content_hash,
                entries=drug_knowledge.as_json(entries), recorded_by=by,
            )
        )  # fmt: skip
    return made


def has_lost_the_week(before: Entries, drug: str, now: Entries) -> bool:
    """Whether the one says that the drug is taken once a week only, and the other has lost the word."""
    was, is_now = (said["drugs", drug].get("weekly_only") is True for said in (before, now))
    return was and not is_now


@transaction.atomic
def take_knowledge(*, version: Version, by: User, drug: str, number: int) -> list[Edit]:
    """What has changed in the shared knowledge about a drug, up to this number, as edits of the draft. Entries that were
    changed or left out here stay as they are. Taken twice, it is one."""
    version, package = opened(version, by)
    knowledge = DrugKnowledge.objects.filter(drug_key=drug, number=number).first()
    if knowledge is None or all(given.key != drug for given in package.drugs):
        raise Refused("Nothing is shared about this drug, or the draft does not have it. Open the draft again.")
    changes = []
    for step in steps_to(version, package, knowledge):
        old = entry_of(package, step.part, step.key)
        try:
            after = drug_knowledge.with_steps(package, [step])
        except NotPossible as problem:
            raise Refused(str(problem)) from None
        kind = EditKind.REMOVED if step.entry is None else EditKind.ADDED if old is None else EditKind.CHANGED
        changes.append(Change(step.part, step.key, kind, old, step.entry, package, after))
        package = after
    return write(version, changes, by) if changes else []


class Begun(NamedTuple):
    """The comparisons there are, and why there is none of a version, in a sentence each."""

    runs: list[ImpactRun]
    refused: list[str]


@transaction.atomic
def compare_knowledge(*, drug: str, by: User) -> Begun:
    """For each current version that has an earlier state of this drug's knowledge: what the newest would change for its plans,
    also for those signed since it was last asked. A version that could not run with it cannot be compared, and that is said."""
    allow(permissions.why_not_start_impact(by))
    knowledge = DrugKnowledge.objects.newest().filter(drug_key=drug).first()
    if knowledge is None:
        raise Refused("Nothing is shared about this drug.")
    begun = Begun([], [])
    for version in Version.objects.current():
        package = package_of(version)
        try:
            after = drug_knowledge.with_steps(package, steps_to(version, package, knowledge))
            check(after)
        except (NotPossible, ContentRefused) as refusal:
            begun.refused.append(f"{version.title}, {version}, could not run with {knowledge}. {refusal}")
            continue
        if after != package:
            begun.runs.append(
                begin_impact(version=version, by=by, anew=True, knowledge=knowledge, content_hash=after.content_hash())
            )
    return begun
