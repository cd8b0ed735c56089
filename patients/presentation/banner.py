"""The one dark band: who the open record belongs to. Never collapses, never guesses an allergy."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse

from patients.models import Patient

NO_ALLERGIES = ("none", "none known", "no known allergies", "no allergies", "nil")


@dataclass(frozen=True)
class Banner:
    pk: UUID
    name: str
    get_absolute_url: str
    born_on: date
    age_years: int
    get_sex_display: str
    identifier: str
    allergies_text: str
    has_allergies: bool
    is_invented: bool
    clinic: str


def banner_of(patient: Patient) -> Banner:
    allergies = patient.allergies.strip()
    return Banner(
        pk=patient.pk,
        name=f"{patient.family_name.upper()}, {patient.given_names}",
        get_absolute_url=reverse("patient_detail", args=[patient.pk]),
        born_on=patient.born_on,
        age_years=patient.age_on(patient.clinic.today()),
        get_sex_display=patient.get_sex_display(),
        identifier=patient.number,
        allergies_text=allergies or "Not recorded",
        has_allergies=bool(allergies) and allergies.lower().rstrip(".") not in NO_ALLERGIES,
        is_invented=patient.is_invented,
        clinic=patient.clinic.name,
    )
