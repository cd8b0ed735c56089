"""What reviewers, editors and administrators type about a version on its way."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from config.day_field import DayField
from guidelines.actions.commenting import LONGEST_COMMENT
from guidelines.models import Version
from guidelines.permissions import why_not_that_day

MOST_NUMBER = 999_999_999  # of a version


def text_area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SubmitForm(forms.Form):
    why = forms.CharField(
        label="Note for the reviewers",
        required=False,
        max_length=LONGEST_COMMENT,
        help_text="What they should look at first, and what you are not sure of.",
        widget=text_area(4),
    )


class WhyForm(forms.Form):
    """A move that is never made without its reason."""

    hides_optional = True
    why = forms.CharField(max_length=LONGEST_COMMENT, widget=text_area(4))

    def __init__(self, *args: Any, label: str, hint: str, required: str, **options: Any) -> None:
        super().__init__(*args, **options)
        why = self.fields["why"]
        why.label, why.help_text, why.error_messages["required"] = label, hint, required


class PublishForm(forms.Form):
    """From which day a version is in use: today or later, and no other version begins on that day or after it."""

    effective_on = DayField(label="In use from", help_text="Today or later. Nobody need do anything on that day.")
    why = forms.CharField(label="Note for the record", required=False, max_length=LONGEST_COMMENT, widget=text_area(3))

    def __init__(self, *args: Any, version: Version, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["effective_on"].initial = timezone.localdate()
        self.version = version

    def clean_effective_on(self) -> Any:
        day = self.cleaned_data["effective_on"]
        if day < timezone.localdate():
            raise forms.ValidationError("A version cannot become effective in the past. Choose today or a later day.")
        if refusal := why_not_that_day(self.version, day):
            raise forms.ValidationError(refusal)
        return day


class CommentForm(forms.Form):
    """Words about one entry, or about the whole."""

    hides_optional = True
    about = forms.CharField(required=False, max_length=130)
    text = forms.CharField(
        label="Comment",
        max_length=LONGEST_COMMENT,
        widget=text_area(3),
        error_messages={
            "required": "Write a comment.", "max_length": f"Write at most {LONGEST_COMMENT} characters.",
        },
    )  # fmt: skip


class AnyEntryForm(CommentForm):
    """The same with the choice of what it is about."""

    def __init__(self, *args: Any, subjects: Iterable[tuple[str, list[tuple[str, str]]]], **options: Any) -> None:
        super().__init__(*args, **options)
        choices: list[Any] = []
        for title, entries in subjects:
            choices += [(title, entries)] if title else entries
        self.fields["about"] = forms.ChoiceField(label="About", required=False, choices=choices)


class CompareForm(forms.Form):
    """Which two versions."""

    number = forms.IntegerField(min_value=1, max_value=MOST_NUMBER, label="Before")
    newer = forms.IntegerField(min_value=1, max_value=MOST_NUMBER, label="After")
