"""The laboratories a clinic works with, and what was last typed for each: unit and upper limit, to be offered again."""

from typing import TYPE_CHECKING, Self

from django.db import models

from guidelines.models.columns import tracked
from patients.models.clinic import Clinic, clinics_of
from patients.models.in_clinic import clinic_of_another_row, in_the_clinic_of, stays_in_its_clinic

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class ClinicRowQuerySet(models.QuerySet):
    """For rows that belong to a clinic."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The only way a view may reach these rows."""
        return self.filter(clinic__in=clinics_of(user))


@tracked
class Laboratory(models.Model):
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="laboratories")
    name = models.CharField(max_length=120)

    objects = ClinicRowQuerySet.as_manager()

    class Meta:
        ordering = ["clinic", "name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "name"], name="one_laboratory_per_name_in_a_clinic"),
        ]
        triggers = [stays_in_its_clinic]

    def __str__(self) -> str:
        return self.name


@tracked
class LaboratoryLimit(models.Model):
    """Never used by a rule: a result carries its own limit. This is what the form offers next time."""

    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="limits", db_constraint=False)
    clinic = clinic_of_another_row()
    fact_key = models.CharField(max_length=80)
    unit = models.CharField(max_length=40, blank=True)
    upper_limit = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["laboratory", "fact_key"]
        constraints = [
            models.UniqueConstraint(fields=["laboratory", "fact_key"], name="one_limit_per_fact_of_a_laboratory"),
        ]
        triggers = [in_the_clinic_of("laboratory")]

    def __str__(self) -> str:
        return f"{self.fact_key}: {self.upper_limit} {self.unit}"
