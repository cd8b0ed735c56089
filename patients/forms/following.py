"""What becomes of a test or of what a result asks for: done, removed, no change needed, set aside. The end of a plan. A note
about a patient.

Checks only that something readable was typed; what is allowed is the actions' to say."""

from datetime import date
from typing import Any

from django import forms

from config.day_field import DayField
from patients.models import Aside

LONGEST_REASON, LONGEST_NOTE = 2000, 4000


class ReasonField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=LONGEST_REASON,
            widget=forms.Textarea({"rows": 3}),
            error_messages={"required": "Say why: it stands in the record."},
            **options,
        )


class DoneForm(forms.Form):
    """`missing`: its tests whose results are not on record, if there are any."""

    hides_optional = True

    done_on = DayField(label="Done on")
    because = forms.CharField(
        max_length=LONGEST_REASON, label="Where the results are", widget=forms.Textarea({"rows": 2}),
        help_text="Such as the letter of another clinic. No rule looks at results that are not entered here.",
        error_messages={"required": "Say where the results are, or enter them: then the test is done by itself."},
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, missing: str = "", **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "done_%s", **options})
        self.fields["done_on"].widget.attrs["max"] = today.isoformat()
        if not missing:
            del self.fields["because"]


class RemoveForm(forms.Form):
    because = ReasonField(label="Why it is not needed")


class NoChangeForm(forms.Form):
    because = ReasonField(label="Why the plan needs no change")


class EndForm(forms.Form):
    because = ReasonField(
        label="Why the plan ends",
        help_text="Such as: treated elsewhere from now on, and where; wants to stop; has died. It stands in the record.",
    )


class AsideForm(forms.Form):
    why = forms.ChoiceField(
        label="Why",
        choices=[
            (Aside.CONTACTED, "The patient was contacted"),
            (Aside.REMIND, "I want to be reminded"),
        ],
        widget=forms.RadioSelect(),
        error_messages={"required": "Say why."},
    )
    until_on = DayField(label="Show it again on")
    note = forms.CharField(
        max_length=LONGEST_REASON, required=False, label="Note", widget=forms.Textarea({"rows": 2})
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, last: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until_on"].widget.attrs["max"] = last.isoformat()
        self.fields["until_on"].help_text = f"At the latest on {last:%-d %B %Y}. It stays to be done."


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST_NOTE,
        label="Note",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Write what the next person should know."},
    )
