"""Drugs that are taken once a week only, whatever a file says: those of the shipped libraries, and of approved versions.

A file read without the database is held against the libraries alone; nothing is loaded without asking both.
A copy that lost the word `weekly_only` would make its drug an ordinary one, and pass every other check.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from guidelines import library
from guidelines.engine import content
from guidelines.engine.content import Package
from guidelines.guideline_file import ContentRefused, Problem
from guidelines.models import Drug
from guidelines.workflow import Status


class WeeklyDrug(NamedTuple):
    """What a weekly-only drug is known by, and who says that it is one."""

    names: frozenset[str]
    said_by: str


def known_by(drug: content.Drug | Drug) -> frozenset[str]:
    """Key, name, further names and RxNorm code, as they are compared."""
    words = {word.casefold().replace("_", " ") for word in (drug.key, drug.name, *drug.names)}
    return frozenset(words | {f"RxNorm {drug.rxnorm}"} if drug.rxnorm else words)


@cache
def in_libraries() -> tuple[WeeklyDrug, ...]:
    shelf = library.read_libraries().get("drugs", {})
    drugs = [(content.Drug.model_validate(node.plain()), node.file) for node in shelf.values()]
    return tuple(WeeklyDrug(known_by(drug), f"the library {file}") for drug, file in drugs if drug.weekly_only)


def in_approved_versions() -> tuple[WeeklyDrug, ...]:
    """Of every version that was ever approved, those since superseded or withdrawn included."""
    rows = Drug.objects.filter(weekly_only=True, version__moves__to_status=Status.APPROVED)
    return tuple(
        WeeklyDrug(known_by(row), f"the approved {row.version} of {row.version.guideline}")
        for row in rows.select_related("version__guideline").order_by("version", "position")
    )


def known() -> tuple[WeeklyDrug, ...]:
    return (*in_libraries(), *in_approved_versions())


def forgotten(package: Package, weekly: Sequence[WeeklyDrug]) -> Iterator[tuple[str, str]]:
    """Place and sentence for every drug of the package that is weekly-only elsewhere and not here."""
    for drug in package.drugs:
        said = next((other.said_by for other in weekly if other.names & known_by(drug)), None)
        if said is not None and not drug.weekly_only:
            yield f"drugs.{drug.key}", f"{drug.name} is taken once a week only, says {said}; write weekly_only: true"


def refuse_forgotten(package: Package, weekly: Sequence[WeeklyDrug]) -> None:
    problems = [Problem(place, None, message) for place, message in forgotten(package, weekly)]
    if problems:
        raise ContentRefused(problems)
