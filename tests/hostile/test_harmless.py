"""The checks themselves: what is escaped passes them, and what is not is seen."""

import re
from contextlib import suppress

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.utils.html import escape
from playwright.sync_api import Browser
from weasyprint import HTML

from tests.hostile.every_state import Site
from tests.hostile.harmless import in_calendar, in_document, in_page, in_table
from tests.hostile.in_browser import opened
from tests.hostile.payloads import WORD, Payload, payloads

CORPUS = payloads()
PAGE = '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><main><p>{0}</p><input value="{1}"></main></body></html>'
ELEMENT = re.compile(
    r"<[a-z][^>]*zq\d{3}x|<(script|style|svg|math|object|embed|iframe|base|meta|link)\b", re.IGNORECASE | re.ASCII
)
EVENT = (
    "BEGIN:VCALENDAR\r\nPRODID:x\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nX-WR-CALNAME:x\r\nBEGIN:VEVENT\r\n"
    "UID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260102\r\nSUMMARY:x\r\n"
    "DESCRIPTION:Call us on {0}\r\nSEQUENCE:0\r\nSTATUS:CONFIRMED\r\nCLASS:PRIVATE\r\nTRANSP:TRANSPARENT\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def page(text: str, value: str) -> bytes:
    return PAGE.format(text, value).encode(errors="replace")


@pytest.mark.parametrize("payload", CORPUS, ids=lambda payload: str(payload.number))
def test_what_is_escaped_is_text(payload: Payload) -> None:
    assert list(in_page(page(escape(payload.text), escape(payload.text)))) == []


@pytest.mark.parametrize(
    "payload",
    [one for one in CORPUS if ELEMENT.search(one.text.replace("<![CDATA[<script>", ""))],
    ids=lambda payload: str(payload.number),
)
def test_an_element_that_was_typed_is_seen(payload: Payload) -> None:
    assert list(in_page(page(payload.text, "")))


@pytest.mark.parametrize(
    "payload",
    [one for one in CORPUS if one.text.startswith('"') and WORD.search(one.text)],
    ids=lambda payload: str(payload.number),
)
def test_an_attribute_that_was_typed_is_seen(payload: Payload) -> None:
    assert list(in_page(page("", payload.text)))


@pytest.mark.parametrize(
    "attributes",
    [
        'href="javascript:zq001x()"',
        'href="//evil.example/zq001x"',
        'hx-get="/zq001x"',
        'onclick="zq001x()"',
        'style="zq001x"',
    ],
)
def test_a_word_where_a_browser_does_something_with_it_is_seen(attributes: str) -> None:
    assert list(in_page(page(f"<a {attributes}>x</a>", "")))
    assert list(in_page(page('<a href="/search/?q=zq001x">x</a>', ""))) == []


@pytest.mark.parametrize(
    "inside", ["zq001x", "<p>zq001x</p>", "<p>a</p>zq001x", '<p title="zq001x">a</p>', "<p><b>zq001x</b></p>"]
)
def test_a_word_for_browsers_without_scripts_is_seen(inside: str) -> None:
    assert list(in_page(page(f"<noscript>{inside}</noscript>", "")))
    assert list(in_page(page("<noscript><p>a</p></noscript>zq001x", ""))) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("application/json", '{"name": "<b>zq001x"}'),
        ("application/json", '{"name": zq001x}'),
        ("text/javascript", '{"name": "zq001x"}'),
        ("", '"zq001x"'),
    ],
)
def test_a_word_in_a_script_is_seen_unless_it_is_data(kind: str, text: str) -> None:
    assert list(in_page(page(f'<script type="{kind}">{text}</script>', "")))
    data = '<script id="x" type="application/json">{"name": "\\u003Cb\\u003E zq001x"}</script>'
    assert list(in_page(page(data, ""))) == []


@pytest.mark.parametrize("cell", ["=1", " +1", "@x", "-1", "\t=1", "x;=1", "＝1"])
def test_a_formula_is_seen(cell: str) -> None:
    assert list(in_table(f'a,"{cell}"\r\n'.encode()))
    assert list(in_table(f'a,"\'{cell.strip()}"\r\n'.encode())) == [] or ";" in cell


@pytest.mark.parametrize("text", [one.text for one in CORPUS if "\r\n" in one.text or "\n" in one.text])
def test_a_line_of_a_calendar_is_seen(text: str) -> None:
    written = EVENT.format(text).encode()
    with suppress(ValueError):  # no calendar any more, on which the walk would have failed
        assert list(in_calendar(written)) or b"\r\n " in written
    assert list(in_calendar(EVENT.format("555 0100").encode())) == []


@pytest.mark.parametrize(
    "html",
    [
        '<a href="ftp://evil.example/zq001x">x</a>',
        '<a href="http://evil.example/">x</a>',
        '<a href="file:///etc/x">x</a>',
    ],
)
def test_a_link_on_paper_is_seen(html: str) -> None:
    assert list(in_document(HTML(string=html).write_pdf()))
    assert list(in_document(HTML(string=f'<a href="{configured.SITE_URL}/x">x</a>').write_pdf())) == []


@pytest.mark.browser
@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "<script>zq001x()</script>", '<img src=x onerror="window.__hit=1">', "<svg onload=alert('zq001x')>",
        '<a href="javascript:zq001x()">x</a>', '<img src="//evil.example/x">', "<script>console.log('zq001x')</script>",
        '<meta http-equiv="refresh" content="0;url=https://evil.example/">', "<iframe></iframe>", "<p onclick=x()>x</p>",
    ],
)  # fmt: skip
def test_what_a_browser_does_with_what_was_typed_is_seen(browser: Browser, text: str) -> None:
    with opened(browser) as found:
        assert found.faults("/x", page(text, ""))
    with opened(browser) as found:
        assert found.faults("/x", page(escape(text), escape(text))) == []


@pytest.mark.django_db
def test_a_site_that_escapes_nothing_is_seen(site: Site, settings: object) -> None:
    [engine] = settings.TEMPLATES  # type: ignore[attr-defined]  # the fixture
    by = site.client_of("a physician")
    text = {"text": "".join(one.text for one in CORPUS if "<img" in one.text)[:3_000]}
    [note] = {
        path
        for who, path in site.more
        if who == "a physician" and path.startswith("/patients/") and path.count("/") == 3
    }

    by.post(f"{note}note/", text)
    shown = by.get(note).content
    cache.clear()  # parts of pages are kept
    settings.TEMPLATES = [{**engine, "OPTIONS": {**engine["OPTIONS"], "autoescape": False}}]  # type: ignore[attr-defined]
    bare = by.get(note).content

    assert WORD.search(shown.decode()) and list(in_page(shown)) == []
    assert list(in_page(bare))
