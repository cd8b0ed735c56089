"""Guideline and Version: the document, and one numbered content of it with its head matter.

A version is never deleted, never re-dated, and once approved never changed; a demonstration stays one for ever.
"""

from datetime import date
from typing import TYPE_CHECKING, Self

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from guidelines.models.columns import (
    key_column,
    line_column,
    list_column,
    refuse,
    text_column,
    tracked,
    whole_column,
    word_column,
)  # fmt: skip
from guidelines.workflow import Status, is_at_work

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


@tracked
class Guideline(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]
        triggers = [
            pgtrigger.Trigger(
                name="a_slug_is_for_ever",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("slug"),
                condition=pgtrigger.Q(old__slug__df=pgtrigger.F("new__slug")),
                func=refuse("a_slug_is_for_ever: the slug is part of approved content and of printed addresses"),
            )
        ]

    def __str__(self) -> str:
        return self.slug


class Level(models.TextChoices):
    """How much a version changes for patients."""

    EDITORIAL = "editorial", "Editorial"
    MONITORING = "monitoring", "Monitoring"
    DOSE = "dose", "Dose"
    SAFETY = "safety", "Safety"


class VersionQuerySet(models.QuerySet["Version"]):
    def with_status(self) -> Self:
        """Adds `last_status`: where the latest move led."""
        moves = apps.get_model("guidelines", "StatusMove")._default_manager
        latest = moves.filter(version=models.OuterRef("pk")).order_by("-pk").values("to_status")[:1]
        return self.annotate(last_status=Coalesce(models.Subquery(latest), models.Value("")))

    def effective(self, on: date | None = None) -> Self:
        """Approved, begun on or before the day (today), and not withdrawn."""
        day = on or timezone.localdate()
        return self.with_status().filter(last_status=Status.APPROVED, effective_on__lte=day)

    def current(self, on: date | None = None) -> Self:
        """At most one version of each guideline: the latest effective one. The only way to choose what to use."""
        return self.effective(on).order_by("guideline_id", "-effective_on").distinct("guideline")

    def being_written(self) -> Self:
        return self.with_status().filter(last_status=Status.DRAFT)

    def awaiting_review(self) -> Self:
        return self.with_status().filter(last_status__in=[Status.SUBMITTED, Status.UNDER_REVIEW])

    def readable_by(self, user: "User | AnonymousUser") -> Self:
        """The only way a page may reach versions (for those in use see guidelines.in_use): strangers see what was published
        for everybody, those who are signed in what was ever approved, and those who work on guidelines everything."""
        if not user.is_active:
            publications = apps.get_model("guidelines", "Publication")._default_manager
            return self.filter(models.Exists(publications.filter(version=models.OuterRef("pk"), closed_at=None)))
        if is_at_work(user):
            return self
        # Only what was approved ever has a day on which it begins.
        return self.filter(effective_on__isnull=False)

    def current_for(self, user: "User | AnonymousUser") -> Self:
        """The current versions that somebody may read. Where the current one is private, an older public one does not
        take its place: it would be read as the one in use."""
        return self.readable_by(user).filter(pk__in=self.model._default_manager.current().values("pk"))

    def drafts(self) -> Self:
        return self.with_status().exclude(last_status__in=[Status.APPROVED, Status.WITHDRAWN])


# `to_jsonb` compares whatever columns there are, also those added later.
version_lock = f"""
    IF TG_OP = 'UPDATE' AND OLD.is_demonstration AND NOT NEW.is_demonstration THEN
        {refuse("a_demonstration_stays_one: the flag of a demonstration cannot be cleared; load the content anew")}
    END IF;
    IF EXISTS (SELECT 1 FROM guidelines_statusmove WHERE version_id = COALESCE(NEW.id, OLD.id) AND to_status = 'approved')
    THEN
        IF TG_OP = 'DELETE'
            OR to_jsonb(NEW) - '{{effective_on,withdrawn_at,withdrawn_by_id}}'::text[]
                <> to_jsonb(OLD) - '{{effective_on,withdrawn_at,withdrawn_by_id}}'::text[]
            OR (OLD.effective_on IS NOT NULL AND NEW.effective_on IS DISTINCT FROM OLD.effective_on)
            OR (OLD.withdrawn_at IS NOT NULL AND
                (NEW.withdrawn_at, NEW.withdrawn_by_id) IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by_id))
        THEN
            {refuse("locked_once_approved: an approved version is never changed; make a new draft of it")}
        END IF;
    ELSIF TG_OP <> 'DELETE' AND (NEW.effective_on IS NOT NULL OR NEW.withdrawn_at IS NOT NULL) THEN
        {refuse("only_approved_versions_are_effective: approve the version before giving it a date")}
    END IF;
    RETURN COALESCE(NEW, OLD);
"""  # noqa: S608 - made of our own sentences


@tracked
class Version(models.Model):
    """One numbered content. Its columns from `title` on are the head of Package, by the same names."""

    last_status: str  # only after `with_status()`

    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    level = models.CharField(max_length=20, choices=Level.choices)
    reason = models.TextField()
    # Who wrote it; nobody when it was loaded at the console, and then whoever submits it answers for it.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="authored_versions"
    )
    # The version whose rows it began with: what a review compares it with.
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="drafts_of_it")
    created_at = models.DateTimeField(auto_now_add=True)
    is_demonstration = models.BooleanField(default=False)
    effective_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawn_versions"
    )

    title = line_column()
    question = line_column()
    plain_question = line_column()
    answer = text_column()
    plain_answer = text_column()
    population = line_column()
    ages = word_column(optional=True)
    condition = line_column()
    code = line_column(optional=True)
    publisher = line_column()
    review_by = models.DateField(null=True, blank=True)
    disclaimer = text_column()
    plain_disclaimer = text_column(optional=True)
    exact_day_grace_days = whole_column()
    entry_step = key_column()
    not_applicable = list_column()
    stale_wordings = list_column()

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["guideline", "number"]
        constraints = [
            models.UniqueConstraint(fields=["guideline", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["guideline", "effective_on"],
                condition=models.Q(effective_on__isnull=False, withdrawn_at__isnull=True),
                name="one_version_becomes_effective_on_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="a_withdrawn_version_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="a_content_hash_is_sha_256"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="version_lock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=version_lock,
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def short_hash(self) -> str:
        return self.content_hash[:12]

    @property
    def is_locked(self) -> bool:
        return self.effective_on is not None
