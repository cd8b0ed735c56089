"""What a page sends of a passkey, and no browser makes, is refused beside its form."""

import pytest
from django.contrib.auth.models import User

from config.passkey_forms import AddForm, AuthenticateForm, LoginForm, ReauthenticateForm

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sent", ["9" * 10_000, "[" * 200_000, "{", "nonsense"])
def test_a_credential_that_cannot_be_read_is_refused(sent: str) -> None:
    user = User(pk=1)
    for form in (
        AddForm({"credential": sent}, user=user, initial={"name": "Key"}),
        AuthenticateForm({"credential": sent}, user=user),
        ReauthenticateForm({"credential": sent}, user=user),
        LoginForm({"credential": sent}),
    ):
        assert form.errors["credential"], type(form).__name__
        assert form.as_p()  # the page shows it again
