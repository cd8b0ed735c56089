"""A test patient of a version as the wizard shows a patient: the same pages, from the case's facts and default choices.

Reads no patient and writes nothing.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from guidelines.engine.cases import facts_of, run_case
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.models import Version
from patients.care_plan import build_care_plan
from patients.choices import Choices
from patients.default_choices import default_choices
from patients.models import Plan
from patients.plan_draft import CurrentDrug
from patients.plan_parts import CarePlan
from patients.presentation.run import Run
from patients.preview_patient import preview_header, unsaved_consultation
from patients.wizard import STEPS


class CaseRun(Run):
    def __init__(self, version: Version, compiled: CompiledPackage, case: Case, address: str = "") -> None:
        """`address` is that of the preview, for the links between its steps."""
        self.case, self.address = case, address
        self.compiled = compiled
        self.raw: dict[str, Any] = facts_of(compiled, case)
        super().__init__(unsaved_consultation(version, case, self.raw))

    @cached_property
    def addresses(self) -> dict[str, str]:
        return {step.key: self.address_of(step=step.key) for step in STEPS}

    def address_of(self, **more: str) -> str:
        return f"{self.address}?{urlencode({'case': self.case.key, **more})}"

    @property
    def plan(self) -> Plan | None:
        return None

    @property
    def current(self) -> Mapping[str, CurrentDrug]:
        """A case says what is taken, and not how much."""
        return {}

    @cached_property
    def choices(self) -> Choices:
        return default_choices(self.compiled, self.decision, self.case.as_of)

    @cached_property
    def comes_out_differently(self) -> list[str]:
        """Where the case does not come out as its authors expect."""
        return run_case(self.compiled, self.case)

    @property
    def why_no_plan(self) -> str:
        """Why there is nothing to sign, in the words of the wizard; empty where there is."""
        problems = [*(f"{p.place}: {p.message}" for p in self.problems), *(p.message for p in self.draft.problems)]
        return problems[0] if problems else ""

    @cached_property
    def care_plan(self) -> CarePlan:
        """What would be signed. Raises PrintRefused where it could not be printed."""
        header = preview_header(self.compiled, self.consultation, self.decision)
        return build_care_plan(self.compiled, self.decision, self.draft, self.choices, header)


def first_case(compiled: CompiledPackage) -> Case | None:
    """The first that proposes something, else the first."""
    cases = compiled.package.cases
    expected = (case for case in cases if case.expected.outcome == "propose")
    return next(expected, cases[0] if cases else None)
