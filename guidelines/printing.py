"""HTML to PDF: tagged (PDF/UA-1), fonts embedded, and never anything fetched.

Stylesheets are read from our own folder once, and any address a document names ends it. What is printed is decided
elsewhere.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from config.afterwards import afterwards
from config.kept import Kept

STYLES = Path(__file__).resolve().parents[1] / "static" / "css"
MOST_KEPT = 16  # papers in memory, of a tenth of a megabyte each
TAGGED = {"pdf_tags": True, "pdf_variant": "pdf/ua-1"}


class FetchesNothing(URLFetcher):
    """Refuses every address, in whatever form the document names it."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> None:
        raise FatalURLFetchingError("a printed page fetches nothing; put what it shows into the document")


class Style(CSS):
    """A stylesheet of ours, read once, that remembers its text. It names no fonts of its own, and so needs none to be read."""

    def __init__(self, text: str) -> None:
        super().__init__(string=text, url_fetcher=FetchesNothing())
        self.text = text


# The same words in the same styles are the same bytes: a paper that is opened again is not laid out again.
papers: Kept[str, bytes] = Kept(MOST_KEPT, shared="papers")


def printed(template: str, context: dict[str, Any], *styles: Style) -> bytes:
    """The document as PDF. Raises ValueError where it would fetch something."""
    html = render_to_string(template, context)
    key = hashlib.sha256(repr((html, [style.text for style in styles])).encode()).hexdigest()
    found = papers.get(key)
    return found if found is not None else papers.keep(key, afterwards(lambda: as_pdf(laid_out(html, styles))))


def paged(template: str, context: dict[str, Any], *styles: Style) -> Document:
    """The document with its pages. Raises ValueError where it would fetch something."""
    return laid_out(render_to_string(template, context), styles)


def laid_out(html: str, styles: Sequence[Style]) -> Document:
    with refusing_to_fetch():
        document = HTML(string=html, base_url=None, url_fetcher=FetchesNothing())
        # Its fonts are looked up by a thread of their own, which no copy of this process would have: see config.afterwards.
        return document.render(font_config=FontConfiguration(), stylesheets=list(styles), **TAGGED)


def as_pdf(document: Document) -> bytes:
    """Raises ValueError where it would fetch something: what is to be attached is asked for only here."""
    with refusing_to_fetch():
        pdf: bytes = document.write_pdf(**TAGGED)
        return pdf


@contextmanager
def refusing_to_fetch() -> Iterator[None]:
    """The library's refusal is no Exception, and would end the process that serves everybody else."""
    try:
        yield
    except FatalURLFetchingError as problem:
        raise ValueError(str(problem)) from None


@cache
def style(text: str) -> Style:
    return Style(text)


@cache
def sheet(name: str) -> Style:
    """One of our own stylesheets."""
    return style((STYLES / name).read_text(encoding="utf-8"))
