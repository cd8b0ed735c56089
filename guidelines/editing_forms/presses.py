"""Buttons inside a form that change its rows: add, remove, up, down. The form is shown again with nothing lost.

A press is such as `add:e-caps`, `up:e-caps-1`, `remove:e-titration`. Refuses nothing: one that leads nowhere is ignored.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from guidelines.editing_forms.shape import ROW_KEY, ROWS, VALUE, Field
from guidelines.editing_forms.typed import ROOT, Typed, blank, is_number

VERBS = ("add", "remove", "up", "down")


class Found(NamedTuple):
    """Where a press leads: the field, what holds it, and the row, if it names one."""

    field: Field
    holder: Typed
    row: int | None


def pressed(fields: Iterable[Field], typed: Typed, press: str, chosen: str = "", is_set: bool = False) -> str:
    """Changes `typed` as the button says. Gives the name of the row or group that was pressed, where focus belongs.

    `chosen` is the key of a fact to be added, `is_set` whether it can have several values.
    """
    verb, _, name = press.partition(":")
    found = find(fields, typed, name) if verb in VERBS else None
    if found is None:
        return ""
    held = found.holder[found.field.name]
    if found.field.kind in ROWS or found.field.kind == "facts":
        return in_rows(found, verb, name, held, chosen, is_set)
    if verb == "add" and held is None:
        found.holder[found.field.name] = blank(found.field.below)
    elif verb == "remove" and found.field.is_optional:
        found.holder[found.field.name] = None
    return name


def in_rows(found: Found, verb: str, name: str, rows: list[Any], chosen: str, is_set: bool) -> str:
    if verb == "add":
        if found.field.kind == "facts":
            if not chosen or any(row[ROW_KEY] == chosen for row in rows):
                return name
            rows.append({ROW_KEY: chosen, VALUE: [] if is_set else ""})
        else:
            rows.append(blank(found.field.below))
        return f"{name}-{len(rows) - 1}"
    if found.row is None or not 0 <= found.row < len(rows):
        return ""
    above = name.rpartition("-")[0]
    if verb == "remove":
        rows.pop(found.row)
        return f"{above}-{min(found.row, len(rows) - 1)}" if rows else above
    to = min(max(found.row + (-1 if verb == "up" else 1), 0), len(rows) - 1)
    rows.insert(to, rows.pop(found.row))
    return f"{above}-{to}"


def find(fields: Iterable[Field], typed: Typed, name: str) -> Found | None:
    parts = name.split("-")
    if parts.pop(0) != ROOT:
        return None
    found = None
    while parts:
        part = parts.pop(0)
        field = next((field for field in fields if field.name == part), None)
        if field is None:
            return None
        row = int(parts.pop(0)) if parts and is_number(parts[0]) else None
        found = Found(field, typed, row)
        if parts:
            held = typed[field.name]
            if row is not None and isinstance(held, list) and row < len(held):
                held = held[row]
            if not isinstance(held, dict):
                return None
            fields, typed = field.below, held
    return found
