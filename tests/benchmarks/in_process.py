"""Milliseconds and queries of each wizard step inside one process, without a server; printed as JSON.

Run by `manage.py shell` in the measured installation. `anew` is a step that nobody has looked at since it changed,
`kept` one that is still in memory.
"""

import json
import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.presentation import shown
from patients.wizard import STEPS

ROUNDS = 15


def measured(cookie: str, consultation: str) -> dict[str, dict[str, Any]]:
    client = Client(headers={"cookie": cookie, "host": "127.0.0.1"})
    found: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        address = f"/consultations/{consultation}/{step.key}/"
        for name, headers in (("page", {}), ("partial", {"HX-Request": "true"})):
            anew, kept = [], []
            for _ in range(ROUNDS):
                shown._kept.clear()
                anew.append(milliseconds(client, address, headers))
                kept.append(milliseconds(client, address, headers))
            shown._kept.clear()
            with CaptureQueriesContext(connection) as queries:
                client.get(address, headers=headers)
            found[f"{step.key} {name}"] = {
                "anew_ms": statistics.median(anew[1:]),
                "kept_ms": statistics.median(kept[1:]),
                "queries": len(queries),
            }
    return found


def milliseconds(client: Client, address: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    answer = client.get(address, headers=headers)
    taken = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}; choose a consultation that may open every step")
    return taken * 1000


def print_measured(cookie: str, consultation: str) -> None:
    print(json.dumps(measured(cookie, consultation)))
