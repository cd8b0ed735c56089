"""Why an action was not done, as exceptions whose sentences are for the person who tried."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from guidelines.engine.facts import Problem
from patients.models import Clinic


class Refused(Exception):
    """The action is not allowed, or not now."""


class Conflict(Refused):
    """Somebody else has changed the row since it was read; `current` is the row as it is now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__("Somebody has changed this since you opened it. Compare, and save again what should hold.")
        self.current = current


class ValuesRefused(Refused):
    """Values that cannot be used. Nothing was written; `problems` say what is wrong, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(f"{place}: {message}." for place, message in problems))
        self.problems = tuple(problems)


class NotSignable(Refused):
    """What is missing or in the way before a plan can be signed; `problems` are the draft's."""

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(" ".join(dict.fromkeys(str(problem.message) for problem in problems)))
        self.problems = tuple(problems)


def allow(refusal: str) -> None:
    if refusal:
        raise Refused(refusal)


def checked(row: models.Model) -> None:
    """Fields and constraints as the model declares them, so that the database never answers with an error page."""
    try:
        row.full_clean()
    except ValidationError as error:
        problems = [
            Problem("" if field == "__all__" else field, message.rstrip("."))
            for field, messages in error.message_dict.items()
            for message in messages
        ]
        raise ValuesRefused(problems) from None


def day_at(clinic: Clinic, today: date | None) -> date:
    """The clinic's day. Only a demonstration may be told another: its patients are given a past."""
    now = clinic.today()
    if today is None or today == now:
        return now
    if not clinic.is_demo:
        raise Refused("Only a demonstration clinic can be given another day than today.")
    if today > now:
        raise Refused("A day in the future cannot be consulted about.")
    return today
