"""Work that gives way to others: done in a copy of the process, with what it returns and what it raises."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.afterwards import afterwards

PROJECT = Path(__file__).resolve().parents[2]
ALONE = """
import os
from config import afterwards as module
from config.afterwards import afterwards
me = os.getpid()
told = afterwards(lambda: f"{os.getpid()} {os.nice(0)}".encode()).decode().split()
assert told[0] != str(me) and int(told[1]) == os.nice(0) + 10, told
try:
    afterwards(lambda: (_ for _ in ()).throw(ValueError("nothing is fetched")))
except ValueError as problem:
    assert str(problem) == "nothing is fetched"
else:
    raise AssertionError
dies = lambda: os.kill(os.getpid(), 9) if os.getpid() != me else b"here"
assert afterwards(dies) == b"here"
module.PATIENCE = 0.2
import time
late = lambda: time.sleep(30) or b"late" if os.getpid() != me else b"here"
begun = time.monotonic()
assert afterwards(late) == b"here" and time.monotonic() - begun < 10
large = b"x" * 5_000_000
module.PATIENCE = 10
assert afterwards(lambda: large) == large
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no copy is left")
"""


def test_a_process_alone_lets_a_copy_do_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stdout) == (0, "no copy is left\n"), ended.stderr


def test_beside_other_threads_it_is_done_here() -> None:
    may_end = threading.Event()
    other = threading.Thread(target=may_end.wait)
    other.start()
    try:
        assert afterwards(lambda: str(os.getpid()).encode()) == str(os.getpid()).encode()
    finally:
        may_end.set()
        other.join()


def test_what_it_raises_is_raised() -> None:
    def refuse() -> bytes:
        raise ValueError("nothing is fetched")

    with pytest.raises(ValueError, match="nothing is fetched"):
        afterwards(refuse)
