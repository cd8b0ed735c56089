"""By which names laboratories print a result, read from content/result-names.yaml. They only tell which fact is meant.

Refuses a name that stands for two facts.
"""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from guidelines.engine.values import Content, Key, Line
from guidelines.library import CONTENT_FOLDER, RESULT_NAMES
from guidelines.strict_yaml import read_yaml


class Names(Content):
    fact: Key
    names: tuple[Line, ...]


class ResultNames(Content):
    results: tuple[Names, ...]

    @model_validator(mode="after")
    def a_name_means_one_fact(self) -> Self:
        seen: dict[str, str] = {}
        for entry in self.results:
            for name in entry.names:
                if (first := seen.setdefault(name.casefold(), entry.fact)) != entry.fact:
                    raise ValueError(f"{name} stands for {first} and for {entry.fact}; keep one")
        return self


def read_result_names(path: Path) -> ResultNames:
    return ResultNames.model_validate(read_yaml(path.read_bytes(), file=path.name).plain())


@cache
def names_of_results() -> dict[str, tuple[str, ...]]:
    """The names of each fact."""
    return {entry.fact: entry.names for entry in read_result_names(CONTENT_FOLDER / RESULT_NAMES).results}
