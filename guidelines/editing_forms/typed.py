"""What an editor typed, as nested texts: from an entry, from a sent form, and on to what pydantic judges.

Pure, and loses nothing: a number stays as it was typed, rows keep their order, a wrong value stays in its field.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from guidelines.editing_forms.shape import KEYS, ROW_KEY, ROWS, VALUE, Field, fields_of
from guidelines.engine.values import plain
from guidelines.guideline_file import sentence

Typed = dict[str, Any]  # field → text | list of texts | Typed | list of Typed | None
Problems = dict[str, list[str]]  # name in the form → sentences

ROOT = "e"  # every name of a field begins with it; what the page itself sends does not
IS_THERE, IS_SET = "is_there", "is_set"
SEPARATOR = re.compile(r"[\s,;]+")
# In a browser these say something else than in a file.
SENTENCES = {
    "missing": "Write something here: it cannot be left empty.",
    "string_too_short": "Write something here: it cannot be left empty.",
    "extra_forbidden": "Leave this empty here.",
    "literal_error": "Choose one of the values.",
    "union_tag_not_found": "Choose one of the values.",
    "union_tag_invalid": "Choose one of the values.",
    "tuple_type": "Add at least one.",
}


# --- from an entry -----------------------------------------------------------------------------------------------


def typed_of(entry: BaseModel) -> Typed:
    return {field.name: shown(field, getattr(entry, field.name)) for field in fields_of(type(entry))}


def blank(fields: Iterable[Field]) -> Typed:
    """A new entry, row or group: nothing is chosen but what is so unless somebody says otherwise."""
    return {field.name: blank_value(field) for field in fields}


def blank_value(field: Field) -> Any:
    if field.kind in ROWS or field.kind in ("facts", "choices"):
        return []
    if field.below:
        return None if field.is_optional and not (field.is_open or field.kind == "keys_or_none") else blank(field.below)
    return str(field.default) if field.kind in ("choice", "number") and not field.is_required and field.default else ""


def shown(field: Field, value: Any) -> Any:
    """A value of content as the form holds it."""
    match field.kind:
        case "rows":
            return [typed_of(row) for row in value]
        case "history":
            return [{ROW_KEY: key, **typed_of(result)} for key, results in value.items() for result in results]
        case "map":
            return [{ROW_KEY: key, VALUE: part} for key, part in value.items()]
        case "facts":
            return [{ROW_KEY: k, VALUE: list(part) if isinstance(part, tuple) else part} for k, part in value.items()]
        case "keys_or_none":
            return {"is_given": "" if value is None else "true", KEYS: " ".join(value or ())}
        case "frequency":
            return {"type": value.type, "times": str(getattr(value, "times", ""))}
        case "group":
            return blank_value(field) if value is None else typed_of(value)
        case "keys":
            return " ".join(value)
        case "lines":
            return "\n".join(value)
        case "choices":
            return list(value)
        case "flag":
            return "true" if value else ""
        case "number":
            return "" if value is None else plain(value) if hasattr(value, "as_tuple") else str(value)
    return "" if value is None else str(value)


# --- from a sent form --------------------------------------------------------------------------------------------


def typed_from(sent: Any, fields: Iterable[Field]) -> Typed:
    """`sent` is a QueryDict; a field that was not sent is empty."""
    tree: dict[str, Any] = {}
    for name in sent:
        parts = name.split("-")
        if parts[0] != ROOT or len(parts) < 2:
            continue
        place = tree
        for part in parts[1:-1]:
            below = place.setdefault(part, {})
            if not isinstance(below, dict):
                break
            place = below
        else:
            place.setdefault(parts[-1], [text.replace("\r\n", "\n") for text in sent.getlist(name)])
    return {field.name: sent_value(field, tree.get(field.name)) for field in fields}


def sent_value(field: Field, found: Any) -> Any:
    if field.kind in ROWS or field.kind == "facts":
        rows = found if isinstance(found, dict) else {}
        numbers = sorted(int(number) for number in rows if is_number(number))
        each = [row for number in numbers if isinstance(row := rows.get(str(number)), dict)]
        return [sent_fact(row) for row in each] if field.kind == "facts" else [below(field, row) for row in each]
    if field.below:
        group = found if isinstance(found, dict) else {}
        is_added = field.is_optional and not (field.is_open or field.kind == "keys_or_none")
        return None if is_added and IS_THERE not in group else below(field, group)
    texts = found if isinstance(found, list) else []
    if field.kind == "choices":
        return texts
    text = texts[-1] if texts else ""
    return " ".join(text.split("\n")) if field.kind == "line" else text


def is_number(text: str) -> bool:
    """Of a row, as the page writes it."""
    return text.isascii() and text.isdigit() and len(text) < 6


def below(field: Field, row: Mapping[str, Any]) -> Typed:
    return {part.name: sent_value(part, row.get(part.name)) for part in field.below}


def sent_fact(row: Mapping[str, Any]) -> Typed:
    """A fact's values are a list where it can have several, also when none of them is chosen."""
    key, values = (held if isinstance(held := row.get(name), list) else [] for name in (ROW_KEY, VALUE))
    return {ROW_KEY: key[-1] if key else "", VALUE: list(values) if IS_SET in row else values[-1] if values else ""}


# --- to what pydantic judges -------------------------------------------------------------------------------------


def entry_from(entry_class: type[BaseModel], typed: Typed, **fixed: Any) -> tuple[Any, Problems]:
    """The entry, or None with a sentence for each field that is wrong. `fixed` are fields that nobody types."""
    fields = fields_of(entry_class)
    problems: Problems = {}
    raw = raw_of(fields, typed, ROOT, problems)
    try:
        entry = entry_class.model_validate({**raw, **fixed})
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            problems.setdefault(name_of(error["loc"], fields, typed), []).append(said(error))
        return None, problems
    return (None, problems) if problems else (entry, {})


def said(error: ErrorDetails) -> str:
    text = SENTENCES.get(error["type"]) or sentence(error).rstrip(".")
    return text if text.endswith(".") else f"{text[:1].upper()}{text[1:]}."


def raw_of(fields: Iterable[Field], typed: Typed, name: str, problems: Problems) -> dict[str, Any]:
    raw = {}
    for field in fields:
        value = raw_value(field, typed.get(field.name), f"{name}-{field.name}", problems)
        if value is not None:
            raw[field.name] = value
    return raw


def raw_value(field: Field, value: Any, name: str, problems: Problems) -> Any:
    """The value as a file would hold it; None where it is left out."""
    match field.kind:
        case "rows":
            return [raw_of(field.below, row, f"{name}-{i}", problems) for i, row in enumerate(value)]
        case "map" | "facts":
            twice_is_wrong(value, name, problems)
            return {row[ROW_KEY]: tuple(v) if isinstance(v := row[VALUE], list) else v for row in value}
        case "history":
            found: dict[str, list[Any]] = {}
            for i, row in enumerate(value):
                result = raw_of(field.below[1:], row, f"{name}-{i}", problems)
                found.setdefault(row[ROW_KEY], []).append(result)
            return found
        case "keys_or_none":
            return value[KEYS].split() if value["is_given"] or value[KEYS].strip() else None
        case "frequency":
            return {part: text for part, text in value.items() if text}
        case "group":
            is_left_out = value is None or (field.is_open and is_blank(field.below, value))
            return None if is_left_out else raw_of(field.below, value, name, problems)
        case "keys":
            return [key for key in SEPARATOR.split(value) if key]
        case "lines":
            return [line for line in value.split("\n") if line.strip()]
        case "choices":
            return value
        case "flag":
            return "true" if value else "false"
        case "number" | "day" | "span" | "choice" | "key":
            return value.strip() or None
    return value if value.strip() else None


def twice_is_wrong(rows: list[Typed], name: str, problems: Problems) -> None:
    seen = set()
    for i, row in enumerate(rows):
        if row[ROW_KEY] in seen:
            problems.setdefault(f"{name}-{i}-{ROW_KEY}", []).append("This is named twice. Remove one of the two.")
        seen.add(row[ROW_KEY])


def name_of(loc: tuple[int | str, ...], fields: Iterable[Field], typed: Typed) -> str:
    """The name in the form of what pydantic complains about; the nearest group where it names none."""
    name, waiting = ROOT, list(loc)
    while waiting:
        part = waiting.pop(0)
        field = next((field for field in fields if field.name == part), None)
        if field is None:
            continue  # a type of a union
        name, held = f"{name}-{field.name}", typed.get(field.name) or {}
        fields = field.below
        if field.kind in ("map", "facts", "history", "rows") and waiting:
            row = row_number(field, waiting, held)
            if row is None:
                return name
            name, held = f"{name}-{row}", held[row]
            if field.kind in ("map", "facts"):
                return f"{name}-{ROW_KEY if '[key]' in waiting else VALUE}"
        elif not field.below:
            return name
        typed = held
    return name


def row_number(field: Field, waiting: list[int | str], rows: Any) -> int | None:
    """The row that the next parts of the place mean; they are used up."""
    part = waiting.pop(0)
    if field.kind == "rows":
        return part if isinstance(part, int) and part < len(rows) else None
    which = [i for i, row in enumerate(rows) if row[ROW_KEY] == part]
    nth = waiting.pop(0) if field.kind == "history" and waiting and isinstance(waiting[0], int) else 0
    return which[int(nth)] if int(nth) < len(which) else None


# --- rows that nobody filled in ----------------------------------------------------------------------------------


def is_blank(fields: Iterable[Field], typed: Typed) -> bool:
    return all(is_blank_value(field, typed.get(field.name)) for field in fields)


def is_blank_value(field: Field, value: Any) -> bool:
    if field.below and isinstance(value, dict):
        return is_blank(field.below, value)
    return not value or value == blank_value(field)


def without_blank_rows(fields: Iterable[Field], typed: Typed) -> Typed:
    """Rows that were added and never filled in are left out, as if they had not been added."""
    kept = {}
    for field in fields:
        value = typed.get(field.name)
        if field.kind in ROWS:
            rows = [without_blank_rows(field.below, row) for row in value or []]
            value = [row for row in rows if not is_blank(field.below, row)]
        elif field.kind == "group" and value:
            value = without_blank_rows(field.below, value)
        kept[field.name] = value
    return kept
