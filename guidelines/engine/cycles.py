"""What follows from itself: definitions, facts and rules that lead back to where they began. Such content never runs."""

from collections.abc import Collection, Iterator, Mapping

from guidelines.engine.nodes import Node

Reads = Mapping[str, Collection[str]]


def keys_read(*nodes: Node | None) -> Iterator[str]:
    """Every key these conditions read."""
    for node in nodes:
        if node is not None:
            yield from node.keys
            yield from keys_read(*node.children)


def circle(reads: Reads) -> tuple[str, ...]:
    """The keys of one circle, in the order in which they read one another; empty when there is none."""
    done: set[str] = set()
    for start in reads:
        path: list[str] = []
        waiting: list[tuple[str, bool]] = [(start, False)]
        while waiting:
            key, leaving = waiting.pop()
            if leaving:
                done.add(path.pop())
            elif key in path:
                return tuple(path[path.index(key) :])
            elif key not in done:
                path.append(key)
                waiting += [(key, True), *((read, False) for read in reads.get(key, ()) if read in reads)]
    return ()
