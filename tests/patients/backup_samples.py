"""A database worth backing up, an empty one beside it, and what stands in either."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config.postgresql.client_programs import connect
from config.postgresql.roles import APPLICATION
from patients import actions
from tests import factories_patients as make

PASSWORD = "a password for the drill"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def clinic_of_the_drill() -> dict[str, Any]:
    """A clinic with a signed plan, corrected results, and a person who can sign in."""
    by = make.physician(make.clinic(), "drill-physician")
    User.objects.filter(pk=by.pk).update(password=hashed())
    patient = make.patient(by)
    make.signed(make.answered(patient, by), by)
    actions.add_note(patient=patient, by=by, text="Süß – “quoted”, 10 µg\n\\. and a tab\t.")
    with connection.as_owner():
        return connection.get_connection_params()


def hashed() -> str:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    return PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-drill", 1_000)


@contextmanager
def empty_beside(source: dict[str, Any]) -> Iterator[dict[str, Any]]:
    name = f"{source['dbname']}_restored"
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield {**source, "dbname": name}
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def known() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def told(parameters: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with connect(parameters) as connected:
        return [tuple(map(str, row)) for row in connected.execute(query)]  # type: ignore[arg-type]


def contents(parameters: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """Of each table how many rows, and one sum over every value in it."""
    found = {}
    with connect(parameters) as connected:
        for (table,) in connected.execute(TABLES).fetchall():
            query = sql.SQL("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t")
            found[table] = connected.execute(query.format(sql.Identifier(table))).fetchone()
    return found


def manage(parameters: dict[str, Any], *command: str) -> subprocess.CompletedProcess[str]:
    """By two roles, as a hospital would have them."""
    environment = {
        **os.environ,
        "DATABASE_URL": address_of({**parameters, "user": APPLICATION}),
        "DATABASE_OWNER_URL": address_of(parameters),
        "SECRET_KEY": "k" * 60,
        "SITE_URL": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


def address_of(parameters: dict[str, Any]) -> str:
    there = {name: parameters[name] for name in ("host", "port", "password") if parameters.get(name)}
    return f"postgresql://{parameters['user']}@/{parameters['dbname']}?{urlencode(there)}"
