"""A hundred requests a second of two hundred people for a while: no error, no growth, and answers in time.

`LOAD_SECONDS=600` for the whole; `LOAD_FOLDER` keeps the installation; `LOAD_RATE` for another rate.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
import pytest

from tests.benchmarks.installation import Installation
from tests.benchmarks.load import Visit, under_load

pytestmark = pytest.mark.benchmark

# Two for each core: one that lays a paper out holds up a quarter of the others, not half.
WORKERS = 4
SECONDS, RATE = float(os.environ.get("LOAD_SECONDS", "60")), int(os.environ.get("LOAD_RATE", "100"))
PATIENTS = int(os.environ.get("LOAD_PATIENTS", "2000"))
PEOPLE, OPENED, CONSULTATIONS = 200, 400, 60
MOST_MS, MOST_GROWTH = 300, 0.05
RAMP = 30
WARM = 0.2  # of the time: until then, workers still read what they keep
WORDS = (
    "dose",
    "blood count",
    "pregnancy",
    "liver",
    "kidney",
    "folic acid",
    "weekly",
    "infection",
    "vaccine",
    "rash",
    "sun",
    "eye",
    "cough",
    "nausea",
    "stop",
    "tablet",
    "fever",
    "alcohol",
    "contraception",
    "steroid",
    "response",
    "lung",
    "review",
    "breathless",
    "weight",
    "start",
    "taper",
    "cite",
)
STEPS = ("facts", "recommendation", "dose", "safety", "monitoring", "review")
SCRIPT = """
from tests.benchmarks.worklist_rows import *
from tests.benchmarks.load_rows import cast
fill({patients}); settle()
print(json.dumps(cast({people}, {opened}, {consultations})))
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    yield Installation(Path(os.environ.get("LOAD_FOLDER") or tmp_path_factory.mktemp("load")))


class Visits:
    """What people do, in hundredths: most read or go through a consultation, some look for results or enter them."""

    kinds = (
        ("guideline", 25), ("home", 3), ("wizard", 24), ("wizard partial", 16), ("worklist", 5), ("worklist partial", 4),
        ("patient", 4), ("results form", 2), ("results", 2), ("search patients", 7), ("search guidelines", 7.5),
        ("PDF", 0.5),
    )  # fmt: skip

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told

    def __call__(self, draw: random.Random) -> Visit:
        [kind] = draw.choices([kind for kind, _ in self.kinds], [weight for _, weight in self.kinds])
        cookie, is_partial = draw.choice(self.told["cookies"]), kind.endswith("partial")
        address, sent = self.opened(kind, draw)
        return Visit(kind, address, cookie, sent, is_partial)

    def opened(self, kind: str, draw: random.Random) -> tuple[str, tuple[tuple[str, str], ...]]:
        told, patient = self.told, draw.choice(self.told["patients"])
        if kind.startswith("wizard"):
            return f"/consultations/{draw.choice(told['consultations'])}/{draw.choice(STEPS)}/", ()
        if kind.startswith("worklist"):
            return "/worklist/" + draw.choice(("", "", "?tab=overdue", "?tab=due")), ()
        if kind == "results":
            value, today = str(draw.randint(15, 39)), told["today"]
            sent = {"taken_on": today, "value-alt": value, "unit-alt": "U/L", "limit-alt": "40"}
            sent["sure-alt"] = f"{value}|U/L|{today}"  # that day has others already
            return f"/patients/{patient}/results/add/", tuple(sent.items())
        if kind == "search patients":
            return "/patients/", (("q", draw.choice(told["names"])),)
        return {
            "home": "/",
            "patient": f"/patients/{patient}/",
            "guideline": told["guideline"],
            "search guidelines": f"/search/?{urlencode({'q': draw.choice(WORDS)})}",
            "results form": f"/patients/{patient}/results/add/",
            "PDF": f"/plans/{draw.choice(told['plans'])}/patient.pdf",
        }[kind], ()


def workers_mb(pid: int) -> float:
    """Of the web's processes, what is theirs alone."""
    root = psutil.Process(pid)
    return sum(process.memory_full_info().uss for process in (root, *root.children())) / 1024**2


def test_two_hundred_people_are_answered_in_time(installation: Installation) -> None:
    told = json.loads(
        installation.shell(SCRIPT.format(patients=PATIENTS, people=PEOPLE, opened=OPENED, consultations=CONSULTATIONS))
    )
    with installation.served("tests.benchmarks.empty", workers=WORKERS) as address:
        floor = under_load(
            urlsplit(address).port or 0, lambda draw: Visit("empty", "/"), rate=RATE, seconds=SECONDS / 10
        )
    sizes: list[tuple[float, float]] = []
    with installation.served(workers=WORKERS) as address:
        pid, port = installation.pid, urlsplit(address).port or 0
        for share in (0.1, 0.25, 0.5):  # of the rate: a working day does not begin at its height
            under_load(port, Visits(told), rate=int(RATE * share), seconds=RAMP)
        figures = under_load(
            port, Visits(told), rate=RATE, seconds=SECONDS,
            after=lambda share: sizes.append((share, workers_mb(pid))),
        )  # fmt: skip
    before = next(size for share, size in sizes if share >= WARM)
    growth = sizes[-1][1] / before - 1
    slow = figures.percentile(0.95, without=["PDF"])
    print(f"\n{figures.table()}")
    print(f"all but PDFs: p95 {slow:.0f} ms; an empty view at the same rate {floor.percentile(0.95):.1f} ms")
    print(f"memory of the workers: {before:.0f} MB after a fifth, {sizes[-1][1]:.0f} MB at the end ({growth:+.1%})")

    assert not figures.failures, (len(figures.failures), figures.failures[:5])
    assert slow <= MOST_MS
    assert growth <= MOST_GROWTH
