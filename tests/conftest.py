"""What every test stands on: the database that is configured, plain static files, a browser. No fakes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from tests.migrated import migrated_template

# Playwright keeps an event loop in the thread of the test; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = Path("/usr/bin/chromium")


def pytest_configure(config: pytest.Config) -> None:
    # Static files as they are in the source tree: no need to collect them first.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    # A slow hash is the point of a password hash, and of no use to tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """A test database need not survive a power cut."""
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()
    # A live server's threads must not keep connections: a database that is in use cannot be dropped.
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="session")
def django_db_setup_template(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """Migrating takes half a minute, copying a migrated database a second: each set of migrations is run once."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup_template: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Ends what a live server's last request may still hold, before the test database is dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND starts_with(datname, 'test_') AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"  # the server's own are not ours to end
        )
    connection.close()


@pytest.fixture(scope="session", autouse=True)
def emptying_a_test_database() -> Iterator[None]:
    """Lets Django's flush empty a test database behind a test that really committed: the only way past the locks on
    TRUNCATE, which refuse it everywhere else."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_test_database(self: DatabaseOperations, sql_list: list[str]) -> None:
        name = str(self.connection.settings_dict["NAME"])
        if not name.startswith("test_"):
            raise RuntimeError(f"{name} is not a test database and is not emptied.")
        with pgtrigger.ignore():
            flush(self, sql_list)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseOperations, "execute_sql_flush", flush_test_database)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, without calls home; as root it has no sandbox to offer."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    system_browser = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
    return {**browser_type_launch_args, **system_browser, "args": [*quiet, "--disable-gpu", "--disable-quic", *sandbox]}
