"""The control of each kind of field: what is drawn for it, and which values it offers.

A weekly-only drug is offered no frequency but weekly, and no amount per day.
"""

from typing import Any, Protocol

from django import forms

from guidelines.editing_forms.lookups import Lookups
from guidelines.editing_forms.shape import Field
from guidelines.editing_forms.typed import Typed
from guidelines.editing_forms.widgets import ConditionInput, KeySelect, KeysInput, Suggested
from guidelines.engine.content import Fact
from guidelines.engine.operators import unit_text

INTERVALS = "Such as 30 d, 12 wk, 6 mo or 1 a."
LONG_LINE = 60
PERIODS = {"dose", "day", "week"}


class Asker(Protocol):
    """What a control needs to know of the form it stands in."""

    lookups: Lookups
    drug: str | None
    entry_class: type


def control_of(f: Field, asker: Asker, typed: Typed) -> forms.Field:
    """`typed` are the fields beside it. Nothing is required or refused here: pydantic judges."""
    label = f.label
    is_required = f.is_required and f.kind != "flag"
    known: dict[str, Any] = {"label": label.label, "help_text": label.help, "required": is_required}
    value = typed.get(f.name) or ""
    match f.kind:
        case "flag":
            return forms.BooleanField(**known)
        case "choice":
            return forms.CharField(**known, widget=KeySelect(choices=choices_of(f, asker, value)))
        case "choices":
            words = [(one, label.words.get(one, one)) for one in [*value, *(v for v in f.values if v not in value)]]
            return forms.MultipleChoiceField(**known, choices=words, widget=forms.CheckboxSelectMultiple)
        case "key" if label.leads_to:
            return forms.CharField(**known, widget=KeySelect(choices=keys_of(f, asker, value)))
        case "line" | "key" if label.used_before:
            return forms.CharField(**known, widget=Suggested(asker.lookups.used_before(asker.entry_class, f.name)))
        case "keys":
            attrs = {"data-complete": "keys", "data-parts": " ".join(label.leads_to)}
            return forms.CharField(**known, widget=KeysInput(attrs))
        case "lines":
            return forms.CharField(**known, widget=forms.Textarea({"rows": max(2, value.count("\n") + 1)}))
        case "text":
            return forms.CharField(**known, widget=forms.Textarea({"rows": rows(value)}))
        case "condition":
            return forms.CharField(**known, widget=ConditionInput({"data-complete": "names"}))
        case "day":
            return forms.CharField(**known, widget=forms.TextInput({"type": "date", "class": "input--short"}))
        case "span":
            known["help_text"] = label.help or INTERVALS
            return forms.CharField(**known, widget=forms.TextInput({"class": "input--short", "autocomplete": "off"}))
        case "number":
            attrs = {"inputmode": "decimal", "autocomplete": "off"} | ({"unit": label.unit} if label.unit else {})
            return forms.CharField(**known, widget=forms.TextInput(attrs))
    is_long = len(value) > LONG_LINE or f.name in ("message", "why", "plain", "question", "population", "clinician")
    widget = forms.Textarea({"rows": rows(value)}) if is_long else forms.TextInput()
    return forms.CharField(**known, widget=widget)


def rows(text: str) -> int:
    """About as many lines as the text takes in half a page."""
    return min(max(2, sum(len(line) // LONG_LINE + 1 for line in text.split("\n"))), 14)


def choices_of(f: Field, asker: Asker, value: str) -> list[tuple[str, str]]:
    values = [one for one in f.values if not (is_daily(f, one) and asker.drug in asker.lookups.weekly)]
    offered = [(one, f.label.words.get(one, one.replace("_", " "))) for one in values]
    if f.is_optional:
        return [("", "–"), *offered]
    return offered if value in values else [("", "Choose"), *offered]


def is_daily(f: Field, value: str) -> bool:
    return (f.name == "type" and value == "daily") or (value == "day" and set(f.values) == PERIODS)


def keys_of(f: Field, asker: Asker, value: str) -> list[tuple[str, str]]:
    """The keys there are. One that leads nowhere stays what it is, and is said to lead nowhere."""
    known = asker.lookups.of(f.label.leads_to)
    offered = [(key, found.shown) for key, found in known.items() if key != asker.lookups.entry_key or key == value]
    if value and value not in known:
        offered.insert(0, (value, f"{value} (there is none)"))
    return [("", "–" if f.is_optional else "Choose"), *offered]


def value_control(fact: Fact | None, key: str, value: Any) -> forms.Field:
    """The control for the value of one fact."""
    label = f"{fact.label}" if fact else f"{key} (there is no such fact)"
    known: dict[str, Any] = {"label": label, "required": True}
    kind = fact.type if fact else "text"
    if fact is not None and kind in ("choice", "set"):
        choices = [(choice.key, choice.label) for choice in fact.choices]
        offered = {choice for choice, _ in choices}
        strange = [v for v in (value if isinstance(value, list) else [value]) if v and v not in offered]
        choices += [(v, f"{v} (there is none)") for v in strange]
        if isinstance(value, list):
            choices.sort(key=lambda choice: value.index(choice[0]) if choice[0] in value else len(value))
            return forms.MultipleChoiceField(**known, choices=choices, widget=forms.CheckboxSelectMultiple)
        return forms.CharField(**known, widget=KeySelect(choices=[("", "Choose"), *choices]))
    if kind == "boolean" and value in ("", "true", "false"):
        yes_no = [("", "Choose"), ("true", "Yes"), ("false", "No")]
        return forms.CharField(**known, widget=KeySelect(choices=yes_no))
    if kind == "date":
        return forms.CharField(**known, widget=forms.TextInput({"type": "date", "class": "input--short"}))
    attrs: dict[str, Any] = {"autocomplete": "off"}
    if fact is not None and kind == "number":
        attrs |= {"inputmode": "decimal"} | ({"unit": unit_text(fact.unit)} if fact.unit else {})
    return forms.CharField(**known, widget=forms.TextInput(attrs))
