"""The page of a review: what has changed against which version, what was found, what differs, what may be done now."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone

from guidelines import permissions
from guidelines.comparing.kept import comparison_of, compiled_of, outcomes_of
from guidelines.comparing.names import PARTS
from guidelines.comparing.outcomes import Outcomes
from guidelines.comparing.whole import LEVELS, Comparison, EntryDifference
from guidelines.engine.lint import Finding
from guidelines.findings import findings_of
from guidelines.labels import in_words
from guidelines.models import HEAD, Approval, ImpactRun, JobState, Level, StatusMove, Version
from guidelines.reviewing.record import Record, record_of
from guidelines.reviewing.talk import Said, Talk, said_of
from guidelines.reviewing.way import Act, Mark, acts_of, marks_of
from guidelines.standing import Standing, standing_of, with_record
from guidelines.workflow import PROFESSIONS, Status

FAILING_CASE = "case_failing"
MOST_UNFOLDED = 3  # test patients
# Where the page for reading has a place of its own for an entry.
READ_AT = {
    "statements": "statement", "safety_rules": "rule", "steps": "step", "regimens": "regimen", "references": "reference",
    "definitions": "definition", "conflicts": "conflict",
}  # fmt: skip


class Found(NamedTuple):
    """A finding, with what it is about and the way there."""

    finding: Finding
    part: str
    key: str
    about: str
    anchor: str  # on this page; empty where nothing of it has changed
    read_at: str  # on the page for reading

    @property
    def is_blocking(self) -> bool:
        return self.finding.severity == "blocking"


class Shown(NamedTuple):
    """A difference with what was said and found about it."""

    entry: EntryDifference
    talks: list[Talk]
    findings: list[Finding]

    @property
    def open_count(self) -> int:
        return sum(talk.is_open for talk in self.talks)

    @property
    def blocks(self) -> bool:
        return any(finding.severity == "blocking" for finding in self.findings)


class ShownPart(NamedTuple):
    """The differences of one part."""

    part: str
    title: str
    entries: list[Shown]

    @property
    def is_folded(self) -> bool:
        """A change of a dose changes what many test patients expect: they follow from it, and are read after it."""
        return self.part == "cases" and len(self.entries) > MOST_UNFOLDED

    @property
    def is_open(self) -> bool:
        """What blocks, and what was said and is not settled, is never hidden."""
        return any(shown.blocks or shown.open_count for shown in self.entries)


@dataclass
class Review:
    version: Version
    user: User

    @cached_property
    def base(self) -> Version | None:
        return base_of(self.version)

    @cached_property
    def status(self) -> str:
        return StatusMove.objects.status_of(self.version)

    @cached_property
    def moves(self) -> list[StatusMove]:
        return list(StatusMove.objects.filter(version=self.version).select_related("moved_by").order_by("-pk"))

    @property
    def submitted(self) -> StatusMove | None:
        """When it was last handed to the reviewers."""
        return next((move for move in self.moves if move.to_status == Status.SUBMITTED), None)

    @property
    def sent_back(self) -> StatusMove | None:
        """Why a draft is one again."""
        latest = self.moves[0] if self.moves else None
        return latest if latest and latest.to_status == Status.DRAFT and latest.from_status else None

    @cached_property
    def standing(self) -> Standing:
        return with_record(standing_of(self.version))

    @cached_property
    def comparison(self) -> Comparison | None:
        return comparison_of(self.base, self.version) if self.base else None

    @cached_property
    def may_edit(self) -> bool:
        return not permissions.why_not_edit(self.user, self.version)

    @cached_property
    def outcomes(self) -> Outcomes | None:
        return outcomes_of(self.base, self.version) if self.base else None

    @cached_property
    def findings(self) -> list[Found]:
        changed = {entry.place: entry for entry in self.comparison.entries} if self.comparison else {}
        return [placed(finding, changed) for finding in findings_of(self.version)]

    @property
    def blocking(self) -> list[Found]:
        return [found for found in self.findings if found.is_blocking]

    @property
    def blocking_otherwise(self) -> list[Found]:
        """But for test patients, which have a place of their own."""
        return [found for found in self.blocking if found.finding.code != FAILING_CASE]

    @property
    def warnings(self) -> list[Found]:
        return [found for found in self.findings if not found.is_blocking]

    @property
    def changed_warnings(self) -> list[Found]:
        return [found for found in self.warnings if found.anchor]

    @property
    def other_warnings(self) -> list[Found]:
        return [found for found in self.warnings if not found.anchor]

    @cached_property
    def case_count(self) -> int:
        return len(compiled_of(self.version).package.cases)

    @cached_property
    def failing_cases(self) -> list[Found]:
        return [found for found in self.findings if found.finding.code == FAILING_CASE]

    @property
    def failing(self) -> list[tuple[str, list[Finding]]]:
        """The test patients that do not come out as expected, each with all that differs."""
        grouped = groupby(self.failing_cases, key=lambda found: found.about)
        return [(key, [found.finding for found in founds]) for key, founds in grouped]

    @property
    def passing_count(self) -> int:
        return self.case_count - len(self.failing)

    @cached_property
    def said(self) -> Said:
        return said_of(self.version, self.user)

    @cached_property
    def record(self) -> Record:
        return record_of(self.version)

    @cached_property
    def parts(self) -> list[ShownPart]:
        """The differences, each with what belongs to it."""
        return [
            ShownPart(part.part, part.title, [self.shown(entry) for entry in part.entries])
            for part in (self.comparison.parts if self.comparison else ())
        ]

    def shown(self, entry: EntryDifference) -> Shown:
        findings = [found.finding for found in self.findings if found.anchor == entry.anchor]
        return Shown(entry, self.said.about(entry.place), findings)

    @cached_property
    def impact(self) -> ImpactRun | None:
        """The newest look at the active plans with exactly this content."""
        runs = ImpactRun.objects.filter(version=self.version, content_hash=self.version.content_hash)
        return runs.exclude(state=JobState.CANCELLED).first()

    @cached_property
    def signed(self) -> list[Approval]:
        """The approvals of this content that count."""
        given = Approval.objects.valid_for(self.version).filter(role__in=PROFESSIONS).select_related("approved_by")
        return [approval for approval in given if not permissions.is_author(approval.approved_by, self.version)]

    @cached_property
    def why_not_enough(self) -> str:
        return permissions.why_not_enough(self.version)

    @cached_property
    def overtaken_by(self) -> Version | None:
        """What has come into use since this draft began: it would be undone by what does not hold its changes."""
        if self.base is None or self.version.is_locked:
            return None
        other = (
            Version.objects.current().filter(guideline=self.version.guideline_id).select_related("guideline").first()
        )
        is_known = other is None or other.content_hash == self.base.content_hash
        return None if is_known or (other and other.number > self.version.number) else other

    @cached_property
    def replacement(self) -> Version | None:
        """What is in use once this version is withdrawn."""
        others = Version.objects.exclude(pk=self.version.pk).filter(guideline=self.version.guideline_id)
        return others.current().first()

    @property
    def level_doubt(self) -> str:
        """Where more has changed than the level that its author gave it says."""
        if self.comparison is None or not self.comparison.count:
            return ""
        touches = self.comparison.touches
        if LEVELS.index(touches) <= LEVELS.index(Level(self.version.level)):
            return ""
        return (
            f"It is called a change of level {self.version.get_level_display().lower()}, and it touches what can change"
            f" {WHAT[touches]}. Read it as a change of level {touches.label.lower()}."
        )

    @cached_property
    def marks(self) -> list[Mark]:
        at = timezone.localdate(self.submitted.moved_at) if self.submitted else None
        day = self.version.effective_on
        return marks_of(self.status, at, len(self.signed), is_enough=not self.why_not_enough, effective_on=day)

    @cached_property
    def acts(self) -> list[Act]:
        return acts_of(self.version, self.status, self.user)


WHAT = {
    Level.MONITORING: "tests",
    Level.DOSE: "doses or the way of treatment",
    Level.SAFETY: "when a medicine is stopped",
}


def base_of(version: Version) -> Version | None:
    """What a version is compared with: the one it began with, else the last one approved before it."""
    if version.based_on is not None:
        return version.based_on
    older = Version.objects.filter(
        guideline=version.guideline_id, number__lt=version.number, effective_on__isnull=False
    )
    return older.select_related("guideline").order_by("-number").first()


def placed(finding: Finding, changed: dict[str, EntryDifference]) -> Found:
    """A place begins with the part and the key of its entry."""
    part, _, rest = finding.place.partition(".")
    key = rest.partition(".")[0]
    entry = changed.get(f"{part}.{key}") or changed.get(part)
    read_at = f"{READ_AT[part]}-{key}" if part in READ_AT and key else ""
    is_entry = part in PARTS and part != HEAD and bool(key)
    about = f"{PARTS[part][1]} {key}" if is_entry else in_words(part)
    return Found(finding, part, key if is_entry else "", about, entry.anchor if entry else "", read_at)
