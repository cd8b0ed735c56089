"""What pages say of shared drug knowledge: which state a version has, and for each drug who has which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guidelines import labels
from guidelines.drug_knowledge import Apart, Entries, Pin
from guidelines.engine.content import Package
from guidelines.impact_panel import panel_of
from guidelines.knowledge_known import pins_on_record, states_known
from guidelines.models import DrugKnowledge, Version
from guidelines.package import package_of

HOWS = {"changed": "Changed here", "left out": "Left out here", "withdrawn": "Withdrawn since"}


@dataclass(frozen=True)
class ShownApart:
    """An entry that is not as the shared knowledge has it."""

    how: str
    what: str
    part: str
    key: str


@dataclass(frozen=True)
class ShownPin:
    pin: Pin
    apart: list[ShownApart]


@dataclass(frozen=True)
class Use:
    """A version that gives a drug, and which state of its knowledge it has. `is_current`: plans are made by it, and `impact`
    is what the newest state would change for them, as `guidelines.impact_panel` tells it."""

    version: Version
    pin: Pin
    is_current: bool
    impact: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """A drug, its newest state, what that has changed, and who uses it."""

    drug: str
    name: str
    number: int
    content_hash: str
    recorded_at: datetime
    changes: list[ShownApart]
    uses: list[Use]

    @property
    def is_behind_somewhere(self) -> bool:
        return any(use.is_current and use.pin.is_behind for use in self.uses)


def knowledge_of(version: Version, package: Package) -> list[ShownPin]:
    """For the panel of one version: `guidelines/_knowledge.html`."""
    return [ShownPin(pin, [shown(apart) for apart in pin.apart]) for pin in pins_on_record(version, package)]


def shown(apart: Apart) -> ShownApart:
    return ShownApart(HOWS[apart.how], labels.parts()[apart.part].one, apart.part, apart.key)


def all_known() -> list[Known]:
    """Every drug that something is shared about, with the current versions and the drafts that give it."""
    rows = list(DrugKnowledge.objects.newest())
    states = states_known(*(row.drug_key for row in rows))
    current = list(Version.objects.current().select_related("guideline"))
    in_work = list(Version.objects.drafts().select_related("guideline").order_by("guideline__slug", "-number"))
    pins = [(version, pin) for version in (*current, *in_work) for pin in pins_on_record(version, package_of(version))]
    keys = {version.pk for version in current}
    found = []
    for row in rows:
        newest = states[row.drug_key][-1].entries
        before = states[row.drug_key][-2].entries if row.number > 1 else newest
        runs = {run.version_id: run for run in row.impact_runs.order_by("pk")}
        uses = [
            Use(version, pin, version.pk in keys, panel_of(runs.get(version.pk), version))
            for version, pin in pins
            if pin.drug == row.drug_key
        ]
        name = newest["drugs", row.drug_key]["name"]
        found.append(
            Known(row.drug_key, name, row.number, row.content_hash, row.recorded_at, changes(before, newest), uses)
        )
    return found


def changes(before: Entries, now: Entries) -> list[ShownApart]:
    found = []
    for part, key in dict.fromkeys((*now, *before)):
        old, new = before.get((part, key)), now.get((part, key))
        if old != new:
            how = "Added" if old is None else "Removed" if new is None else "Changed"
            found.append(ShownApart(how, labels.parts()[part].one, part, key))
    return found
