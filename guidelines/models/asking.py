"""Questions that a version did not answer, for its editors. Nobody is named, and nothing of a person is kept."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper

from guidelines.models.columns import tracked
from guidelines.models.version import Version


class Outcome(models.TextChoices):
    """What came of a question."""

    ANSWERED = "answered", "The next version answers it"
    COVERED = "covered", "The guideline answers it already"
    OUTSIDE = "outside", "It is not for this guideline"
    UNCLEAR = "unclear", "It cannot be understood"


class UnansweredQuestionQuerySet(models.QuerySet["UnansweredQuestion"]):
    def open(self) -> "UnansweredQuestionQuerySet":
        return self.filter(closed_at=None)

    def closed(self) -> "UnansweredQuestionQuerySet":
        return self.exclude(closed_at=None)


@tracked
class UnansweredQuestion(models.Model):
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="unanswered_questions")
    audience = models.CharField(max_length=20)
    text = models.CharField(max_length=500)
    asked_at = models.DateTimeField(auto_now_add=True)
    times = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)

    objects = UnansweredQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-times", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "version", "audience", Upper("text"),
                condition=models.Q(closed_at__isnull=True),
                name="an_open_question_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | models.Q(closed_at__isnull=False, closed_by__isnull=False, outcome__in=Outcome.values),
                name="a_closed_question_says_when_by_whom_and_why",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text
