"""HTML to PDF: tagged (PDF/UA-1), fonts embedded, and never anything fetched.

Stylesheets are read from our own folder once, and any address a document names ends it. What is printed is decided
elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from config.afterwards import afterwards

STYLES = Path(__file__).resolve().parents[1] / "static" / "css"
KEPT = 16  # papers in memory, of a tenth of a megabyte each
TAGGED = {"pdf_tags": True, "pdf_variant": "pdf/ua-1"}


class FetchesNothing(URLFetcher):
    """Refuses every address, in whatever form the document names it."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> None:
        raise FatalURLFetchingError("a printed page fetches nothing; put what it shows into the document")


def printed(template: str, context: dict[str, Any], *styles: CSS) -> bytes:
    """The document as PDF. Raises ValueError where it would fetch something."""
    return kept_pdf(render_to_string(template, context), styles)


@lru_cache(maxsize=KEPT)
def kept_pdf(html: str, styles: tuple[CSS, ...]) -> bytes:
    """The same words in the same styles are the same bytes: a paper that is opened again is not laid out again."""
    return afterwards(lambda: as_pdf(laid_out(html, styles)))


def paged(template: str, context: dict[str, Any], *styles: CSS) -> Document:
    """The document with its pages. Raises ValueError where it would fetch something."""
    return laid_out(render_to_string(template, context), styles)


def laid_out(html: str, styles: tuple[CSS, ...]) -> Document:
    with refusing_to_fetch():
        document = HTML(string=html, base_url=None, url_fetcher=FetchesNothing())
        return document.render(font_config=fonts(), stylesheets=list(styles), **TAGGED)


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
def fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def style(text: str) -> CSS:
    return CSS(string=text, font_config=fonts(), url_fetcher=FetchesNothing())


@cache
def sheet(name: str) -> CSS:
    """One of our own stylesheets."""
    return style((STYLES / name).read_text(encoding="utf-8"))
