"""Requests at a steady rate, whoever waits: the time of an answer counts from when its request was due, not from when a
tired client got round to it."""

import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

CLIENTS = 40
SECONDS_FOR_AN_ANSWER = 30
MOST_AT_ONCE = 1 << 18
FINE = (200, 204, 302, 304)
TOKEN = "a" * 32  # in the cookie and in the form: what a browser would send


@dataclass(frozen=True)
class Visit:
    """One request: `kind` names it in the figures."""

    kind: str
    address: str
    cookie: str = ""
    sent: tuple[tuple[str, str], ...] = ()
    is_htmx: bool = False


@dataclass
class Figures:
    """Milliseconds of each kind, and what was no success."""

    times: dict[str, list[float]] = field(default_factory=dict)
    minutes: dict[int, list[float]] = field(default_factory=dict)  # of all but papers, by the minute they were due in
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, milliseconds: float, failure: str, due: float) -> None:
        with self.lock:
            self.times.setdefault(kind, []).append(milliseconds)
            if kind != "PDF":
                self.minutes.setdefault(int(due // 60), []).append(milliseconds)
            if failure:
                self.failures.append(f"{kind}: {failure}")

    def percentile(self, share: float, *, without: Sequence[str] = (), only: str = "") -> float:
        found = sorted(
            time
            for kind, times in self.times.items()
            if kind not in without and (not only or kind == only)
            for time in times
        )
        return found[min(len(found) - 1, int(len(found) * share))]

    def table(self) -> str:
        rows = [
            f"{kind:22}{len(times):7} p50 {self.percentile(0.5, only=kind):7.1f} p95 {self.percentile(0.95, only=kind):7.1f}"
            f" p99 {self.percentile(0.99, only=kind):7.1f} most {max(times):7.1f} ms"
            for kind, times in sorted(self.times.items())
        ]
        slow = [f"{sorted(times)[int(len(times) * 0.95)]:.0f}" for _, times in sorted(self.minutes.items())]
        return "\n".join([*rows, f"p95 of each minute, all but PDFs: {' '.join(slow)} ms"])


def under_load(
    port: int, visit: Callable[[random.Random], Visit], *, rate: int, seconds: float, seed: int = 1,
    after: Callable[[float], None] = lambda share: None,
) -> Figures:  # fmt: skip
    """`rate` visits a second, drawn one after the other. `after` is told how much of the time is over, each second."""
    draw, figures = random.Random(seed), Figures()
    visits = [visit(draw) for _ in range(int(rate * seconds))]
    begun, number, lock = time.perf_counter() + 0.5, 0, threading.Lock()

    def work() -> None:
        nonlocal number
        while True:
            with lock:
                mine, number = number, number + 1
            if mine >= len(visits):
                return
            due = begun + mine / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            failure = asked(port, visits[mine])
            figures.add(visits[mine].kind, (time.perf_counter() - due) * 1000, failure, due - begun)

    clients = [threading.Thread(target=work, daemon=True) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        time.sleep(1)
        after(min(1.0, (time.perf_counter() - begun) / seconds))
    return figures


def asked(port: int, visit: Visit) -> str:
    """What went wrong, in words; empty for an answer that is a success."""
    body = urlencode([*visit.sent, ("csrfmiddlewaretoken", TOKEN)]).encode() if visit.sent else b""
    lines = [
        f"{'POST' if visit.sent else 'GET'} {visit.address} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close",
        *([f"Cookie: {visit.cookie}; csrftoken={TOKEN}"] if visit.cookie else ()),
        *(["HX-Request: true"] if visit.is_htmx else ()),
        *(["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if body else ()),
    ]  # fmt: skip
    try:
        with socket.create_connection(("127.0.0.1", port), SECONDS_FOR_AN_ANSWER) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            parts = list(iter(partial(connection.recv, MOST_AT_ONCE), b""))
    except OSError as error:
        return type(error).__name__
    head, end, content = b"".join(parts).partition(b"\r\n\r\n")
    told = Headers(end and head)
    if told.status not in FINE or "/login/" in told.location or told.length not in (None, len(content)):
        return f"{visit.address}: {told.status} {told.location} with {len(content)} bytes of {told.length}"
    return ""


class Headers:
    """Of an answer, what is looked at: read by hand, for the one who asks runs on the processors of the one who is asked."""

    def __init__(self, head: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if head else 0
        named = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        self.location = named.get("location", "")
        self.length = int(named["content-length"]) if "content-length" in named else None
