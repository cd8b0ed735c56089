"""Who works in a clinic, and as what. The clinic's row is locked, and only then asked who may: two administrators who
remove each other at once are one after the other, and the second is no administrator any more."""

from collections.abc import Collection

import pghistory
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from patients import permissions
from patients.actions.refusals import Refused, allow
from patients.models import Clinic, Membership, Role


@transaction.atomic
def add_member(*, clinic: Clinic, user: User, role: Role) -> Membership:
    """At the console only. The same person in the same role again gives the row there is."""
    with pghistory.context(action="add_member"):
        return Membership.objects.get_or_create(clinic=clinic, user=user, role=role)[0]


@transaction.atomic
def change_roles(
    *, clinic: Clinic, person: User, roles: Collection[str], read: Collection[str], by: User
) -> list[Membership]:
    """Exactly these roles from now on; `read` are those there were when somebody decided it."""
    rows = rows_to_change(clinic, person, by)
    if {row.role for row in rows} != set(read):
        raise Refused("Somebody has changed these roles since you opened the page. Look at them, and choose again.")
    if not roles:
        raise Refused("Choose at least one role. Whoever is to have none is removed from the clinic.")
    if any(row.suspended_at for row in rows):
        raise Refused("Roles are not changed during a suspension. End it first.")
    with pghistory.context(action="change_roles", user=by.pk):
        for row in rows:
            if row.role not in roles:
                row.delete()
        for role in sorted(set(roles) - {row.role for row in rows}):
            Membership.objects.create(clinic=clinic, user=person, role=Role(role), given_by=by)
    return list(Membership.objects.filter(clinic=clinic, user=person))


@transaction.atomic
def suspend_member(*, clinic: Clinic, person: User, because: str, by: User) -> None:
    """From the next request on, nothing of this clinic is there for this person."""
    rows = rows_to_change(clinic, person, by)
    if not because.strip():
        raise Refused("Write why, for whoever ends it one day.")
    if len(because.strip()) > LONGEST_REASON:
        raise Refused(f"Write the reason in {LONGEST_REASON} characters at most.")
    now = timezone.now()
    with pghistory.context(action="suspend_member", user=by.pk):
        for row in rows:
            if row.suspended_at is None:  # sent twice, meant once
                row.suspended_at, row.suspended_by, row.suspended_because = now, by, because.strip()
                row.save(update_fields=SUSPENDED)


@transaction.atomic
def resume_member(*, clinic: Clinic, person: User, by: User) -> None:
    """With the roles there were before."""
    rows = rows_to_change(clinic, person, by)
    with pghistory.context(action="resume_member", user=by.pk):
        for row in rows:
            row.suspended_at, row.suspended_by, row.suspended_because = None, None, None
            row.save(update_fields=SUSPENDED)


@transaction.atomic
def remove_member(*, clinic: Clinic, person: User, by: User) -> None:
    """What this person has written and signed stays; the history keeps the roles."""
    rows = rows_to_change(clinic, person, by)
    with pghistory.context(action="remove_member", user=by.pk):
        for row in rows:
            row.delete()


SUSPENDED = ("suspended_at", "suspended_by", "suspended_because")
LONGEST_REASON = 500


def rows_to_change(clinic: Clinic, person: User, by: User) -> list[Membership]:
    """Somebody's roles in the clinic, ours until the transaction ends."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    allow(permissions.why_not_change_member(by, clinic, person))
    rows = list(Membership.objects.filter(clinic=clinic, user=person).order_by("pk"))
    if not rows:
        raise Refused("This person does not work in the clinic any more.")
    return rows


def join(clinic: Clinic, person: User, roles: Collection[str], given_by: User | None) -> None:
    """Whoever was invited. The caller has locked the clinic, and says in the history what it does."""
    if Membership.objects.filter(clinic=clinic, user=person, suspended_at__isnull=False).exists():
        raise Refused(f"You are suspended in {clinic}. Its administrators can end that; an invitation does not.")
    for role in sorted(roles):
        Membership.objects.get_or_create(clinic=clinic, user=person, role=role, defaults={"given_by": given_by})
