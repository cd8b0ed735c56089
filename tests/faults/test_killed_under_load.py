"""Workers and PostgreSQL are killed and the disk fills while people write: what the site said it keeps is there, once, and
it goes on by itself. The short form runs by itself, after all other tests; the long one when asked for (`-m soak`)."""

import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from config.postgresql.backups import back_up
from tests import factories_patients as make
from tests.faults.site import SECONDS_FOR_AN_ANSWER, Site, Writer

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a password for the load"
WRITERS = 3
SECONDS_TO_RECOVER = 30
DISK_MB = 400


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where another user than root may pass through, unlike pytest's own temporary folder."""
    made = Path(tempfile.mkdtemp(prefix="stepwise-faults-", dir="/var/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own in the folder's place."""
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=711", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def writers(folder: Path) -> Iterator[list[Writer]]:
    """People who are at work on a site in the folder."""
    clinic = make.clinic()
    people = [make.nurse(clinic, f"nurse-{number}") for number in range(WRITERS)]
    for person in people:
        person.set_password(PASSWORD)
        person.save()
    patient = make.patient(User.objects.get(pk=people[0].pk))
    back_up(connection.get_connection_params(), folder / "backup")
    site = Site(folder, folder / "backup")
    try:
        site.wait_until_ready()
        yield [Writer(site, person.username, str(patient.pk), PASSWORD) for person in people]
    finally:
        site.close()


def wait_until_each_has_written(writers: list[Writer]) -> float:
    """Seconds until every one of them has been told of another note that is kept."""
    begun, before = time.monotonic(), [len(writer.acknowledged) for writer in writers]
    while any(len(writer.acknowledged) == count for writer, count in zip(writers, before, strict=True)):
        assert time.monotonic() - begun < SECONDS_TO_RECOVER, [writer.failures[-3:] for writer in writers]
        time.sleep(0.05)
    return time.monotonic() - begun


def under_load(writers: list[Writer], faults: Iterator[Callable[[], None]]) -> None:
    site = writers[0].site
    for writer in writers:
        writer.start()
    wait_until_each_has_written(writers)
    recovered: dict[str, list[float]] = {}
    for fault in faults:
        fault()
        recovered.setdefault(fault.__name__, []).append(wait_until_each_has_written(writers))
    for writer in writers:
        writer.ended.set()
    for writer in writers:
        writer.join(60)

    kept = site.notes()
    texts = [text for text, _ in kept]
    acknowledged = [text for writer in writers for text in writer.acknowledged]
    failures = [failure for writer in writers for failure in writer.failures]
    slowest = max(writer.slowest for writer in writers)
    print(f"\n{len(acknowledged)} acknowledged, {len(failures)} failures, slowest answer {slowest:.1f} s")
    for name, seconds in recovered.items():
        print(f"{name}: {len(seconds)} times, everybody writes again after {max(seconds):.1f} s at most")
    assert len(acknowledged) >= WRITERS * sum(map(len, recovered.values()))
    assert sorted(set(acknowledged) - set(texts)) == [], "acknowledged and lost"
    assert len(texts) == len(set(texts)), "kept twice"
    assert set(texts) <= {text for writer in writers for text in writer.begun}
    assert {events for _, events in kept} == {1}, "each with its row of history"
    assert failures, "the faults were felt"
    assert "500" not in failures, "an error page without its number"
    assert slowest < SECONDS_FOR_AN_ANSWER, recovered
    assert site.ask("/readyz") == (200, "ready")
    assert "wrote note" not in site.log.read_text()


@pytest.mark.alone
def test_what_was_acknowledged_is_there_once_after_kills_of_workers_and_of_postgresql(writers: list[Writer]) -> None:
    site = writers[0].site

    under_load(
        writers,
        iter([
            site.kill_a_worker, site.kill_a_worker, site.kill_a_backend, site.kill_a_worker,
            site.freeze_postgresql, site.kill_postgresql,
        ]),
    )  # fmt: skip


@pytest.mark.alone
def test_what_was_acknowledged_is_there_once_after_the_disk_was_full(small_disk: Path, writers: list[Writer]) -> None:
    under_load(writers, iter([writers[0].site.fill_the_disk, writers[0].site.fill_the_disk]))


@pytest.mark.alone
def test_a_frozen_database_is_an_error_within_seconds_and_no_end(writers: list[Writer]) -> None:
    site = writers[0].site
    assert site.ask("/guidelines/")[0] == 200
    freezing = threading.Thread(target=site.freeze_postgresql, args=(13,))
    freezing.start()
    time.sleep(0.5)
    begun = time.monotonic()

    status, page = site.ask("/guidelines/")

    assert (status, time.monotonic() - begun < SECONDS_FOR_AN_ANSWER) == (500, True)
    assert "went wrong" in page
    freezing.join()
    assert site.ask("/guidelines/")[0] == 200


@pytest.mark.soak
def test_the_same_for_minutes_in_any_order(writers: list[Writer]) -> None:
    site = writers[0].site
    until = time.monotonic() + float(os.environ.get("SOAK_SECONDS", "300"))
    chance = random.Random(20_260_105)

    def faults() -> Iterator[Callable[[], None]]:
        while time.monotonic() < until:
            yield chance.choice([site.kill_a_worker, site.kill_a_backend, site.kill_postgresql, site.freeze_postgresql])
            time.sleep(chance.uniform(0, 2))

    under_load(writers, faults())
