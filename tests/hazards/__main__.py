"""`python -m tests.hazards [H07 H12] [-j 2]`: the tests of a hazard must pass, and must fail without its control.

Ends with 1 when a removal was not noticed, with 2 when a trial went wrong.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import Queue

from tests.hazards.listed import Hazard, hazards
from tests.hazards.trial import Copy, Outcome

MOST_AT_A_TIME = 2
MINUTES_FOR_ALL = 60


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.hazards", description=__doc__)
    wanted.add_argument("ids", nargs="*", metavar="H07", help="these hazards; all, when none is named")
    wanted.add_argument("-j", type=int, default=1, choices=range(1, MOST_AT_A_TIME + 1), help="trials at a time")
    wanted.add_argument("--only-trials", action="store_true", help="without the run that must pass")
    asked = wanted.parse_args()
    listed = hazards()
    if unknown := set(asked.ids) - {hazard.id for hazard in listed}:
        wanted.error(f"docs/hazards.yaml has no {', '.join(sorted(unknown))}")
    chosen = [hazard for hazard in listed if hazard.id in asked.ids or not asked.ids]
    with tempfile.TemporaryDirectory(prefix="stepwise-hazards-") as folder:
        copies = [Copy(Path(folder) / str(number)) for number in range(asked.j)]
        try:
            if not asked.only_trials and (problem := why_not_begin(copies[0], chosen)):
                print(problem)
                return 2
            found = outcomes(copies, chosen)
        finally:
            for copy in copies:
                copy.close()
    return verdict(chosen, found)


def why_not_begin(copy: Copy, chosen: list[Hazard]) -> str:
    """Nothing is told by a test that fails with all controls in place."""
    tests = sorted({test for hazard in chosen for test in hazard.tests})
    begun = time.monotonic()
    outcome = copy.run(tests, minutes=MINUTES_FOR_ALL)
    if outcome.found != "missed":
        return f"With nothing removed, the tests do not pass: {outcome.words}"
    print(f"With nothing removed, all {len(tests)} tests pass ({time.monotonic() - begun:.0f} s).", flush=True)
    return ""


def outcomes(copies: list[Copy], chosen: list[Hazard]) -> dict[str, Outcome]:
    free: Queue[Copy] = Queue()
    for copy in copies:
        free.put(copy)

    def tried(hazard: Hazard) -> tuple[Hazard, Outcome, float]:
        copy, begun = free.get(), time.monotonic()
        try:
            outcome = copy.trial_of(hazard)
        finally:
            free.put(copy)
        return hazard, outcome, time.monotonic() - begun

    found: dict[str, Outcome] = {}
    with ThreadPoolExecutor(len(copies)) as workers:
        for done in as_completed([workers.submit(tried, hazard) for hazard in chosen]):
            hazard, outcome, seconds = done.result()
            found[hazard.id] = outcome
            print(f"{hazard.id} {outcome.found} ({seconds:.0f} s) {outcome.words}", flush=True)
    return found


def verdict(chosen: list[Hazard], found: dict[str, Outcome]) -> int:
    print()
    for hazard in chosen:
        print(f"{hazard.id}  {hazard.severity:<12}  {found[hazard.id].found:<6}  {hazard.hazard}")
    kinds = [outcome.found for outcome in found.values()]
    print(f"\n{kinds.count('caught')} caught, {kinds.count('missed')} missed, {kinds.count('error')} in error")
    return 1 if "missed" in kinds else 2 if "error" in kinds else 0


if __name__ == "__main__":
    sys.exit(main())
