"""The two layers that keep clinics apart, each taken away so that the other stands alone."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings

from config.acting import SYSTEM
from config.written_once import WrittenOnce
from patients.models import Clinic
from patients.models.access import AccessEventQuerySet
from patients.models.joining import InvitationQuerySet
from patients.models.laboratory import ClinicRowQuerySet
from patients.models.open_work import OpenWorkQuerySet
from patients.models.patient import PatientQuerySet, PatientRowQuerySet
from patients.presentation.kept_pages import pages
from patients.worklist_sql import kept

FILTERS = (
    PatientQuerySet, PatientRowQuerySet, OpenWorkQuerySet, ClinicRowQuerySet, AccessEventQuerySet, InvitationQuerySet,
)  # fmt: skip


def without_row_security(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request is the system's, for which the database hides nothing."""
    monkeypatch.setattr("config.middleware.NOBODY", SYSTEM)
    monkeypatch.setattr("config.middleware.act_from_now_on_as", lambda person: None)


def see_everything(rows: Any, user: Any) -> Any:
    return rows


def without_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every queryset gives all rows to everybody, and everybody has every role in every clinic."""
    for rows in FILTERS:
        monkeypatch.setattr(rows, "visible_to", see_everything)
    monkeypatch.setattr(
        "patients.models.clinic.clinics_of", lambda user, *roles: Clinic.objects.order_by().values("pk")
    )
    monkeypatch.setattr("patients.permissions.has_role", lambda *asked: True)
    write_anew(monkeypatch)
    forget()


def write_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements that are put together once keep the filters of that moment: until the end of the test, those of now."""
    import_module(settings.ROOT_URLCONF)  # with every view, and what it asks
    for written in WrittenOnce.every:
        monkeypatch.setitem(written.__dict__, "statement", written.write())


def forget() -> None:
    """What was put together or printed with other layers."""
    kept.cache_clear()
    pages.clear()
