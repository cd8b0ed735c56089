"""A day in a form: written one way, so that none is read two ways."""

import re
from datetime import date
from typing import Any

from django import forms

WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """As a browser sends it, 2026-06-04, and no other way: of 2026-6-4 or 04/06/2026 nobody knows who typed it."""

    widget = DayInput

    def __init__(self, *, missing: str = "Choose a day.", **options: Any) -> None:
        invalid = "Write the day as year, month and day, such as 2026-06-14."
        super().__init__(
            input_formats=["%Y-%m-%d"], error_messages={"invalid": invalid, "required": missing}, **options
        )

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and value.strip() and not WRITTEN.fullmatch(value.strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        day: date | None = super().to_python(value)
        return day
