"""How numbers and units stand on the patient's paper."""

from decimal import Decimal

import pytest

from patients.paper_words import in_letters, measured, number, set_line


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        ("take 1 (one) tablets.", "take 1\N{NO-BREAK SPACE}(one)\N{NO-BREAK SPACE}tablet."),
        ("10 (ten) tablets", "10\N{NO-BREAK SPACE}(ten)\N{NO-BREAK SPACE}tablets"),
        ("That is 1 milligrams", "That is 1\N{NO-BREAK SPACE}milligram"),
        ("11 tablets of 2.5 milligrams", "11\N{NO-BREAK SPACE}tablets of 2.5\N{NO-BREAK SPACE}milligrams"),
        ("on November 3, 2026", "on November\N{NO-BREAK SPACE}3, 2026"),
    ],
)
def test_numbers_stay_with_their_units(raw: str, printed: str) -> None:
    assert set_line(raw) == printed


def test_thousands_have_a_comma_and_nothing_trails() -> None:
    assert number(Decimal("1500")) == "1,500"
    assert number(Decimal("12.50")) == "12.5"
    assert measured(Decimal(1), "mg") == "1 milligram"
    assert in_letters(22) == "twenty-two"
    with pytest.raises(ValueError, match="no plain word"):
        measured(Decimal(1), "furlong")
