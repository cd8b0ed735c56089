"""Registering and editing a patient: what stands on the patient's page, and nothing clinical besides allergies."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from config.day_field import DayField
from patients.models import Clinic, Patient, Sex


class PatientForm(forms.Form):
    family_name = forms.CharField(max_length=100, label="Family name", widget=forms.TextInput({"autocomplete": "off"}))
    given_names = forms.CharField(max_length=100, label="Given names", widget=forms.TextInput({"autocomplete": "off"}))
    born_on = DayField(label="Day of birth", missing="Write the day of birth.")
    sex = forms.ChoiceField(label="Sex", choices=Sex.choices, widget=forms.RadioSelect())
    number = forms.CharField(
        max_length=40, label="Number", help_text="The clinic's own. Each patient has a different one.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    allergies = forms.CharField(
        max_length=2000,
        required=False,
        label="Allergies",
        help_text="Write None known if that is so. Left empty, the record says: not recorded.",
        widget=forms.Textarea({"rows": 2}),
    )

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        if born_on.year < 1900:
            raise forms.ValidationError("This is more than 120 years ago. Correct the year.")
        return born_on


class RegisterForm(PatientForm):
    """With more than one clinic it must be said which."""

    clinic = forms.ModelChoiceField(Clinic.objects.none(), label="Clinic", empty_label=None)

    def __init__(self, *args: Any, clinics: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["clinic"]
        field.queryset = clinics  # type: ignore[attr-defined]  # a ModelChoiceField, as declared above
        self.order_fields(["clinic"])
        if len(clinics) == 1:
            field.initial = clinics[0]
            field.widget = forms.HiddenInput()


class EditForm(PatientForm):
    lock_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput())


FIELDS = ("family_name", "given_names", "born_on", "sex", "number", "allergies")


def initial_of(patient: Patient) -> dict[str, Any]:
    return {name: getattr(patient, name) for name in (*FIELDS, "lock_version")}


def onto_saved(patient: Patient, lock_version: int, typed: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """What was typed put onto what somebody else has saved since the form was opened: a field that was left alone is as
    it is saved now. And whether both changed the same field, so that one of the two is lost."""
    before = patient.events.filter(lock_version=lock_version).order_by("-pgh_id").first()  # type: ignore[attr-defined]
    if before is None:  # the form never was a page of ours: everything in it counts as typed
        return {name: typed[name] for name in FIELDS}, True
    mine = {name for name in FIELDS if typed[name] != getattr(before, name)}
    theirs = {name for name in FIELDS if getattr(patient, name) != getattr(before, name)}
    values = {name: typed[name] if name in mine else getattr(patient, name) for name in FIELDS}
    return values, any(values[name] != getattr(patient, name) for name in mine & theirs)


def differences(patient: Patient, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, what is saved now, what would be saved: for a change that met another."""
    found: list[tuple[str, str, str]] = []
    for name in FIELDS:
        saved = getattr(patient, name)
        if values[name] != saved:
            now, then = (
                str(dict(Sex.choices).get(value, value)) if name == "sex" else str(value)
                for value in (saved, values[name])
            )
            found.append((str(PatientForm.base_fields[name].label), now, then))
    return found


class NumberForm(forms.Form):
    """One of these patients by the whole number: whoever only administers a clinic finds nobody by a name."""

    number = forms.CharField(
        max_length=40, label="Number of the patient", widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, patients: QuerySet[Patient], **options: Any) -> None:
        super().__init__(*args, **options)
        self.patients = patients

    def clean_number(self) -> Patient:
        found = list(self.patients.filter(number=self.cleaned_data["number"])[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                "Patients of two clinics have this number: ask in each clinic." if found
                else "No patient of your clinics has this number."
            )  # fmt: skip
        return found[0]
