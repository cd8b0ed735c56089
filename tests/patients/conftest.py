"""Who most tests of the patient side are about."""

import pytest
from django.contrib.auth.models import User

from patients.models import Patient
from tests import factories_patients as make


@pytest.fixture
def by() -> User:
    return make.physician(make.clinic())


@pytest.fixture
def patient(by: User) -> Patient:
    return make.patient(by)
