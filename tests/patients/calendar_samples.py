"""Addresses of calendars as their tests make and read them."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from patients import actions
from patients.models import (
    Clinic,
    Patient,
)


def address_of(token: UUID) -> str:
    return reverse("calendar_feed", args=[token])


def opened(by: User, patient: Patient | None = None) -> UUID:
    token = uuid4()
    actions.open_feed(clinic=Clinic.objects.clinical_for(by).get(), patient=patient, by=by, token=token)
    return token


def read(client: Client, token: UUID) -> dict[str, Any]:
    response = client.get(address_of(token))
    assert response.status_code == 200
    return {str(event["uid"]): event for event in Calendar.from_ical(response.content).walk("VEVENT")}
