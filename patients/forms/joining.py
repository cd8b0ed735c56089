"""Inviting people, joining, roles, suspensions, and a clinic's own lines."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User

from guidelines.workflow import ADMINISTRATORS, CLINICIAN, EDITORS, PHARMACIST, REVIEWERS
from patients.models import Paper, Role

IN_A_CLINIC = (
    (Role.PHYSICIAN, "Physician: looks after patients, and signs plans"),
    (Role.NURSE, "Nurse: looks after patients"),
    (Role.ADMINISTRATOR, "Administrator: decides who works here, and sees no patient by that"),
)
IN_THE_INSTALLATION = (
    (EDITORS, "Editor: writes guidelines"),
    (REVIEWERS, "Reviewer: checks and approves what others wrote"),
    (ADMINISTRATORS, "Administrator: puts versions into use, adds clinics, decides who has which of these roles"),
)
APPROVES_AS = (
    ("", "Neither: such an approval is not counted"),
    (CLINICIAN, "A clinician"),
    (PHARMACIST, "A pharmacist"),
)
NO_ROLE = {"required": "Choose at least one role."}


def typed(**attributes: str) -> forms.TextInput:
    return forms.TextInput({"autocomplete": "off", **attributes})


def with_profession(cleaned: dict[str, Any]) -> list[str]:
    """A profession says something of a reviewer only."""
    is_said = REVIEWERS in cleaned["roles"] and cleaned["profession"]
    return [*cleaned["roles"], *([cleaned["profession"]] if is_said else [])]


class ReadRoles(forms.Form):
    """Carries which roles there were when the page was opened."""

    read = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput())

    def clean_read(self) -> list[str]:
        return sorted(filter(None, self.cleaned_data["read"].split(",")))


class RolesForm(ReadRoles):
    roles = forms.MultipleChoiceField(
        choices=IN_A_CLINIC, label="To work here as", widget=forms.CheckboxSelectMultiple(), error_messages=NO_ROLE
    )


class InstallationRolesForm(ReadRoles):
    """All may be taken: whoever has none works in clinics only, or nowhere."""

    hides_optional = True
    roles = forms.MultipleChoiceField(
        choices=IN_THE_INSTALLATION, label="To work as", required=False, widget=forms.CheckboxSelectMultiple()
    )
    profession = forms.ChoiceField(
        choices=APPROVES_AS, required=False, label="A reviewer approves as", widget=forms.RadioSelect()
    )

    def chosen(self) -> list[str]:
        return with_profession(self.cleaned_data)


class ReasonForm(forms.Form):
    because = forms.CharField(
        max_length=500, label="Why", widget=forms.Textarea({"rows": 2}),
        help_text="For whoever ends it one day. The person does not see it.",
    )  # fmt: skip


class Invited(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="Whom the invitation is for.", widget=typed())
    email = forms.EmailField(
        required=False, label="E-mail", widget=forms.EmailInput({"autocomplete": "off"}),
        help_text="The address of the account. Without it the password cannot be reset by mail.",
    )  # fmt: skip


class ClinicInviteForm(Invited):
    roles = forms.MultipleChoiceField(
        choices=IN_A_CLINIC, label="To work here as", widget=forms.CheckboxSelectMultiple(), error_messages=NO_ROLE
    )

    def __init__(self, *args: Any, offered: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["roles"]
        field.choices = [choice for choice in IN_A_CLINIC if choice[0] in offered]  # type: ignore[attr-defined]  # a MultipleChoiceField, as declared above

    def chosen(self) -> list[str]:
        return list(self.cleaned_data["roles"])


class InstallationInviteForm(Invited):
    roles = forms.MultipleChoiceField(
        choices=IN_THE_INSTALLATION, label="To work as", widget=forms.CheckboxSelectMultiple(), error_messages=NO_ROLE
    )
    profession = forms.ChoiceField(
        choices=APPROVES_AS, required=False, label="A reviewer approves as", widget=forms.RadioSelect()
    )

    def chosen(self) -> list[str]:
        return with_profession(self.cleaned_data)


class NewPersonForm(UserCreationForm):
    """Somebody who was invited and has no account. Django's own, with its validators of passwords, and a name."""

    first_name = forms.CharField(max_length=150, label="Given names", widget=typed(autocomplete="given-name"))
    last_name = forms.CharField(max_length=150, label="Family name", widget=typed(autocomplete="family-name"))

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("first_name", "last_name", "username")
        labels = {"username": "User name"}
        help_texts = {"username": "To sign in with: letters, digits and @ . + - _"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].widget.attrs.pop("autofocus", None)  # the page is read before anything is typed
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["password2"].label, self.fields["password2"].help_text = "Password, once more", ""


class ClinicForm(forms.Form):
    """The lines stand on the paper of each of its patients."""

    name = forms.CharField(max_length=120, label="Name", widget=typed())
    time_zone = forms.ChoiceField(label="Time zone", help_text="Its day begins and ends by it.")
    phone = forms.CharField(max_length=60, label="Telephone", widget=typed())
    after_hours_phone = forms.CharField(max_length=60, label="Telephone after hours", widget=typed())
    emergency_number = forms.CharField(max_length=30, label="Emergency number", widget=typed())
    poison_line = forms.CharField(max_length=60, label="Poison line", widget=typed())
    fever_limit = forms.CharField(
        max_length=60,
        label="Fever, from",
        help_text="As patients here read a temperature, such as 38 °C.",
        widget=typed(),
    )
    paper = forms.ChoiceField(choices=Paper.choices, label="Paper", widget=forms.RadioSelect(), initial=Paper.A4)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = [(zone, zone) for zone in sorted(available_timezones())]
        self.fields["time_zone"].choices = [("", "Choose"), *zones]  # type: ignore[attr-defined]  # a ChoiceField, as declared above
