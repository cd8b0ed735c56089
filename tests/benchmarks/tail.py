"""p99 against p50 of an address, while the machine keeps its pace.

A processor of a lent machine is often half of one: while somebody else uses the other half, the same work takes 1.7 times as
long, for a tenth of a second or for minutes. Then a view that does the same work each time has itself a p99 of up to 2.1
times its p50, and what is measured is the neighbour. So a clock ticks on every processor, and those answers count that were
asked for while all of them kept one pace.
"""

import os
import re
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.installation import wrk

EVERY = 0.01  # seconds between two ticks: one or two hundredths of a processor
SPAN = 0.1  # seconds that are steady or not, as a whole
BETWEEN_PACES = 1.3  # the two are 1.7 apart
SECONDS, MOST_ROUNDS = 10, 30  # of one round; until enough is known
ENOUGH = 5000  # answers: fifty are slower than p99
TOOK = re.compile(r"^took (\d+) (\d+)$", re.MULTILINE)
FAILED = re.compile(r"^failed (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Tail:
    """Milliseconds; and p99 / p50, of all answers and of those at a steady pace, if there were enough."""

    middle: float
    ratio: float
    steady_ratio: float | None
    steady: int

    def __str__(self) -> str:
        told = f"{self.steady_ratio:.2f}" if self.steady_ratio else "unknown"
        return f"p50 {self.middle:.1f} ms, p99 {self.ratio:.2f} of it, at a steady pace {told} ({self.steady} answers)"


class Clock:
    """Each processor's time for the same small piece of work. Its own time: it does not matter who waits for it."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.ticks: dict[int, list[tuple[float, float]]] = {cpu: [] for cpu in os.sched_getaffinity(0)}
        self.threads = [threading.Thread(target=self.tick, args=[cpu]) for cpu in self.ticks]

    def tick(self, processor: int) -> None:
        os.sched_setaffinity(0, {processor})  # of this thread alone
        while not self.ended.wait(EVERY):
            begun = time.thread_time()
            for number in range(1500):
                str(number)
            self.ticks[processor].append((time.monotonic(), time.thread_time() - begun))

    def __enter__(self) -> "Clock":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def steady(self) -> dict[int, bool]:
        """Of each span in which all processors kept one pace, and the one before and after: is it the slow one?"""
        quick = statistics.quantiles([took for ticks in self.ticks.values() for _, took in ticks], n=20)[0]
        paces: dict[int, list[bool]] = defaultdict(list)  # of a processor each; one that did not tick is not known
        for ticks in self.ticks.values():
            spans: dict[int, list[float]] = defaultdict(list)
            for moment, took in ticks:
                spans[int(moment / SPAN)].append(took)
            for span, times in spans.items():
                paces[span].append(statistics.median(times) > BETWEEN_PACES * quick)
        return {
            span: pace[0]
            for span, pace in paces.items()
            if pace == [pace[0]] * len(self.ticks) and paces.get(span - 1) == pace == paces.get(span + 1)
        }


def asked(address: str, headers: dict[str, str], connections: int) -> list[tuple[float, float]]:
    """When each request was sent, in seconds, and how long its answer took, in milliseconds."""
    script = str(Path(__file__).with_name("latencies.lua"))
    shown = wrk(address, headers, f"-t{connections}", f"-c{connections}", f"-d{SECONDS}s", "-s", script)
    assert FAILED.findall(shown) == ["0"] * connections, shown[-2000:]
    return [(int(sent) / 1e6, int(took) / 1e3) for sent, took in TOOK.findall(shown)]


def ninety_ninth(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[-1]


def by_the_middle(answers: Sequence[tuple[float, float]], paces: dict[int, bool]) -> list[float]:
    """Of steady spans: at either pace, answers are measured by the middle one of theirs. Then all are one."""
    together = list[float]()
    for is_slow in (False, True):
        times = [took for sent, took in answers if paces.get(int(sent / SPAN)) is is_slow]
        middle = statistics.median(times or [1])
        together += [took / middle for took in times]
    return together


def tail(address: str, headers: dict[str, str], connections: int) -> Tail:
    every, together = list[float](), list[float]()
    for _ in range(MOST_ROUNDS):
        with Clock() as clock:
            answers = asked(address, headers, connections)
        every += [took for _, took in answers]
        together += by_the_middle(answers, clock.steady())
        if len(together) >= ENOUGH:
            break
    middle = statistics.median(every)
    steady_ratio = ninety_ninth(together) if len(together) >= ENOUGH else None
    return Tail(middle, ninety_ninth(every) / middle, steady_ratio, len(together))
