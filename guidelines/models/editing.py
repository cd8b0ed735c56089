"""Who changed what in a draft, and what reviewers say about it. An edit is a record; a comment is resolved, not deleted."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, never_emptied, tracked
from guidelines.models.version import Version

HEAD = "head"  # the part of what stands above all entries: title, question, population, review date
QUESTION = "question"  # the part of a comment that carries a reader's question; its key is that of the question


class EditKind(models.TextChoices):
    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    REMOVED = "removed", "Removed"
    MOVED = "moved", "Moved"
    REPLACED = "replaced", "Replaced by a file"


class Edit(models.Model):
    """One saved change of one entry, before and after as content writes it; of a whole file, neither."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="edits")
    part = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, choices=EditKind.choices)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    stale_before = models.JSONField(default=list, blank=True)  # the wordings that were stale before it
    edited_at = models.DateTimeField(auto_now_add=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="edits")
    content_hash = models.CharField(max_length=64)  # of the version after it

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["version", "part", "key"], name="edits_of_one_entry")]
        triggers = [append_only("edits_are_records"), never_emptied]

    def __str__(self) -> str:
        return f"{self.kind} {self.part} {self.key}".strip()


class CommentQuerySet(models.QuerySet["Comment"]):
    def open(self) -> "CommentQuerySet":
        """First words of a conversation that nobody has resolved."""
        return self.filter(answers=None, resolved_at=None)


@tracked
class Comment(models.Model):
    """A reviewer's or editor's words about an entry, or about the whole version; replies point at the first."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    part = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=80, blank=True)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    text = models.TextField(max_length=4000)
    commented_at = models.DateTimeField(auto_now_add=True)
    commented_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="a_resolved_comment_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
