"""The project's files, for the tests of its architecture."""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CODE = ("config", "guidelines", "patients")
ENGINE = PROJECT / "guidelines" / "engine"
CONTENT = PROJECT / "guidelines" / "content"


def python_files(*roots: str) -> list[Path]:
    """Python of the project without migrations, which are written once and never read again."""
    found = (path for root in roots for path in (PROJECT / root).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    found = [
        path for root in ("templates", *(f"{app}/templates" for app in CODE)) for path in (PROJECT / root).rglob("*")
    ]
    return sorted(path for path in found if path.is_file())


def all_files() -> list[Path]:
    """Everything that belongs to the project, as its version control lists it; nothing where there is none."""
    command = ["git", "-c", f"safe.directory={PROJECT}", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False).stdout
    return sorted(path for path in (PROJECT / line for line in listed.split("\0") if line) if path.is_file())


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))
