"""Who most tests of the pages of guidelines are about."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories_guidelines import editor


@pytest.fixture
def signed_in(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


@pytest.fixture
def edith() -> User:
    return editor("edith")
