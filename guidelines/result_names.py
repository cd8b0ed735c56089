"""By which names laboratories print a result and its answers, read from content/result-names.yaml. They only tell which
fact, and which of its choices, is meant.

Refuses a name that stands for two facts, or for two choices of one.
"""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from guidelines.engine.values import Content, Key, Line
from guidelines.library import CONTENT_FOLDER, RESULT_NAMES
from guidelines.strict_yaml import read_yaml


class AnswerNames(Content):
    choice: Key
    names: tuple[Line, ...]


class Names(Content):
    fact: Key
    names: tuple[Line, ...]
    answers: tuple[AnswerNames, ...] = ()

    @model_validator(mode="after")
    def a_name_means_one_choice(self) -> Self:
        seen: dict[str, str] = {}
        for answer in self.answers:
            for name in answer.names:
                if (first := seen.setdefault(name.casefold(), answer.choice)) != answer.choice:
                    raise ValueError(f"{name} stands for {first} and for {answer.choice} of {self.fact}; keep one")
        return self


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
def shipped_names() -> ResultNames:
    return read_result_names(CONTENT_FOLDER / RESULT_NAMES)


@cache
def names_of_results() -> dict[str, tuple[str, ...]]:
    """The names of each fact."""
    return {entry.fact: entry.names for entry in shipped_names().results}


@cache
def choices_by_name() -> dict[str, dict[str, str]]:
    """Of each fact the choice that a laboratory's word means, without case."""
    return {
        entry.fact: {name.casefold(): answer.choice for answer in entry.answers for name in answer.names}
        for entry in shipped_names().results
    }
