"""Which keys a field may hold, and what stands behind each: from the content of one draft. Pure."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from guidelines.changes import title_of
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact, Package

LONGEST = 70
NAMED_BY = ("title", "label", "name", "text", "clinician", "message", "phase", "key")


class Known(NamedTuple):
    """A key, and the first words of what it stands for."""

    key: str
    words: str

    @property
    def shown(self) -> str:
        return f"{self.key} – {self.words}" if self.words and self.words != self.key else self.key


def first_words(entry: Any, longest: int = LONGEST) -> str:
    """The words by which people know an entry, shortened."""
    said = title_of({name: getattr(entry, name, None) for name in NAMED_BY}, "clinician")
    text = " ".join(said.split())
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


class Lookups:
    """What the keys of a draft stand for."""

    def __init__(self, compiled: CompiledPackage, entry_key: str = "") -> None:
        self.compiled, self.entry_key = compiled, entry_key
        self.kept: dict[tuple[str, ...], dict[str, Known]] = {}

    @property
    def package(self) -> Package:
        return self.compiled.package

    @property
    def facts(self) -> dict[str, Fact]:
        return self.compiled.facts

    def of(self, parts: tuple[str, ...]) -> dict[str, Known]:
        """Every key of these parts; `products` are those of all drugs."""
        if parts not in self.kept:
            entries = [entry for part in parts for entry in self.entries(part)]
            self.kept[parts] = {entry.key: Known(entry.key, words) for entry, words in entries}
        return self.kept[parts]

    def entries(self, part: str) -> Iterable[Any]:
        if part == "products":
            return [(p, f"{d.name} {p.form}") for d in self.package.drugs for p in d.products]
        return [(entry, first_words(entry)) for entry in getattr(self.package, part)]

    def named(self, parts: tuple[str, ...], text: str) -> list[tuple[str, Known | None]]:
        """Each key of a typed list with what it stands for, None where it leads nowhere."""
        known = self.of(parts)
        return [(key, known.get(key)) for key in dict.fromkeys(text.replace(",", " ").replace(";", " ").split())]

    @cached_property
    def weekly(self) -> frozenset[str]:
        return frozenset(drug.key for drug in self.package.drugs if drug.weekly_only)

    def used_before(self, entry_class: type, field: str) -> list[str]:
        """What other entries of this class have in a field, the most common first."""
        values = [
            getattr(entry, field)
            for part in Package.model_fields
            if isinstance(entries := getattr(self.package, part), tuple)
            for entry in entries
            if type(entry) is entry_class
        ]
        return sorted(set(values), key=lambda value: (-values.count(value), value))
