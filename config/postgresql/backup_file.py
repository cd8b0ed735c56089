"""The file of a backup: what pg_dump wrote, and beside it in the same file what it should come to. Refuses every other
file before anything is touched."""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

KIND = "stepwise-backup-1"
MANIFEST, DUMP = "manifest.json", "database.dump"
MARK_OF_A_DUMP = b"PGDMP"
LARGEST_MANIFEST = 5_000_000
COPIED_AT_ONCE = 1 << 20


class NoBackup(Exception):
    """The file cannot be used, or cannot be written; the message says why."""


class Manifest(BaseModel):
    """What the dump holds, counted in the moment it is of."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str
    made_at: str
    server: int  # major versions, of the server and of pg_dump
    pg_dump: int
    migrations: list[str]
    left_out: list[str]
    rows: dict[str, int]


@contextmanager
def written(path: Path, manifest: Manifest) -> Iterator[IO[bytes]]:
    """Where the dump is to be written. The file has its name only once it is whole, and only its owner may read it."""
    if path.exists():
        raise NoBackup(f"{path} exists already. Choose another name: a backup is not written over.")
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise NoBackup(f"{draft} cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
                with archive.open(DUMP, "w", force_zip64=True) as dump:
                    yield dump
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a renaming, not over a file that has appeared meanwhile
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as error:
        raise NoBackup(f"{path} could not be written ({error.strerror}). There is no backup.") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Manifest, IO[bytes]]]:
    """What it should come to, and the dump as a stream. Only the two ends of the file are read for that."""
    try:
        if not path.is_file():
            raise NoBackup(f"There is no file {path}.")
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise NoBackup(f"{path} is not a backup, or only a part of one. Nothing was changed.") from error
    except OSError as error:
        raise NoBackup(f"{path} cannot be read ({error.strerror}). Nothing was changed.") from error
    with archive:
        manifest = _manifest(archive, path)
        with archive.open(DUMP) as begun:
            if begun.read(len(MARK_OF_A_DUMP)) != MARK_OF_A_DUMP:
                raise NoBackup(f"{path} holds no dump of PostgreSQL. Nothing was changed.")
        with archive.open(DUMP) as dump:
            yield manifest, dump


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        entry = archive.getinfo(MANIFEST)
        archive.getinfo(DUMP)
        if entry.file_size > LARGEST_MANIFEST:
            raise NoBackup(f"{path} is not a backup. Nothing was changed.")
        manifest = Manifest.model_validate(json.loads(archive.read(entry)))
    except (KeyError, ValueError, ValidationError, zipfile.BadZipFile) as error:
        raise NoBackup(f"{path} is not a backup. Nothing was changed.") from error
    if manifest.kind != KIND:
        raise NoBackup(f"{path} is a backup of another kind ({manifest.kind[:40]}). Nothing was changed.")
    return manifest
