"""How long a request waits for the database. One that is frozen keeps no promise about time, and a person does not wait on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

SECONDS, LEAST = 5.0, 0.5  # whoever has waited that long is told sooner the next time


class Patience:
    """What is left of it: only the time in which the database was waited for is taken off."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patient_for(seconds: float = SECONDS) -> Iterator[None]:
    before = _patience.set(Patience(seconds))
    try:
        yield
    finally:
        _patience.reset(before)


def seconds_left() -> float | None:
    """Nothing outside of a request: work of the queue and commands may take as long as they take."""
    patience = _patience.get()
    return None if patience is None else max(LEAST, patience.seconds)


@contextmanager
def waiting() -> Iterator[None]:
    patience, begun = _patience.get(), time.monotonic()
    try:
        yield
    finally:
        if patience is not None:
            patience.seconds -= time.monotonic() - begun


def within_patience(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a connection that is to be made within what is left."""
    left = seconds_left()
    return parameters if left is None else {**parameters, "connect_timeout": max(2, round(left))}  # it takes no less


def give_patience(connection: Any) -> Any:
    """What waits longer than the request has left is an error like any other of the database, and the connection is lost:
    nobody knows what becomes of its statement."""
    wait = connection.wait

    def patient(gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            with waiting():
                return wait(gen, interval=interval, timeout=seconds_left() if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:
            connection.pgconn.finish()
            raise psycopg.OperationalError("The database has not answered in time.") from None

    connection.wait = patient
    return connection
