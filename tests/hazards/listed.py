"""The hazards as docs/hazards.yaml lists them, read strictly."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints

from tests.architecture.tree import PROJECT

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SLOW = "tests/browser/"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Removal(Strict):
    """The smallest change that takes a control away: `find` stands once in the file, and nothing is put for it unless
    said."""

    file: Text
    find: Annotated[str, StringConstraints(min_length=1)]
    replace: str = ""

    def made_in(self, text: str) -> str:
        if (count := text.count(self.find)) != 1:
            raise ValueError(f"{self.file} has {self.find!r} {count} times and not once")
        return text.replace(self.find, self.replace)


class Hazard(Strict):
    id: Annotated[str, StringConstraints(pattern=r"^H\d{2,}$")]
    hazard: Text
    cause: Text
    effect: Text
    severity: Literal["catastrophic", "critical", "serious", "minor"]
    control: Text
    code: list[Text]
    tests: list[Text]
    one_test_because: Text | None = None
    removal: list[Removal]

    @property
    def tried(self) -> list[str]:
        """The tests that must notice. A browser takes a minute to start, and is left out where others notice too."""
        return [test for test in self.tests if not test.startswith(SLOW)] or self.tests


def hazards() -> list[Hazard]:
    return [Hazard(**entry) for entry in yaml.safe_load((PROJECT / "docs" / "hazards.yaml").read_text())]


def removed_in(folder: Path, removals: list[Removal]) -> dict[Path, str]:
    """The files that change, as they are without the control."""
    found: dict[Path, str] = {}
    for removal in removals:
        path = folder / removal.file
        found[path] = removal.made_in(found[path] if path in found else path.read_text())
    return found
