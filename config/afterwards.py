"""What takes a second of the processor, without making others wait for it: a copy of this process works it out, and gives way
to whatever else wants the processor. A page that another worker is asked for is answered as if nobody were printing.
"""

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection

logger = logging.getLogger("config.afterwards")

GIVING_WAY = 10  # what `nice` calls it
PATIENCE = 8.0  # seconds; with what it then takes here, well within the time that gunicorn gives a request
may_copy = True


def afterwards(make: Callable[[], bytes]) -> bytes:
    """What `make` returns; what it raises is raised here. It must ask the database for nothing: the copy's connection is
    this one's. Beside other threads no copy is made, for what they hold would be held in it for ever; nor once a copy has not
    come back, for then a library may have threads here that nobody can count."""
    global may_copy  # one for the process
    if not may_copy or threading.active_count() > 1:
        return make()
    made = by_a_copy(make)
    if isinstance(made, Exception):
        raise made
    if made is None:
        may_copy = False
        logger.warning("A copy of this process did not come back: papers are laid out in it from now on")
        return make()
    return made


def by_a_copy(make: Callable[[], bytes]) -> bytes | Exception | None:
    """None where there is no copy, or it was ended, or took too long."""
    reading, writing = Pipe(duplex=False)
    with reading:
        try:
            copy = os.fork()
        except OSError:
            writing.close()
            return None
        if not copy:
            work_out(make, writing)
        writing.close()
        made: bytes | Exception | None = None
        try:
            made = reading.recv() if reading.poll(PATIENCE) else None
        except Exception:  # cut off, or of no kind that can be read: it is made here, and says itself what is wrong
            logger.exception("What a copy has sent cannot be read")
        finally:
            os.kill(copy, signal.SIGKILL)  # it has nothing left to do, or took too long
            os.waitpid(copy, 0)
        return made


def work_out(make: Callable[[], bytes], writing: Connection) -> None:
    """Ends the process, whatever happens, and nothing that the other one still needs."""
    try:
        os.nice(GIVING_WAY)
        gc.disable()  # the copy ends before that would be worth it; it took a fifth of the time
        made: bytes | Exception
        try:
            made = make()
        except Exception as problem:  # whatever it is, it is raised by the process that asked
            made = problem
        writing.send(made)
    finally:
        os._exit(0)
