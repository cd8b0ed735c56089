"""Results as a person types them into the form of one patient."""

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.models import Patient
from tests import factories_patients as make


def address(patient: Patient) -> str:
    return reverse("patient_results_add", args=[patient.pk])


def sent(client: Client, patient: Patient, **typed: str) -> HttpResponse:
    """`typed` by the names of the boxes, with two underscores for the hyphen."""
    fields = {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(address(patient), {"taken_on": make.days_ago(0).isoformat(), **fields})  # type: ignore[return-value]


MARKER = {"value__itch_marker": "55", "unit__itch_marker": "U/L", "limit__itch_marker": "40"}
