"""Copies the database into one file, and back: all of it in one moment, or nothing."""

import subprocess
import tempfile
import threading
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from psycopg import sql

from config.postgresql.backup_file import COPIED_AT_ONCE, KIND, Manifest, NoBackup, opened, written
from config.postgresql.client_programs import Programs, connect, connection_arguments, programs_for
from config.postgresql.roles import grants

# Sessions: after a restore everybody signs in again; one that was ended since would be open again. Kept answers of the
# cache. And which patients changed in which transaction: numbers of transactions mean nothing on another server, where a
# new change could be taken for one of these and an old page for a true one.
LEFT_OUT = ("django_session", "usersessions_usersession", "cache", "patients_patientchange")
SECONDS_FOR_LOCKS = 15

# What PostgreSQL makes in a new database. Only the database's owner may do this.
EMPTIED = f"""
SET lock_timeout = '{SECONDS_FOR_LOCKS}s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""


# Tables of which row-level security would hide rows from a dump, because they do not know the system.
HIDING = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND row_security_active(c.oid) AND (
    EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive)
    OR NOT EXISTS (
        SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'
        AND pg_get_expr(p.polqual, p.polrelid) LIKE '%WHEN ''system''::text THEN true%'
    )
) ORDER BY 1
"""


def back_up(parameters: dict[str, Any], path: Path) -> Manifest:
    """Writes the file; the database is used meanwhile as ever."""
    with connect(parameters) as connection:
        # One snapshot for the counts and for pg_dump: what is counted is what is written.
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone() or [""]
        if hiding := connection.execute(HIDING).fetchone():
            raise NoBackup(
                f"Row-level security hides rows of {hiding[0]} from this user. There is no backup. Back up as the owner of the"
                " tables (DATABASE_OWNER_URL), by the release that made them."
            )
        server = connection.info.server_version // 10_000
        programs = programs_for(server)
        manifest = Manifest(
            kind=KIND,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            server=server,
            pg_dump=programs.major,
            migrations=_migrations(connection),
            left_out=[table for table in _tables(connection) if table in LEFT_OUT],
            rows=_rows(connection),
        )
        arguments, environment = connection_arguments(parameters)
        left_out = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]
        command = programs.command(
            "pg_dump", *arguments, "--format=custom", "--enable-row-security", f"--snapshot={snapshot}", *left_out
        )
        with written(path, manifest) as file, tempfile.TemporaryFile() as said:
            with subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
            ) as dumping:
                try:
                    copyfileobj(_pipe(dumping.stdout), file, COPIED_AT_ONCE)
                except BaseException:
                    dumping.kill()
                    raise
            if dumping.returncode:
                raise NoBackup(f"pg_dump failed: {_first_error(said)}. There is no backup.")
    return manifest


def restore(parameters: dict[str, Any], path: Path, known_migrations: set[str], application: str = "") -> Manifest:
    """Puts the file's content in the place of the database's. Until the last row is there and counted, nothing changes.

    `application` is the role to be let in, where it is another than the one that restores."""
    with opened(path) as (manifest, dump):
        unknown = sorted(set(manifest.migrations) - known_migrations)
        if unknown:
            raise NoBackup(
                f"The backup was made by a newer release (it has {unknown[-1]}). Nothing was changed. Install that release"
                " first, or one after it."
            )
        with connect(parameters) as connection:
            server = connection.info.server_version // 10_000
        if server < manifest.server:
            raise NoBackup(
                f"The backup is of PostgreSQL {manifest.server} and this server is {server}. Nothing was changed. Restore it"
                f" on PostgreSQL {manifest.server} or newer."
            )
        programs = programs_for(max(server, manifest.pg_dump))
        _replace(parameters, programs, manifest, dump, last=grants(application) if application else "")
    with connect(parameters) as connection:
        connection.execute("ANALYZE")
    return manifest


def _replace(parameters: dict[str, Any], programs: Programs, manifest: Manifest, dump: IO[bytes], *, last: str) -> None:
    """pg_restore turns the dump into statements, psql runs them in one transaction, and we stand between them: psql comes
    to the end, and so to the commit, only if every byte before was right."""
    arguments, environment = connection_arguments(parameters)
    # No --single-transaction: that would commit at whatever end it sees.
    run = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse", "--file=-"]
    with (
        tempfile.TemporaryFile() as restore_said,
        tempfile.TemporaryFile() as psql_said,
        subprocess.Popen(
            programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-"),
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=restore_said,
        ) as reading,
        subprocess.Popen(
            programs.command("psql", *arguments, *run),
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=psql_said,
        ) as writing,
    ):  # fmt: skip
        broken: list[Exception] = []
        feeding = threading.Thread(target=_feed, args=(dump, _pipe(reading.stdin), broken))
        feeding.start()
        statements = _pipe(writing.stdin)
        try:
            statements.write(f"BEGIN;\n{EMPTIED}".encode())
            copyfileobj(_pipe(reading.stdout), statements, COPIED_AT_ONCE)
            feeding.join()
            if reading.wait() or broken:
                # It may have ended without a word.
                ended = f"pg_restore ended with {reading.returncode}"
                why = _first_error(restore_said) or next(iter(broken), ended)
                raise NoBackup(f"The backup is damaged: {why}. Nothing was changed.")
            # pg_restore leaves row security off: then what it holds back is an error.
            statements.write(f"SET row_security = on;\n{_counted(manifest)}\n{last};\nCOMMIT;\n".encode())
            statements.close()
        except BrokenPipeError:
            pass  # psql has stopped at an error, and says which
        except BaseException:
            writing.kill()
            raise
        finally:
            reading.kill()
            feeding.join()
            with suppress(BrokenPipeError):  # an end without COMMIT
                statements.close()
        if writing.wait():
            raise NoBackup(f"PostgreSQL refused: {_first_error(psql_said)}. Nothing was changed.")


def _feed(dump: IO[bytes], to: IO[bytes], broken: list[Exception]) -> None:
    try:
        with to:
            copyfileobj(dump, to, COPIED_AT_ONCE)
    except BrokenPipeError:
        pass  # pg_restore has stopped at an error, and says which
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        broken.append(error)


def _counted(manifest: Manifest) -> str:
    """Statements that fail if a table has another number of rows than it had."""
    checks = [
        sql.SQL("IF (SELECT count(*) FROM public.{}) <> {} THEN RAISE EXCEPTION 'the rows of % are not all there', {}; END IF;").format(
            sql.Identifier(table), sql.Literal(0 if table in manifest.left_out else rows), sql.Literal(table)
        )
        for table, rows in manifest.rows.items()
    ]  # fmt: skip
    return f"DO $counted$ BEGIN {sql.SQL(' ').join(checks).as_string(None)} END $counted$;"


def _tables(connection: Any) -> list[str]:
    return [table for (table,) in connection.execute(TABLES)]


def _rows(connection: Any) -> dict[str, int]:
    count = sql.SQL("SELECT count(*) FROM public.{}")
    return {
        table: connection.execute(count.format(sql.Identifier(table))).fetchone()[0] for table in _tables(connection)
    }


def _migrations(connection: Any) -> list[str]:
    if "django_migrations" not in _tables(connection):
        raise NoBackup("The database has no tables of Stepwise. There is nothing to back up.")
    found = connection.execute("SELECT app, name FROM public.django_migrations ORDER BY 1, 2")
    return [f"{app}.{name}" for app, name in found]


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise NoBackup("A program could not be started.")
    return stream


def _first_error(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read(20_000).decode(errors="replace").splitlines()
    found = [line for line in lines if "error:" in line.lower()] or lines
    return found[0].strip() if found else ""
