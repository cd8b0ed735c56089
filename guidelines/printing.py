"""HTML to PDF: tagged (PDF/UA-1), fonts embedded, and never anything fetched.

Stylesheets are read from our own folder once, and any address a document names ends it. What is printed is decided
elsewhere.
"""

from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

STYLES = Path(__file__).resolve().parents[1] / "static" / "css"
TAGGED = {"pdf_tags": True, "pdf_variant": "pdf/ua-1"}


class FetchesNothing(URLFetcher):
    """Refuses every address, in whatever form the document names it."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> None:
        raise FatalURLFetchingError("a printed page fetches nothing; put what it shows into the document")


def paged(template: str, context: dict[str, Any], *styles: CSS) -> Document:
    """The document with its pages. Raises ValueError where it would fetch something."""
    html = HTML(string=render_to_string(template, context), base_url=None, url_fetcher=FetchesNothing())
    try:
        return html.render(font_config=fonts(), stylesheets=list(styles), **TAGGED)
    except FatalURLFetchingError as problem:
        # It is no Exception, and would end the process that serves everybody else.
        raise ValueError(str(problem)) from None


def as_pdf(document: Document) -> bytes:
    pdf: bytes = document.write_pdf(**TAGGED)
    return pdf


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
