"""Patients, and the one way by which a view reaches them and everything that is theirs."""

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pgtrigger
from django.core.validators import MaxLengthValidator
from django.db import models

from guidelines.models.columns import refuse, tracked
from patients.models.change import shown_of_a_patient
from patients.models.clinic import Clinic, clinics_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

Row = TypeVar("Row", bound=models.Model)


def never_deleted(name: str) -> Any:
    """A trigger for clinical rows: nothing clinical is deleted."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=refuse(f"{name}: nothing clinical is deleted"),
    )


class Sex(models.TextChoices):
    """The words are those of the fact catalogue."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The only way a view may reach patients: those of clinics where this person is physician or nurse."""
        return self.filter(clinic__in=clinics_of(user))

    def locked(self) -> Self:
        """For whoever writes for a patient, one after the other. Somebody who looks meanwhile does not wait: their
        access row refers to the patient's key, which no writer changes."""
        return self.select_for_update(no_key=True, of=("self",))

    def found_by(self, text: str) -> Self:
        """Whose names or number contain every word."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                models.Q(family_name__icontains=word)
                | models.Q(given_names__icontains=word)
                | models.Q(number__icontains=word)
            )
        return found


class PatientRowQuerySet(models.QuerySet[Row]):
    """For rows that belong to a patient."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The only way a view may reach these rows."""
        return self.filter(patient__clinic__in=clinics_of(user))


@shown_of_a_patient(is_listed=True, whose="ROW.id")
@tracked
class Patient(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    family_name = models.CharField(max_length=100)
    given_names = models.CharField(max_length=100)
    born_on = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex.choices)
    number = models.CharField(max_length=40)  # the clinic's own
    allergies = models.TextField(max_length=2000, blank=True, validators=[MaxLengthValidator(2000)])
    is_invented = models.BooleanField(default=False)
    # Rises with every change; whoever writes names the one that was read.
    lock_version = models.PositiveIntegerField(default=1)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey("auth.User", on_delete=models.PROTECT, related_name="+")

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_names", "number"]
        indexes = [models.Index(fields=["clinic", "family_name", "given_names"], name="patients_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "number"],
                name="one_patient_per_number_in_a_clinic",
                violation_error_message="Another patient of this clinic has this number.",
            ),
            models.CheckConstraint(condition=models.Q(sex__in=Sex.values), name="patients_have_a_known_word_for_sex"),
            models.CheckConstraint(condition=~models.Q(number=""), name="a_patient_has_a_number"),
        ]
        triggers = [
            never_deleted("patients_are_not_deleted"),
            pgtrigger.Trigger(
                name="a_patient_stays_with_the_clinic",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__clinic__df=pgtrigger.F("new__clinic")),
                func=refuse("a_patient_stays_with_the_clinic: register the patient at the other clinic"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.family_name}, {self.given_names}"

    def age_on(self, day: date) -> int:
        """Whole years."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))
