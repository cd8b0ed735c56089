"""The controls that an editor's form has beside those of Django."""

from typing import Any

from django import forms
from django.utils.html import format_html_join


class ConditionInput(forms.Textarea):
    """A condition: names of facts are completed, and what is typed is checked."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        plainly = {
            "rows": 2,
            "class": "input--code",
            "spellcheck": "false",
            "autocapitalize": "none",
            "autocomplete": "off",
        }
        super().__init__({**plainly, **(attrs or {})})


class KeysInput(ConditionInput):
    """Keys with spaces between them, completed from the parts they lead to."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 1, **(attrs or {})})


class KeySelect(forms.Select):
    """A select of many values, drawn at once: a form may have dozens of them."""

    template_name = "django/forms/widgets/key_select.html"

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        return []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        chosen = "" if value is None else str(value)
        rows = ((key, " selected" if key == chosen else "", words) for key, words in self.choices)
        return context | {"options": format_html_join("", '<option value="{}"{}>{}</option>', rows)}


class Suggested(forms.TextInput):
    """A text with suggestions in a list beside it."""

    template_name = "django/forms/widgets/suggested.html"

    def __init__(self, suggestions: list[str]) -> None:
        super().__init__({"autocomplete": "off"})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}_list"
        context["widget"]["attrs"]["list"] = list_id
        return context | {"list_id": list_id, "suggestions": self.suggestions}
