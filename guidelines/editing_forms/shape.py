"""What kind each field of a class of content is: the one place that reads annotations for forms.

A mapping, an optional list and a frequency get fields of their own, so that a form has texts, rows and groups only.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from guidelines.engine.content import Frequency, Head
from guidelines.engine.values import Expression, Interval, Key, Line, Text
from guidelines.labels import FieldLabel, field_label

TEXTS: dict[Any, str] = {Line: "line", Text: "text", Key: "key", Expression: "condition"}
SCALARS: dict[Any, str] = {str: "line", Decimal: "number", int: "number", bool: "flag", date: "day", Interval: "span"}
ROWS, GROUPS = ("rows", "map", "history"), ("group", "frequency", "keys_or_none")
LEFT_OUT = {(Head, "slug")}  # the guideline's, for ever
LAST = ("cites", "marks")
ROW_KEY, VALUE, KEYS = "row_key", "value", "keys"


class Field(NamedTuple):
    """`below`: the fields of a row or a group. `values`: those of a choice. `is_open`: a group that is there as soon as
    something is typed into it, without being added."""

    name: str
    kind: str
    label: FieldLabel
    is_optional: bool = False
    is_required: bool = False
    default: Any = None
    values: tuple[str, ...] = ()
    below: tuple["Field", ...] = ()
    entry_class: type[BaseModel] | None = None
    is_open: bool = False


IS_GIVEN = Field("is_given", "flag", FieldLabel(label="Compare these"))
FREQUENCY = (
    Field(
        "type", "choice", FieldLabel(label="Frequency", words={"weekly": "Once a week", "daily": "Every day"}),
        is_required=True, values=("weekly", "daily"),
    ),
    Field("times", "number", FieldLabel(label="Times a day, if daily"), is_optional=True),
)  # fmt: skip


@cache
def fields_of(entry_class: type[BaseModel]) -> tuple[Field, ...]:
    """The fields in the order of a form: the key first, where it comes from last."""
    hints = get_type_hints(entry_class, include_extras=True)
    names = [name for name in entry_class.model_fields if (entry_class, name) not in LEFT_OUT]
    names.sort(key=lambda name: (name != "key") + 2 * (name in LAST))
    return tuple(field_of(entry_class.__name__, name, hints[name], entry_class.model_fields[name]) for name in names)


def field_of(class_name: str, name: str, hint: Any, info: FieldInfo) -> Field:
    bare, is_optional = without_none(hint)
    label = field_label(class_name, name)
    made = described(bare, label)
    if made["kind"] == "keys" and is_optional:
        told = label.model_copy(update={"label": "Which"})
        made = {"kind": "keys_or_none", "below": (IS_GIVEN, Field(KEYS, "keys", told))}
    is_open = made["kind"] == "group" and is_optional and all(f.is_optional and not f.below for f in made["below"])
    return Field(
        name, label=label, is_optional=is_optional, is_required=info.is_required(), default=info.default,
        is_open=is_open, **made,
    )  # fmt: skip


def described(hint: Any, label: FieldLabel) -> dict[str, Any]:
    """The kind of a field, and what belongs to it, from its annotation without None."""
    origin, inside = get_origin(hint), get_args(hint)
    if hint == Frequency:
        return {"kind": "frequency", "below": FREQUENCY}
    if origin is Literal:
        return {"kind": "choice", "values": tuple(map(str, inside))}
    if origin is dict:
        return mapping(inside[1], label)
    if origin is tuple:
        part = inside[0]
        if get_origin(part) is Literal:
            return {"kind": "choices", "values": tuple(map(str, get_args(part)))}
        if is_content(part):
            return {"kind": "rows", "below": fields_of(part), "entry_class": part}
        return {"kind": {"key": "keys", "line": "lines"}[scalar(part)]}
    if is_content(hint):
        return {"kind": "group", "below": fields_of(hint), "entry_class": hint}
    if origin is Annotated and get_origin(inside[0]) in (tuple, Literal):  # a list that must not be empty
        return described(inside[0], label)
    return {"kind": scalar(hint)}


def mapping(value: Any, label: FieldLabel) -> dict[str, Any]:
    """A mapping from keys as rows, each with its key."""
    key = Field(ROW_KEY, "key", label.model_copy(update={"label": (label.one or "key").capitalize()}), is_required=True)
    if get_origin(value) is Literal:
        words = field_label("Any", "change")
        return {"kind": "map", "below": (key, Field(VALUE, "choice", words, is_required=True, values=get_args(value)))}
    if get_origin(value) is tuple and is_content(get_args(value)[0]):
        of_fact = field_label("Requirement", "fact")
        result = get_args(value)[0]
        return {"kind": "history", "below": (key._replace(label=of_fact), *fields_of(result)), "entry_class": result}
    return {"kind": "facts"}


def scalar(hint: Any) -> str:
    if hint in TEXTS:
        return TEXTS[hint]
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return SCALARS[hint]


def is_content(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, BaseModel)


def without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, UnionType):
        rest = [part for part in get_args(hint) if part is not type(None)]
        if len(rest) == 1 < len(get_args(hint)):
            return rest[0], True
    return hint, False
