"""Who moved a version where, and who approved which content. Records: rows are added, never changed."""

import pgtrigger
from django.conf import settings
from django.db import models

from guidelines.models.columns import append_only, never_emptied, refuse
from guidelines.models.version import Version
from guidelines.workflow import APPROVALS_NEEDED, CLINICIAN, MOVES, PROFESSIONS, Status

# Whoever wrote or submitted a version answers for it, and so cannot be one of those who check it.
AUTHORS = """
    SELECT author_id FROM guidelines_version WHERE id = NEW.version_id AND author_id IS NOT NULL
    UNION SELECT moved_by_id FROM guidelines_statusmove
    WHERE version_id = NEW.version_id AND to_status = 'submitted' AND moved_by_id IS NOT NULL
    UNION SELECT edited_by_id FROM guidelines_edit WHERE version_id = NEW.version_id
"""
STALE = refuse("approved_content_is_the_content_there_is: the content has changed since; read it again")


class StatusMoveQuerySet(models.QuerySet["StatusMove"]):
    def status_of(self, version: Version) -> str:
        """Where the latest move of the version led."""
        latest = self.filter(version=version).order_by("-pk").values_list("to_status", flat=True).first()
        return latest or ""


class StatusMove(models.Model):
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="moves")
    from_status = models.CharField(max_length=20, choices=Status.choices, blank=True)
    to_status = models.CharField(max_length=20, choices=Status.choices)
    # Nobody only for a draft loaded at the console.
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="status_moves"
    )
    moved_at = models.DateTimeField(auto_now_add=True)
    why = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)

    objects = StatusMoveQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    *(models.Q(from_status=before, to_status=after) for before, after in MOVES), _connector=models.Q.OR
                ),
                name="status_moves_follow_the_workflow",
            ),
            models.CheckConstraint(
                condition=models.Q(moved_by__isnull=False) | models.Q(from_status="", to_status=Status.DRAFT),
                name="somebody_answers_for_a_status_move",
            ),
        ]
        triggers = [
            append_only("status_moves_are_records"),
            never_emptied,
            pgtrigger.Trigger(
                name="a_status_move_is_earned",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    PERFORM 1 FROM guidelines_version WHERE id = NEW.version_id FOR UPDATE;
                    IF NEW.from_status <> COALESCE((
                        SELECT to_status FROM guidelines_statusmove
                        WHERE version_id = NEW.version_id ORDER BY id DESC LIMIT 1
                    ), '') THEN
                        {refuse("status_moves_follow_the_workflow: the version has moved since; read it again")}
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM guidelines_version
                        WHERE id = NEW.version_id AND content_hash = NEW.content_hash
                    ) THEN
                        {STALE}
                    END IF;
                    IF NEW.to_status = 'approved' AND NOT EXISTS (
                        SELECT 1 FROM guidelines_approval
                        WHERE version_id = NEW.version_id AND content_hash = NEW.content_hash
                        AND role IN {PROFESSIONS} AND approved_by_id NOT IN ({AUTHORS})
                        HAVING count(DISTINCT approved_by_id) >= {APPROVALS_NEEDED}
                        AND count(*) FILTER (WHERE role = '{CLINICIAN}') > 0
                    ) THEN
                        {refuse("two_people_approve: a clinician and another clinician or a pharmacist, who did not write it, must approve this very content")}
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - made of our own sentences
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def valid_for(self, version: Version) -> "ApprovalQuerySet":
        """Approvals of the content as it is now; those of an earlier content are void."""
        return self.filter(version=version, content_hash=version.content_hash)


class Approval(models.Model):
    """One reviewer's word for one exact content."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="approvals")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    approved_at = models.DateTimeField(auto_now_add=True)
    content_hash = models.CharField(max_length=64)
    role = models.CharField(max_length=100)  # the profession of the reviewer, from `workflow.PROFESSIONS`, or another

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "approved_by", "content_hash"], name="a_person_approves_a_content_once"
            ),
        ]
        triggers = [
            append_only("approvals_are_records"),
            never_emptied,
            pgtrigger.Trigger(
                name="an_approval_is_of_this_content",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    PERFORM 1 FROM guidelines_version WHERE id = NEW.version_id FOR UPDATE;
                    IF NEW.approved_by_id IN ({AUTHORS}) THEN
                        {refuse("an_author_cannot_approve: let somebody approve who did not write or submit it")}
                    END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM guidelines_version
                        WHERE id = NEW.version_id AND content_hash = NEW.content_hash
                    ) THEN
                        {STALE}
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - made of our own sentences
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approved_by} approved {self.content_hash[:12]}"
