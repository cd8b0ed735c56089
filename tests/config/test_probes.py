"""Whether the process answers, and whether it can work, for whatever watches over it."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config import probes
from tests.config.log_lines import lines, logged


def test_a_process_says_that_it_answers_and_asks_no_database(client: Client) -> None:
    with logged() as told:
        response = client.get("/healthz")

    # Without the mark of a test with a database, a query would have failed here.
    assert (response.status_code, response.text) == (200, "ok")
    assert told.getvalue() == ""


@pytest.mark.django_db
def test_a_process_with_a_migrated_database_is_ready(client: Client) -> None:
    with logged() as told:
        response = client.get("/readyz")

    assert (response.status_code, response.text) == (200, "ready")
    assert told.getvalue() == ""


@pytest.mark.django_db(transaction=True)
def test_a_process_whose_database_lacks_a_migration_is_not_ready(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(probes, "last_migrations", lambda: frozenset({("patients", "9999_of_the_next_release")}))

    response = client.get("/readyz")

    assert (response.status_code, response.text) == (503, "migrations")


@pytest.mark.django_db(transaction=True)
def test_a_process_with_an_empty_database_is_not_ready(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c search_path=pg_temp")

    response = client.get("/readyz")

    assert (response.status_code, response.text) == (503, "migrations")


@pytest.mark.django_db
def test_a_process_without_a_database_is_not_ready_and_tells_strangers_nothing(
    client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")

    with logged() as told:
        response = client.get("/readyz")

    assert (response.status_code, response.text) == (503, "database")
    [line] = lines(told)
    assert (line["level"], line["route"], line["status"]) == ("INFO", "readyz", 503)


def test_a_database_that_hangs_is_not_waited_for_and_probes_do_not_pile_up(client: Client, monkeypatch: Any) -> None:
    asked: list[float] = []

    def hang() -> bool:
        asked.append(time.monotonic())
        time.sleep(1)
        return True

    monkeypatch.setattr(probes, "SECONDS", 0.3)
    monkeypatch.setattr(probes, "is_migrated", hang)
    begun = time.monotonic()

    words = [client.get("/readyz").text, client.get("/readyz").text]

    assert words == ["database", "database"]
    assert time.monotonic() - begun < 0.9
    assert len(asked) == 1
    with probes._asking:  # the one that hung lets go by itself
        pass


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_probe_on_a_bare_address_is_neither_redirected_nor_refused_nor_given_a_session(
    client: Client, settings: Any, address: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(address, headers={"host": "10.1.2.3:8000"})

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
