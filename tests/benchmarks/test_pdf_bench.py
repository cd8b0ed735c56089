"""The patient's plan as PDF against the smallest document WeasyPrint can write, and against a warm browser's print."""

import io
import os
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from weasyprint import HTML

from guidelines.printing import STYLES, papers
from patients.outputs.html import patient_plan_context
from patients.outputs.pdf import patient_plan_pdf
from patients.plan_parts import CarePlan
from tests.conftest import CHROMIUM
from tests.patients.plan_samples import care_plan_of

pytestmark = pytest.mark.benchmark

DAY = date(2026, 11, 23)
PLAN = "V05"
GOAL = 15
ROUNDS = 9


def median_seconds(act: Callable[[], object]) -> float:
    act()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def one_line() -> bytes:
    content: bytes = HTML(string="<p>One line.</p>").write_pdf()
    return content


def printed_anew(plan: CarePlan) -> bytes:
    papers.clear()
    return patient_plan_pdf(plan, printed_on=DAY)


def page_for_a_browser(plan: CarePlan) -> str:
    """The same HTML with the same styles, as a browser prints it."""
    html = render_to_string("patients/paper/patient_plan_pdf.html", patient_plan_context(plan, printed_on=DAY))
    styles = "".join((STYLES / name).read_text(encoding="utf-8") for name in ("plan.css", "plan-page.css"))
    return html.replace("</head>", f"<style>{styles}</style></head>")


def test_a_page_of_the_plan_against_a_one_line_document() -> None:
    plan = care_plan_of(PLAN)
    pages = len(PdfReader(io.BytesIO(patient_plan_pdf(plan, printed_on=DAY))).pages)

    floor = median_seconds(one_line)
    a_page = median_seconds(lambda: printed_anew(plan)) / pages

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        path: Path | None = CHROMIUM if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        page = browser.new_page()

        def printed() -> bytes:
            page.set_content(page_for_a_browser(plan))
            return page.pdf(format="A4", tagged=True)

        by_browser = median_seconds(printed) / len(PdfReader(io.BytesIO(printed())).pages)
        browser.close()
    print(
        f"\npatient plan: {pages} pages, {a_page * 1000:.1f} ms a page; a one-line document {floor * 1000:.1f} ms;"
        f" ratio {a_page / floor:.1f} (goal {GOAL}); the same HTML in a warm Chromium {by_browser * 1000:.1f} ms a page"
    )
    assert a_page / floor <= GOAL
