"""Files with anything anywhere: every node of a good one in turn is something of another kind, and whole files are no text.

Each is read, or refused with a sentence that says where; nothing else is raised, and nothing is written.
"""

import bz2
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from guidelines.engine.compiled import compile_package
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.facts_file import JsonRefused, read_json
from guidelines.guideline_file import ContentRefused, read_guideline
from guidelines.strict_yaml import MAXIMUM_BYTES
from patients.results.catalogue import Catalogue
from patients.results.fhir_bundle import read_bundle
from patients.results.sent import MOST_BYTES, FileRefused
from tests import factories_patients as make
from tests.factories_guidelines import ITCHING_ELBOW, itching_elbow
from tests.hostile.every_state import HEADING, Site
from tests.hostile.sending import Sender
from tests.patients import result_files as files

pytestmark = pytest.mark.django_db
COMPILED = compile_package(itching_elbow())
CATALOGUE = Catalogue([COMPILED])
OTHERS: tuple[Any, ...] = (
    None, True, 7, -1, 2**70, "", " ", "x", "NaN", "1e999", "٧", "a" * 9_000, [], {}, [[]], [None], {"": None}, {"value": {}},
)  # fmt: skip
GUIDELINES_TRIED = 120  # of several thousand
FACTS = {"as_of": "2026-03-09", "born_on": "1980-05-17", "sex": "female", "facts": {**make.ENOUGH_ANSWERS}}
BUNDLE = json.loads(files.bundle(files.observation(), files.observation(id="o2")))


def places(node: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield before
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, (*before, key))


def with_other(whole: Any, place: tuple[Any, ...], other: Any) -> Any:
    if not place:
        return other
    changed = deepcopy(whole)
    node = changed
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = other
    return changed


def changed(whole: Any) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    for place in places(whole):
        for other in OTHERS:
            yield place, other, with_other(whole, place, other)


def tried(
    whole: Any, read: Callable[[Any], Any], refusals: tuple[type[Exception], ...], every: int = 1
) -> tuple[int, list[str]]:
    """How many were refused, and what went wrong otherwise."""
    refused, faults = 0, []
    for place, other, told in islice(changed(whole), 0, None, every):
        try:
            read(told)
        except refusals as refusal:
            refused += 1
            if not str(refusal).strip() or len(str(refusal)) > 20_000:
                faults.append(f"{place} is {str(other)[:20]!r}: {str(refusal)[:80]!r}")
        except Exception as error:  # whatever it is: it would have been a server error
            faults.append(f"{place} is {str(other)[:20]!r}: {type(error).__name__}: {error}")
    return refused, faults


def test_a_bundle_with_anything_anywhere_is_read_or_refused() -> None:
    refused, faults = tried(
        BUNDLE, lambda told: read_bundle(json.dumps(told).encode(), CATALOGUE, ZoneInfo("UTC")), (FileRefused,)
    )

    assert faults == []
    assert refused > 100


def test_facts_with_anything_anywhere_are_read_or_refused() -> None:
    refused, faults = tried(
        FACTS, lambda told: read_facts(read_json(json.dumps(told).encode()), COMPILED), (JsonRefused, FactsRefused)
    )

    assert faults == []
    assert refused > 200


def read_as_yaml(told: Any) -> None:
    read_guideline(json.dumps(told, ensure_ascii=False))  # JSON is YAML, and quicker to write


def test_a_guideline_with_anything_anywhere_is_read_or_refused() -> None:
    whole = yaml.safe_load(ITCHING_ELBOW.read_text(encoding="utf-8"))
    whole = json.loads(json.dumps(whole, default=str))
    count = sum(1 for _ in places(whole)) * len(OTHERS)

    refused, faults = tried(whole, read_as_yaml, (ContentRefused,), every=count // GUIDELINES_TRIED)

    assert faults == []
    assert refused > GUIDELINES_TRIED / 2


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(20))
def test_a_guideline_with_anything_everywhere_is_read_or_refused(turn: int) -> None:
    whole = json.loads(json.dumps(yaml.safe_load(ITCHING_ELBOW.read_text(encoding="utf-8")), default=str))
    faults = []
    for place, other, told in islice(changed(whole), turn, None, 20):
        try:
            read_as_yaml(told)
        except ContentRefused:
            continue
        except Exception as error:
            faults.append(f"{place} is {str(other)[:20]!r}: {type(error).__name__}: {error}")

    assert faults == []


def zipped(raw: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("results.csv", raw)
    return written.getvalue()


GOOD = HEADING + b"E-1,itch_marker,31,U/L,40,2026-01-02,a1,\n"
NO_TEXT: dict[str, bytes] = {
    "gzip": gzip.compress(GOOD),
    "bzip2": bz2.compress(GOOD),
    "zip": zipped(GOOD),
    "a bomb": zipped(b"0" * 50_000_000),
    "a bomb, gzipped": gzip.compress(b"0" * 50_000_000),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "UTF-16 without a mark": GOOD.decode().encode("utf-16-le"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "Latin-1": GOOD + "É".encode("latin-1"),
    "cut in a letter": GOOD + "É".encode()[:1],
    "a surrogate in UTF-8": GOOD + b"\xed\xa0\x80",
    "overlong": GOOD + b"\xc0\xaf",
    "NUL": GOOD + b"\x00",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "nothing": b"",
    "white space": b" \r\n\t" * 1000,
    "one long line": b"a" * 5_000_000,
    "many columns": b",".join([b"patient"] * 100_000) + b"\n",
    "many cells": HEADING + b"," * 100_000,
    "a quote that never ends": HEADING + b'"' + b"x\n" * 100_000,
    "more brackets than anybody closes": b"[" * 100_000,
    "more braces than anybody closes": b'{"a":' * 100_000,
    "keys twice": b'{"resourceType": "Bundle", "resourceType": "Bundle"}',
    "not a number": b'{"resourceType": "Bundle", "type": "collection", "entry": [NaN]}',
    "infinite": b'{"resourceType": "Bundle", "type": "collection", "entry": [-Infinity]}',
    "too many digits": b'{"resourceType": "Bundle", "type": "collection", "entry": [' + b"9" * 100_000 + b"]}",
    "aliases": b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b, *b]\n",
}
TARGETS = {"result_import_start": "a physician", "guideline_import": "an editor"}


@pytest.fixture(scope="module")
def sender(site: Site) -> Sender:
    return Sender(site)


def is_too_much(route: str, name: str) -> bool:
    """A body that is longer than its page takes is not read at all."""
    return route == "guideline_import" and len(NO_TEXT[name]) > MAXIMUM_BYTES + 1_000_000


@pytest.mark.parametrize("route", TARGETS)
@pytest.mark.parametrize("name", NO_TEXT)
def test_a_file_that_is_no_text_is_refused_beside_its_field_and_nothing_is_written(
    site: Site, sender: Sender, route: str, name: str
) -> None:
    client, before = site.client_of(TARGETS[route]), sender.counted()
    sent = {"file": SimpleUploadedFile("results.csv", NO_TEXT[name]), "reason": "A test.", "level": "safety"}
    if route == "result_import_start":
        sent["clinic"] = next(iter(site.here.clinics.values())).pk

    answer = client.post(reverse(route), sent)

    html = answer.content.decode()
    assert answer.status_code == (413 if is_too_much(route, name) else 422)
    assert "error-summary" in html or "“File” takes at most" in html
    assert sender.counted() == before


@pytest.mark.parametrize(("read", "most", "refusal"), [
    (lambda raw: read_bundle(raw, CATALOGUE, ZoneInfo("UTC")), MOST_BYTES, FileRefused),
    (read_guideline, MAXIMUM_BYTES, ContentRefused),
    (read_json, 1_000_000, JsonRefused),
])  # fmt: skip
def test_a_file_that_is_too_large_is_not_even_decoded(read: Any, most: int, refusal: type[Exception]) -> None:
    """Its bytes are no UTF-8: whoever looked at them would say that instead."""
    with pytest.raises(refusal, match=r"more than|at most"):
        read(b"\xff" * (most + 1))
