"""Publication: that anyone with the link may read a version. Opened and closed by people, never deleted."""

from django.conf import settings
from django.db import models

from guidelines.models.columns import tracked
from guidelines.models.version import Version


class PublicationQuerySet(models.QuerySet["Publication"]):
    def open(self) -> "PublicationQuerySet":
        return self.filter(closed_at=None)


@tracked
class Publication(models.Model):
    """One publisher's word that a version is for everybody. It is public as long as one publication is open."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="publications")
    # Who publishes, by key and by the name that readers see. Clinics are above this app, which knows none.
    publisher_key = models.CharField(max_length=80)
    publisher = models.CharField(max_length=120)
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "publisher_key"],
                condition=models.Q(closed_at__isnull=True),
                name="a_publisher_opens_a_version_once",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="a_closed_publication_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} for everybody, by {self.publisher}"
