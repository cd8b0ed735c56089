"""The rule language: what it accepts, what it says to what it does not, its three values, its English."""

from decimal import Decimal
from itertools import product

import pytest

from guidelines.engine.conditions import Scope, compile_condition, compile_formula
from guidelines.engine.nodes import ConditionError, Kind

NAMES = {
    "a": Kind("boolean", label="A"),
    "b": Kind("boolean", label="B"),
    "c": Kind("boolean", label="C"),
    "weight_kg": Kind("number", "kg", label="weight"),
    "height_cm": Kind("number", "cm", label="height"),
    "count": Kind("number", label="count"),
    "itch": Kind("choice", None, ("mild", "severe"), "itch", {"mild": "mild", "severe": "very bad"}),
    "medications": Kind("set", None, ("soap", "oil"), "medicines", {"soap": "a soap", "oil": "an oil"}),
    "since": Kind("date", label="itching since"),
    "as_of": Kind("date", label="today"),
}
SCOPE = Scope(NAMES, frozenset({"RULE-1"}), "drops")
VALUES = (True, None, False)
WORD = {True: "met", None: "unknown", False: "not met"}


def states(text: str, **facts: object) -> object:
    return compile_condition(text, SCOPE).value(dict.fromkeys(NAMES) | facts)


# --- three values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), list(product(VALUES, VALUES)), ids=lambda value: WORD[value])
def test_and_is_not_met_before_unknown_before_met(a: bool | None, b: bool | None) -> None:
    expected = False if False in (a, b) else None if None in (a, b) else True

    assert states("a and b", a=a, b=b) is expected


@pytest.mark.parametrize(("a", "b"), list(product(VALUES, VALUES)), ids=lambda value: WORD[value])
def test_or_is_met_before_unknown_before_not_met(a: bool | None, b: bool | None) -> None:
    expected = True if True in (a, b) else None if None in (a, b) else False

    assert states("a or b", a=a, b=b) is expected


@pytest.mark.parametrize(("a", "expected"), [(True, False), (None, None), (False, True)])
def test_not_leaves_unknown_unknown(a: bool | None, expected: bool | None) -> None:
    assert states("not a", a=a) is expected


@pytest.mark.parametrize("text", ["weight_kg > 3", "weight_kg != 3", "3 < weight_kg", 'itch == "mild"', 'itch != "mild"', 'itch in ["mild"]',
                                  'itch not in ["mild"]', '"soap" in medications', '"soap" not in medications', "since < as_of",
                                  "weeks_since(since) > 3", "weight_kg * 2 > 3", "sqrt(weight_kg) > 3", "max(weight_kg, 4) > 3"])  # fmt: skip
def test_a_comparison_with_something_unknown_is_unknown(text: str) -> None:
    assert states(text) is None


@pytest.mark.parametrize(
    ("text", "weight", "expected"),
    [
        ("weight_kg > 70", "70", False), ("weight_kg >= 70", "70", True), ("weight_kg < 70", "70", False), ("weight_kg <= 70", "70", True),
        ("weight_kg == 70.0", "70", True), ("weight_kg != 70", "70.1", True), ("weight_kg > -1", "0", True),
        ("weight_kg - 0.1 - 0.2 == 0.3", "0.6", True), ("0.1 * 3 * weight_kg == 0.3", "1", True),
    ],
)  # fmt: skip
def test_numbers_are_compared_exactly(text: str, weight: str, expected: bool) -> None:
    assert states(text, weight_kg=Decimal(weight)) is expected


def test_a_division_by_zero_is_unknown() -> None:
    assert states("weight_kg / count > 1", weight_kg=Decimal(70), count=Decimal(0)) is None


def test_membership_of_a_set_and_of_a_list() -> None:
    assert states('"soap" in medications', medications=frozenset({"soap"})) is True
    assert states('"oil" in medications', medications=frozenset()) is False
    assert states('itch in ["mild", "severe"]', itch="mild") is True
    assert states('itch not in ["mild"]', itch="mild") is False


def test_is_unknown_knows_both_ways_but_is_never_firmly_so() -> None:
    node = compile_condition("is_unknown(a)", SCOPE)

    assert node.value({"a": None}) is True
    assert node.value({"a": False}) is False
    assert node.firm({"a": None}) is None
    assert node.asks_unknown


def test_starting_and_met_read_the_rule_book() -> None:
    assert compile_condition("starting", SCOPE).keys == ("starting:drops",)
    assert compile_condition('met("RULE-1")', SCOPE).keys == ("met:RULE-1",)


# --- what is refused, and what it says ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read"),
        ("a and", "cannot be read as a condition"),
        ("a b", "cannot be read as a condition near character"),
        ("a\nb", "cannot be read"),
        ("a; b", "cannot be read"),
        ("(" * 150 + "a" + ")" * 150 + ")", "cannot be read"),
        ("a and " * 199 + "a", "may have 1000 characters at most|too long"),
        ("a or " * 120 + "a", "too long; name a part of it in a definition"),
        ("x" * 1001, "1000 characters at most"),
        ("weight", "'weight' is not a fact or definition"),
        ("weight_kg", "gives a number, a condition must be yes or no"),
        ("weight_kg and a", "'weight_kg' is a number, not yes or no"),
        ("not weight_kg", "is a number, not yes or no"),
        ("1 < weight_kg < 3", "write a chained comparison as two"),
        ("a is True", "use is_unknown"),
        ("a == True", "write a yes/no fact by itself"),
        ("True", "write a yes/no fact by itself"),
        ("a == b", "write a yes/no fact by itself"),
        ("weight_kg > 1e3", "write the number '1e3' in digits"),
        ("weight_kg > 1_000", "write the number '1_000' in digits"),
        ("weight_kg > 0x10", "write the number '0x10' in digits"),
        ("weight_kg > 1j", "write the number '1j' in digits"),
        ("weight_kg > .5", "write the number '.5' in digits"),
        ("weight_kg > 0.0000001", "in digits"),
        ("weight_kg > height_cm", "'weight' is in kg, 'height' in cm"),
        ("weight_kg + height_cm > 3", "different units"),
        ("max(weight_kg, height_cm) > 3", "different units"),
        ("weight_kg ** 2 > 3", "only \\+ - \\* / are part of the rule language"),
        ("weight_kg % 2 > 3", "only \\+ - \\* / are part of the rule language"),
        ("weight_kg + a > 3", "'A' is not a number"),
        ('weight_kg > "3"', "cannot be compared"),
        ('itch > "mild"', "cannot be compared with >"),
        ('itch == "bad"', '"bad" is not a value of itch; it has mild, severe'),
        ('"bad" in medications', '"bad" is not a value of medicines'),
        ('itch in ["bad"]', '"bad" is not a value of itch'),
        ('itch in [mild]', 'a list holds choices in quotes'),
        ("itch in []", "a list holds choices in quotes"),
        ('itch in medications', "needs a set of the patient's"),
        ('medications == "soap"', "cannot be compared"),
        ("since > 3", "cannot be compared"),
        ("a if b else c", "is not part of the rule language"),
        ("lambda: a", "is not part of the rule language"),
        ("a.b", "is not part of the rule language"),
        ("a[0]", "is not part of the rule language"),
        ("(a := b)", "is not part of the rule language"),
        ("[a for a in b]", "is not part of the rule language"),
        ("{a}", "is not part of the rule language"),
        ("f'{a}'", "is not part of the rule language"),
        ("+weight_kg > 1", "is not part of the rule language"),
        ("-weight_kg > 1", "is not part of the rule language"),
        ("~a", "is not part of the rule language"),
        ("None", "in digits"),
        ("...", "in digits"),
        ("b'a'", "in digits"),
        ("__import__('os')", "'__import__' is not a function"),
        ("eval('a')", "'eval' is not a function"),
        ("a.__class__()", "is not part of the rule language"),
        ("sqrt(weight_kg, 2) > 1", "sqrt takes 1 argument$"),
        ("sqrt(x=weight_kg) > 1", "is not part of the rule language"),
        ("nearest(weight_kg) > 1", "nearest takes 2 arguments"),
        ("nearest(weight_kg, count) > 1", "write the number 'count' in digits"),
        ("nearest(weight_kg, 0) > 1", "above 0"),
        ("nearest(weight_kg, -5) > 1", "above 0"),
        ("power(weight_kg, 0) > 1", "above 0"),
        ("power(weight_kg, 99999) > 1", "at most 10"),
        ("sqrt(a) > 1", "'A' is not a number"),
        ("is_unknown(a or b)", "is_unknown takes the name of a fact"),
        ("is_unknown()", "is_unknown takes 1 argument"),
        ('met("RULE-2")', "met takes the key of a safety rule in quotes"),
        ("met(a)", "met takes the key of a safety rule in quotes"),
        ("weeks_since(weight_kg) > 1", "weeks_since takes the name of a date fact"),
        ("last(a) > 1", "last takes the name of a number fact"),
        ("last() > 1", "last takes"),
        ("last(weight_kg * 2) > 1", "last takes the name of a number fact"),
        ("confirmed_above_limit(weight_kg, 3)", "confirmed_above_limit takes 3 arguments"),
        ("count_above(weight_kg, count, 3) > 1", "in digits"),
    ],
)  # fmt: skip
def test_what_is_not_the_rule_language_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConditionError, match=sentence):
        compile_condition(text, SCOPE)


def test_starting_needs_a_drug() -> None:
    with pytest.raises(ConditionError, match="'starting' needs a rule, item or regimen that belongs to a drug"):
        compile_condition("starting", Scope(NAMES))


# --- English ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("weight_kg >= 40.50", "weight at least 40.5 kg"),
        ("weight_kg < 100 and (a or not b)", "weight below 100 kg and (A or not: B)"),
        ("not (a and b)", "not (A and B)"),
        ('itch == "severe"', "itch is very bad"),
        ('itch in ["mild", "severe"]', "itch is mild or very bad"),
        ('"soap" in medications', "medicines include a soap"),
        ('"oil" not in medications', "medicines do not include an oil"),
        ("is_unknown(weight_kg)", "weight is not known"),
        ("weeks_since(since) > 3", "weeks since itching since above 3 weeks"),
    ],
)
def test_a_condition_reads_as_english(text: str, english: str) -> None:
    assert compile_condition(text, SCOPE).text == english


def test_a_formula_keeps_the_digits_as_they_are_written() -> None:
    node = compile_formula("0.1 + 0.2", SCOPE)

    assert node.value({}) == Decimal("0.3")
