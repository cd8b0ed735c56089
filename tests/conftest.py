"""What every test stands on: the database that is configured, plain static files, a browser. No fakes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from config.acting import acting_as_system
from tests.databases import Databases
from tests.migrated import migrated_template
from tests.owner import ask_as_the_application

# Playwright keeps an event loop in the thread of the test; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = Path("/usr/bin/chromium")


def pytest_configure(config: pytest.Config) -> None:
    # What a test does itself, it does as the system; a request that it sends is nobody's, and then its person's.
    acting = ExitStack()
    acting.enter_context(acting_as_system())
    config.add_cleanup(acting.close)
    # Static files as they are in the source tree: no need to collect them first.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    # Tests of what takes one switch it on; the others are about something else.
    settings.SECOND_FACTOR_REQUIRED = False
    # A slow hash is the point of a password hash, and of no use to tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with them; and one worker has them all: it makes what they share."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


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
        ask_as_the_application()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup_template: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Ends what a live server's last request may still hold, before the test database is dropped."""
    yield
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND starts_with(datname, 'test_')"
                # The server's own, and those of roles that a test made, are not ours to end.
                " AND backend_type = 'client backend' AND usename = current_user",
                [connection.settings_dict["NAME"]],
            )


@pytest.fixture(scope="session")
def databases(django_db_setup: None, django_db_blocker: Any) -> Iterator[Databases]:
    with django_db_blocker.unblock():
        found = Databases(connection.settings_dict["TEST"]["TEMPLATE"])
    yield found
    with django_db_blocker.unblock():
        found.drop()


@pytest.fixture(scope="module", autouse=True)
def database_it_begins_with(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tests of a module that is marked so find rows that were made once for all of them."""
    mark = request.node.get_closest_marker("begins_with")
    if mark is None:
        yield
        return
    databases, blocker = request.getfixturevalue("databases"), request.getfixturevalue("django_db_blocker")
    with ExitStack() as begun:
        with blocker.unblock():
            begun.enter_context(databases.beginning_with(*mark.args))
        yield
        with blocker.unblock():
            begun.close()


@pytest.fixture
def broken_site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site with one address more, whose view fails."""
    from tests.config.broken_urls import REGISTERED

    settings.ROOT_URLCONF = "tests.config.broken_urls"
    monkeypatch.setattr("config.admission.registry", lambda: REGISTERED)


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
            flush(self, ["SET LOCAL ROLE NONE", *sql_list])

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
