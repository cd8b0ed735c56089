"""Frozen dataclasses to JSON and back, by their declared types. Refuses unknown fields, missing ones and other types."""

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Frozen = TypeVar("Frozen")
_hints = cache(get_type_hints)


def to_json(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_json(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_json(kind: type[Frozen], raw: Any) -> Frozen:
    """The value `to_json` wrote; ValueError says where it is something else."""
    found: Frozen = _read(kind, raw, kind.__name__)
    return found


def _read(kind: Any, raw: Any, place: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if raw is None:
            return None
        kinds = [part for part in get_args(kind) if part is not type(None)]
        return _read(next((part for part in kinds if part is type(raw)), kinds[0]), raw, place)
    if origin is tuple:
        if not isinstance(raw, list):
            raise ValueError(f"{place} must be a list")
        return tuple(_read(get_args(kind)[0], entry, f"{place}[{index}]") for index, entry in enumerate(raw))
    if is_dataclass(kind):
        return _read_dataclass(kind, raw, place)
    if kind is date:
        if not isinstance(raw, str):
            raise ValueError(f"{place} must be a date as text")
        return date.fromisoformat(raw)
    if not isinstance(raw, kind) or (kind is int and isinstance(raw, bool)):
        raise ValueError(f"{place} must be of type {kind.__name__}")
    return raw


def _read_dataclass(kind: Any, raw: Any, place: str) -> Any:
    if not isinstance(raw, dict):
        raise ValueError(f"{place} must be an object")
    hints, known = _hints(kind), {field.name: field for field in fields(kind)}
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise ValueError(f"{place} has unknown fields: {', '.join(unknown)}")
    missing = sorted(name for name, field in known.items() if name not in raw and field.default is MISSING)
    if missing:
        raise ValueError(f"{place} lacks {', '.join(missing)}")
    return kind(**{name: _read(hints[name], value, f"{place}.{name}") for name, value in raw.items()})
