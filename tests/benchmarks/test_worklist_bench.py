"""The worklist and a patient's page in a clinic of 20,000 patients, against an empty view on the same gunicorn.

`WORKLIST_PATIENTS=2000` for a quick look; `WORKLIST_FOLDER` keeps the installation for the next run.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.installation import Installation, against_empty, requests_per_second
from tests.benchmarks.tail import tail

pytestmark = pytest.mark.benchmark

PATIENTS = int(os.environ.get("WORKLIST_PATIENTS", "20000"))
GOAL_PAGE, GOAL_PARTIAL, GOAL_TAIL, MOST_QUERIES = 0.04, 0.07, 2, 20
ALL = "from tests.benchmarks.worklist_rows import *\nimport json\n"
FEW = 10
CONNECTIONS = 2  # as many as workers: nobody waits in a queue
HTMX = {"HX-Request": "true"}


def told(installation: Installation, script: str) -> Any:
    """What the last line of a script printed."""
    return json.loads(installation.shell(ALL + script))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    yield Installation(Path(os.environ.get("WORKLIST_FOLDER") or tmp_path_factory.mktemp("worklist")))


def addresses(patient: str) -> dict[str, tuple[str, dict[str, str]]]:
    pages = {"worklist": "/worklist/", "overdue": "/worklist/?tab=overdue", "patient": f"/patients/{patient}/"}
    kinds: tuple[tuple[str, dict[str, str]], ...] = (("page", {}), ("partial", HTMX))
    return {f"{name} {kind}": (address, headers) for name, address in pages.items() for kind, headers in kinds}


def inside(installation: Installation, patient: str) -> dict[str, dict[str, Any]]:
    cookie = installation.session["cookie"]
    return dict(told(installation, f"print_measured({cookie!r}, {addresses(patient)!r})"))


def test_the_worklist_and_a_patient_in_a_large_clinic(installation: Installation) -> None:
    told(installation, f"fill({FEW}); settle(); print(0)")
    patient = told(installation, "print(json.dumps(patient_with_much()))")
    with_few = inside(installation, patient)
    told(installation, f"fill({PATIENTS}); settle(); print(0)")
    with_many = inside(installation, patient)
    print(f"\nrows: {told(installation, 'print(json.dumps(sizes()))')}")

    cookie, missed = {"Cookie": installation.session["cookie"]}, []
    with installation.served("tests.benchmarks.empty") as empty, installation.served() as address:
        for path, headers in addresses(patient).values():  # workers settle: see config/gunicorn.py
            requests_per_second(address + path, headers={**cookie, **headers}, seconds=2)
        print(f"the same work each time: {tail(empty + '/same/', {}, CONNECTIONS)}")
        for name, (path, headers) in addresses(patient).items():
            goal = GOAL_PARTIAL if headers else GOAL_PAGE
            speed, ratio = against_empty(empty, address + path, {**cookie, **headers})
            times = tail(address + path, {**cookie, **headers}, CONNECTIONS)
            few, many = with_few[name], with_many[name]
            print(
                f"{name:18}{speed:7.1f}/s = {ratio:.3f} of empty (goal {goal});"
                f" {times} (goal {GOAL_TAIL});"
                f" in process {many['kept_ms']:.1f} ms kept, {many['anew_ms']:.1f} ms anew with SQL of"
                f" {many['sql_ms']:.1f} ms; {many['queries']} queries anew, {few['queries']} with {FEW} patients"
            )
            missed += [f"{name}: {ratio:.3f}"] if ratio < goal else []
            missed += [f"{name}: {times}"] if times.steady_ratio is None or times.steady_ratio > GOAL_TAIL else []
            missed += (
                [f"{name}: {many['queries']} queries"] if many["queries"] > min(few["queries"], MOST_QUERIES) else []
            )
    assert not missed
