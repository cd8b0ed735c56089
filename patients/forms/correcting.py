"""One result as it should have been written. Asks once about what is unusual; what is impossible is refused."""

from datetime import date
from typing import Any

from django import forms

from config.day_field import DayField, DayInput
from guidelines.engine.content import Fact
from guidelines.engine.operators import unit_text
from patients.facts import Answer, answer_of
from patients.models import Observation
from patients.results.catalogue import Kind
from patients.results.reading import Told, read_of_kind

YES_OR_NO = (("true", "Yes"), ("false", "No"))


class CorrectionForm(forms.Form):
    """`answer` is there once the form is valid."""

    value = forms.CharField(max_length=60, label="Value", widget=forms.TextInput({"autocomplete": "off"}))
    unit = forms.ChoiceField(label="Unit")
    upper_limit = forms.CharField(
        max_length=20, required=False, label="Upper limit", help_text="The laboratory’s, in the same unit.",
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "decimal"}),
    )  # fmt: skip
    taken_on = DayField(label="Taken on")
    sure = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, kind: Kind, today: date, born_on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind, self.today, self.born_on = kind, today, born_on
        self.answer: Answer = {}
        fact = kind.fact
        if fact.type in ("choice", "boolean"):
            choices = YES_OR_NO if fact.type == "boolean" else [(choice.key, choice.label) for choice in fact.choices]
            self.fields["value"] = forms.ChoiceField(label=fact.label, choices=choices)
        elif fact.type == "date":
            self.fields["value"].widget = DayInput()
        else:
            self.fields["value"].widget.attrs["inputmode"] = "decimal"
        if kind.units and fact.type == "number":
            self.fields["unit"] = forms.ChoiceField(label="Unit", choices=[(u, unit_text(u)) for u in kind.units])
        else:
            del self.fields["unit"]
        if not fact.upper_limit:
            del self.fields["upper_limit"]
        self.order_fields(["value", "unit", "upper_limit", "taken_on", "sure"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        told = Told(
            "", self.kind.key, cleaned["value"], cleaned.get("unit", ""), cleaned.get("upper_limit", ""),
            cleaned["taken_on"].isoformat(),
        )  # fmt: skip
        read = read_of_kind(told, self.kind, self.today, born_on=self.born_on)
        if read.why_not:
            self.add_error("upper_limit" if read.why_not.startswith("Upper limit") else "value", read.why_not)
        elif read.unusual and cleaned["sure"] != confirmed(read.answer):
            self.data = {**{name: self.data.get(name, "") for name in self.data}, "sure": confirmed(read.answer)}
            self.add_error("value", f"{read.unusual} If it is right, save it once more as typed.")
        self.answer = read.answer
        return cleaned


def confirmed(answer: Answer) -> str:
    return f"{answer.get('value')}|{answer.get('unit', '')}"


def as_it_stands(row: Observation, fact: Fact) -> dict[str, Any]:
    """What the form is opened with."""
    answer = answer_of(row)
    value = answer["value"]
    return {
        "value": {True: "true", False: "false"}[value] if isinstance(value, bool) else value,
        "unit": answer.get("unit") or fact.unit,
        "upper_limit": answer.get("upper_limit", ""),
        "taken_on": row.taken_on,
    }
