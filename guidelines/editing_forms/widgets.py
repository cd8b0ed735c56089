"""The controls that an editor's form has beside those of Django."""

from typing import Any

from django import forms


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
