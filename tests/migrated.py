"""A database with every migration applied, kept on the server to be copied from. Made anew when a migration changes."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

PREFIX = "stepwise_migrated_"
LOCK = 7_316_421  # one process makes it, the others wait


def migrated_template() -> str:
    """Its name."""
    name = PREFIX + digest()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            found = [row[0] for row in cursor.fetchall()]
            if name not in found:
                for other in found:
                    cursor.execute(f'DROP DATABASE IF EXISTS "{other}"')
                cursor.execute(f'CREATE DATABASE "{name}_unfinished"')
                migrate(f"{name}_unfinished")
                cursor.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def digest() -> str:
    """Of everything that has a say in what a migrated database looks like."""
    files = sorted(
        file
        for folder in ("guidelines", "patients")
        for file in (settings.BASE_DIR / folder / "migrations").glob("*.py")
    )
    found = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    found.update(" ".join(settings.INSTALLED_APPS).encode())
    for file in [*files, Path(__file__)]:
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def migrate(name: str) -> None:
    alias = "migrated"
    connections.databases[alias] = {**connection.settings_dict, "NAME": name}
    try:
        call_command("migrate", database=alias, verbosity=0)
        call_command("createcachetable", database=alias)
        connections[alias].close()
    finally:
        del connections[alias]
        del connections.databases[alias]
