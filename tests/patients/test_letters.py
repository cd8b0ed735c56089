"""Reminder letters on paper: what they say, what they never say, and where the name stands."""

import io
from datetime import date, timedelta
from typing import Any

import pikepdf
import pypdf
import pytest

from patients.outputs.letter import LetterTest, LetterText, letters_pdf, page_of
from tests.patients import plan_samples as samples

DAY = date(2026, 11, 26)


def letter(*tests: LetterTest, **more: Any) -> LetterText:
    told = {
        "clinic": "Hillside Clinic", "phone": "555-0100", "after_hours_phone": "555-0199", "emergency_number": "911",
        "is_demonstration": False, "name": "Adele Sample", "number": "SYN-004471", "written_on": DAY,
        "tests": tests or (test(),), "tasks": (),
    }  # fmt: skip
    return LetterText(**(told | more))


def test(label: str = "Blood count", opens: int = -5, until: int = 5) -> LetterTest:
    return LetterTest(label, DAY + timedelta(days=opens), DAY + timedelta(days=until))


test.__test__ = False  # type: ignore[attr-defined]  # a value for tests, and none itself


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


# --- what a letter says -----------------------------------------------------------------------------------------------


def test_a_letter_says_what_by_when_and_whom_to_call() -> None:
    [page] = pages(letters_pdf([letter(test("Liver blood test"))], paper="A4"))

    for told in (
        "Adele Sample",
        "Liver blood test",
        "December 1, 2026",
        "555-0100",
        "555-0199",
        "911",
        "November 26, 2026",
    ):
        assert told in page


def test_what_is_late_and_what_is_not_yet_in_time_is_said() -> None:
    told = page_of(letter(test("Late", until=-1), test("Today", until=0), test("Later", opens=3)))

    assert told["rows"] == [
        ("Late", ("November 25, 2026", "This day has passed. Please come soon.")),
        ("Today", ("November 26, 2026", "")),
        ("Later", ("December 1, 2026", "Not before November 29, 2026.")),
    ]


def test_the_same_test_stands_once_with_its_earlier_day() -> None:
    told = page_of(letter(test(until=9), test(until=2), test("Eye exam", until=4)))

    assert [(label, when) for label, (when, _) in told["rows"]] == [
        ("Blood count", "November 28, 2026"), ("Eye exam", "November 30, 2026"),
    ]  # fmt: skip


def test_no_drug_and_no_disease_can_stand_in_a_letter() -> None:
    package = samples.guideline().package
    every = [test(named.plain_label) for named in package.tests]

    whole = " ".join(pages(letters_pdf([letter(*every)], paper="A4"))).lower()

    never = {name.lower() for drug in package.drugs for name in (drug.name, *drug.names)} | {"dermatomyositis"}
    assert [name for name in sorted(never) if name in whole] == []
    assert all(named.plain_label.split()[0].lower() in whole for named in package.tests)


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_a_usual_letter_is_one_tagged_page_on_the_clinics_paper(paper: str, size: tuple[int, int]) -> None:
    tests = [
        test("Blood count", until=-9),
        test("Kidney blood test"),
        test("Liver blood test"),
        test("Eye exam", opens=2),
    ]

    with pikepdf.open(io.BytesIO(letters_pdf([letter(*tests, is_demonstration=True)], paper=paper))) as pdf:
        assert len(pdf.pages) == 1
        assert tuple(round(float(side)) for side in pdf.pages[0].MediaBox[2:]) == size
        assert bool(pdf.Root.MarkInfo.Marked)
        assert pdf.Root.Lang == "en"
        assert str(pdf.open_metadata()["pdfuaid:part"]) == "1"


def test_the_name_stands_in_the_window_of_the_envelope_and_the_clinic_does_not() -> None:
    reader = pypdf.PdfReader(io.BytesIO(letters_pdf([letter()], paper="A4")))
    at: list[tuple[str, float, float]] = []
    height = float(reader.pages[0].mediabox.height)
    reader.pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: at.append((text, cm[4] + cm[0] * tm[4], cm[5] + cm[3] * tm[5]))
    )
    millimetre = 72 / 25.4

    in_window = [
        text
        for text, x, y in at
        if text.strip() and 50 * millimetre < height - y < 85 * millimetre and x < 100 * millimetre
    ]

    assert "".join(in_window).strip() == "Adele Sample"


def test_a_demonstration_says_so_and_nothing_else_does() -> None:
    said = [pages(letters_pdf([letter(is_demonstration=is_it)], paper="A4"))[0] for is_it in (True, False)]

    assert ["Do not send" in page for page in said] == [True, False]


def test_every_letter_begins_on_a_page_of_its_own() -> None:
    many = [letter(name=f"Person Number{n}", number=f"N-{n}") for n in range(3)]

    found = pages(letters_pdf(many, paper="A4"))

    assert [f"Person Number{n}" in page for n, page in enumerate(found)] == [True] * 3
