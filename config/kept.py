"""What was worked out and may be used again: the few that were used last in the memory of one process, and more on a shelf
that the workers of a server share, where it has one."""

import logging
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

from config.shelf import Shelf

logger = logging.getLogger("config.kept")
shelf: Shelf | None = None


def share() -> None:
    """From now on with the processes that are copied from this one. Each keeps for itself where there is no such memory."""
    global shelf  # one for the server
    try:
        shelf = Shelf()
    except OSError as problem:
        logger.warning("Workers share nothing: there is no memory for it (%s)", problem.strerror)


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Whether what is kept still holds is for the caller to say: by what the key names, or by what the value says. With a
    name it is `shared`: then the key's representation must tell it from every other, in each process the same."""

    def __init__(self, most: int, *, shared: str = "") -> None:
        self.most, self.shared = most, shared
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                return found
        taken: Value | None = shelf.get(f"{self.shared} {key!r}") if shelf and self.shared else None
        return self._keep(key, taken) if taken is not None else None

    def keep(self, key: Key, value: Value) -> Value:
        if shelf and self.shared:
            shelf.put(f"{self.shared} {key!r}", value)
        return self._keep(key, value)

    def _keep(self, key: Key, value: Value) -> Value:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.most:
                self._values.popitem(last=False)
        return value

    def values(self) -> list[Value]:
        return list(self._values.values())

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
