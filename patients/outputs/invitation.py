"""An invitation as a mail: text alone, who invites to what, and the link. Nothing of a patient."""

from datetime import datetime

from django.core.mail import EmailMessage

from patients.models import Invitation
from patients.presentation.people_page import called, invited_to

SUBJECT = "Invitation to Stepwise"


def invitation_mail(invitation: Invitation, address: str, until: datetime) -> EmailMessage:
    text = f"""{invitation.name},

{called(invitation.made_by)} invites you to work with Stepwise as {invited_to(invitation)}.

Open this link to accept:
{address}

It can be used once, until {until.astimezone(invitation.zone):%d %B %Y, %H:%M %Z}. Do not pass it on: whoever has it can accept it.
If you did not expect this, there is nothing to do.
"""
    return EmailMessage(SUBJECT, text, to=[invitation.email])
