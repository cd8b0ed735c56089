"""What takes a second of the processor, without making others wait for it: a copy of this process works it out, and gives way
to whatever else wants the processor. A page that is read meanwhile is answered as if nobody were printing.
"""

import gc
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection

GIVING_WAY = 10  # what `nice` calls it
PATIENCE = 15.0  # seconds; on a machine that has never a moment to spare it is then worked out here


def afterwards(make: Callable[[], bytes]) -> bytes:
    """What `make` returns; what it raises is raised here. It must ask the database for nothing: the copy's connection is
    this one's. Beside other threads no copy is made, for what they hold would be held in it for ever."""
    if threading.active_count() > 1:
        return make()
    reading, writing = Pipe(duplex=False)
    copy = os.fork()
    if not copy:
        work_out(make, writing)
    writing.close()
    made: bytes | Exception | None = None
    try:
        if reading.poll(PATIENCE):
            made = reading.recv()
    except EOFError:
        pass  # it was ended, by the system perhaps
    finally:
        reading.close()
        os.kill(copy, signal.SIGKILL)  # it has nothing left to do, or took too long
        os.waitpid(copy, 0)
    if isinstance(made, Exception):
        raise made
    return make() if made is None else made


def work_out(make: Callable[[], bytes], writing: Connection) -> None:
    """Ends the process, whatever happens, and nothing that the other one still needs."""
    try:
        os.nice(GIVING_WAY)
        gc.disable()  # the copy ends before that would be worth it; it took a fifth of the time
        made: bytes | Exception
        try:
            made = make()
        except Exception as problem:
            made = problem
        writing.send(made)
    finally:
        os._exit(0)
