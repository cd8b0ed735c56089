"""Who works where, as pages list it: one line for a person, however many roles. Nothing of a patient."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib.auth.models import User

from guidelines.workflow import ADMINISTRATORS, AT_WORK, CLINICIAN, EDITORS, PHARMACIST, PROFESSIONS, REVIEWERS
from patients.models import Clinic, Invitation, Membership, Role

IN_WORDS = {
    **{str(role): role.label for role in Role},
    EDITORS: "Editor", REVIEWERS: "Reviewer", ADMINISTRATORS: "Administrator",
    CLINICIAN: "as a clinician", PHARMACIST: "as a pharmacist",
}  # fmt: skip
ORDER = (*Role.values, *AT_WORK, *PROFESSIONS)


@dataclass(frozen=True)
class Member:
    """A person in a clinic. `rows` are never empty; they are suspended together."""

    rows: Sequence[Membership]

    @property
    def person(self) -> User:
        return self.rows[0].user

    @property
    def clinic_id(self) -> int:
        return self.rows[0].clinic_id

    @property
    def roles(self) -> list[str]:
        return [row.role for row in self.rows]

    @property
    def roles_in_words(self) -> str:
        return listed(self.roles)

    @property
    def given_at(self) -> datetime | None:
        return min((row.given_at for row in self.rows if row.given_at), default=None)

    @property
    def given_by(self) -> list[User]:
        """Without those roles that were given at the console."""
        return list(dict.fromkeys(row.given_by for row in self.rows if row.given_by))

    @property
    def suspension(self) -> Membership | None:
        return next((row for row in self.rows if row.suspended_at), None)


def members(rows: Iterable[Membership]) -> list[Member]:
    """By family name; the rows of a person stand in the order of roles."""
    ordered = sorted(rows, key=lambda row: (*name_key(row.user), row.user_id, ORDER.index(row.role)))
    return [Member(list(found)) for _, found in groupby(ordered, key=lambda row: row.user_id)]


def name_key(person: User) -> tuple[str, str, str]:
    return person.last_name.casefold(), person.first_name.casefold(), person.username


def listed(roles: Iterable[str]) -> str:
    """Such as: Physician, Administrator."""
    return ", ".join(IN_WORDS[role] for role in sorted(roles, key=ORDER.index) if role in IN_WORDS)


def invited_to(invitation: Invitation) -> str:
    """Inside a sentence, such as: physician and nurse of Elbow Clinic."""
    words = [IN_WORDS[role].lower() for role in sorted(invitation.roles, key=ORDER.index) if role not in PROFESSIONS]
    profession = next((f" ({IN_WORDS[role]})" for role in invitation.roles if role in PROFESSIONS), "")
    where = (
        f"of {invitation.clinic}" if isinstance(invitation.clinic, Clinic) else "of guidelines and this installation"
    )
    return f"{' and '.join(words)}{profession} {where}"


def called(person: User | None) -> str:
    """A person's name, or the user name where none is known."""
    return (person.get_full_name() or person.get_username()) if person else "The installation"
