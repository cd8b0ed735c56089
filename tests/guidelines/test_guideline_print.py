"""The PDF of a whole version as a reader, a screen reader and a printer get it."""

import io
import logging
from dataclasses import replace
from datetime import date
from functools import cache

import pikepdf
import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader
from weasyprint import HTML

from guidelines.models import Version
from guidelines.outputs.pdf import band_of, guideline_pdf
from guidelines.package import compiled_version
from guidelines.printing import sheet
from guidelines.reading import AUDIENCES, Audience
from guidelines.reading.claims import ReadConflict
from guidelines.reading.wording import Wording
from guidelines.standing import Standing, standing_of, with_record
from tests.factories_guidelines import another, draft, published

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

DAY = date(2026, 11, 26)
ADDRESS = "https://stepwise.example/guidelines/itching-elbow/versions/1/"


@pytest.fixture
def version() -> Version:
    return published()


def pdf_of(version: Version, standing: Standing | None = None, audience: Audience = "clinician") -> bytes:
    standing = with_record(standing or standing_of(version))
    return guideline_pdf(compiled_version(version), version, standing, audience, DAY, ADDRESS)


@pytest.fixture
def pdf(version: Version) -> bytes:
    """As it is in use, in the clinician's wording."""
    return pdf_in_use(version.pk)


@cache
def pdf_in_use(version: int) -> bytes:
    return pdf_of(Version.objects.get(pk=version))


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_standing_the_number_the_hash_and_the_day_stand_on_every_page(version: Version, pdf: bytes) -> None:
    pages = pages_of(pdf)

    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        for part in ("Current, in use from", "Version 1", version.short_hash, "Printed 26 November 2026"):
            assert part in text
        assert f"Page {number} of {len(pages)}" in text


def test_a_demonstration_says_on_every_page_that_it_is_not_for_care(version: Version) -> None:
    standing = replace(standing_of(version), is_demonstration=True)

    pages = pages_of(pdf_of(version, standing))

    assert all("Demonstration. Not approved for care." in text for text in pages)


def test_a_draft_says_on_every_page_that_nobody_has_approved_it() -> None:
    pages = pages_of(pdf_of(draft(another())))

    assert all("Draft. Nobody has approved it. Do not use it for care." in text for text in pages)


@pytest.mark.parametrize(
    ("changes", "text", "is_stop"),
    [
        pytest.param({"is_review_overdue": True, "review_by": DAY}, "was due on 26 November 2026", False, id="overdue"),
        pytest.param({"label": "Superseded", "in_use_number": 3}, "version 3 is in use", True, id="superseded"),
        pytest.param({"label": "Withdrawn"}, "Withdrawn. Do not use it.", True, id="withdrawn"),
        pytest.param({"label": "Scheduled"}, "In use from", True, id="scheduled"),
    ],
)
def test_the_band_says_whether_a_version_may_be_used(
    version: Version, changes: dict[str, object], text: str, is_stop: bool
) -> None:
    band = band_of(replace(standing_of(version), **changes))  # type: ignore[arg-type]

    assert text in band.text
    assert band.is_stop is is_stop


@pytest.mark.parametrize("used", range(225, 250, 3))
def test_no_number_or_key_stays_behind_at_the_foot_of_a_page(used: int) -> None:
    """However much of a page is used: in millimetres."""
    read = {"key": "A1", "number": "77.7", "text": Wording("Statement " + "at some length " * 20), "kind": "Evidence"}
    doubt = ReadConflict(
        "C88", Wording("Objection " + "at some length " * 20), "", "Disputed", "Certain", [], False, True
    )
    statement = render_to_string("guidelines/_statement.html", {"read": {**read, "conflicts": [doubt]}})

    document = HTML(string=f'<div style="height: {used}mm">.</div>{statement}').render(
        stylesheets=[sheet("guideline-paper.css")]
    )
    pages = pages_of(document.write_pdf())

    for mark, first in (("77.7", "Statement"), ("C88", "Objection")):
        assert [mark in page for page in pages] == [first in page for page in pages]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_everything_that_is_said_is_printed_in_the_readers_wording(version: Version, audience: Audience) -> None:
    text = " ".join(pages_of(pdf_of(version, audience=audience)))

    said = "Start with calmine." if audience == "clinician" else "Calmine comes first."
    for part in (said, "What speaks against this", "WEEKLY", "A trial of elbows: results", "Above 200 mg"):
        assert part.lower() in text.lower()


def test_the_pdf_is_tagged_titled_and_in_english(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as read:
        assert read.Root.MarkInfo.Marked
        assert str(read.Root.Lang) == "en"
        assert read.Root.ViewerPreferences.DisplayDocTitle
        with read.open_metadata() as metadata:
            assert metadata["dc:title"] == "Itching elbow, version 1"
            assert metadata["pdfuaid:part"] == "1"
        kinds = {str(found.S) for found in elements(read.Root.StructTreeRoot)}
        figures = [found for found in elements(read.Root.StructTreeRoot) if str(found.S) == "/Figure"]

    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Link"} <= kinds
    assert len(figures) == 1, "the code; everything else is text"


def elements(found: pikepdf.Object) -> list[pikepdf.Object]:
    kids = found.get("/K", [])
    below = [
        kid for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if isinstance(kid, pikepdf.Dictionary)
    ]
    own = [found] if "/S" in found else []
    return own + [element for kid in below for element in elements(kid)]


def test_the_contents_name_the_pages_and_the_parts_are_bookmarks(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))

    first = " ".join(reader.pages[0].extract_text().split())
    titles = [mark.title for mark in reader.outline if not isinstance(mark, list)]

    assert "Contents" in first and "Treatment steps 2" in first
    assert any("Treatment steps" in title for title in titles)
    assert any("References" in title for title in titles)


def test_every_link_within_the_paper_has_a_target(version: Version, caplog: pytest.LogCaptureFixture) -> None:
    """WeasyPrint says so when one has none, and when it does not know a rule of a stylesheet."""
    pdf_of(version)

    told = [record for record in caplog.records if record.name.startswith("weasyprint")]
    assert [record.getMessage() for record in told if record.levelno >= logging.WARNING] == []


def test_the_fonts_are_in_the_file(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as read:
        fonts = [
            found for found in read.objects if isinstance(found, pikepdf.Dictionary) and "/FontDescriptor" in found
        ]
        assert fonts
        assert all({"/FontFile2", "/FontFile3"} & set(found.FontDescriptor.keys()) for found in fonts)
