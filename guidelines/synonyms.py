"""Words that mean the same, read from content/synonyms.yaml: for searching and asking, never printed as content.

Refuses a word in two groups and a group that is broader than itself.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from guidelines.engine.values import Content, Flag, Key, Line
from guidelines.library import CONTENT_FOLDER, SYNONYMS
from guidelines.strict_yaml import read_yaml


class Group(Content):
    """Words that mean the same. Whoever asks for one of the `broader` groups means these words, too. A `weak` group is
    seldom what a question is about: how often, how bad, more or less."""

    key: Key
    words: tuple[Line, ...]
    broader: tuple[Key, ...] = ()
    weak: Flag = False


class Synonyms(Content):
    groups: tuple[Group, ...]
    # Correctly written names of what is something else: never taken for the misspelling of a word that is known.
    others: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def a_word_has_one_meaning(self) -> Self:
        seen: dict[str, str] = {}
        for group in self.groups:
            for word in group.words:
                first = seen.setdefault(word.casefold(), group.key)
                if first != group.key:
                    raise ValueError(f"{word} stands in {first} and in {group.key}; keep one")
        for word in self.others:
            if word.casefold() in seen:
                raise ValueError(f"{word} stands in {seen[word.casefold()]} and among the others; keep one")
        return self

    @model_validator(mode="after")
    def broader_groups_are_there(self) -> Self:
        keys = [group.key for group in self.groups]
        if doubled := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"the key {min(doubled)} is used twice; give each group its own")
        for group in self.groups:
            for key in group.broader:
                if key not in keys:
                    raise ValueError(f"{group.key}: there is no group {key!r}")
            if group.key in self.above(group.key):
                raise ValueError(f"{group.key} is broader than itself")
        return self

    def above(self, key: str) -> set[str]:
        """Every group that is broader than this one."""
        broader = {group.key: group.broader for group in self.groups}
        found: set[str] = set()
        waiting = list(broader[key])
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += broader.get(one, ())
        return found


def read_synonyms(path: Path) -> Synonyms:
    return Synonyms.model_validate(read_yaml(path.read_bytes(), file=path.name).plain())


@cache
def shipped() -> Synonyms:
    return read_synonyms(CONTENT_FOLDER / SYNONYMS)


def with_drugs(synonyms: Synonyms, drugs: Iterator[tuple[str, ...]]) -> list[Group]:
    """The groups, and each drug with its names: in the group that knows one of them, or as a group of its own."""
    names_of = {group.key: list(group.words) for group in synonyms.groups}
    known = {word.casefold(): group.key for group in synonyms.groups for word in group.words}
    for written in drugs:
        key = next((known[name.casefold()] for name in written if name.casefold() in known), None)
        if key is None:
            key = f"drug_{len(names_of)}"
            names_of[key] = []
        for name in written:
            if known.setdefault(name.casefold(), key) == key:
                names_of[key].append(name)
    own = {group.key: group for group in synonyms.groups}
    found = []
    for key, names in names_of.items():
        words = tuple(dict.fromkeys(names))
        found.append(own[key].model_copy(update={"words": words}) if key in own else Group(key=key, words=words))
    return found
