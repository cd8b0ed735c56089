"""How numbers and units stand on the patient's paper."""

from decimal import Decimal

import pytest

from patients.paper_words import in_letters, in_words, measured, number, set_line, so_many


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


@pytest.mark.parametrize(
    ("count", "said", "in_letters"),
    [
        ("0.5", "half a tablet", "half"),
        ("1", "1 tablet", "one"),
        ("1.5", "1 and a half tablets", "one and a half"),
        ("3", "3 tablets", "three"),
    ],
)
def test_half_a_tablet_stands_in_words(count: str, said: str, in_letters: str) -> None:
    assert (so_many(Decimal(count), "tablet"), in_words(Decimal(count))) == (said, in_letters)


def test_a_third_of_a_tablet_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole and no half"):
        so_many(Decimal("0.3"), "tablet")
