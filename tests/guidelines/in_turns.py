"""Two people at once, statement by statement: each has a thread and a connection of its own, and a turn is one statement
with what follows it up to the next. Who waits for the other's lock is passed over until the lock is free."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from itertools import combinations
from queue import SimpleQueue
from typing import Any, NamedTuple

from django.db import connection

PATIENCE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.002
Work = Callable[[], Any]


class Ending(NamedTuple):
    """What the work gave, or what refused it."""

    result: Any = None
    error: Exception | None = None


class Worker:
    """Does one work after the other in a thread; every statement it sends waits until it is let go on."""

    def __init__(self) -> None:
        self.ending = Ending()
        self.is_over = True
        self.backend = 0
        self._works: SimpleQueue[Work | None] = SimpleQueue()
        self._go, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), daemon=True)
        self._thread.start()

    def _run(self) -> None:
        connection.ensure_connection()
        self.backend = connection.connection.info.backend_pid
        while (work := self._works.get()) is not None:
            try:
                with connection.execute_wrapper(self._in_turn):
                    self.ending = Ending(result=work())
            except Exception as error:  # what the database or an action refused: the test looks at it
                self.ending = Ending(error=error)
            self.is_over = True
            self._stopped.set()
        connection.close()

    def _in_turn(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self._stopped.set()
        if not self._go.wait(PATIENCE_SECONDS):
            raise TimeoutError("nobody let this statement go on")
        self._go.clear()
        return execute(*statement)

    def begin(self, work: Work) -> None:
        self.is_over = False
        self._stopped.clear()
        self._works.put(work)
        self.stops_within(PATIENCE_SECONDS)

    def end(self) -> None:
        self._works.put(None)
        self._thread.join(PATIENCE_SECONDS)

    def one_turn(self) -> None:
        self._stopped.clear()
        self._go.set()

    def stops_within(self, seconds: float) -> bool:
        return self._stopped.wait(seconds)

    def waits_for_a_lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)", [self.backend])
            [(waits,)] = cursor.fetchall()
        return bool(waits)

    def settles(self) -> bool:
        """Whether the turn comes to its end without a lock of the other in its way."""
        while not self.stops_within(LOOK_AGAIN_SECONDS):
            if self.waits_for_a_lock() and not self.stops_within(LOOK_AGAIN_SECONDS):
                return False
        return True


class TwoAtOnce:
    def __init__(self) -> None:
        self.workers = (Worker(), Worker())

    def in_turns(self, first: Work, second: Work, order: Iterable[int]) -> tuple[Ending, Ending]:
        """Does both, each turn given to the one that `order` names (0 or 1); whoever is left over finishes alone."""
        for worker, work in zip(self.workers, (first, second), strict=True):
            worker.begin(work)
        turns, waiting = iter(order), set[Worker]()
        while not all(worker.is_over for worker in self.workers):
            waiting = {worker for worker in waiting if not worker.stops_within(0)}
            ready = [worker for worker in self.workers if worker not in waiting and not worker.is_over]
            if not ready:
                if not any(worker.stops_within(PATIENCE_SECONDS) for worker in waiting):
                    raise TimeoutError("both wait for each other")
                continue
            wanted = self.workers[next(turns, 0)]
            worker = wanted if wanted in ready else ready[0]
            worker.one_turn()
            if not worker.settles():
                waiting.add(worker)
        return self.workers[0].ending, self.workers[1].ending


@contextmanager
def two_at_once() -> Iterator[TwoAtOnce]:
    two = TwoAtOnce()
    yield two
    for worker in two.workers:
        worker.end()


def every_order(first: int, second: int) -> Iterator[tuple[int, ...]]:
    """Every way to mix so many turns of the one with so many of the other."""
    for places in combinations(range(first + second), first):
        yield tuple(0 if place in places else 1 for place in range(first + second))
