"""For whom the database is asked. Row-level security shows each person the rows of their own clinics, and nobody none.

It is the second layer, behind `visible_to`: a query that forgets whose rows it may read finds nothing foreign either. It is
no wall against whoever can run SQL of their own as the application.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

NOBODY, SYSTEM = "", "system"
# What is not said is nobody: a thread or a request that forgets to say sees no row of a clinic.
_acting: ContextVar[str] = ContextVar("acting", default=NOBODY)


def acting() -> str:
    """As the database is told it: a person's key, a clinic, an address of a calendar, the system, or nobody."""
    return _acting.get()


@contextmanager
def acting_as(whom: str) -> Iterator[None]:
    before = _acting.set(whom)
    try:
        yield
    finally:
        _acting.reset(before)


def acting_as_system() -> AbstractContextManager[None]:
    """Every row: for commands, migrations, and the queue's work that goes over all clinics. Of a request only for what
    shows nothing of a patient: whether this is a demonstration, and the row of a clinic that is new."""
    return acting_as(SYSTEM)


def acting_in_clinic(key: int) -> AbstractContextManager[None]:
    """The rows of one clinic, whoever asked for it: for work of the queue, and for calendars, where nobody signs in."""
    return acting_as(f"clinic {key}")


def acting_to_answer(person: int) -> AbstractContextManager[None]:
    """Also what an administrator needs of the clinics they answer for, to say who looked at whom: patients and records."""
    return acting_as(f"answering {person}")


def acting_to_administer(person: int) -> AbstractContextManager[None]:
    """Also what an administrator of the installation needs of all clinics: what they are, who works there, who is invited."""
    return acting_as(f"administering {person}")


def acting_for_invitation(token_hash: str) -> AbstractContextManager[None]:
    """The invitation with this link, and nothing else."""
    return acting_as(f"invitation {token_hash}")


def acting_for_calendar(token_hash: str) -> AbstractContextManager[None]:
    """The feed with this address, and nothing else."""
    return acting_as(f"calendar {token_hash}")


def act_from_now_on_as(person: int) -> None:
    """Within `acting_as`, once it is known who it is."""
    _acting.set(str(person))
