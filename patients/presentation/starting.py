"""The ways into a consultation from a patient's page."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from guidelines.models import Version
from patients.models import Clinic


@dataclass(frozen=True)
class Startable:
    """The versions a consultation can begin with: those of the plans that are followed, and the others."""

    followed: list[Version]
    new: list[Version]

    @property
    def single(self) -> Version | None:
        """The one that most people want, if there is just one: a button of its own."""
        likely = self.followed or self.new
        return likely[0] if len(likely) == 1 else None

    @property
    def menu(self) -> list[tuple[str, list[Version]]]:
        """What else can be begun, under headings."""
        groups = [("Follow-up", self.followed), ("By a guideline that is not followed yet", self.new)]
        return [(title, found) for title, found in groups if found and found != [self.single]]


def startable(versions: Iterable[Version], clinic: Clinic, begun: Set[int], followed: Set[int]) -> Startable:
    """Of the versions in use. `begun` and `followed` are guidelines: of one, no second consultation is begun."""
    found = [
        version for version in versions
        if version.guideline_id not in begun and (clinic.is_demo or not version.is_demonstration)
    ]  # fmt: skip
    new = [version for version in found if version.guideline_id not in followed]
    return Startable([version for version in found if version.guideline_id in followed], new)
