"""Exact values: nothing binary, nothing guessed."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from guidelines.engine.content import OtherUnit, Product
from guidelines.engine.values import Interval, exact_bool, exact_date, exact_decimal, exact_whole, plain


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("12.50", "12.5"),
        ("10", "10"),
        ("1E+2", "100"),
        ("0.000001", "0.000001"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("100.00", "100"),
    ],
)
def test_a_number_is_printed_without_exponent_and_trailing_zero(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@pytest.mark.parametrize("raw", ["12.5", "0", "-3", 7, Decimal("2.50")])
def test_digits_are_a_number(raw: object) -> None:
    assert exact_decimal(raw) == Decimal(str(raw))


@pytest.mark.parametrize(
    "raw",
    [
        1.5,
        True,
        None,
        "",
        "1,5",
        "1e3",
        "NaN",
        "Infinity",
        Decimal("NaN"),
        "1_000",
        " 1",
        "1\n",
        "٣",
        ".5",
        "5.",
        "0x10",
    ],
)
def test_whatever_would_have_to_be_guessed_is_no_number(raw: object) -> None:
    with pytest.raises(ValueError, match="write a number in digits"):
        exact_decimal(raw)


def test_a_whole_number_has_no_fraction() -> None:
    assert exact_whole("12") == 12
    with pytest.raises(ValueError, match="whole number"):
        exact_whole("12.5")


@pytest.mark.parametrize("raw", ["yes", "True", 2, None, "unknown"])
def test_only_true_and_false_are_yes_or_no(raw: object) -> None:
    with pytest.raises(ValueError, match="write true or false"):
        exact_bool(raw)


@pytest.mark.parametrize(
    "raw", ["2026-1-5", "05.01.2026", "2026-02-30", "2026-13-01", "0000-01-01", 20260105, None, "٢٠٢٦-٠١-٠٥"]
)
def test_a_date_is_written_in_one_way(raw: object) -> None:
    with pytest.raises(ValueError, match="write a date as 2026-01-31"):
        exact_date(raw)


@pytest.mark.parametrize(
    ("day", "interval", "then"),
    [
        pytest.param("2026-01-31", "1 mo", "2026-02-28", id="a month end that does not exist"),
        pytest.param("2028-01-31", "1 mo", "2028-02-29", id="in a leap year"),
        pytest.param("2028-02-29", "1 a", "2029-02-28", id="a year after a leap day"),
        pytest.param("2028-02-29", "4 a", "2032-02-29", id="four years after a leap day"),
        pytest.param("2026-11-30", "3 mo", "2027-02-28", id="over the new year"),
        pytest.param("2026-12-15", "1 mo", "2027-01-15", id="from December"),
        pytest.param("2026-02-26", "1 wk", "2026-03-05", id="weeks of seven days"),
        pytest.param("2026-01-31", "30 d", "2026-03-02", id="days"),
        pytest.param("2026-01-31", "0 d", "2026-01-31", id="none"),
    ],
)
def test_an_interval_goes_by_the_calendar(day: str, interval: str, then: str) -> None:
    assert Interval.parse(interval).after(date.fromisoformat(day)) == date.fromisoformat(then)


@pytest.mark.parametrize("raw", ["3 months", "3mo", "-1 d", "1.5 wk", 3, None])
def test_an_interval_has_a_number_and_one_of_four_units(raw: object) -> None:
    with pytest.raises(ValueError, match="write an interval"):
        Interval.parse(raw)


@pytest.mark.parametrize("raw", ["101 a", "1201 mo", "5201 wk", "36501 d", "9999 a"])
def test_an_interval_ends_within_a_lifetime(raw: str) -> None:
    with pytest.raises(ValueError, match="at most 100 years"):
        Interval.parse(raw)


def test_an_interval_in_words() -> None:
    assert [Interval.parse(text).in_words() for text in ("1 d", "2 wk", "1 mo", "3 a")] == [
        "1 day",
        "2 weeks",
        "1 month",
        "3 years",
    ]


def test_content_is_frozen_and_has_no_field_nobody_declared() -> None:
    product = Product(key="p", form="tablet", strength="2.5", unit="mg")

    with pytest.raises(ValidationError, match="frozen"):
        product.strength = Decimal(10)
    with pytest.raises(ValidationError, match="Extra inputs"):
        Product(key="p", form="tablet", strength="2.5", unit="mg", colour="white")


def test_content_takes_no_binary_number() -> None:
    with pytest.raises(ValidationError, match="write a number in digits"):
        Product(key="p", form="tablet", strength=2.5, unit="mg")


@pytest.mark.parametrize("strength", ["0", "-1", "0.0009"])
def test_what_is_divided_by_is_not_almost_nothing(strength: str) -> None:
    with pytest.raises(ValidationError, match=r"write at least 0\.001"):
        Product(key="p", form="tablet", strength=strength, unit="mg")


@pytest.mark.parametrize("strength", ["2.0000001", Decimal("2.0000001"), Decimal(10) ** 9])
def test_an_amount_is_one_that_its_row_can_keep(strength: object) -> None:
    with pytest.raises(ValidationError, match=r"write at most 6 decimals|write a number below"):
        Product(key="p", form="tablet", strength=strength, unit="mg")


def test_a_factor_between_units_keeps_all_its_decimals() -> None:
    assert str(OtherUnit(unit="[lb_av]", factor="0.45359237").factor) == "0.45359237"


def test_a_message_repeats_only_the_beginning_of_what_was_written() -> None:
    for read in (exact_decimal, exact_whole, exact_bool, exact_date, Interval.parse):
        for raw in ("1x" * 500_000, ["1"] * 500_000):
            with pytest.raises(ValueError, match="write") as caught:
                read(raw)
            assert len(str(caught.value)) < 200


@pytest.mark.parametrize("character", ["\x01", "\x85", "\u202e", "\ufeff"])
def test_text_with_a_character_that_no_file_keeps_is_refused(character: str) -> None:
    with pytest.raises(ValidationError, match=f"remove the control character U\\+{ord(character):04X}"):
        Product(key="p", form=f"tab{character}let", strength="2.5", unit="mg")


def test_text_with_a_nul_byte_is_refused() -> None:
    with pytest.raises(ValidationError, match="remove the NUL byte"):
        Product(key="p", form="tab\x00let", strength="2.5", unit="mg")
