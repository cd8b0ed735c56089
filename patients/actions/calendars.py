"""Private calendar feeds: made, revoked, and read by whoever has the address. Only the hash of a token is kept."""

from datetime import datetime, time
from hashlib import sha256
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from config.acting import acting_for_calendar
from patients import permissions
from patients.actions.people import record_access
from patients.actions.refusals import Refused, allow
from patients.models import AccessEvent, CalendarFeed, Clinic, Patient

FEED = "calendar_feed"


def hash_of(token: UUID) -> str:
    return sha256(str(token).encode()).hexdigest()


@transaction.atomic
def open_feed(*, clinic: Clinic, by: User, token: UUID, patient: Patient | None = None) -> CalendarFeed:
    """The feed this token opens from now on; of the whole clinic without a patient. Sent twice: the one there is.

    `token` is a random UUID; who calls this shows it once, for it cannot be had again."""
    whose = patient.clinic if patient else clinic
    if whose.pk != clinic.pk:
        raise Refused("This patient belongs to another clinic.")
    allow(permissions.why_not_share_calendar(by, clinic))
    if token.version != 4:
        raise Refused("This address could be guessed. Open the page again and make another.")
    with pghistory.context(action="open_feed", user=by.pk):
        feed, _ = CalendarFeed.objects.get_or_create(
            token_hash=hash_of(token), defaults={"clinic": clinic, "patient": patient, "made_by": by}
        )
    if (feed.clinic_id, feed.patient_id) != (clinic.pk, patient.pk if patient else None):
        raise Refused("This address is in use already. Open the page again and make another.")
    if feed.revoked_at is not None:
        raise Refused("This address was revoked. Open the page again and make another.")
    return feed


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: User) -> CalendarFeed:
    """From this moment on the address leads nowhere."""
    current = CalendarFeed.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=feed.pk)
    allow(permissions.why_not_share_calendar(by, current.clinic))
    if current.revoked_at is not None:
        return current  # sent twice, meant once
    current.revoked_at, current.revoked_by = timezone.now(), by
    with pghistory.context(action="revoke_feed", user=by.pk):
        current.save(update_fields=["revoked_at", "revoked_by"])
    return current


def clinic_of_feed(token: UUID) -> int | None:
    """Whose rows the calendar behind an address is made of: all that is read before it is known that it holds."""
    found = hash_of(token)
    with acting_for_calendar(found):
        return CalendarFeed.objects.filter(token_hash=found).values_list("clinic", flat=True).first()


def read_feed(token: UUID) -> CalendarFeed | None:
    """The feed behind an address that holds. Reading a patient's leaves its trace, once a day at the clinic and under the
    name of whoever gave the address away: a calendar asks every hour, and nobody signs in."""
    feeds = CalendarFeed.objects.open().select_related("clinic", "patient", "made_by")
    feed = feeds.filter(token_hash=hash_of(token)).first()
    if feed is not None and feed.patient is not None:
        midnight = datetime.combine(feed.clinic.today(), time(), tzinfo=feed.clinic.zone)
        looks = AccessEvent.objects.filter(clinic=feed.clinic, user=feed.made_by, what=FEED, at__gte=midnight)
        seen = looks.of(feed.patient.pk)
        if not seen.exists():
            record_access(patient=feed.patient, by=feed.made_by, what=FEED)
    return feed
