"""Tests ask as the application's role, and step out of it for what only the owner of the tables may do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from config import embedded
from config.postgresql.roles import APPLICATION, OWNER
from config.postgresql.start import connected


def ask_as_the_application() -> None:
    """From now on every connection is the owner's, in the role of the application. On a server of one's own, as it is."""
    if settings.HAS_OWN_DATABASE_SERVER:
        return
    server = embedded.running_server(settings.DATA_FOLDER / "postgres", is_for_owner=True)
    with connected(server, database="postgres", user="postgres") as administrator:
        administrator.execute(f"GRANT {APPLICATION} TO {OWNER}")
    connection.close()
    database: dict[str, Any] = connection.settings_dict
    options = database["OPTIONS"]
    database["OWNER"] = {"USER": OWNER, "OPTIONS": dict(options)}
    database["USER"] = OWNER
    database["OPTIONS"] = {**options, "options": f"{options.get('options', '')} -c role={APPLICATION}".strip()}


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside a test's transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        [role] = cursor.fetchone()
        cursor.execute("SET LOCAL ROLE NONE")
        yield
        cursor.execute(f'SET LOCAL ROLE "{role}"')
