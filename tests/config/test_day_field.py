"""A day that is typed: one way of writing, and whatever else is asked for again."""

from datetime import date

import pytest
from django import forms

from config.day_field import DayField
from guidelines.review_forms import CompareForm


def test_a_day_as_a_browser_sends_it_is_that_day() -> None:
    assert DayField().clean(" 2024-02-17 ") == date(2024, 2, 17)
    assert DayField(required=False).clean("") is None


@pytest.mark.parametrize(
    "typed", ["2024-2-17", "2024-02-7", "24-02-17", "02/17/2024", "17/02/2024", "2024-02-30", "20240217", "٢٠٢٤-٠٢-١٧"]
)
def test_what_could_be_another_day_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="year, month and day"):
        DayField().clean(typed)


@pytest.mark.parametrize("number", ["-1", "0", "-9223372036854775809", "9223372036854775808"])
def test_no_version_has_a_number_that_fits_no_address(number: str) -> None:
    assert not CompareForm({"number": number, "newer": "2"}).is_valid()
    assert CompareForm({"number": "1", "newer": "2"}).is_valid()
