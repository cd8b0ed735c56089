"""Whether a connection is still there: seen without asking where it was used moments ago, tried where it lay idle."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections

from config.postgresql import base
from tests.owner import as_owner


@pytest.fixture
def wrapper(transactional_db: None) -> Iterator[Any]:
    """A connection of its own, which the test may lose."""
    found = connections.create_connection("default")
    found.ensure_connection()
    yield found
    found.close()


def asked(wrapper: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements by which the connection was tried."""
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def noting(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(str(query))
        return execute(self, query, *arguments, **options)

    for kind in (psycopg.Cursor, psycopg.ClientCursor):
        monkeypatch.setattr(kind, "execute", noting)
    return seen


def test_what_was_used_moments_ago_is_not_tried_and_what_lay_idle_is(
    wrapper: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = asked(wrapper, monkeypatch)

    assert wrapper.is_usable()
    assert statements == ["SELECT 1"]  # nobody has used it yet
    assert wrapper.is_usable()
    assert statements == ["SELECT 1"]
    wrapper.seen_at -= base.FRESH
    assert wrapper.is_usable()
    assert statements == ["SELECT 1", "SELECT 1"]


def test_a_connection_that_the_server_has_ended_is_seen_at_once(wrapper: Any) -> None:
    assert wrapper.is_usable()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [wrapper.connection.info.backend_pid])

    assert not wrapper.is_usable()


def test_one_whose_transaction_has_failed_is_not_usable_until_it_is_rolled_back(wrapper: Any) -> None:
    wrapper.set_autocommit(False)
    assert wrapper.is_usable()
    with pytest.raises(DatabaseError), wrapper.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")

    assert not wrapper.is_usable()
    wrapper.rollback()
    assert wrapper.is_usable()


def test_one_that_was_closed_here_is_not_usable(wrapper: Any) -> None:
    assert wrapper.is_usable()
    wrapper.connection.pgconn.finish()

    assert not wrapper.is_usable()
