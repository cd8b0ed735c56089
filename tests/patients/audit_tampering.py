"""What somebody who owns the tables might do to records of looks and changes, one thing at a time."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import IntegrityError, connection, transaction

from patients.audit import CHAINED, LINKS, faults, heads
from patients.models import AuditLink
from tests.owner import as_owner


def chained() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(CHAINED)
        return dict(cursor.fetchall())


def run(sql: str, *told: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return cursor.fetchall() if cursor.description else []


OTHERWISE = {
    "boolean": "NOT coalesce({c}, false)", "integer": "coalesce({c}, 0) + 1", "bigint": "coalesce({c}, 0) + 1",
    "numeric": "coalesce({c}, 0) + 1", "date": "coalesce({c}, date '2000-01-01') + 1",
    "timestamp with time zone": "coalesce({c}, now()) + interval '1 second'", "uuid": "gen_random_uuid()",
    "jsonb": """'{{"tampered": null}}'::jsonb""", "text": "coalesce({c}, '') || 'x'",
    "character varying": "coalesce(left({c}, -1), '') || '~'", "bytea": "{c} || '\\x00'::bytea",
    "ARRAY": "{c} || gen_random_uuid()",
}  # fmt: skip


@contextmanager
def as_an_owner_of_the_tables(*tables: str) -> Iterator[None]:
    """Who owns the tables can switch off what locks them. All of it is taken back."""
    with transaction.atomic():
        for table in tables:
            with as_owner():
                run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield
        transaction.set_rollback(True)


def columns(table: str) -> list[tuple[str, str]]:
    return run("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY 1", table)


def change(draw: random.Random, table: str, key: str, row: Any) -> None:
    name, kind = draw.choice([(name, kind) for name, kind in columns(table) if name not in (key, "id")])
    value = OTHERWISE[kind].format(c=f'"{name}"')
    run(f'UPDATE "{table}" SET "{name}" = {value} WHERE "{key}" = %s', row)


def tamper(draw: random.Random) -> str:
    """One thing that somebody might do; what it was, in words."""
    link = draw.choice(AuditLink.objects.order_by("pk"))
    table = link.of_table
    key = chained()[table]
    what = draw.choice(
        ("row", "row", "row", "row gone", "row added", "link", "link gone", "links swapped", "who", "end")
    )
    if what == "row":
        change(draw, table, key, link.row)
    elif what == "row gone":
        run(f'DELETE FROM "{table}" WHERE "{key}" = %s', link.row)
    elif what == "row added":
        others = ", ".join(f'"{name}"' for name, _ in columns(table) if name != key)
        run(f'INSERT INTO "{table}" ({others}) SELECT {others} FROM "{table}" WHERE "{key}" = %s', link.row)
    elif what == "link":
        change(draw, LINKS, "id", link.pk)
    elif what == "link gone":
        run(f"DELETE FROM {LINKS} WHERE id = %s", link.pk)
    elif what == "links swapped":
        other = draw.choice(AuditLink.objects.exclude(pk=link.pk).order_by("pk"))
        run(f"UPDATE {LINKS} SET number = -1 WHERE id = %s", link.pk)
        run(f"UPDATE {LINKS} SET number = %s, chain = %s WHERE id = %s", link.number, link.chain, other.pk)
        run(f"UPDATE {LINKS} SET number = %s, chain = %s WHERE id = %s", other.number, other.chain, link.pk)
    elif what == "who":
        run("""UPDATE pghistory_context SET metadata = metadata || '{"user": 999999}'""")
    else:  # the end of a chain, with the rows it was about
        last = AuditLink.objects.filter(chain=link.chain).order_by("-number")[: draw.randint(1, 3)]
        for one in last:
            run(f'DELETE FROM "{one.of_table}" WHERE "{chained()[one.of_table]}" = %s', one.row)
            run(f"DELETE FROM {LINKS} WHERE id = %s", one.pk)
    return f"{what}: link {link}"


def not_found(count: int, seed: int) -> list[str]:
    """Of so many things that somebody might do, those that nobody would see."""
    draw, known = random.Random(seed), {head.chain: head for head in heads()}
    tables = (*chained(), LINKS, "pghistory_context")
    assert faults(known) == []
    unseen, tried = [], 0
    while tried < count:
        with suppress(IntegrityError), as_an_owner_of_the_tables(*tables):  # what a constraint refuses is not done
            done = tamper(draw)
            tried += 1
            if not faults(known):
                unseen.append(done)
    return unseen
