"""Whether what people typed is text and nothing else, in a page, a table, a calendar or a document."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Comment, Element

import pikepdf
import pypdf
import tinyhtml5
from django.conf import settings
from icalendar import Calendar

from guidelines.reading.sources import DOI_SITE, PUBMED_SITE
from tests.hostile.payloads import WORD, payloads

TEMPLATES = Path(__file__).parents[2] / "templates"
TAG = re.compile(r"<([a-z][a-z0-9]*)", re.IGNORECASE)
ATTRIBUTE = re.compile(r"[\s\"%}]([a-z][a-z0-9:-]*)(?==[\"'{]|[\s>{])", re.IGNORECASE)
RUN = ("script", "style", "template", "noscript", "iframe", "object", "embed", "base", "meta", "link", "title")
# What a browser does something with, and not only shows.
ACTIVE = re.compile(
    r"^(on|hx-|data-hx-|src|href|action|formaction|style|poster|ping|xlink|background|id|class|type|target|rel|for|form$|list)"
)
# What a source links to is what an editor wrote down: an address and nothing else, and the link says where it leads.
SOURCE = re.compile(r"https:/{2}((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?", re.IGNORECASE)
# Words that were searched for stand in addresses of the same page, written as part of a query or after it.
OWN_QUERY = re.compile(r"^(/[a-z0-9/._-]*)?\?[A-Za-z0-9_.~%+&=;-]*(#[a-z-]*)?$")
# A spreadsheet takes what follows a separator for a cell, whichever separator the country has; some take wide signs too.
FORMULA = re.compile(r"(?:^|[;\t\r\n])\s*[=+\-@＝＋－＠]")
EVENT = {
    "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "SEQUENCE", "STATUS", "CLASS", "TRANSP",
}  # fmt: skip
CALENDAR = {
    "PRODID", "VERSION", "CALSCALE", "METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL",
}  # fmt: skip
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/RichMediaExecute",
}


@cache
def ours() -> tuple[frozenset[str], frozenset[str]]:
    """The elements and attributes that templates have, ours and those of the forms of Django."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html"))
    tags = {tag.lower() for tag in TAG.findall(text)} | {"html", "head", "body", "tbody", "colgroup", "strong"}
    widgets = {
        "maxlength", "minlength", "min", "max", "step", "required", "disabled", "rows", "cols", "placeholder", "autofocus",
        "autocomplete", "autocapitalize", "inputmode", "spellcheck", "accept", "checked", "selected", "multiple", "pattern",
        "title", "aria-invalid", "aria-describedby", "aria-controls", "aria-expanded", "role", "data-complete", "data-parts",
        "data-allauth-onload",
    }  # fmt: skip
    return frozenset(tags), frozenset({name.lower() for name in ATTRIBUTE.findall(text)} | widgets)


@cache
def markup() -> tuple[bytes, ...]:
    """Beginnings of elements as they were typed, which no page may have as they are."""
    found = {
        part
        for payload in payloads()
        for part in re.findall(r"<[a-z!/?][^>]*", payload.text, re.IGNORECASE)
        if WORD.search(part)
    }
    return tuple(sorted(part.encode() for part in found))


def in_page(html: bytes) -> Iterator[str]:
    """Read as a browser reads it, with scripts and without: with them all in a noscript element is text, to its first end."""
    if not WORD.search(html.decode(errors="replace")):
        return
    if b"49zq" in html:
        yield "a template that was typed was worked out"
    yield from (f"as it was typed: {part.decode()}" for part in markup() if part in html)
    tags, names = ours()
    for with_scripts in (False, True) if b"<noscript" in html.lower() else (False,):
        for element in tinyhtml5.parse(html, namespace_html_elements=False, scripting=with_scripts).iter():
            if element.tag is not Comment:
                yield from of_element(element, tags, names)
            elif WORD.search(element.text or ""):
                yield f"in a comment: {element.text}"


def of_element(element: Element, tags: frozenset[str], names: frozenset[str]) -> Iterator[str]:
    tag = str(element.tag).rpartition("}")[2]
    if tag.lower() not in tags:
        yield f"an element that no template has: {tag}"
    if tag in RUN and tag != "title" and WORD.search(element.text or "") and not is_data(element):
        yield f"inside {tag}: {(element.text or '')[:80]}"
    for name, value in element.attrib.items():
        name = str(name).rpartition("}")[2]
        if name.lower() not in names or name.startswith(("on", "hx-on")):
            yield f"an attribute that no template has: {name} of {tag}"
        if name == "href" and is_source(element):
            continue
        if WORD.search(name) or (WORD.search(value) and not may_hold(tag, name, value)):
            yield f"{name} of {tag}: {value[:120]}"


def is_source(element: Element) -> bool:
    found = SOURCE.fullmatch(element.get("href", ""))
    if element.tag != "a" or element.get("rel") != "noreferrer" or found is None:
        return False
    return found[1] in (DOI_SITE, PUBMED_SITE, element.text)


def is_data(element: Element) -> bool:
    """JSON that a script reads: no browser runs it, and without this sign nothing ends it early."""
    text = element.text or ""
    if element.tag != "script" or element.get("type") != "application/json" or "<" in text:
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def may_hold(tag: str, name: str, value: str) -> bool:
    if ACTIVE.match(name):
        return name in ("href", "hx-get", "action") and OWN_QUERY.match(value) is not None
    return tag not in RUN


def in_table(raw: bytes) -> Iterator[str]:
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
        yield from (f"a formula: {cell[:80]!r}" for cell in row if FORMULA.search(cell))


def in_calendar(raw: bytes) -> Iterator[str]:
    calendar = Calendar.from_ical(raw)
    yield from (f"a property of the calendar: {name}" for name in set(calendar) - CALENDAR)
    for part in calendar.subcomponents:
        if part.name != "VEVENT" or part.subcomponents:
            yield f"a part that is no event of ours: {part.name}"
        if set(part) != EVENT or any(isinstance(part[name], list) for name in part):
            yield f"properties of an event: {sorted(part)}"
    unfolded = re.sub(rb"\r\n[ \t]", b"", raw).split(b"\r\n")
    known = {name.encode() for name in EVENT | CALENDAR} | {b"BEGIN", b"END"}
    yield from (f"a line: {line[:80]!r}" for line in unfolded if line and re.split(rb"[;:]", line)[0] not in known)
    if raw.count(b"BEGIN:VEVENT") != len(calendar.subcomponents) or b"\n" in raw.replace(b"\r\n", b""):
        yield "a line that was not folded by us"


def in_document(raw: bytes) -> Iterator[str]:
    """A PDF: nothing attached, nothing run, and no address that came from a text. A source may have one of its own."""
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        for entry in ("/OpenAction", "/AA", "/AcroForm", "/AF", "/Collection"):
            if entry in pdf.Root:
                yield f"the document has {entry}"
        for key in pdf.Root.get("/Names", {}).keys():  # noqa: SIM118  # a pikepdf dictionary
            if key in ("/EmbeddedFiles", "/JavaScript"):
                yield f"the document has {key}"
        for found in pdf.objects:
            yield from of_object(found)


def of_object(found: Any) -> Iterator[str]:
    if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return
    if found.get("/Type") in ("/Filespec", "/EmbeddedFile") or "/EF" in found or "/AF" in found or "/FS" in found:
        yield "a file is attached"
    for action in (found, found.get("/A")):
        if not isinstance(action, pikepdf.Dictionary):
            continue
        if str(action.get("/S")) in ACTIONS or "/JS" in action:
            yield f"an action: {action.get('/S')}"
        uri = str(action.get("/URI", ""))
        if uri and not SOURCE.fullmatch(uri) and (WORD.search(uri) or not uri.startswith(settings.SITE_URL)):
            yield f"a link: {uri[:120]}"


CHECKS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "text/html": in_page, "text/csv": in_table, "text/calendar": in_calendar, "application/pdf": in_document,
}  # fmt: skip


def faults_of(where: str, kind: str, body: bytes) -> list[str]:
    check = CHECKS.get(kind.partition(";")[0])
    return [f"{where}: {fault}" for fault in check(body)] if check else []


def shown_in(kind: str, body: bytes) -> set[int]:
    """The numbers of the payloads that are there to be read."""
    if kind == "application/pdf":
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
        return {int(found) for found in WORD.findall(re.sub(r"\s", "", text))}
    return {int(found) for found in WORD.findall(body.decode(errors="replace"))}
