"""PostgreSQL without a server to install: started when first needed, shared by every process of this project.

It listens on a private socket only, never on the network, and survives the process that started it. The last
process to end stops it. PostgreSQL refuses to run as root, so for root it runs as an ordinary system user.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from config.postgresql.process import Server, answering
from config.postgresql.server_user import EmbeddedDatabaseError
from config.postgresql.start import beside, connected, ensure_roles_and_database, start

SECONDS_TO_STOP = 20

# Open while this process uses the server: path of the data folder -> (process, file descriptor). The
# process is kept because a forked child inherits the descriptor, yet must not let go for its parent.
_uses: dict[Path, tuple[int, int]] = {}


def running_server(data: Path, *, is_for_owner: bool = False) -> Server:
    """The server on this data folder; made and started if need be. Cheap when it already runs. For the owner of the tables
    it is looked that there is one: a server that an earlier release has started knows none."""
    data = data.absolute()
    if _uses.get(data, (None, None))[0] != os.getpid():
        _begin_use(data)
    server = answering(data)
    if server is None:
        with _exclusive(beside(data, ".starting")):
            server = answering(data) or start(data)
    if is_for_owner:
        with _exclusive(beside(data, ".starting")):
            ensure_roles_and_database(server)
    return server


def version(data: Path) -> str:
    """Such as "PostgreSQL 18.1": what runs on this data folder."""
    server = running_server(data)
    with connected(server, database="stepwise", user="stepwise") as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return f"PostgreSQL {row[0].split()[0]}" if row else "PostgreSQL"


def stop(data: Path) -> None:
    """Stops the server, whoever uses it: open transactions are rolled back."""
    server = answering(data.absolute())
    if server is None:
        return
    os.kill(server.pid, signal.SIGINT)  # "fast" shutdown
    deadline = time.monotonic() + SECONDS_TO_STOP
    while (data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)


# --- Who uses it ----------------------------------------------------------------------------------


def _begin_use(data: Path) -> None:
    """Takes a share of the lock; the kernel returns it even if this process is killed."""
    data.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    descriptor = _open_lock(beside(data, ".users"))
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _uses[data] = (os.getpid(), descriptor)
    atexit.register(_end_use, data)


def _end_use(data: Path) -> None:
    process, descriptor = _uses.pop(data, (None, None))
    if descriptor is None or process != os.getpid():
        return
    with contextlib.suppress(OSError):  # others still use it, or the folder is gone
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stop(data)
    os.close(descriptor)


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise EmbeddedDatabaseError(
            f"{path} cannot be opened ({error.strerror}). Run as the user that owns {path.parent},"
            " or set DATABASE_URL to use a PostgreSQL server of your own."
        ) from error
