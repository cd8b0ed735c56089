"""Whether a PostgreSQL server lives in a data folder, and what a dead one left there."""

import contextlib
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.postgresql.server_user import EmbeddedDatabaseError

PORT = 5432  # only names the socket file; no port is opened
SECONDS_TO_START = 120  # recovery after a power cut takes its time


@dataclass(frozen=True)
class Server:
    """A running server: where its socket is, and its process."""

    socket_folder: Path
    port: int
    pid: int


def answering(data: Path) -> Server | None:
    """The server that has this data folder open and takes connections, or none."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise EmbeddedDatabaseError(
            f"The database in {data} belongs to another user. Run as that user, or set DATABASE_URL"
            " to use a PostgreSQL server of your own."
        ) from error
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    server = Server(socket_folder=Path(lines[4]), port=int(lines[3]), pid=int(lines[0]))
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(server.socket_folder / f".s.PGSQL.{server.port}"))
        except OSError:
            return None
    return server


def earlier_server(data: Path) -> Server | None:
    """Waits for a server that is still recovering, or still ending, in this folder; none when there is none."""
    deadline = time.monotonic() + SECONDS_TO_START
    while _is_open(data):
        if server := answering(data):
            return server
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(
                f"A PostgreSQL has {data} open but takes no connections. The log beside that folder says why."
            )
        time.sleep(0.05)
    return None


def _is_open(data: Path) -> bool:
    """Whether a PostgreSQL process lives in this folder, be it the child of one that was killed."""
    folder = str(data.resolve())
    return any(
        process.info["name"] == "postgres"
        and process.info["cwd"] == folder
        and process.info["status"] != psutil.STATUS_ZOMBIE
        for process in psutil.process_iter(["name", "cwd", "status"])
    )


def remove_misleading_lock_files(data: Path, socket_folder: Path) -> None:
    """The number in them may be another program's since the machine restarted, or a dead process nobody has
    buried: PostgreSQL would not start. A free number is left to PostgreSQL. Only after earlier_server found none."""
    for lock_file in (data / "postmaster.pid", socket_folder / f".s.PGSQL.{PORT}.lock"):
        with contextlib.suppress(FileNotFoundError, ValueError):
            if psutil.pid_exists(int(lock_file.read_text().split("\n", 1)[0])):
                lock_file.unlink()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
