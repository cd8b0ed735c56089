"""The embedded PostgreSQL: a real one, in a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config import embedded
from config.postgresql.process import Server, is_alive
from config.postgresql.server_user import EmbeddedDatabaseError
from config.postgresql.start import MAJOR_VERSION, connected

PROJECT = Path(__file__).resolve().parents[2]

# Starts the server (or finds it), says where, and waits for its input to close, or to be killed.
USER_OF_THE_SERVER = """
import sys
from pathlib import Path
from config import embedded
server = embedded.running_server(Path(sys.argv[1]))
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where another user than root may pass through, unlike pytest's own temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="stepwise-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    for pid_file in folder.rglob("postmaster.pid"):
        embedded.stop(pid_file.parent)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    return folder / "postgres"


@pytest.fixture(autouse=True)
def this_process_lets_go(data: Path) -> Iterator[None]:
    yield
    for used in [used for used in embedded._uses if used.is_relative_to(data.parent)]:
        embedded._end_use(used)


def start_user(data: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER_OF_THE_SERVER, str(data)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def end_user(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def connect(server: Server) -> psycopg.Connection[tuple[str, ...]]:
    return connected(server, database="stepwise", user="stepwise_owner")


def test_it_reports_its_version(data: Path) -> None:
    assert embedded.version(data).startswith(f"PostgreSQL {MAJOR_VERSION}.")


def test_it_never_listens_on_the_network(data: Path) -> None:
    server = embedded.running_server(data)

    with connect(server) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    # Its children come and go; only the first process listens.
    sockets = psutil.Process(server.pid).net_connections("inet")
    assert [found for found in sockets if found.status == "LISTEN"] == []


def test_nobody_else_may_enter_its_folder_and_the_application_is_no_superuser(data: Path) -> None:
    server = embedded.running_server(data)

    assert server.socket_folder.stat().st_mode & 0o077 == 0
    assert data.stat().st_uid != 0
    with connect(server) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False,)


def test_text_is_ordered_the_same_on_every_machine_and_writes_are_durable(data: Path) -> None:
    with connect(embedded.running_server(data)) as connection:
        ordered = connection.execute("SELECT string_agg(t, '' ORDER BY t) FROM unnest(array['b','ä','A','a','Z']) t")
        assert ordered.fetchone() == ("AZabä",)
        for name, value in [("fsync", "on"), ("synchronous_commit", "on"), ("server_encoding", "UTF8")]:
            assert connection.execute(f"SHOW {name}").fetchone() == (value,)


def test_processes_share_one_server_and_the_last_one_stops_it(data: Path) -> None:
    first, first_pid = start_user(data)
    second, second_pid = start_user(data)

    assert first_pid == second_pid
    end_user(first)
    assert is_alive(first_pid)
    end_user(second)
    assert not is_alive(first_pid)


def test_many_processes_starting_at_once_get_one_server(data: Path) -> None:
    command = [sys.executable, "-c", USER_OF_THE_SERVER, str(data)]
    processes = [
        subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    pids = {process.stdout.readline() for process in processes if process.stdout}
    for process in processes:
        end_user(process)

    assert len(pids) == 1


def test_it_survives_the_death_of_the_process_that_started_it(data: Path) -> None:
    starter, pid = start_user(data)

    starter.kill()
    starter.communicate()
    server = embedded.running_server(data)

    assert server.pid == pid
    with connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_database_that_the_application_owned_goes_over_to_the_owner(data: Path) -> None:
    server = embedded.running_server(data)
    with connected(server, database="stepwise", user="postgres") as connection:
        connection.execute("ALTER DATABASE stepwise OWNER TO stepwise")
    with connected(server, database="stepwise", user="stepwise") as connection:
        connection.execute("CREATE TABLE of_before AS SELECT 7 AS number")

    embedded.running_server(data, is_for_owner=True)

    with connected(server, database="stepwise", user="stepwise") as connection:
        assert connection.execute("SELECT number FROM of_before").fetchone() == (7,)
        for refused in ("DROP TABLE of_before", "TRUNCATE of_before", "CREATE TABLE mine (id int)", "CREATE ROLE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)
    with connect(server) as connection:
        connection.execute("DROP TABLE of_before")


def test_it_recovers_when_the_server_itself_was_killed(data: Path) -> None:
    server = embedded.running_server(data)
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(server.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    again = embedded.running_server(data)

    assert again.pid != server.pid
    with connect(again) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        connection.execute("DROP TABLE kept")


def test_a_left_over_pid_file_that_names_another_program_does_not_stop_it(data: Path) -> None:
    server = embedded.running_server(data)
    lines = (data / "postmaster.pid").read_text().splitlines()
    owner = data.stat()
    embedded.stop(data)

    # Another program of the same user has got the number since: what a restarted machine looks like.
    other = (
        subprocess.Popen(["sleep", "60"], user=owner.st_uid) if os.geteuid() == 0 else subprocess.Popen(["sleep", "60"])
    )
    (data / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
    os.chown(data / "postmaster.pid", owner.st_uid, owner.st_gid)
    try:
        again = embedded.running_server(data)
    finally:
        other.kill()
        other.wait()

    assert again.pid not in (server.pid, other.pid)


def test_a_folder_too_deep_or_too_odd_for_a_socket_gets_a_short_private_one(folder: Path) -> None:
    data = folder / ("deep " * 15) / ("$'\" " * 10) / "postgres"
    data.parent.mkdir(parents=True)

    server = embedded.running_server(data)

    assert len(str(data)) > 107
    assert len(str(server.socket_folder)) < 60
    assert server.socket_folder.lstat().st_mode & 0o077 == 0
    with connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    embedded.stop(data)
    shutil.rmtree(server.socket_folder)


def test_a_database_of_another_major_version_is_left_alone_with_a_sentence(folder: Path) -> None:
    data = folder / "older"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("15\n")

    with pytest.raises(EmbeddedDatabaseError, match="was made by PostgreSQL 15"):
        embedded.running_server(data)
