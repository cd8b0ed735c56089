"""What parts and fields of content are called in a comparison, and what the keys in them stand for."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.conditions import Scope, compile_formula
from guidelines.engine.nodes import ConditionError
from guidelines.engine.operators import unit_text
from guidelines.engine.products import described
from guidelines.engine.values import Interval, plain
from guidelines.labels import parts
from guidelines.reading.ladder import numbers_of_steps
from guidelines.reading.wording import BASIS, PER, capital, each, times_a_day

# Title, and what one entry is called: reviewers read the words that editors write under.
PARTS = {row.part: (row.title, capital(row.one)) for row in parts().values()}
LABELS = {
    "adjustments": "Adjustment", "ages": "Ages", "amount_per": "Amount is per", "anchor": "Counted from", "as_of": "On the day",
    "as_continue": "Goes on under the other step", "bands": "Taper band", "because": "Because", "beside": "Stands beside the others",
    "caps": "Limit", "changes": "Change of a medicine", "choices": "Choice", "citations": "Source", "cites": "Sources",
    "clinician": "For clinicians", "compare_with": "Shown beside", "conflicts": "Doubts", "due": "Test due", "doses": "Dose",
    "every": "Then every", "factor_most": "At most multiplied by", "halves": "May be halved", "measured": "Measured out", "every_max_days": "Every, at most", "every_min_days": "Every, at least", "above": "From",
    "exact_day_grace_days": "Days of grace", "implied": "Implied value", "kind": "Kind", "marks": "Marks",
    "no_cap_because": "No limit, because", "options": "Option", "other_units": "Other unit", "otherwise": "When no option is left",
    "per": "Per", "plain": "For patients", "product_bands": "Tablets", "products": "Products", "regimens": "Medicine given",
    "requires": "Fact needed", "review_by": "Review by", "rounding": "Rounding", "source": "From step", "start_at_minimum_when": "Starts at the minimum when",
    "start_at_most": "Start at most", "takes": "Medicine taken", "target": "To step", "titration": "Raising", "actions": "Action",
    "when": "When", "show_when": "Printed when", "start_when": "Begins when", "windows": "Window", "min": "Minimum", "max": "Maximum", "no_dose": "No dose",
    "taken_now": "Taken today", "stops": "Stops that are met", "cautions": "Cautions that are met", "notes": "Notes that are met",
    "unknown": "Rules that cannot be checked", "taking": "What happens to medicines", "opens": "From", "item": "Tests", "expected": "Expected", "not_applicable": "Rule that does not apply", "within_days": "Within", "after": "After", "until": "Until",
}  # fmt: skip
EXPRESSIONS = {
    "when", "formula", "show_when", "start_when", "start_at_minimum_when", "compare_with",
}  # fmt: skip
# What stands side by side, word by word, when it is a field of the entry itself.
PROSE = {
    "answer", "clinician", "disclaimer", "evidence", "findings", "message", "note", "plain", "plain_answer", "plain_disclaimer",
    "plain_question", "plain_title", "population", "question", "text", "title", "unknown_message", "why",
}  # fmt: skip
# Sentences are not joined by commas, which they have of their own.
JOINTS = dict.fromkeys(("stops", "cautions", "notes", "unknown"), " · ")
KEYS_OF = {"options": "option", "taking": "drug"}
FIRST_WORDS = ("title", "label", "name", "clinician", "message", "text", "phase", "plain")
LONGEST_TITLE = 90


def label_of(name: str) -> str:
    return LABELS.get(name) or capital(name.replace("_", " "))


def title_of(entry: BaseModel) -> str:
    """The first words by which an entry is known."""
    words = next((str(getattr(entry, name)) for name in FIRST_WORDS if getattr(entry, name, None)), "")
    return words if len(words) <= LONGEST_TITLE else f"{words[:LONGEST_TITLE].rsplit(' ', 1)[0]} …"


def day(value: date) -> str:
    return f"{value.day} {value:%B} {value.year}"


class Names:
    """The keys of one content in its own words."""

    def __init__(self, compiled: CompiledPackage) -> None:
        self.compiled = compiled

    @cached_property
    def meanings(self) -> Mapping[str, Mapping[str, str]]:
        """For each field that holds keys, what they stand for."""
        compiled = self.compiled
        numbers = numbers_of_steps(compiled)
        steps = {key: f"{numbers[key]}. {step.step.title}" for key, step in compiled.steps.items()}
        drugs = {key: drug.name for key, drug in compiled.drugs.items()}
        products = {key: described(p) for key, p in compiled.products.items()}
        tests = {key: test.label for key, test in compiled.tests.items()}
        facts = {key: fact.label for key, fact in compiled.facts.items()}
        rules = {key: rule.rule.message.rstrip(".") for key, rule in compiled.rules.items()}
        return {
            **dict.fromkeys(("step", "steps", "source", "target", "otherwise", "entry_step"), steps),
            **dict.fromkeys(("drug", "drugs", "only_with"), drugs),
            **dict.fromkeys(("fact", "facts", "not_known", "not_asked", "upper_limit", "taken_now"), facts),
            "products": products,
            "tests": tests,
            "option": {key: option.title for key, option in compiled.options.items()},
            "regimen": {key: found.regimen.title for key, found in compiled.regimens.items()},
            **dict.fromkeys(("stops", "cautions", "notes", "unknown"), rules),
            "item": {row.key: ", ".join(tests[test] for test in row.tests) for row in compiled.package.monitoring},
            "tablets": products,
        }

    def meaning(self, name: str, key: str) -> str:
        return self.meanings.get(name, {}).get(key, key)

    def counted(self, written: str) -> str:
        """Products as a test patient expects them: the key of one, and how many."""
        key, _, count = written.rpartition(" ")
        return f"{count} × {self.meaning('tablets', key)}"

    def unit_expected(self, owner: BaseModel) -> str:
        """Of the amounts that a test patient expects: the unit is the dose's, and so is its period."""
        found = self.compiled.regimens.get(owner.regimen) if isinstance(owner, content.ExpectedDose) else None
        if found is None:
            return ""
        return f"{found.regimen.unit} {PER['week'] if found.regimen.weekly_tablets else each(found.regimen)}"

    def condition(self, text: str, drug: str | None = None) -> str:
        """A condition or formula in English; as it is written where it cannot be read."""
        compiled = self.compiled
        try:
            return compile_formula(text, Scope(compiled.names, frozenset(compiled.rules), drug)).text
        except ConditionError:
            return text

    def told(self, name: str, value: Any, drug: str | None = None) -> str:
        """A value that is no entry of its own, in words; empty where there is none."""
        if value is None or value == () or value == {}:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Decimal):
            return plain(value)
        if isinstance(value, Interval):
            return value.in_words()
        if isinstance(value, date):
            return day(value)
        if name == "tablets":
            return " + ".join(self.counted(written) for written in value)
        if isinstance(value, tuple):
            return JOINTS.get(name, ", ").join(self.meaning(name, str(part)) for part in value)
        if isinstance(value, Mapping):
            keys = KEYS_OF.get(name, "fact")
            return "; ".join(f"{self.meaning(keys, key)}: {self.told('', part)}" for key, part in value.items())
        if name in EXPRESSIONS:
            return self.condition(str(value), drug)
        return self.meaning(name, str(value))


def unit_of(root: BaseModel, owner: BaseModel, name: str) -> str:
    """The unit of an amount, with its period."""
    if isinstance(owner, content.Product):
        return owner.unit
    if isinstance(root, content.Fact):
        return unit_text(root.unit) if isinstance(owner, content.Range) else ""
    if not isinstance(root, content.Regimen) or name in ("factor", "factor_most", "times"):
        return ""
    if isinstance(owner, content.Cap):
        return f"{root.unit}{BASIS[owner.basis]} {each(root) if root.one_time else PER[owner.per]}"
    if isinstance(owner, content.Titration):
        return f"{root.unit} {PER[owner.per]}"
    if isinstance(owner, content.Regimen):
        basis = "" if name == "start_at_most" else BASIS[root.basis]
        return f"{root.unit}{basis} {each(root)}"
    if isinstance(owner, content.Adjustment):
        return f"{root.unit} {each(root)}"
    return root.unit


def frequency(value: BaseModel) -> str:
    return times_a_day(value)  # type: ignore[arg-type]  # one of the two frequencies there are
