"""A file of results for a clinic. Whether it can be read is not asked here."""

from typing import Any

from django import forms

from patients.forms.results import LaboratoryForm
from patients.models import Clinic


class ImportForm(LaboratoryForm):
    """With more than one clinic it must be said which."""

    file = forms.FileField(
        label="File", widget=forms.FileInput(attrs={"accept": ".csv,.txt,.json"}),
        help_text="CSV, or a FHIR R4 bundle of observations in JSON.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )  # fmt: skip
    clinic = forms.ModelChoiceField(Clinic.objects.none(), label="Clinic", empty_label=None)
    field_order: tuple[str, ...] = ("clinic", "file", "laboratory")

    def __init__(self, *args: Any, clinics: Any, clinic: Clinic, **options: Any) -> None:
        super().__init__(*args, clinic=clinic, **options)
        del self.fields["new_laboratory"]
        field = self.fields["clinic"]
        field.queryset = clinics  # type: ignore[attr-defined]  # a ModelChoiceField, as declared above
        field.initial = clinic
        if len(clinics) == 1:
            field.widget = forms.HiddenInput()
