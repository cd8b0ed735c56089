"""Invitations: made, taken back, and accepted once. They hold as long as whoever made them might make them today."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

import pghistory
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.acting import NOBODY, acting_as, acting_for_invitation, acting_in_clinic
from guidelines.actions import give_role
from patients import permissions
from patients.actions.calendars import hash_of
from patients.actions.installation import lock_administrators
from patients.actions.memberships import join
from patients.actions.people import add_person
from patients.actions.refusals import Refused, allow, checked
from patients.models import INSTALLATION, Clinic, Invitation

GONE = "This invitation was used or taken back just now."


@transaction.atomic
def invite(
    *, clinic: Clinic | None, roles: Collection[str], name: str, email: str, by: User | None, token: UUID
) -> Invitation:
    """The invitation that this token opens for a week. By nobody at the console only. Sent twice: the one there is.

    `token` is a random UUID; who calls this shows it once, for it cannot be had again."""
    if not roles:
        raise Refused("Choose at least one role.")
    if by is not None:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # sent twice at once, one waits for the other
        allow(permissions.why_not_invite(by, clinic, roles))
    if token.version != 4:
        raise Refused("This link could be guessed. Open the page again and make another.")
    made = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if made is not None:
        if by is None or made.made_by_id != by.pk:
            raise Refused("This link is in use already. Open the page again and make another.")
        return made
    invitation = Invitation(
        clinic=clinic, roles=sorted(set(roles)), name=name.strip(), email=email.strip(), token_hash=hash_of(token),
        made_by=by,
    )  # fmt: skip
    checked(invitation)
    with pghistory.context(action="invite", **({"user": by.pk} if by else {})):
        invitation.save()
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """From this moment on the link leads nowhere."""
    current = Invitation.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=invitation.pk)
    allow(permissions.why_not_invite(by, current.clinic, current.roles))
    if current.used_at is not None:
        raise Refused(f"{current.name} has used this invitation. Change the roles instead.")
    if current.revoked_at is None:  # sent twice, meant once
        current.revoked_at, current.revoked_by = timezone.now(), by
        with pghistory.context(action="revoke_invitation", user=by.pk):
            current.save(update_fields=["revoked_at", "revoked_by"])
    return current


@contextmanager
def as_invited(token: UUID) -> Iterator[None]:
    """Asking as the clinic a link leads into, or as none of them: whoever follows it does not belong there yet."""
    with acting_for_invitation(hash_of(token)):
        found = Invitation.objects.filter(token_hash=hash_of(token)).values_list("clinic").first()
    with acting_as(NOBODY) if found is None else acting_in_clinic(found[0] or INSTALLATION):
        yield


def invitation_behind(token: UUID) -> Invitation | None:
    """The invitation a link leads to, where it still holds. One that never was and one that ended are the same."""
    with as_invited(token):
        found = Invitation.objects.open().select_related("clinic", "made_by").filter(token_hash=hash_of(token)).first()
        return found if found is not None and is_answered_for(found) else None


def is_answered_for(invitation: Invitation) -> bool:
    by = invitation.made_by
    return by is None or not permissions.why_not_invite(by, invitation.clinic, invitation.roles)


@transaction.atomic
def accept_invitation(*, token: UUID, by: User) -> Invitation:
    """By somebody who has an account: the roles come to those there are."""
    with as_invited(token):
        invitation = locked(token)
        if invitation.made_by_id == by.pk:
            raise Refused(
                f"You made this invitation, and nobody gives themselves a role. Hand the link to {invitation.name}."
            )
        use(invitation, by)
    return invitation


@transaction.atomic
def accept_as_new_person(
    *, token: UUID, username: str, password: str, first_name: str, last_name: str
) -> tuple[Invitation, User]:
    """By somebody who has none yet. The form has asked the validators of passwords."""
    with as_invited(token):
        invitation = locked(token)
        if invitation.email and User.objects.filter(email__iexact=invitation.email).exists():
            raise Refused(f"There is an account with the address {invitation.email}. Sign in with it, then accept.")
        try:
            with transaction.atomic():
                person = add_person(
                    username=username,
                    password=password,
                    first_name=first_name,
                    last_name=last_name,
                    email=invitation.email,
                )
        except IntegrityError:
            raise Refused("This user name was taken just now. Choose another.") from None
        use(invitation, person)
    return invitation, person


def locked(token: UUID) -> Invitation:
    """The invitation as it is now, and the clinic or the group it leads into, ours until the transaction ends."""
    rows = Invitation.objects.open().select_for_update(of=("self",)).select_related("clinic", "made_by")
    invitation = rows.filter(token_hash=hash_of(token)).first()
    if invitation is None:
        raise Refused(GONE)
    if invitation.clinic is None:
        lock_administrators()
    else:
        Clinic.objects.select_for_update(no_key=True).get(pk=invitation.clinic.pk)
    if not is_answered_for(invitation):
        raise Refused(GONE)
    return invitation


def use(invitation: Invitation, person: User) -> None:
    invitation.used_at, invitation.used_by = timezone.now(), person
    with pghistory.context(action="accept_invitation", user=person.pk):
        invitation.save(update_fields=["used_at", "used_by"])
        if invitation.clinic is None:
            for role in invitation.roles:
                give_role(user=person, role=role)
        else:
            join(invitation.clinic, person, invitation.roles, invitation.made_by)
