"""Eight editors save on one draft at the same time. What was acknowledged is there; the rest are honest conflicts."""

import random
import threading
from collections import Counter
from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db import connection

from guidelines import actions, editing
from guidelines.actions import EditConflict
from guidelines.editing import entry_of, fingerprint
from guidelines.engine.content import Package
from guidelines.models import Edit, EditKind, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor
from tests.guidelines.tiny_guideline import tiny

pytestmark = pytest.mark.django_db(transaction=True)
EDITORS, SAVES, ROWS = 8, 50, 8
# Where every editor wants to write; the other statements belong to one editor each.
SHARED = ("ST-0", "ST-1")


class Save(NamedTuple):
    """One save that was tried. `edit` is the row that acknowledged it, None for a conflict."""

    key: str
    text: str
    edit: int | None
    has_seen_theirs: bool


class Editor(threading.Thread):
    """Reads a statement, changes it, saves it; after a conflict reads again and goes on to the next."""

    def __init__(self, number: int, version: Version, by: User, start: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.number, self.version, self.by, self.starts = number, version, by, start
        self.saves: list[Save] = []
        self.error: Exception | None = None
        # What was read last of each statement: an editor has the page open for a while.
        self.read: dict[str, object] = {}

    def run(self) -> None:
        lots = random.Random(self.number)
        try:
            self.starts.wait(60)
            for count in range(SAVES):
                key = lots.choice(SHARED) if lots.random() < 0.4 else f"ST-{self.number}"
                self.saves.append(self.save(key, f"Editor {self.number}, save {count}."))
        except Exception as error:  # told in the test's own thread
            self.error = error
        finally:
            connection.close()

    def save(self, key: str, text: str) -> Save:
        read = self.read.get(key) or entry_of(package_of(self.version), "statements", key)
        entry = read.model_copy(update={"clinician": text})
        try:
            edit = actions.save_entry(
                version=self.version, by=self.by, part="statements", entry=entry, read=fingerprint(read), stale=()
            )
        except EditConflict as conflict:
            self.read[key] = conflict.theirs
            return Save(key, text, None, conflict.theirs is not None and conflict.theirs.clinician != read.clinician)
        self.read[key] = entry
        return Save(key, text, edit.pk, has_seen_theirs=False)


def replayed(package: Package, edits: list[Edit]) -> Package:
    """The content that the edits make of the one they began with, one after the other."""
    for edit in edits:
        entry = editing.PARTS[edit.part].entry_class.model_validate(edit.after)
        package = editing.with_entry(package, edit.part, entry, stale=())
        assert package.content_hash() == edit.content_hash, edit.pk
    return package


def test_no_save_of_eight_editors_is_lost() -> None:
    people = [editor(f"editor-{number}") for number in range(EDITORS)]
    version = draft(tiny(ROWS), by=people[0])
    base, start = package_of(version), threading.Barrier(EDITORS)
    editors = [Editor(number, version, by, start) for number, by in enumerate(people)]

    for one in editors:
        one.start()
    for one in editors:
        one.join(120)

    assert [one.error for one in editors] == [None] * EDITORS
    saves = [save for one in editors for save in one.saves]
    assert len(saves) == EDITORS * SAVES
    acknowledged = {save.edit: save for save in saves if save.edit is not None}
    edits = list(Edit.objects.filter(version=version).order_by("pk"))
    # Each acknowledged save has its row, and there is no other row.
    assert {edit.pk: (edit.key, edit.after["clinician"]) for edit in edits} == {
        pk: (save.key, save.text) for pk, save in acknowledged.items()
    }
    assert {edit.kind for edit in edits} == {EditKind.CHANGED}
    # Each begins with what the one before it left: nothing was written over.
    last = {statement.key: statement.canonical() for statement in base.statements}
    for edit in edits:
        assert edit.before == last[edit.key], edit.pk
        last[edit.key] = edit.after
    # The rows say what the last save of each said, and what all of them make, one after the other.
    version.refresh_from_db()
    now = package_of(version)
    assert {statement.key: statement.canonical() for statement in now.statements} == last
    assert now == replayed(base, edits)
    assert now.content_hash() == version.content_hash == edits[-1].content_hash
    # Everything else was refused because somebody else had changed the very statement.
    refused = [save for save in saves if save.edit is None]
    assert all(save.has_seen_theirs and save.key in SHARED for save in refused)
    counts = Counter(save.edit is not None for save in saves)
    assert counts[True] > EDITORS * SAVES // 2 and counts[False] > 10, counts
