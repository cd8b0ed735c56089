"""Reads FACTS.json as plain values, strictly: what JSON leaves open (keys written twice, inexact numbers) is refused.

What the values mean is the engine's matter.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

MAXIMUM_BYTES = 1_000_000
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SHOWN_CHARACTERS = 40
MAXIMUM_DEPTH = 20  # facts are six levels deep; Python's own limit differs from one version to the next
TOO_DEEP = "the file is nested too deeply; it is not a list of facts"


class JsonRefused(ValueError):
    """The text is not the JSON we accept; the sentence says why."""


def read_facts_file(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
    except OSError as problem:
        raise JsonRefused(f"{path}: cannot be read: {problem.strerror}") from None
    return read_json(raw)


def read_json(raw: bytes, *, number: Callable[[str], Any] | None = None, most_bytes: int = MAXIMUM_BYTES) -> Any:
    """The one value of the text: objects without repeated keys, texts, true, false, null. A number is what `number`
    makes of its digits, which are never rounded; without it there is none."""
    number = number or Unusable.number
    if len(raw) > most_bytes:
        raise JsonRefused(f"the file has more than {most_bytes} bytes; send less at once")
    if not raw.strip():
        raise JsonRefused("the file is empty")
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=without_repeated_keys,
            parse_int=number,
            parse_float=number,
            parse_constant=Unusable.number,
        )
    except UnicodeDecodeError:
        raise JsonRefused("the file is not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as problem:
        raise JsonRefused(f"line {problem.lineno}, column {problem.colno}: this is not JSON: {problem.msg}") from None
    except RecursionError:
        raise JsonRefused(TOO_DEEP) from None
    refuse_unusable(value, "", 0)
    return value


class Unusable(NamedTuple):
    """Stands where something cannot be used, until it is known where that is."""

    message: str

    @classmethod
    def number(cls, digits: str) -> "Unusable":
        shown = digits[:SHOWN_CHARACTERS]
        return cls(f'{shown}: write numbers as texts, in quotes ("{shown}"), so that no digit is lost or added')


def without_repeated_keys(pairs: list[tuple[str, Any]]) -> Any:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            return Unusable(f"the key {key[:SHOWN_CHARACTERS]!a} stands twice; keep one")
        found[key] = value
    return found


def refuse_unusable(value: Any, place: str, depth: int) -> None:
    """Raises JsonRefused at the first thing that cannot be used, with its place, such as facts.weight_kg.value."""
    if depth > MAXIMUM_DEPTH:
        raise JsonRefused(TOO_DEEP)
    if isinstance(value, Unusable):
        raise JsonRefused(f"{place}: {value.message}" if place else value.message)
    if isinstance(value, str):
        refuse_control_characters(value, place)
    elif isinstance(value, dict):
        for key, part in value.items():
            refuse_control_characters(key, place)
            refuse_unusable(part, f"{place}.{key[:SHOWN_CHARACTERS]}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            refuse_unusable(part, f"{place}[{number}]", depth + 1)


def refuse_control_characters(text: str, place: str) -> None:
    if found := CONTROL.search(text):
        sentence = f"{text[:SHOWN_CHARACTERS]!a}: remove the control character U+{ord(found[0]):04X}"
        raise JsonRefused(f"{place}: {sentence}" if place else sentence)
