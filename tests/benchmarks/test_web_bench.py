"""Pages against an empty view on the same gunicorn, queries per page, and the memory of a worker that prints."""

import subprocess
import time
from urllib.request import Request, urlopen

import pytest

from guidelines.printing import MOST_KEPT
from tests.benchmarks.installation import Installation, against_empty, memory_mb, requests_per_second

pytestmark = pytest.mark.benchmark

GOAL_PAGE, GOAL_PARTIAL, MOST_QUERIES = 0.04, 0.07, 15
MOST_MB, MOST_GROWTH = 300, 1.03
STEPS = ("facts", "recommendation", "dose", "safety", "monitoring", "review")


def fetch(address: str, headers: dict[str, str]) -> bytes:
    with urlopen(Request(address, headers=headers), timeout=60) as answer:
        body: bytes = answer.read()
    return body


def test_a_wizard_step_against_an_empty_view(installation: Installation) -> None:
    inside = installation.in_process()
    cookie = {"Cookie": installation.session["cookie"]}
    missed = []
    with installation.served("tests.benchmarks.empty") as empty, installation.served() as address:
        print(f"\nempty view, no middleware: {requests_per_second(empty, headers={}):.0f} requests/s")
        for step in STEPS:
            page = f"{address}/consultations/{installation.session['consultation']}/{step}/"
            for kind, headers, goal in (("page", {}, GOAL_PAGE), ("partial", {"HX-Request": "true"}, GOAL_PARTIAL)):
                speed, ratio = against_empty(empty, page, {**cookie, **headers})
                own = inside[f"{step} {kind}"]
                print(
                    f"{step:15}{kind:8}{speed:7.1f}/s = {ratio:.3f} of empty (goal {goal});"
                    f" in process {own['kept_ms']:.1f} ms kept, {own['anew_ms']:.1f} ms anew;"
                    f" {own['queries']} queries (goal {MOST_QUERIES})"
                )
                missed += [f"{step} {kind}: {ratio:.3f}"] if ratio < goal else []
                missed += [f"{step} {kind}: {own['queries']} queries"] if own["queries"] > MOST_QUERIES else []
    assert not missed


def test_a_worker_that_prints_does_not_grow(installation: Installation) -> None:
    cookie = {"Cookie": installation.session["cookie"]}
    with installation.served(workers=1) as address:
        # More papers than are kept, so that each is laid out anew.
        papers = [
            f"{address}/plans/{plan}/patient.pdf?paper={paper}{large}"
            for plan in installation.session["plans"]
            for paper in ("A4", "Letter")
            for large in ("", "&large")
        ]
        assert len(papers) > MOST_KEPT
        worker = int(
            subprocess.run(["pgrep", "-P", str(installation.pid)], check=True, capture_output=True, text=True).stdout
        )
        seen = []
        started = time.perf_counter()
        for number in range(1, 201):
            assert fetch(papers[number % len(papers)], cookie).startswith(b"%PDF")
            if number in (20, 100, 200):
                seen.append(memory_mb(worker, "VmRSS"))
        peak = memory_mb(worker, "VmHWM")
        seconds = (time.perf_counter() - started) / 200
    print(
        f"\nworker: {seen[0]:.0f} MB after 20 PDFs, {seen[1]:.0f} after 100, {seen[2]:.0f} after 200; peak {peak:.0f} (goal 300)"
    )
    print(f"{seconds * 1000:.0f} ms a PDF through the web")
    assert peak <= MOST_MB
    assert seen[2] <= seen[1] * MOST_GROWTH
