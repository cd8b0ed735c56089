"""What is on hold: by drug the rules that hold it, and for how many days the treatment of the step has been.

Refuses more days than there were since the step was started.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any


def read_on_hold(
    attempt: Callable[[str, Callable[[], Any]], Any],
    raw: dict[str, Any],
    rules: Collection[str],
    started_on: date | None,
    as_of: date,
) -> tuple[dict[str, tuple[str, ...]], int]:
    """Of FACTS.json; what cannot be used is told to `attempt` with its place."""
    most = (as_of - started_on).days if started_on is not None else 0
    held = attempt("held", lambda: read_held(raw.get("held", {}), rules)) or {}
    return held, attempt("days_held", lambda: read_days(raw.get("days_held", 0), most)) or 0


def read_held(raw: object, rules: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By drug the rules it is held for. A rule that this version does not have holds nothing."""
    if isinstance(raw, dict) and all(isinstance(drug, str) and isinstance(keys, list) for drug, keys in raw.items()):
        return {drug: tuple(key for key in keys if isinstance(key, str) and key in rules) for drug, keys in raw.items()}
    raise ValueError("must be an object with the keys of rules for each drug that is held")


def read_days(raw: object, most: int) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= most:
        return raw
    raise ValueError("must be the days on hold since the step was started, a whole number that fits between")
