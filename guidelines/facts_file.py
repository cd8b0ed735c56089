"""Reads FACTS.json as plain values, strictly: what JSON leaves open (keys written twice, inexact numbers) is refused.

What the values mean is the engine's matter.
"""

import json
import re
from pathlib import Path
from typing import Any

MAXIMUM_BYTES = 1_000_000
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SHOWN_CHARACTERS = 40


class JsonRefused(ValueError):
    """The text is not the JSON we accept; the sentence says why."""


def read_facts_file(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
    except OSError as problem:
        raise JsonRefused(f"{path}: cannot be read: {problem.strerror}") from None
    return read_json(raw)


def read_json(raw: bytes) -> Any:
    """The one value of the text: objects without repeated keys, texts, true, false, null. No numbers."""
    if len(raw) > MAXIMUM_BYTES:
        raise JsonRefused(f"the file has more than {MAXIMUM_BYTES} bytes; facts of one patient are far fewer")
    try:
        value = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=without_repeated_keys,
            parse_int=refuse_number,
            parse_float=refuse_number,
            parse_constant=refuse_number,
        )
    except UnicodeDecodeError:
        raise JsonRefused("the file is not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as problem:
        raise JsonRefused(f"line {problem.lineno}, column {problem.colno}: this is not JSON: {problem.msg}") from None
    except RecursionError:
        raise JsonRefused("the file is nested too deeply; it is not a list of facts") from None
    refuse_control_characters(value)
    return value


def refuse_number(digits: str) -> Any:
    shown = digits[:SHOWN_CHARACTERS]
    raise JsonRefused(f'{shown}: write numbers as texts, in quotes ("{shown}"), so that no digit is lost or added')


def without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise JsonRefused(f"the key {key[:SHOWN_CHARACTERS]!a} stands twice; keep one")
        found[key] = value
    return found


def refuse_control_characters(value: Any) -> None:
    if isinstance(value, str):
        if found := CONTROL.search(value):
            raise JsonRefused(f"{value[:SHOWN_CHARACTERS]!a}: remove the control character U+{ord(found[0]):04X}")
    elif isinstance(value, dict):
        for key, part in value.items():
            refuse_control_characters(key)
            refuse_control_characters(part)
    elif isinstance(value, list):
        for part in value:
            refuse_control_characters(part)
