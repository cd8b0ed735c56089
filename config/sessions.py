"""Sessions in the database, as Django keeps them, but for how one is read and when it ends.

With a session comes the person who had it last time, who would otherwise be asked for in the next statement.

One ends after a quarter of an hour in which nobody asked for anything, and after a working day however busy it was.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.acting import acting_as
from config.clocks import latest
from config.kept import Kept
from config.written_once import WrittenOnce
from patients import context

NO_KEY, NO_TIME = "no-such-session", datetime(1900, 1, 1, tzinfo=UTC)
IDLE, LONGEST = timedelta(seconds=settings.SESSION_IDLE_SECONDS), timedelta(seconds=settings.SESSION_COOKIE_AGE)
# Written down at most so often: a look at a page stays without a write. It ends at most so much early, never late.
WRITTEN_EVERY = timedelta(seconds=30)
BEGUN = "begun"
# Sent by what a page asks for by itself, such as how far a job is: no sign that somebody is there.
UNATTENDED = "Unattended"
COLUMNS = ("session_data", "expire_date")
# Whose the sessions were that a process saw last. Only what to ask ahead: the session itself says whose it is.
people: Kept[str, int] = Kept(2000)


def session_written() -> tuple[str, Any]:
    model = db.SessionStore.get_model_class()
    found = model.objects.filter(session_key=NO_KEY, expire_date__gt=NO_TIME).values_list(*COLUMNS)
    return found.query.sql_with_params()


def both_written() -> tuple[str, Any]:
    (session, values), (person, others) = session_written(), context.written()
    # Django's own words; values stay apart.
    return f"SELECT * FROM ({session}) AS session LEFT JOIN ({person}) AS person ON true", (*values, *others)  # noqa: S608


session_alone = WrittenOnce(session_written, NO_KEY, NO_TIME, is_of_clinics=False)
session_and_person = WrittenOnce(both_written, NO_KEY, NO_TIME, context.NOBODY)


def read_session(key: str) -> tuple[Any, ...] | None:
    """Its columns; and those of whoever had it last, where this process knows that."""
    person = people.get(key)
    if person is None:
        return session_alone.row(key, timezone.now())
    with acting_as(str(person)):
        return session_and_person.row(key, timezone.now(), person)


def latest_end() -> datetime:
    """One that ends later was kept awake by a clock that has been set back since: it might stay open for days."""
    return latest() + IDLE


class SessionStore(db.SessionStore):
    """Django's own, but for how a session is read and when it ends."""

    ends_at: datetime | None = None  # as it was read
    is_unattended = False
    person_read: tuple[Any, ...] = ()  # with it, of whoever had it last: maybe another than it is of

    def _get_session_from_db(self) -> Any:
        key = self.session_key or ""
        row = read_session(key)
        if row is None or row[1] > latest_end():
            self._session_key = None
            return None
        self.ends_at = row[1]
        self.person_read = row[len(COLUMNS) :]
        return self.model(session_key=key, session_data=row[0], expire_date=row[1])

    def is_of(self, person: int) -> None:
        """To know it at the next request."""
        key = self.session_key
        if key and people.get(key) != person:
            people.keep(key, person)

    def create_model_instance(self, data: Any) -> Any:
        data.setdefault(BEGUN, timezone.now().timestamp())
        return super().create_model_instance(data)

    def cycle_key(self) -> None:
        """At sign-in: the working day begins now, and not when the page to sign in was opened."""
        self.pop(BEGUN, None)
        super().cycle_key()

    def get_expiry_date(self, **told: Any) -> datetime:
        """Ours alone: what is asked of the cookie says nothing about the row. One without a beginning is over."""
        if self.is_unattended and self.ends_at is not None:
            return self.ends_at
        begun = datetime.fromtimestamp(self.get(BEGUN, 0), UTC)
        return min(timezone.now() + IDLE, begun + LONGEST)

    @classmethod
    def clear_expired(cls) -> None:
        super().clear_expired()
        cls.get_model_class().objects.filter(expire_date__gt=latest_end()).delete()

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.ends_at - timezone.now()).total_seconds())) if self.ends_at else 0

    def keep_awake(self, *, at_once: bool = False) -> None:
        """Somebody is there. One that has ended meanwhile is not begun again."""
        if self.ends_at is None or not self.session_key:
            return
        now, until = timezone.now(), self.get_expiry_date()
        if at_once or until - self.ends_at > WRITTEN_EVERY or until <= now:
            still_open = self.model.objects.filter(session_key=self.session_key, expire_date__gt=now)
            still_open.update(expire_date=until)
            self.ends_at = until


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's own. Whatever a person asks for keeps their session awake, and what a page asks for by itself does not."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.is_unattended = UNATTENDED in request.headers  # type: ignore[attr-defined]  # our own store

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answer = super().process_response(request, response)
        request.session.keep_awake()  # type: ignore[attr-defined]  # our own store
        return answer
