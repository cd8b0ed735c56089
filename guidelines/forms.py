"""What readers and editors type on pages of guidelines."""

from typing import Any

from django import forms

from guidelines.asking.answering import LONGEST_QUESTION
from guidelines.identifiers import why_not_keep
from guidelines.models import Level, Outcome


class AskForm(forms.Form):
    hides_optional = True
    question = forms.CharField(
        label="Your question",
        max_length=LONGEST_QUESTION,
        help_text="Leave out names, dates of birth and numbers of a person. The question is not kept.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={
            "required": "Write a question.",
            "max_length": f"Write at most {LONGEST_QUESTION} characters.",
        },
    )


class SendForm(forms.Form):
    """A question for the editors. What looks like it belongs to one person is refused, and the text stays."""

    hides_optional = True
    text = forms.CharField(
        label="Question for the editors",
        max_length=LONGEST_QUESTION,
        help_text="It is kept and read by people. Write nothing about a patient: no name, no date, no number.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if refusal := why_not_keep(text):
            raise forms.ValidationError(refusal)
        return text


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(label="What came of it", choices=Outcome.choices)


class DraftForm(forms.Form):
    """A new draft: of which version, why, and how much it changes for patients."""

    hides_optional = True
    from_version = forms.ChoiceField(label="Begin with")
    reason = forms.CharField(
        label="Why the guideline is to be changed",
        max_length=2000,
        help_text="Reviewers and readers see this.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the guideline is to be changed."},
    )
    level = forms.ChoiceField(
        label="How much it changes for patients",
        choices=Level.choices,
        help_text="The highest that applies: safety above dose, dose above monitoring.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how much it changes."},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["from_version"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
