"""Package → guideline file: every scalar as text, which the strict reader takes back to the same hash."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from guidelines.engine.content import Package

LINE_WIDTH = 110


class _Dumper(yaml.dumper.BaseDumper):
    """Writes every scalar as text, as the strict reader takes it: plain where possible, lines as a literal block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items()))
_Dumper.add_representer(list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value))


def as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        # As people write them: the key first, the origin last.
        ordered = sorted(value, key=lambda name: (name != "key") + 2 * (name in ("cites", "marks")))
        return {name: as_texts(value[name]) for name in ordered}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [as_texts(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal | date):
        return str(value)
    raise TypeError(f"{value!r} has no place in a guideline file")


def to_yaml(package: Package) -> str:
    """A guideline file that is complete in itself; loading it gives the same hash."""
    return yaml.dump(
        as_texts(package.canonical()), Dumper=_Dumper, allow_unicode=True, width=LINE_WIDTH, sort_keys=False
    )
