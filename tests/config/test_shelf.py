"""What workers keep together: seen by all, never half, and nobody waits."""

import errno
import multiprocessing
import os
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest

from config import kept
from config.kept import Kept
from config.shelf import DIGEST, LENGTH, Shelf

IN_COPIES = multiprocessing.get_context("fork")


class Key(NamedTuple):
    patient: str
    day: date


ONE, OTHER = Key("one", date(2026, 11, 27)), Key("other", date(2026, 11, 27))


@pytest.fixture
def shared() -> Iterator[None]:
    kept.share()
    yield
    kept.shelf = None


def in_a_copy(act: object) -> int:
    """Runs in a process that was copied from this one, as a worker is; gives how it ended."""
    child = os.fork()
    if not child:
        try:
            act()  # type: ignore[operator]  # a function
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_what_one_worker_keeps_another_finds(shared: None) -> None:
    pages: Kept[Key, str] = Kept(4, shared="pages")

    assert in_a_copy(lambda: pages.keep(ONE, "the page of one")) == 0

    assert pages.get(ONE) == "the page of one"
    assert pages.get(OTHER) is None
    assert Kept[Key, str](4, shared="steps").get(ONE) is None
    assert Kept[Key, str](4).get(ONE) is None


def test_without_a_shelf_each_process_keeps_its_own() -> None:
    pages: Kept[Key, str] = Kept(4, shared="pages")
    in_a_copy(lambda: pages.keep(ONE, "the page of one"))

    assert pages.get(ONE) is None
    assert pages.keep(ONE, "mine") == pages.get(ONE) == "mine"


def test_where_the_system_gives_no_such_memory_each_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("config.shelf.mmap.mmap", refuse)
    monkeypatch.setattr(kept, "shelf", None)

    kept.share()

    pages: Kept[Key, str] = Kept(4, shared="pages")
    assert pages.keep(ONE, "mine") == pages.get(ONE) == "mine"


def test_more_than_one_process_keeps_for_itself_is_still_on_the_shelf(shared: None) -> None:
    pages: Kept[int, str] = Kept(4, shared="pages")
    for number in range(100):
        pages.keep(number, f"page {number}")

    assert len(pages.values()) == 4
    found = [pages.get(number) for number in range(100)]
    assert {page for number, page in enumerate(found) if page not in (None, f"page {number}")} == set()
    assert found.count(None) < 5  # both places of a key may be taken


def test_the_newest_of_a_key_counts_and_a_full_shelf_makes_room() -> None:
    shelf = Shelf(places=4, size=4096)
    for number in range(40):
        shelf.put(f"key {number}", number)
        assert shelf.get(f"key {number}") == number
    shelf.put("key 39", "again")

    assert shelf.get("key 39") == "again"
    assert 1 <= sum(shelf.get(f"key {number}") is not None for number in range(40)) <= 4


def test_what_is_too_large_for_a_place_is_not_kept_and_harms_no_neighbour() -> None:
    shelf = Shelf(places=2, size=4096)
    shelf.put("small", "fits")
    shelf.put("large", os.urandom(8192))

    assert shelf.get("large") is None
    assert shelf.get("small") == "fits"


@pytest.mark.parametrize("kept_of_it", [1, DIGEST, 2 * DIGEST, 2 * DIGEST + LENGTH, 400])
def test_what_was_half_written_is_not_there(kept_of_it: int) -> None:
    """As a reader finds it in the middle of a write, or after its writer was killed."""
    shelf = Shelf(places=1, size=4096)
    shelf.put("key", "before" * 50)
    before = shelf.memory[:]
    shelf.put("key", os.urandom(500))
    half = shelf.memory[:kept_of_it] + before[kept_of_it:]
    shelf.memory[:] = half

    assert shelf.get("key") in (None, "before" * 50)


def test_a_name_over_what_another_key_holds_finds_nothing() -> None:
    """As when two write one place at once, or a reader's copy is not made in one go."""
    shelf = Shelf(places=1, size=4096)
    shelf.put("one", "page of one")
    name = shelf.memory[:DIGEST]
    shelf.put("other", "page of another")
    shelf.memory[:DIGEST] = name

    assert shelf.get("one") is None


def test_readers_and_writers_at_once_never_see_a_mixture() -> None:
    shelf = Shelf(places=1, size=4096)

    def write(letter: str) -> None:
        for number in range(2000):
            shelf.put("key", letter * (number % 1000))

    writers = [IN_COPIES.Process(target=write, args=(letter,)) for letter in "ab"]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add("".join(sorted(set(shelf.get("key") or ""))))
    for writer in writers:
        writer.join()

    assert seen <= {"", "a", "b"}
    assert seen & {"a", "b"}
