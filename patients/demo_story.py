"""The invented people of the demonstration, as the file tells them. Reads and checks its shape; writes nothing."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from guidelines.engine.content import Fact

STORY_FILE = Path(__file__).parent / "demo_people.yaml"
# So that nobody changes age on the day the demonstration is made, and not all have one birthday.
BIRTHDAY_DAYS_AGO, DAYS_BETWEEN_BIRTHDAYS = 100, 17


class Results(NamedTuple):
    """What was found on one day, as answers by fact."""

    on: date
    answers: dict[str, dict[str, Any]]


class Visit(NamedTuple):
    on: date
    answers: dict[str, dict[str, Any]]
    step: str
    started_on: date | None
    choices: dict[str, Any]
    is_signed: bool


class Person(NamedTuple):
    number: str
    family_name: str
    given_names: str
    sex: str
    born_on: date
    allergies: str
    results: tuple[Results, ...]
    visits: tuple[Visit, ...]


class Story:
    """The file, told for one day."""

    def __init__(self, facts: dict[str, Fact], today: date, file: Path = STORY_FILE) -> None:
        self.raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.facts, self.today = facts, today

    @staticmethod
    def told() -> dict[str, Any]:
        """The parts that do not depend on a day or on a guideline: clinic, staff, guideline."""
        raw: dict[str, Any] = yaml.safe_load(STORY_FILE.read_text(encoding="utf-8"))
        return raw

    def people(self) -> list[Person]:
        return [self.person(raw, place) for place, raw in enumerate(self.raw["patients"])]

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def person(self, raw: dict[str, Any], place: int) -> Person:
        last_birthday = self.ago(BIRTHDAY_DAYS_AGO + DAYS_BETWEEN_BIRTHDAYS * place)
        # A birthday on 29 February would not exist in every year.
        born_on = last_birthday.replace(year=last_birthday.year - raw["age"], day=min(last_birthday.day, 28))
        return Person(
            raw["number"], raw["family_name"], raw["given_names"], raw["sex"], born_on, raw.get("allergies", ""),
            tuple(self.results(one) for one in raw.get("results", [])),
            tuple(self.visit(one) for one in raw.get("visits", [])),
        )  # fmt: skip

    def results(self, raw: dict[str, Any]) -> Results:
        on = self.ago(raw["days_ago"])
        return Results(on, self.answers([*self.bundled(raw), raw.get("values", {})], on))

    def visit(self, raw: dict[str, Any]) -> Visit:
        on = self.ago(raw["days_ago"])
        answers = self.answers([*self.bundled(raw), raw.get("answers", {})], on)
        answers |= {key: {"status": "not_known"} for key in raw.get("not_known", [])}
        started = raw.get("started_days_ago")
        return Visit(
            on, answers, raw.get("step", ""), None if started is None else self.ago(started), raw.get("choices", {}),
            raw.get("sign", False),
        )  # fmt: skip

    def bundled(self, raw: dict[str, Any]) -> list[dict[str, Any]]:
        return [self.raw["bundles"][name] for name in raw.get("use", [])]

    def answers(self, parts: list[dict[str, Any]], on: date) -> dict[str, dict[str, Any]]:
        told = {key: value for part in parts for key, value in part.items()}
        return {key: {**self.answer(self.facts[key], value), "taken_on": on.isoformat()} for key, value in told.items()}

    @staticmethod
    def answer(fact: Fact, told: Any) -> dict[str, Any]:
        if isinstance(told, dict):
            return dict(told)
        if fact.type != "number":
            return {"value": told}
        value, _, unit = str(told).partition(" ")
        return {"value": value, "unit": unit or fact.unit} if unit or fact.unit else {"value": value}
