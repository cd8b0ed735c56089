"""What readers and editors type on pages of guidelines."""

import re
from typing import Any

from django import forms
from django.conf import settings

from guidelines.asking.answering import LONGEST_QUESTION
from guidelines.identifiers import why_not_keep
from guidelines.models import Level, Outcome, Version
from guidelines.workflow import Status


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


class ImportForm(forms.Form):
    """A guideline file, uploaded or pasted, and what becomes of it. Whether it can be read is not asked here."""

    file = forms.FileField(
        label="File", required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        help_text="A guideline file as it is exported here.",
    )  # fmt: skip
    text = forms.CharField(
        label="Or its text", required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off", "class": "input--file"}),
    )  # fmt: skip
    into = forms.CharField(label="What it becomes", required=False, widget=forms.Select())
    reason = forms.CharField(
        label="Why the guideline is to be changed", required=False, max_length=2000,
        help_text="Of a new draft. Readers see it beside the version.", widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    level = forms.ChoiceField(
        label="How much it changes for patients", required=False, choices=[("", "Choose"), *Level.choices]
    )
    hides_optional = True
    INTO = re.compile(r"([0-9]{1,10})-([0-9a-f]{64})")

    def __init__(self, *args: Any, **names: Any) -> None:
        super().__init__(*args, **names)
        drafts = [draft for draft in Version.objects.drafts() if draft.last_status == Status.DRAFT]
        self.fields["into"].widget.choices = [
            ("", "A new draft"),
            *(
                (f"{draft.pk}-{draft.content_hash}", f"The content of draft {draft.number} from now on: {draft.title}")
                for draft in drafts
            ),
        ]

    def clean_into(self) -> tuple[Version, str] | None:
        """A draft with the hash of the content it had when it was chosen."""
        if not self.cleaned_data["into"]:
            return None
        found = self.INTO.fullmatch(self.cleaned_data["into"])
        version = Version.objects.select_related("guideline").filter(pk=found[1]).first() if found else None
        if found is None or version is None:
            raise forms.ValidationError("There is no such draft. Choose again.")
        return version, found[2]

    def clean(self) -> None:
        data = self.cleaned_data
        if "file" in data and bool(data.get("file")) == bool(data.get("text", "").strip()):
            both = bool(data.get("file"))
            self.add_error(
                "file", "Send the file or its text, not both." if both else "Choose a file, or paste its text."
            )
        if data.get("into", True) is None:
            if not data.get("reason", "").strip():
                self.add_error("reason", "Say why the guideline is to be changed.")
            if not data.get("level"):
                self.add_error("level", "Choose how much it changes for patients.")

    def refuse(self, raw: bytes | str, sentences: list[str]) -> None:
        """Says what is wrong, beside the text. That of a file is put into the box, where it can be put right: a browser
        does not keep the file."""
        text = readable_text(raw) if isinstance(raw, bytes) else raw
        if text is not None:
            self.data = {**self.data.dict(), "text": text}  # type: ignore[attr-defined]  # what was posted
        self.add_error("file" if text is None else "text", forms.ValidationError(sentences))


def readable_text(raw: bytes) -> str | None:
    """What a person can read and send again; None of what is no text, or too long to be sent in a box."""
    if len(raw) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 2:
        return None
    try:
        return raw.decode("utf-8-sig").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    except UnicodeDecodeError:
        return None
