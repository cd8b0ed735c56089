"""Differences between two decisions in words: what it is about, what was said before, what is said now.

Called only where something differs. A key that the new content no longer has is told as it can be.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.operators import unit_text
from guidelines.engine.products import shown_product
from guidelines.reading.wording import ONE_TIME, SINGLE, WEEKLY

OUTCOMES = {
    "propose": "Start", "ask": "Ask first", "pending": "Wait for what is missing", "continue": "Go on", "hold": "Hold",
    "stop": "Stop", "refer": "Refer", "out_of_scope": "Not for this guideline",
}  # fmt: skip
STATES = {
    "available": "possible", "caution": "possible with caution", "needs_answer": "open until answered",
    "pending": "waiting", "excluded": "ruled out", None: "not offered",
}  # fmt: skip
TAKEN = {
    "continue": "goes on", "raise": "raised", "reduce": "reduced", "hold": "on hold", "taper": "lowered step by step",
    "stop": "stopped", "choose": "to be chosen", None: "not named",
}  # fmt: skip
SEVERITIES = {"stop": "stop", "caution": "caution", "note": "note"}
Outline = Mapping[Any, Any]


class Change(NamedTuple):
    """One difference. `before` and `after` are short; `what` names the thing."""

    what: str
    before: str
    after: str
    often: str = ""  # of a drug that is taken once a week, the word that stands beside every dose

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}." if self.before else f"{self.what}: {self.after}."


class Words:
    def __init__(self, compiled: CompiledPackage, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.compiled, self.before, self.after = compiled, before, after

    def told(self, part: str, old: Outline, new: Outline) -> Iterator[Change]:
        tellers: dict[str, Callable[..., Iterator[Change]]] = {
            "proposal": self.proposal, "dose": self.dose, "safety": self.safety, "monitoring": self.monitoring,
        }  # fmt: skip
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield from tellers[part](key, old.get(key), new.get(key))

    # --- each part --------------------------------------------------------------------------------------------------

    def proposal(self, key: tuple[str, str], old: Any, new: Any) -> Iterator[Change]:
        kind, name = key
        if kind == "outcome":
            yield Change("Proposal", self.outcome(*old), self.outcome(*new))
        elif kind == "option":
            option = self.compiled.options.get(name)
            yield Change(option.title if option else spelled(name), STATES.get(old, old), STATES.get(new, new))
        else:
            yield Change(self.drug(name), TAKEN.get(old, old), TAKEN.get(new, new))

    def dose(self, key: tuple[str, str], old: Any, new: Any) -> Iterator[Change]:
        told = old or new
        drug = self.drug(told["drug"])
        often = "" if told["frequency"]["type"] != "weekly" else SINGLE if told.get("one_time") else WEEKLY
        if old is None or new is None:
            yield Change(drug, self.amount(old), self.amount(new), often)
            return
        # The tablets follow from the amount, and are told where they alone differ.
        for tell in (self.amount, self.products, self.titration):
            before, after = tell(old), tell(new)
            if before != after:
                yield Change(drug, before, after, often)
                return
        yield Change(drug, "", "given in another way", often)

    def safety(self, key: str, old: Any, new: Any) -> Iterator[Change]:
        alerts = (*self.before["alerts"], *self.after["alerts"])
        message = next((alert["message"] for alert in reversed(alerts) if alert["rule"] == key), spelled(key))
        before, after = self.alert(old), self.alert(new)
        if before == after:
            before, after = (old[3], new[3]) if old[3] != new[3] else ("", "what may be done about it has changed")
        yield Change(message.rstrip("."), before.rstrip("."), after.rstrip("."))

    def monitoring(self, key: str, old: Any, new: Any) -> Iterator[Change]:
        before, after = windows(old), windows(new)
        tests = dict.fromkeys(test for told in (old or ()) + (new or ()) for test in told[0])
        same_tests = not (old and new) or {told[0] for told in old} == {told[0] for told in new}
        what = ", ".join(self.test(test) for test in tests)
        if not same_tests:
            first, last = (", ".join(self.test(test) for test in told[0][0]) for told in (old, new))
            yield Change("Tests", first, last)
        if before != after:
            yield Change(what, before, after)
        elif same_tests:
            yield Change(what, "", "later windows have changed")

    # --- each thing -------------------------------------------------------------------------------------------------

    def outcome(self, outcome: str, step: str | None) -> str:
        said = OUTCOMES.get(outcome, outcome)
        return f"{said} ({self.step(step)})" if step else said

    def step(self, key: str) -> str:
        step = self.compiled.steps.get(key)
        return step.step.title if step else spelled(key)

    def drug(self, key: str) -> str:
        drug = self.compiled.drugs.get(key)
        name = drug.name if drug else spelled(key)
        return name[:1].upper() + name[1:]

    def test(self, key: str) -> str:
        test = self.compiled.tests.get(key)
        return test.label if test else spelled(key)

    @staticmethod
    def amount(dose: Any) -> str:
        if dose is None:
            return "no dose"
        span = dose["min"] if dose["min"] == dose["max"] else f"{dose['min']}–{dose['max']}"
        frequency = dose["frequency"]
        times = f", {frequency['times']} times a day" if frequency.get("times", 1) > 1 else ""
        each = "once a week" if frequency["type"] == "weekly" else f"a {dose['per']}"
        each = ONE_TIME.lower() if dose.get("one_time") else each
        begun = f", from {dose['start']}" if dose["start"] not in (None, dose["min"], span) else ""
        return f"{span} {unit_text(dose['unit'])} {each}{begun}{times}"

    def products(self, dose: Any) -> str:
        return self.counted(dose["products"])

    def counted(self, counts: list[dict[str, Any]]) -> str:
        shown = []
        for row in counts:
            product = self.compiled.products.get(row["product"])
            count = row["count"]
            shown.append(shown_product(product, Decimal(count)) if product else f"{count} × {spelled(row['product'])}")
        return " + ".join(shown)

    @staticmethod
    def titration(dose: Any) -> str:
        told = dose.get("titration")
        return f"raised by steps: {', '.join(told['steps'])}, every {told['every']}" if told else "not raised by steps"

    @staticmethod
    def alert(told: Any) -> str:
        if told is None:
            return "does not apply"
        severity, state, *_ = told
        return SEVERITIES.get(severity, severity) + ("" if state == "met" else ", could not be checked")


def windows(told: Any) -> str:
    """The first window, and how many follow: the days of all are on the plan."""
    if not told:
        return "not asked for"
    _, required, opens, overdue_after = told[0]
    more = f", then {len(told) - 1} more" if len(told) > 1 else ""
    return f"{'' if required else 'consider '}{day(opens)} to {day(overdue_after)}{more}"


def day(written: str) -> str:
    on = date.fromisoformat(written)
    return f"{on.day} {on:%b %Y}"


def spelled(key: str) -> str:
    """A key whose content is gone, as words."""
    return key.replace("_", " ")
