"""A machine's clock may have been wrong and be set right while people are at work. What was written down for a moment that is
then still to come says nothing any more: neither that somebody may go on, nor that they may not."""

from datetime import datetime, timedelta

from django.utils import timezone

APART = timedelta(minutes=2)  # so far the clocks of several machines may be from each other


def latest() -> datetime:
    """No clock of ours can have said a later moment, unless it has been set back since."""
    return timezone.now() + APART


SENT_TWICE = timedelta(minutes=5)  # the same from the same person in so short a time was meant once


def moments_ago() -> tuple[datetime, datetime]:
    """When something that is sent once more may have been sent before."""
    return timezone.now() - SENT_TWICE, latest()
