"""A plan that is ready to be signed: its page, what its form sends, and what a page carries to be sent again."""

import re
from uuid import uuid4

from django.urls import reverse

from patients.deciding import active_plan, decision_for, decision_hash
from patients.models import Consultation


def signature(ready: Consultation) -> dict[str, str]:
    return {
        "lock": str(ready.lock_version), "key": str(uuid4()), "birth_year": str(ready.patient.born_on.year),
        "shown": decision_hash(decision_for(ready), ready.version, active_plan(ready)), "more": 'Seen & "agreed"\nwith her',
    }  # fmt: skip


def page_of(ready: Consultation) -> str:
    return reverse("consultation_review", args=[ready.pk])


def hidden(page: str) -> dict[str, str]:
    """What the form of the page carries."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name not in ("csrfmiddlewaretoken", "next")}
