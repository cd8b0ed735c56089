"""Forms are sent as a browser would, and whatever that did is looked at and taken back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse

from tests.access.trials import NO_RECORDS, content_of, rows_written
from tests.hostile.every_state import Site
from tests.hostile.forms import Form

LOOKS = "patients_accessevent"  # who looked at a patient is written whatever becomes of the form
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Upload:
    """A file that is chosen."""

    name: str
    content: bytes

    def file(self) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.name, self.content)


Pairs = Iterable[tuple[str, Any]]


@dataclass
class Sent:
    status: int
    headers: dict[str, str]
    body: bytes
    written: set[str]
    rows: str  # what is new in the tables that were written, as text

    @property
    def is_refused(self) -> bool:
        return self.status >= 400

    def has_stored(self, word: str) -> bool:
        """As a value of its own, and not as a part of another."""
        return re.search(rf"(?<![\w.\-:/]){re.escape(word)}(?![\w.\-:/,])", self.rows) is not None


def encoded(pairs: Pairs) -> str:
    return "&".join(f"{quote_plus(name)}={value_of(value)}" for name, value in pairs)


def value_of(value: str | bytes) -> str:
    """Bytes are encoded already."""
    return value.decode("ascii") if isinstance(value, bytes) else quote_plus(value.encode("utf-8", "surrogatepass"))


def ask(site: Site, form: Form, pairs: Pairs) -> HttpResponse:
    client = site.client_of(form.who)
    if form.method == "GET":
        return client.get(urlsplit(form.path).path, QUERY_STRING=encoded(pairs))
    pairs = list(pairs)
    if any(isinstance(value, Upload) for _, value in pairs):
        sent: dict[str, list[Any]] = {}
        for name, value in pairs:
            sent.setdefault(name, []).append(value.file() if isinstance(value, Upload) else value)
        return client.post(form.path, sent)
    return client.post(form.path, encoded(pairs), content_type=FORM_TYPE)


class Sender:
    """Knows the rows there were before."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.before = {table: rows_of(table) for table in connection.introspection.table_names()}

    def counted(self) -> dict[str, int]:
        """How many rows each table has, but for those that say who looked."""
        return {table: len(rows_of(table)) for table in self.before if table != LOOKS and table not in NO_RECORDS}

    def send(self, form: Form, pairs: Pairs) -> Sent:
        cache.clear()  # limits of attempts
        with transaction.atomic():
            before = rows_written()
            response = ask(self.site, form, pairs)
            now = rows_written()
            written = {name for name, count in now.items() if count != before.get(name, 0)} - {LOOKS} - NO_RECORDS
            rows = "\n".join(row for table in sorted(written) for row in rows_of(table) - self.before[table])
            transaction.set_rollback(True)
        return Sent(response.status_code, dict(response.headers), content_of(response), written, rows)


def rows_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(found)::text FROM "{table}" AS found')
        return {row for (row,) in cursor.fetchall()}
