"""One thing that is saved in a consultation, as a person reads it: an answer with its day, a choice, the step."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from guidelines.reading.wording import each
from patients.facts import Answer
from patients.models import Consultation
from patients.presentation import words
from patients.presentation.run import Run


def said(run: Run, key: str, answer: Answer | None) -> str:
    if answer is None:
        return "Not answered"
    if "status" in answer:
        return "Not known"
    fact = run.compiled.facts[key]
    value = words.typed_value(fact, answer["value"], answer.get("unit"))
    limit = answer.get("upper_limit")
    text = f"{value}, upper limit {words.typed_value(fact, limit, answer.get('unit'))}" if limit else value
    taken_on = answer.get("taken_on")
    return f"{text} ({typed_day(taken_on)})" if taken_on else text


def step_said(run: Run, consultation: Consultation) -> str:
    step = run.compiled.steps.get(consultation.current_step)
    since = f", since {words.day(consultation.step_started_on)}" if consultation.step_started_on else ""
    return f"{step.step.title}{since}" if step else "Not yet begun"


def choice_label(run: Run, place: str) -> str:
    name, _, key = place.partition(".")
    compiled = run.compiled
    if name == "amounts":
        return f"Dose of {compiled.regimens[key].drug.name}" if key in compiled.regimens else "A dose"
    if name in ("weekdays", "taking"):
        drug = compiled.drugs[key].name if key in compiled.drugs else "a medicine"
        return f"Day of the week of {drug}" if name == "weekdays" else f"What happens to {drug}"
    if name in ("overrides", "acknowledged"):
        message = compiled.rules[key].rule.message if key in compiled.rules else "a rule"
        return f"Reason against: {message}" if name == "overrides" else f"Seen: {message}"
    return {"option": "Option", "review_on": "Day of the next visit"}.get(name, name)


def choice_said(run: Run, place: str, entry: Any) -> str:
    name, _, key = place.partition(".")
    compiled = run.compiled
    if entry is None:
        return "No" if name == "acknowledged" else "Not chosen"
    if name == "option":
        return compiled.options[entry].title if entry in compiled.options else "Not chosen"
    if name == "amounts" and key in compiled.regimens:
        regimen = compiled.regimens[key].regimen
        return f"{words.amount(Decimal(entry), regimen.unit)} {each(regimen)}"
    if name == "weekdays":
        return str(entry).capitalize()
    if name == "taking":
        return words.CHANGES.get(entry, str(entry))
    if name == "overrides":
        return override_said(run, entry)
    return "Yes" if name == "acknowledged" else typed_day(str(entry))


def override_said(run: Run, entry: Mapping[str, str]) -> str:
    reasons = {reason.key: reason.label for reason in run.compiled.package.override_reasons}
    reason = reasons.get(entry.get("reason", ""), "no reason chosen")
    return f"{reason}: “{entry.get('text', '')}”"


def typed_day(text: str) -> str:
    return words.day(date.fromisoformat(text))
