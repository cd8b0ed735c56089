"""The sources a page cites: marks where they are cited, and one card each at its end."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from guidelines.engine.compiled import CompiledPackage
from guidelines.reading import Source, needs_clinician, source_of


@dataclass(frozen=True)
class Said:
    """Something the guideline says, with who says so. `kind` is statement, conflict or rule."""

    key: str
    text: str
    kind: str
    sources: tuple[Source, ...] = ()
    needs_clinician: bool = False
    conflicts: tuple["Said", ...] = ()


class Sources:
    """Collects what is cited while a page is put together; `cards` are then what the page must carry."""

    def __init__(self, compiled: CompiledPackage, prefix: str = "") -> None:
        """`prefix` tells the sources of a second guideline on the same page from those of the first."""
        self.compiled, self.prefix = compiled, prefix
        self._cited: dict[str, Source] = {}

    def cite(self, keys: Iterable[str]) -> tuple[Source, ...]:
        return tuple(self._one(key) for key in dict.fromkeys(keys))

    def _one(self, key: str) -> Source:
        if key not in self._cited:
            source = source_of(self.compiled, key)
            self._cited[key] = replace(source, key=f"{self.prefix}{key}")
        return self._cited[key]

    @property
    def cards(self) -> list[Source]:
        return sorted(self._cited.values(), key=lambda source: (source.is_missing, source.number))

    def said(self, key: str, *, with_conflicts: bool = False) -> Said:
        """A statement, a conflict or a rule by its key; a key that leads nowhere is shown as it is."""
        compiled = self.compiled
        if key in compiled.statements:
            statement = compiled.statements[key]
            conflicts = [c for c in statement.conflicts if c in compiled.conflicts] if with_conflicts else []
            cited = self.cite(citation.reference for citation in statement.citations)
            return Said(
                key, statement.clinician, "statement", cited, needs_clinician(statement),
                tuple(self.said(conflict) for conflict in conflicts),
            )  # fmt: skip
        if key in compiled.conflicts:
            conflict = compiled.conflicts[key]
            return Said(key, conflict.text, "conflict", self.cite(conflict.cites), needs_clinician(conflict))
        if key in compiled.rules:
            rule = compiled.rules[key].rule
            return Said(key, rule.message, "rule", self.cite(rule.cites), needs_clinician(rule))
        return Said(key, self._transition_text(key), "transition")

    def _transition_text(self, key: str) -> str:
        return next((t.entry.text for t in self.compiled.transitions if t.entry.key == key), key)
