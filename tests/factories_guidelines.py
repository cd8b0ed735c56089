"""The smallest guideline that has every kind of content, and the people who work on it. State is reached by actions."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from guidelines import actions, permissions
from guidelines.engine.cases import as_decided
from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Package
from guidelines.guideline_file import read_guideline
from guidelines.models import ImpactRun, JobState, Publication, StatusMove, Version
from guidelines.workflow import CLINICIAN, Status
from patients.actions import compare_plans

ITCHING_ELBOW = Path(__file__).parent / "guidelines" / "fixtures" / "itching-elbow.yaml"


@cache
def itching_elbow() -> Package:
    return read_guideline(ITCHING_ELBOW.read_bytes()).package


@cache
def elbow_hash() -> str:
    return compile_package(itching_elbow()).content_hash


def edited(package: Package, **head: Any) -> Package:
    """The same guideline with another head."""
    return Package.model_validate({**dict(package), **head})


def retitled(title: str = "Another title") -> Package:
    """Another content of the same guideline."""
    return edited(itching_elbow(), title=title)


def another() -> Package:
    """The same content as another guideline."""
    return edited(itching_elbow(), slug="sore-elbow")


def with_other_drug(content: Any, name: str = "limberine", rxnorm: str = "2") -> Any:
    """Content or choices of the elbow's weekly drug, as those of another one."""
    text = json.dumps(content).replace('"rxnorm": "1"', f'"rxnorm": "{rxnorm}"')
    return json.loads(text.replace("calmine", name).replace("Calmine", name.capitalize()))


def creaking_knee(**head: Any) -> Package:
    """A second guideline, with another drug."""
    whole = with_other_drug(itching_elbow().canonical())
    return Package.model_validate({**whole, "slug": "creaking-knee", "title": "Creaking knee", **head})


def with_cases_that_pass(package: Package) -> Package:
    """The same guideline, its test patients expecting what comes out: otherwise it is not submitted."""
    compiled = compile_package(package)
    return edited(package, cases=[as_decided(compiled, case) for case in package.cases])


def person(username: str, *roles: str) -> User:
    user = User.objects.create_user(username)
    for role in roles:
        actions.give_role(user=user, role=role)
    return user


def editor(username: str = "edith") -> User:
    return person(username, permissions.EDITORS)


def reviewer(username: str, profession: str = CLINICIAN) -> User:
    return person(username, permissions.REVIEWERS, profession)


def administrator(username: str = "ada") -> User:
    return person(username, permissions.ADMINISTRATORS)


def draft(package: Package | None = None, *, by: User | None = None, is_demonstration: bool = False) -> Version:
    version = actions.load_package(
        package=package or itching_elbow(),
        by=by,
        reason="First version.",
        level="safety",
        is_demonstration=is_demonstration,
    )
    assert StatusMove.objects.status_of(version) == Status.DRAFT, "the test began with this content; give another"
    return version


def compared(version: Version) -> None:
    """The impact of what was submitted is worked out, as a worker would."""
    for run in ImpactRun.objects.filter(version=version, state=JobState.WAITING):
        compare_plans(run.pk)


def under_review(package: Package | None = None, *, names: tuple[str, str] = ("rob", "rita")) -> Version:
    """Submitted by an editor and approved by two reviewers."""
    version = draft(package)
    prefix = f"{version.guideline.slug}-{version.number}"
    actions.submit(version=version, by=editor(f"editor-{prefix}"))
    compared(version)
    for name in names:
        actions.approve(
            version=version,
            by=reviewer(f"{name}-{prefix}"),
            content_hash=version.content_hash,
        )
    return version


def published(package: Package | None = None, **options: Any) -> Version:
    if package in (None, itching_elbow()) and not options:
        for there in Version.objects.current().filter(guideline__slug=itching_elbow().slug):
            if there.content_hash == elbow_hash():
                return there  # the test began with it: see tests/databases.py
    version = under_review(package)
    by = administrator(f"administrator-{version.guideline.slug}-{version.number}")
    return actions.publish(version=version, by=by, content_hash=version.content_hash, **options)


def opened(version: Version, publisher: str = "Elbow Clinic") -> Publication:
    """Published for anyone with the link."""
    by = User.objects.get_or_create(username="publisher")[0]
    return actions.open_to_all(version=version, by=by, publisher_key=f"{publisher[:70]}-key", publisher=publisher)
