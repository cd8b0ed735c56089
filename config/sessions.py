"""Sessions in the database, as Django keeps them; only reading one is written once."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from config.written_once import WrittenOnce

NO_KEY, NO_TIME = "no-such-session", datetime(1900, 1, 1, tzinfo=UTC)


def written() -> tuple[str, Any]:
    model = db.SessionStore.get_model_class()
    found = model.objects.filter(session_key=NO_KEY, expire_date__gt=NO_TIME).values_list("session_data", "expire_date")
    return found.query.sql_with_params()


read_session = WrittenOnce(written, NO_KEY, NO_TIME)


class SessionStore(db.SessionStore):
    """Django's own, but for how a session is read."""

    def _get_session_from_db(self) -> Any:
        key = self.session_key or ""
        row = read_session.row(key, timezone.now())
        if row is None:
            self._session_key = None
            return None
        return self.model(session_key=key, session_data=row[0], expire_date=row[1])
