"""Whether the records of looks and changes are as they were written: the first thing that is otherwise, in each chain.

A chain cannot tell that its end was cut off together with the rows it was about; for that its end is written down
elsewhere, by `verify_audit` and once a day in the log, and held against it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import connection

from patients.models import INSTALLATION, AuditLink, Clinic

LINKS = AuditLink._meta.db_table
CHAINED = """
    SELECT relname, CASE WHEN EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'pgh_id'
    ) THEN 'pgh_id' ELSE 'id' END
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'audit_chained' ORDER BY relname
"""
BROKEN = f"""
    SELECT place, number FROM (
        SELECT number, link, row_number() OVER chain AS place,
               audit_link_of(lag(link) OVER chain, chain, number, of_table, "row", digest) AS made
        FROM {LINKS} WHERE chain = %s WINDOW chain AS (ORDER BY number)
    ) AS links WHERE number <> place OR link <> made ORDER BY place LIMIT 1
"""  # noqa: S608 - our own name
# The names in braces are those of our own tables.
CHANGED = """
    SELECT DISTINCT ON (l.chain) l.chain, l.number, l."row", t.{key} IS NULL
    FROM {links} l LEFT JOIN {table} t ON t.{key} = l."row"
    WHERE l.of_table = %s AND (
        t.{key} IS NULL OR audit_digest(t) <> l.digest OR audit_clinic_of(l.of_table, to_jsonb(t)) <> l.chain
    ) ORDER BY l.chain, l.number
"""
UNLINKED = """
    SELECT audit_clinic_of(%s, to_jsonb(t)), t.{key} FROM {table} t
    WHERE NOT EXISTS (SELECT FROM {links} l WHERE l.of_table = %s AND l."row" = t.{key}) ORDER BY t.{key} LIMIT 1
"""


@dataclass(frozen=True, order=True)
class Head:
    """Where a chain ends: how many links it has, and the last one."""

    chain: int
    number: int
    link: str

    def __str__(self) -> str:
        return f"chain {self.chain}, link {self.number}: {self.link}"


@dataclass(frozen=True, order=True)
class Fault:
    """`number` is the place in the chain, 0 where there is none."""

    chain: int
    number: int
    problem: str

    def __str__(self) -> str:
        where = "the installation" if self.chain == INSTALLATION else f"clinic {self.chain}"
        return f"In the chain of {where}, {f'link {self.number}' if self.number else 'no link'}: {self.problem}"


def heads() -> list[Head]:
    """The ends of all chains, also of clinics of which nothing is recorded yet."""
    last = AuditLink.objects.order_by("chain", "-number").distinct("chain").values_list("chain", "number", "link")
    found = {chain: Head(chain, number, bytes(link).hex()) for chain, number, link in last}
    keys = {INSTALLATION, *Clinic.objects.values_list("pk", flat=True), *found}
    return [found.get(key, Head(key, 0, "")) for key in sorted(keys)]


def faults(known: Mapping[int, Head] | None = None) -> list[Fault]:
    """Of each chain and kind the first. `known` are ends that were written down elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(CHAINED)
        tables = dict(cursor.fetchall())
    return sorted(
        {*broken(), *changed(tables), *unlinked(tables), *of_no_table(tables), *cut_off(known or {})},
        key=lambda fault: (fault.chain, fault.number or float("inf"), fault.problem),
    )


def broken() -> Iterator[Fault]:
    for chain in AuditLink.objects.order_by("chain").values_list("chain", flat=True).distinct():
        with connection.cursor() as cursor:
            cursor.execute(BROKEN, [chain])
            for place, number in cursor.fetchall():
                if number == place:
                    yield Fault(chain, place, "it does not follow from the one before and what it says itself.")
                else:
                    yield Fault(chain, place, f"it is missing; the next that is there is {number}.")


def changed(tables: Mapping[str, str]) -> Iterator[Fault]:
    for table, key in tables.items():
        with connection.cursor() as cursor:
            cursor.execute(CHANGED.format(table=table, key=key, links=LINKS), [table])
            for chain, number, row, is_gone in cursor.fetchall():
                yield Fault(chain, number, f"row {row} of {table} is {'gone' if is_gone else 'not as it was written'}.")


def unlinked(tables: Mapping[str, str]) -> Iterator[Fault]:
    for table, key in tables.items():
        with connection.cursor() as cursor:
            cursor.execute(UNLINKED.format(table=table, key=key, links=LINKS), [table, table])
            for chain, row in cursor.fetchall():
                yield Fault(chain, 0, f"row {row} of {table} was written past the chain.")


def of_no_table(tables: Mapping[str, str]) -> Iterator[Fault]:
    strange = AuditLink.objects.exclude(of_table__in=list(tables)).order_by("chain", "number")
    for link in strange.distinct("chain"):
        yield Fault(link.chain, link.number, f"it is about {link.of_table}, which is no record.")


def cut_off(known: Mapping[int, Head]) -> Iterator[Fault]:
    for chain, head in known.items():
        if not head.number:
            continue
        link = AuditLink.objects.filter(chain=chain, number=head.number).first()
        if link is None:
            yield Fault(chain, head.number, "it was written down as the end of the chain, and is missing.")
        elif bytes(link.link).hex() != head.link:
            yield Fault(chain, head.number, "it is not the one that was written down.")
