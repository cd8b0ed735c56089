"""Who most tests of the patient side are about."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from guidelines.models import Version
from patients.models import Patient
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients.worklist_samples import Clock, passing


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def patient(by: User) -> Patient:
    return make.patient(by)


@pytest.fixture
def shipped(db: None) -> tuple[Version, User]:
    """The guideline that is shipped and a physician, in tests that begin with it."""
    return Version.objects.current().get(), User.objects.get(username="demo-physician")


@pytest.fixture
def signed_in(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


@pytest.fixture
def version() -> Version:
    return published()


@pytest.fixture
def days_later(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return passing(monkeypatch)
