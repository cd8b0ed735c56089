"""Who works on guidelines and administers this installation, and who may not sign in at all.

The group of administrators is locked, and only then asked who may: of two who suspend each other at once, one stays.
"""

from collections.abc import Collection

import pghistory
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from guidelines.actions import give_role
from guidelines.workflow import ADMINISTRATORS, AT_WORK, PROFESSIONS, REVIEWERS
from patients import permissions
from patients.actions.memberships import LONGEST_REASON
from patients.actions.refusals import Refused, allow
from patients.models import Suspension

KNOWN = (*AT_WORK, *PROFESSIONS)


def lock_administrators() -> None:
    Group.objects.get_or_create(name=ADMINISTRATORS)
    Group.objects.select_for_update().get(name=ADMINISTRATORS)


@transaction.atomic
def change_installation_roles(*, person: User, roles: Collection[str], read: Collection[str], by: User) -> None:
    """Exactly these groups from now on; `read` are those there were when somebody decided it."""
    lock_administrators()
    allow(permissions.why_not_change_person(by, person))
    held = set(person.groups.filter(name__in=KNOWN).values_list("name", flat=True))
    if held != set(read):
        raise Refused("Somebody has changed these roles since you opened the page. Look at them, and choose again.")
    wanted = set(roles) if REVIEWERS in roles else set(roles).difference(PROFESSIONS)
    if len(wanted.intersection(PROFESSIONS)) > 1:
        raise Refused("A reviewer approves as one profession. Choose one.")
    with pghistory.context(action="change_installation_roles", user=by.pk):
        for name in sorted(held - wanted):
            person.groups.remove(Group.objects.get(name=name))
        for name in sorted(wanted - held):
            give_role(user=person, role=name)


@transaction.atomic
def suspend_person(*, person: User, because: str, by: User) -> None:
    """Everywhere, from the next request on. Also the last administrator of a clinic: what must be stopped is stopped, and
    the installation can give the clinic another one."""
    lock_administrators()
    allow(permissions.why_not_change_person(by, person))
    if not because.strip():
        raise Refused("Write why, for whoever ends it one day.")
    if len(because.strip()) > LONGEST_REASON:
        raise Refused(f"Write the reason in {LONGEST_REASON} characters at most.")
    if Suspension.objects.filter(person=person, ended_at__isnull=True).exists():
        return  # sent twice, meant once
    with pghistory.context(action="suspend_person", user=by.pk):
        Suspension.objects.create(person=person, because=because.strip(), suspended_by=by)
        User.objects.filter(pk=person.pk).update(is_active=False)
    end_sessions(person)


@transaction.atomic
def resume_person(*, person: User, by: User) -> None:
    """May sign in again, with the roles there were before."""
    lock_administrators()
    allow(permissions.why_not_change_person(by, person))
    with pghistory.context(action="resume_person", user=by.pk):
        open_ones = Suspension.objects.filter(person=person, ended_at__isnull=True)
        open_ones.update(ended_at=timezone.now(), ended_by=by)
        User.objects.filter(pk=person.pk).update(is_active=True)


def end_sessions(person: User) -> None:
    """A session of somebody suspended is refused as it is; it must not come back to life when the suspension ends."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
