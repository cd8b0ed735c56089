"""A CarePlan as PDF: the patient's plan and the clinician's one-page summary, tagged (PDF/UA-1), fonts embedded.

Nothing is ever fetched: the stylesheets are read from our own folder once, and any other address ends the document.
"""

from datetime import date
from functools import cache
from pathlib import Path

from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from patients.outputs.html import patient_plan_context
from patients.outputs.summary import clinician_summary_context
from patients.plan_parts import CarePlan

STYLES = Path(__file__).resolve().parents[2] / "static" / "css"
PAPERS = {"A4": "A4", "Letter": "letter"}
# Type size, and whether what was answered with no is listed: the first that fits on one page.
SUMMARY_TRIES = (("8.75", True), ("8", True), ("7.4", True), ("8", False), ("7.4", False), ("7", False))
TAGGED = {"pdf_tags": True, "pdf_variant": "pdf/ua-1"}
SUMMARY_PAGE = """
@page { margin: 19mm 10mm 17mm }
@page long { margin-top: 32mm }
@page band { margin-top: 26mm }
@page band-long { margin-top: 39mm }
@page bands { margin-top: 34mm }
@page bands-long { margin-top: 46mm }
"""


class FetchesNothing(URLFetcher):
    """Refuses every address, in whatever form the document names it."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> None:
        raise FatalURLFetchingError("a printed plan fetches nothing; put what it shows into the document")


def patient_plan_pdf(
    plan: CarePlan, *, printed_on: date, large: bool = False, paper: str = "A4", public_url: str = "", over: str = ""
) -> bytes:
    """The patient's plan. Raises PrintRefused where the finished text breaks a print rule.

    `public_url` is the absolute address of the guideline version's public page, for the QR code; `over` is why the plan
    is no longer followed, for every page."""
    context = patient_plan_context(plan, printed_on=printed_on, public_url=public_url, large=large, over=over)
    return _written(_document("patients/paper/patient_plan_pdf.html", context, paper))


def clinician_summary_pdf(
    plan: CarePlan, *, printed_on: date, paper: str = "A4", public_url: str = "", over: str = ""
) -> bytes:
    """The clinician's summary on one page, as large as it fits; what was answered with no goes before it gets too small."""
    context = clinician_summary_context(plan, printed_on=printed_on, public_url=public_url, over=over)
    for size, is_whole in SUMMARY_TRIES:
        shown = context if is_whole else {**context, "absent": []}
        document = _document("patients/paper/clinician_summary_pdf.html", shown, paper, size)
        if len(document.pages) == 1:
            break
    return _written(document)


def _document(template: str, context: dict[str, object], paper: str, size_pt: str = "") -> Document:
    if paper not in PAPERS:
        raise ValueError(f"{paper} is not a paper we print on; use one of {', '.join(PAPERS)}")
    html = HTML(string=render_to_string(template, context), base_url=None, url_fetcher=FetchesNothing())
    styles = [*_styles(), _style(f"@page {{ size: {PAPERS[paper]} }}")]
    if size_pt:
        styles.append(_style(f"html {{ font-size: {size_pt}pt }} {SUMMARY_PAGE}"))
    try:
        return html.render(font_config=_fonts(), stylesheets=styles, **TAGGED)
    except FatalURLFetchingError as problem:
        # It is no Exception, and would end the process that serves everybody else.
        raise ValueError(str(problem)) from None


def _written(document: Document) -> bytes:
    pdf: bytes = document.write_pdf(**TAGGED)
    return pdf


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _style(text: str) -> CSS:
    return CSS(string=text, font_config=_fonts(), url_fetcher=FetchesNothing())


def _styles() -> tuple[CSS, ...]:
    return _sheet("plan.css"), _sheet("plan-page.css")


@cache
def _sheet(name: str) -> CSS:
    return _style((STYLES / name).read_text(encoding="utf-8"))
