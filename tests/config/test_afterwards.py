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
large = b"x" * 5_000_000
assert afterwards(lambda: large) == large
dies = lambda: os.kill(os.getpid(), 9) if os.getpid() != me else b"here"
assert afterwards(dies) == b"here" and not module.may_copy
assert afterwards(lambda: str(os.getpid()).encode()) == str(me).encode()
module.may_copy, module.PATIENCE = True, 0.2
import time
late = lambda: time.sleep(30) or b"late" if os.getpid() != me else b"here"
begun = time.monotonic()
assert afterwards(late) == b"here" and time.monotonic() - begun < 10
class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)
def odd():
    raise Odd(1, 2)
module.may_copy, module.PATIENCE = True, 10
try:
    afterwards(odd)
except Odd:
    pass
else:
    raise AssertionError
def refuse():
    raise OSError(11, "no more processes")
module.may_copy, fork, os.fork = True, os.fork, refuse
assert afterwards(lambda: b"here") == b"here"
os.fork = fork
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no copy is left")
"""


PAPERS = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from config import afterwards as module
from guidelines.printing import papers, printed, sheet
copies = []
def told(make):
    copies.append(by_a_copy(make))
    return copies[-1]
by_a_copy, module.by_a_copy = module.by_a_copy, told
import guidelines.printing
guidelines.printing.render_to_string = lambda _, told: f"<html lang=en><title>{told}</title><p>{told}"
for word in ("one", "two", "one"):
    paper = printed("paper", word, sheet("plan.css"))
    assert paper.startswith(b"%PDF"), paper[:20]
    papers.clear()
assert module.may_copy and len(copies) == 3 and all(copies), copies
print("laid out")
"""


def said_by(script: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_process_alone_lets_a_copy_do_it() -> None:
    assert said_by(ALONE) == "no copy is left\n"


def test_one_paper_after_the_other_comes_from_a_copy() -> None:
    assert said_by(PAPERS) == "laid out\n"


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
