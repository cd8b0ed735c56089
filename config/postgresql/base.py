"""Django's PostgreSQL backend, which tells the server for whom it is asked, and as which role it connects; on the embedded
server, if there is no other. That is started at the first connection."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base, operations
from psycopg.pq import TransactionStatus as Status

from config import embedded
from config.acting import NOBODY, acting
from config.patience import give_patience, within_patience
from config.postgresql.roles import grants

TELL = "SELECT set_config('stepwise.person', %s, false)"
FRESH = 5  # seconds


def is_doubtful(connection: Any) -> bool:
    """Whether it may be of no use: closed, in a transaction that has failed, or the server has closed its end, or says
    something that nobody asked for: its last words."""
    if connection is None or connection.info.transaction_status not in (Status.IDLE, Status.INTRANS):
        return True
    ends = select.poll()
    ends.register(connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
    return bool(ends.poll(0))


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """For whoever looks at what is asked: a statement that was sent apart from its values stands there without them."""
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    told: str | None = NOBODY  # what this connection knows; None after a rollback, which may have taken it back
    is_owner = False
    seen_at: float = -FRESH  # by the clock of this process, which counts seconds from nought

    # --- whether it is still there ---

    def is_usable(self) -> bool:
        """Asked once by each request. A server that went away has closed its end, which is seen here and costs nothing; only a
        connection that has lain idle is tried with a statement."""
        before, self.seen_at = self.seen_at, time.monotonic()
        if self.seen_at - before < FRESH and not is_doubtful(self.connection):
            return True
        return bool(super().is_usable())

    # --- as which role ---

    def get_connection_params(self) -> dict[str, Any]:
        """Where the server is, also for the workers of the queue, which make their connections themselves."""
        # Without the name of a database, one is to be made or dropped.
        is_owner = self.is_owner or self.alias == NO_DB_ALIAS
        if is_owner:
            application, self.settings_dict = self.settings_dict, {**self.settings_dict, **self.owner}
        try:
            parameters = super().get_connection_params()
        finally:
            if is_owner:
                self.settings_dict = application
        if settings.HAS_OWN_DATABASE_SERVER:
            return parameters
        server = embedded.running_server(settings.DATA_FOLDER / "postgres", is_for_owner=is_owner)
        return {**parameters, "host": str(server.socket_folder), "port": server.port}

    @property
    def owner(self) -> dict[str, Any]:
        """Of the settings, what the owner of the tables has otherwise. Nothing: then the application owns them."""
        found: dict[str, Any] = self.settings_dict.get("OWNER") or {}
        return found

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """For commands that make, change or copy tables. Not inside a transaction, which has its role already."""
        if self.is_owner or self.in_atomic_block:
            yield
            return
        self.close()
        self.is_owner = True
        try:
            yield
        finally:
            self.close()
            self.is_owner = False

    @property
    def application(self) -> str:
        """The role that is to be let in; none where the application owns the tables."""
        user: str = self.settings_dict["USER"]
        return user if self.owner.get("USER", user) != user else ""

    def let_the_application_in(self) -> None:
        """After tables were made."""
        if self.is_owner and self.application:
            with self.cursor() as cursor:
                cursor.execute(grants(self.application))

    # --- for whom ---

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.told = NOBODY
        return give_patience(super().get_new_connection(within_patience(conn_params)))

    def tell(self) -> None:
        """For whom the next statement is asked. A round trip only where that is another one than before."""
        whom = acting()
        if whom == self.told or self.connection is None:
            return
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(TELL, [whom])
        self.told = whom

    def _cursor(self, name: str | None = None) -> Any:
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.tell()
        return super()._cursor(name)  # type: ignore[misc]  # the stubs leave it out

    def _rollback(self) -> None:
        self.told = None
        super()._rollback()  # type: ignore[misc]  # the same

    def _savepoint_rollback(self, sid: str) -> None:
        # Before anything else: a transaction that has failed takes no other statement.
        with super()._cursor() as cursor:  # type: ignore[misc]  # the same
            cursor.execute(self.ops.savepoint_rollback_sql(sid))
        self.told = None
