"""allauth's forms for passkeys, whose JSON a browser makes: what a browser never makes is refused and no error of ours."""

from typing import Any

from allauth.mfa.webauthn import forms as theirs
from django import forms
from django.forms.fields import InvalidJSONInput


class CredentialField(forms.JSONField):
    """Django's own refuses what is no JSON, and not what is JSON and cannot be read: a number of ten thousand digits."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the page shows again."""
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)


class AddForm(theirs.AddWebAuthnForm):
    credential = CredentialField()


class AuthenticateForm(theirs.AuthenticateWebAuthnForm):
    credential = CredentialField()


class LoginForm(theirs.LoginWebAuthnForm):
    credential = CredentialField()


class ReauthenticateForm(theirs.ReauthenticateWebAuthnForm):
    credential = CredentialField()
