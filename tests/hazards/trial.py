"""One trial: a copy of the project, in it a change, and whether the tests fail there. The project itself is never touched.

Each copy has a database server of its own in its folder, so that no other run's databases are in reach.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from config import embedded
from tests.architecture.tree import PROJECT, all_files, name
from tests.hazards.listed import Hazard, removed_in

MINUTES = 15
PASSED, FAILED = 0, 1  # pytest's own numbers
# A removal after which the program cannot be read is none: whatever runs it fails.
BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "UnboundLocalError")


@dataclass(frozen=True)
class Outcome:
    """`caught`: a test failed. `missed`: all passed. `error`: the trial itself went wrong and says nothing."""

    found: Literal["caught", "missed", "error"]
    words: str


class Copy:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project, self.data = folder / "project", folder / "data"
        files = all_files()
        if not files:
            raise SystemExit(
                "Which files belong to the project is read from its version control, and there is none here."
            )
        for file in files:
            copied = self.project / name(file)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copied)
        (self.project / ".venv").symlink_to((PROJECT / ".venv").resolve())

    def trial_of(self, hazard: Hazard) -> Outcome:
        with self.changed(hazard):
            return self.run(hazard.tried, "-x")

    @contextmanager
    def changed(self, hazard: Hazard) -> Iterator[None]:
        """The files that the removal changes are put back as they were, with their times: what was compiled still holds."""
        changed = removed_in(self.project, hazard.removal)
        before = {path: (path.read_bytes(), path.stat()) for path in changed}
        for path, text in changed.items():
            path.write_text(text)
        try:
            yield
        finally:
            for path, (content, was) in before.items():
                path.write_bytes(content)
                os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))

    def close(self) -> None:
        """A run that was broken off leaves its server behind."""
        embedded.stop(self.data / "postgres")

    def run(self, tests: Iterable[str], *more: str, minutes: int = MINUTES) -> Outcome:
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"--junitxml={report}", *more, *tests
        ]  # fmt: skip
        # An address of a server in the environment would be that of other runs.
        settings = {"DATA_FOLDER": str(self.data), "DATABASE_URL": ""}
        try:
            done = subprocess.run(
                command, cwd=self.project, env={**os.environ, **settings}, capture_output=True, text=True, check=False,
                timeout=minutes * 60,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome("error", f"not done after {minutes} minutes")
        if done.returncode == PASSED:
            return Outcome("missed", "all of its tests pass")
        told = failures(report) if done.returncode == FAILED and report.exists() else []
        if not told:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            return Outcome("error", f"pytest ended with {done.returncode}, and no test failed:\n{last}")
        if broken := [line for line in told if line.partition(": ")[2].startswith(BROKEN)]:
            return Outcome("error", f"the removal breaks the program: {broken[0]}")
        return Outcome("caught", "\n".join(told))


def failures(report: Path) -> list[str]:
    """Each test that failed and the first line of why. One that could not begin has not failed."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):
        if (failure := case.find("failure")) is not None:
            why = (failure.get("message") or "").strip().splitlines()
            found.append(f"{case.get('name')}: {why[0][:160] if why else ''}")
    return found
