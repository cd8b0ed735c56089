"""One situation around a number of a safety rule: where the patient is, what is known, and which results came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from guidelines.engine.content import SafetyRule

Told = tuple[date, str, str, str]  # taken on, value, unit, the laboratory's limit: as typed


@dataclass(frozen=True)
class Setting:
    """Where the patient is: the step, and whether the rule's drug is taken there; what has to be so for that."""

    step: str | None
    is_starting: bool
    needs: Mapping[str, Any]


@dataclass(frozen=True)
class Situation:
    rule: SafetyRule
    what: str
    setting: Setting
    values: Mapping[str, Any]  # everything else that is known
    fact: str
    results: tuple[Told, ...]  # of that fact, the newest last
    expected: bool | None

    @property
    def new_result(self) -> Told:
        return self.results[-1]

    def __str__(self) -> str:
        return (
            f"{self.rule.key} {self.what}: {self.fact} {[result[1:] for result in self.results]} on {self.setting.step}"
        )
