"""What was chosen on one step of the wizard, merged into what was chosen before.

Refuses fields of drugs, regimens and rules that the step did not show; drops what belongs to an option since left.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from patients.choices import ChoiceProblem, ChoicesRefused, read_choices
from patients.forms.answers import UnknownField
from patients.presentation.run import Run

LONGEST_TEXT, LONGEST_SHOWN = 2000, 200


class SentChoices:
    """`raw` is what may be saved; `errors` say, by place, what may not, and `typed` what was typed there."""

    def __init__(self, raw: Mapping[str, Any], errors: Mapping[str, str] | None = None) -> None:
        self.raw, self.errors = dict(raw), dict(errors or {})
        self.typed: dict[str, str] = {}
        self.typed_overrides: dict[str, tuple[str, str]] = {}

    def only(self, places: Iterable[str], raw: Mapping[str, Any]) -> "SentChoices":
        """What was sent for these places, onto other choices."""
        found, kept = SentChoices(raw), set(places)
        found.errors = {place: sentence for place, sentence in self.errors.items() if place in kept}
        found.typed = {place: text for place, text in self.typed.items() if place in kept}
        found.typed_overrides = {
            key: typed for key, typed in self.typed_overrides.items() if f"overrides.{key}" in kept
        }
        return found


def sent_recommendation(sent: QueryDict, run: Run) -> SentChoices:
    raw = dict(run.consultation.choices)
    option = sent.get("option", "")
    if option and option not in {found.option.key for found in run.decision.options}:
        raise UnknownField("That option is none of those offered. Reload the page and choose again.")
    if option and option != raw.get("option"):
        raw["option"] = option
        raw = without_left_branch(raw, run, option)
    return checked(raw)


def without_left_branch(raw: dict[str, Any], run: Run, option: str) -> dict[str, Any]:
    """Amounts, weekdays and overrides that were chosen for another option are not carried into this one."""
    parts = next(found.regimens for found in run.decision.options if found.option.key == option)
    regimens = {part.regimen.regimen.key for part in parts}
    drugs = {part.regimen.drug.key for part in parts} | {taking.drug for taking in run.decision.taking}
    kept = {
        "amounts": {key: amount for key, amount in raw.get("amounts", {}).items() if key in regimens},
        "weekdays": {key: day for key, day in raw.get("weekdays", {}).items() if key in drugs},
        "overrides": {},
        "acknowledged": [],
    }
    return {**raw, **kept}


def sent_dose(
    sent: QueryDict, run: Run, *, regimens: Iterable[str], drugs: Iterable[str], taken: Iterable[str]
) -> SentChoices:
    """Amounts by regimen, weekdays and what happens to drugs taken by drug; an empty box takes a choice back."""
    raw = dict(run.consultation.choices)
    errors: dict[str, str] = {}
    typed: dict[str, str] = {}
    for name, prefix, allowed in (
        ("amounts", "amount", regimens),
        ("weekdays", "weekday", drugs),
        ("taking", "taking", taken),
    ):
        part = dict(raw.get(name, {}))
        for key, value in posted(sent, prefix, allowed).items():
            if not value:
                part.pop(key, None)
                continue
            refused = refusal({name: {key: value}})
            if refused:
                errors[f"{name}.{key}"] = refused
                typed[f"{name}.{key}"] = value[:LONGEST_SHOWN]
            else:
                part[key] = value
        raw[name] = part
    found = checked(raw, errors)
    found.typed = typed
    return found


def sent_safety(sent: QueryDict, run: Run) -> SentChoices:
    """Overrides and what was seen, for the alerts there are now; what belongs to others is dropped."""
    raw = dict(run.consultation.choices)
    to_override = [alert.rule.key for alert in run.draft.to_override()]
    to_see = run.draft.to_see()
    reasons, texts = posted(sent, "reason", to_override), posted(sent, "text", to_override)
    seen = posted(sent, "seen", to_see)
    known = {reason.key for reason in run.compiled.package.override_reasons}
    overrides, errors, typed = {}, {}, {}
    for key in to_override:
        reason, text = reasons.get(key, ""), texts.get(key, "")
        typed[key] = (reason[:80], text[:LONGEST_TEXT])
        if reason and reason not in known:
            raise UnknownField("That reason is none of those offered. Reload the page and choose again.")
        if not reason:
            if text:
                errors[f"overrides.{key}"] = "Choose the reason for going against this rule."
            continue
        override = {"reason": reason, "text": text}
        if refused := refusal({"overrides": {key: override}}):
            errors[f"overrides.{key}"] = refused
        else:
            overrides[key] = override
    raw |= {"overrides": overrides, "acknowledged": sorted(key for key in to_see if seen.get(key))}
    found = checked(raw, errors)
    found.typed_overrides = typed
    found.typed = {place: f"“{typed[place.partition('.')[2]][1]}”" for place in errors}
    return found


def sent_monitoring(sent: QueryDict, run: Run) -> SentChoices:
    raw = dict(run.consultation.choices)
    typed = sent.get("review_on", "").strip()
    if refused := refusal({"review_on": typed or None}):
        found = SentChoices(raw, {"review_on": f"Next visit: {refused}"})
        found.typed = {"review_on": typed[:LONGEST_SHOWN]}
        return found
    raw["review_on"] = typed or None
    return checked(raw)


def posted(sent: QueryDict, prefix: str, allowed: Iterable[str]) -> dict[str, str]:
    """The fields with this prefix, by key; a key the step did not show is refused."""
    keys = set(allowed)
    found = {}
    for name in sent:
        part, dash, key = name.partition("-")
        if part == prefix and dash:
            if key not in keys:
                raise UnknownField(
                    f"The form holds a choice for {key[:80]}, which this step does not offer. Reload the page."
                )
            found[key] = sent.get(name, "").strip()
    return found


def refusal(raw: Mapping[str, Any]) -> str:
    try:
        read_choices(dict(raw))
    except ChoicesRefused as problem:
        sentence = problem.problems[0].message
        return f"{sentence[:1].upper()}{sentence[1:]}."
    return ""


def checked(raw: Mapping[str, Any], errors: Mapping[str, str] | None = None) -> SentChoices:
    """Earlier choices that can no longer be read are dropped, never repaired."""
    try:
        read_choices(dict(raw))
    except ChoicesRefused as problem:
        places = {ChoiceProblem(*found).place.partition(".")[0] for found in problem.problems}
        raw = {name: value for name, value in raw.items() if name not in places}
    return SentChoices(raw, errors)
