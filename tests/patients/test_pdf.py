"""The PDF as a reader, a screen reader and a printer get it."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO

import pikepdf
import pypdf
import pytest
from weasyprint import HTML

from guidelines.printing import FetchesNothing, papers
from patients.outputs.pdf import clinician_summary_pdf, patient_plan_pdf
from patients.plan_parts import CarePlan
from tests.patients.plan_samples import PLANS, care_plan_of

DAY = date(2026, 11, 23)
URL = "https://stepwise.example/guidelines/x/versions/3/"


@cache
def patient_pdf(key: str, paper: str = "A4", large: bool = False) -> bytes:
    return patient_plan_pdf(care_plan_of(key), printed_on=DAY, public_url=URL, paper=paper, large=large)


@cache
def summary_pdf(key: str, paper: str = "A4") -> bytes:
    return clinician_summary_pdf(care_plan_of(key), printed_on=DAY, public_url=URL, paper=paper)


def words(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def pages(pdf: bytes) -> list[str]:
    return [words(page.extract_text()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def tags(pdf: pikepdf.Pdf) -> set[str]:
    """The kinds of all elements of the structure tree."""
    found, open_ = set(), [pdf.Root.StructTreeRoot]
    while open_:
        node = open_.pop()
        if isinstance(node, pikepdf.Array):
            open_ += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.add(str(node.S))
            if "/K" in node:
                open_.append(node.K)
    return found


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PLANS)
def test_every_medication_line_is_in_the_text_of_the_paper(key: str) -> None:
    plan = care_plan_of(key)

    patient, clinician = " ".join(pages(patient_pdf(key))), " ".join(pages(summary_pdf(key)))
    for medication in plan.medications:
        assert medication.name in patient
        if medication.is_given:
            assert words(medication.patient_line) in patient
        assert words(medication.clinician_line) in clinician


@pytest.mark.parametrize("key", PLANS)
def test_who_which_page_and_which_version_stand_on_every_page(key: str) -> None:
    plan = care_plan_of(key)

    for pdf in (patient_pdf(key), summary_pdf(key)):
        found = pages(pdf)
        for number, text in enumerate(found, start=1):
            assert "SAMPLE, Adele" in text
            assert "ID SYN-004471" in text
            assert re.search(r"born (June 14, 1984|14 Jun 1984)", text)
            assert f"Page {number} of {len(found)}" in text
            assert f"version 3, {plan.header.guideline.short_hash}" in text
            assert "Valid on the day of printing" in text
            assert "Demonstration. Not approved for care." in text


@pytest.mark.parametrize("key", ["V05", "V09"])
def test_the_weekly_drug_is_named_with_its_day_on_every_page(key: str) -> None:
    weekday = {"V05": "Monday", "V09": "Friday"}[key]

    assert all(f"Methotrexate ONCE A WEEK {weekday}" in text for text in pages(patient_pdf(key)))


def test_content_that_is_not_approved_says_draft_on_every_page() -> None:
    plan = care_plan_of("V01", is_demonstration=False, status="under_review")

    assert all("DRAFT" in text for text in pages(patient_plan_pdf(plan, printed_on=DAY)))


@pytest.mark.parametrize("key", PLANS)
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_summary_is_one_page(key: str, paper: str) -> None:
    assert len(pages(summary_pdf(key, paper))) == 1


def test_the_summary_has_worksheet_alerts_facts_and_tests() -> None:
    text = pages(summary_pdf("V05"))[0]

    for wanted in (
        "15 mg/m² × 1.81 m² = 27.11 mg per week", "Limited to 25 mg per week", "MTX-W-ADULT25", "MON-MTX-EARLY", "30 Nov 2026 to 7 Dec 2026",
        "No rule was overridden.", "Weight 70 kg", "Signature", "Dr. Robin Example", "Penicillin",
    ):  # fmt: skip
        assert wanted in text


def with_facts(plan: CarePlan, *, is_no: bool, times: int) -> CarePlan:
    more = [fact for fact in plan.facts if fact.is_no is is_no] * times
    return replace(plan, facts=(*plan.facts, *more))


def test_what_was_answered_with_no_is_the_first_to_go() -> None:
    plan = with_facts(care_plan_of("V05"), is_no=True, times=5)

    found = pages(clinician_summary_pdf(plan, printed_on=DAY, public_url=URL))

    assert len(found) == 1
    assert re.search(r"Asked, and no or none: \d+ more, on record with the plan", found[0])
    assert "Weight 70 kg" in found[0]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_signature_never_stands_alone(paper: str) -> None:
    plan = with_facts(care_plan_of("V05"), is_no=False, times=6)

    first, *others = pages(clinician_summary_pdf(plan, printed_on=DAY, public_url=URL, paper=paper))

    assert others
    assert "Signature" in first
    assert not any("Signature" in text for text in others)


def with_long_name(plan: CarePlan) -> CarePlan:
    patient = replace(plan.header.patient, family_name="Longfellow " * 9, given_names="Wilhelmina " * 9)
    return replace(plan, header=replace(plan.header, patient=patient))


def heights(pdf: bytes, words_: str) -> list[float]:
    """How far above the foot of the paper a text is drawn, on each page."""
    found: list[float] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if words_ in text:
            found.append(cm[5] + cm[3] * tm[5])

    for page in pypdf.PdfReader(BytesIO(pdf)).pages:
        before = len(found)
        page.extract_text(visitor_text=visit)
        assert len(found) > before, f"{words_} is missing from a page"
    return found


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("over", ["", "Replaced on December 8, 2026 by plan 8. Do not use."])
def test_a_long_name_neither_covers_the_bands_nor_pushes_them_off(paper: str, over: str) -> None:
    plan, top = with_long_name(care_plan_of("V05")), 842 if paper == "A4" else 792

    for pdf in (
        patient_plan_pdf(plan, printed_on=DAY, paper=paper, over=over),
        clinician_summary_pdf(plan, printed_on=DAY, paper=paper, over=over),
    ):
        bands, names = heights(pdf, "Demonstration"), heights(pdf, "LONGFELLOW")
        assert max(bands) < top - 10
        assert min(bands) > max(names) + 10
        if over:
            assert max(heights(pdf, "Replaced on")) < top - 10


# --- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [patient_pdf, summary_pdf], ids=["patient", "clinician"])
def test_the_structure_is_what_pdf_ua_asks_for(make: Callable[[str], bytes]) -> None:
    with pikepdf.open(BytesIO(make("V05"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "plan 7" in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "plan 7" in metadata["dc:title"]
        assert {"/Document", "/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/L", "/LI"} <= tags(pdf)
        assert all("/StructParents" in page.obj for page in pdf.pages)


@pytest.mark.parametrize("make", [patient_pdf, summary_pdf], ids=["patient", "clinician"])
def test_all_fonts_are_embedded(make: Callable[[str], bytes]) -> None:
    with pikepdf.open(BytesIO(make("V05"))) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        assert fonts
        for font in fonts:
            described = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.FontDescriptor.keys())


def test_pictures_have_words_or_are_decoration() -> None:
    with pikepdf.open(BytesIO(patient_pdf("V05"))) as pdf:
        figures, open_ = [], [pdf.Root.StructTreeRoot]
        while open_:
            node = open_.pop()
            if isinstance(node, pikepdf.Array):
                open_ += list(node)
            elif isinstance(node, pikepdf.Dictionary):
                if str(node.get("/S", "")) == "/Figure":
                    figures.append(str(node.get("/Alt", "")))
                if "/K" in node:
                    open_.append(node.K)

    assert any("Opens the guideline" in words_ for words_ in figures)
    assert all(figures)


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_both_papers_have_their_size(paper: str, size: tuple[int, int]) -> None:
    for pdf in (patient_pdf("V01", paper), summary_pdf("V01", paper)):
        page = pypdf.PdfReader(BytesIO(pdf)).pages[0]
        assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="A4, Letter"):
        patient_plan_pdf(care_plan_of("V01"), printed_on=DAY, paper="A5")


def test_large_print_says_the_same_in_more_pages() -> None:
    small, large = pages(patient_pdf("V01")), pages(patient_pdf("V01", large=True))

    assert len(large) > len(small)
    assert words(care_plan_of("V01").medications[0].patient_line) in " ".join(large)


def test_the_same_plan_gives_the_same_pages_of_text() -> None:
    first = patient_pdf("V01")
    papers.clear()
    again = patient_plan_pdf(care_plan_of("V01"), printed_on=DAY, public_url=URL)

    assert again == first


def test_a_paper_that_is_printed_again_is_laid_out_once_and_another_one_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    papers.clear()
    made = list[bytes]()
    monkeypatch.setattr("guidelines.printing.afterwards", lambda make: made.append(make()) or made[-1])
    for day in (DAY, DAY, DAY + timedelta(days=1)):
        patient_plan_pdf(care_plan_of("V01"), printed_on=day, public_url=URL)

    assert len(made) == 2


# --- nothing is fetched ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        "<img src='https://example.org/a.png'>",
        "<img src='file:///etc/passwd'>",
        "<link rel='stylesheet' href='http://example.org/a.css'>",
        "<style>@import url('file:///etc/hostname')</style>",
        "<p style='background: url(//example.org/a.png)'>",
        "<style>@font-face { font-family: a; src: url('https://example.org/a.woff') } p { font-family: a }</style><p>a</p>",
        "<img src='data:image/png;base64,iVBORw0KGgo='>",
    ],
)
def test_no_address_of_any_kind_is_fetched(html: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("something was opened")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", opened)

    with pytest.raises(BaseException, match="fetches nothing"):
        HTML(string=html, base_url="https://example.org/", url_fetcher=FetchesNothing()).write_pdf()


def test_a_plan_that_would_fetch_something_ends_in_an_ordinary_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidelines.printing.render_to_string", lambda *_: "<img src='https://example.org/a.png'>")

    with pytest.raises(ValueError, match="fetches nothing"):
        patient_plan_pdf(care_plan_of("V01"), printed_on=DAY)


def test_nothing_is_logged_while_a_plan_is_made(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeasyPrint warns of every rule it does not know: our stylesheets have none."""
    papers.clear()
    monkeypatch.setattr("guidelines.printing.afterwards", lambda make: make())  # here, where it is heard
    patient_plan_pdf(care_plan_of("V01"), printed_on=DAY, public_url=URL)

    told = [record for record in caplog.records if record.name.startswith("weasyprint")]
    assert [record.getMessage() for record in told if record.levelno >= logging.WARNING] == []
