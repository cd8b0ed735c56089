"""Every guideline that is shipped: two wordings of everything, words that cannot kill, and no doubt left unattached."""

import re
from collections.abc import Iterator
from decimal import localcontext
from itertools import product

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from guidelines.engine.cycles import keys_read
from guidelines.engine.operators import EXACT
from guidelines.findings import all_findings
from guidelines.readability import HIGHEST_PLAIN_GRADE, plain_grades, plain_texts
from tests.engine.patients import all_shipped, slug_of

CARRIERS = ("statements", "safety_rules", "steps", "monitoring", "regimens")
# Of these rules of the printed plan: numbers that cannot be misread, no abbreviation, the whole name of a drug, no codes.
ALSO_ON_PAGES = ("NP-6", "NP-7", "NP-11", "NP-14")
STUDIES = ("trial", "cohort", "case_series")
# What these come out at finds a weight and a height that were mixed up; no result of a laboratory is refused with them.
SIZES = {"bmi", "bsa_m2"}
everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


def told(package: Package) -> Iterator[tuple[str, str]]:
    """Every plain text of the page. Instructions are lines of a box, and the print rules hold them."""
    for place, texts in plain_texts(package):
        if place != "instructions":
            yield from ((place, text) for text in texts)


@everywhere
def test_nobody_can_take_it_for_approved(shipped: CompiledPackage) -> None:
    assert "must not be used for" in shipped.package.disclaimer
    assert "must not be used for care" in (shipped.package.plain_disclaimer or "")
    assert any({"GK", "CD"} & set(rule.marks) for rule in shipped.package.safety_rules)


@everywhere
def test_no_conflict_is_left_unattached(shipped: CompiledPackage) -> None:
    package = shipped.package
    carried = {key for name in CARRIERS for entry in getattr(package, name) for key in entry.conflicts}

    assert [conflict.key for conflict in package.conflicts if conflict.key not in carried] == []


@everywhere
def test_every_text_has_plain_words_and_none_is_above_the_grade(shipped: CompiledPackage) -> None:
    grades = plain_grades(shipped.package)

    assert [finding for finding in all_findings(shipped.package) if finding.code.startswith("plain_")] == []
    assert {f"sections.{section.key}" for section in shipped.package.sections} <= set(grades)
    assert {"conflicts", "steps", "transitions", "safety_rules", "monitoring", "options", "regimens"} <= set(grades)
    assert max(grades.values()) <= HIGHEST_PLAIN_GRADE


@everywhere
def test_a_drug_of_the_week_is_never_named_without_its_week(shipped: CompiledPackage) -> None:
    weekly = [drug.name for drug in shipped.package.drugs if drug.weekly_only]

    bare = [
        (place, text) for place, text in told(shipped.package) for name in weekly
        if name in text.lower() and "once a week" not in text.lower()
    ]  # fmt: skip

    assert bare == []


@everywhere
def test_no_sentence_about_a_drug_of_the_week_can_be_read_as_daily(shipped: CompiledPackage) -> None:
    weekly = [drug for drug in shipped.package.drugs if drug.weekly_only]
    rules = [rule for rule in shipped.package.print_rules if rule.key == "NP-1"]
    daily = [re.compile(pattern, re.IGNORECASE) for rule in rules for pattern in rule.forbidden]

    sentences = [sentence for _, text in told(shipped.package) for sentence in re.split(r"(?<=[.!?])\s+|\n", text)]
    named = [s for s in sentences if any(drug.name in s.lower() for drug in weekly)]

    assert len(daily) > 1 or not weekly
    assert [sentence for sentence in named if any(pattern.search(sentence) for pattern in daily)] == []


@everywhere
def test_plain_words_keep_to_the_rules_of_the_printed_plan(shipped: CompiledPackage) -> None:
    rules = [rule for rule in shipped.package.print_rules if rule.key in ALSO_ON_PAGES]
    forbidden = [re.compile(pattern, re.IGNORECASE) for rule in rules for pattern in rule.forbidden]

    hits = [(text, hit[0]) for _, text in told(shipped.package) for p in forbidden if (hit := p.search(text))]

    assert len(rules) >= len(ALSO_ON_PAGES) - 1
    assert hits == []


@everywhere
def test_why_a_drug_waits_can_be_printed_in_its_box(shipped: CompiledPackage) -> None:
    """A plan prints the plain words of a rule that holds a drug inside the drug's box, where more is forbidden."""
    package = shipped.package
    holding = [rule for rule in package.safety_rules if rule.drug and rule.action.kind in ("hold", "repeat")]

    refused = [
        (rule.key, print_rule.key) for rule in holding for print_rule in package.print_rules
        if print_rule.drug in (None, rule.drug)
        and any(re.search(pattern, rule.plain or "", re.IGNORECASE) for pattern in print_rule.forbidden)
    ]  # fmt: skip

    assert holding
    assert refused == []


@everywhere
def test_the_card_of_a_study_says_who_was_studied_and_what_was_found(shipped: CompiledPackage) -> None:
    studies = [reference for reference in shipped.package.references if reference.kind in STUDIES]

    assert [study.key for study in studies if not (study.population and study.findings)] == []
    # Only the three papers behind one card have no one year.
    assert {study.key for study in studies if not study.year} <= {"HCQRASH"}


@everywhere
def test_a_source_that_a_statement_rests_on_says_what_it_found_or_that_it_is_a_summary(
    shipped: CompiledPackage,
) -> None:
    rests_on = {citation.reference for statement in shipped.package.statements for citation in statement.citations}

    silent = [
        key for key in sorted(rests_on)
        if not shipped.references[key].findings
        and shipped.references[key].kind not in ("publisher_summary", "article", "general_knowledge")
    ]  # fmt: skip

    assert silent == []


@everywhere
def test_nothing_worked_out_from_possible_results_is_impossible(shipped: CompiledPackage) -> None:
    """What is impossible is refused with everything it comes from, and the rules on these would be silent."""
    left: list[tuple[str, str]] = []
    for key in shipped.worked_out.keys() - SIZES:
        fact, formula = shipped.facts[key], shipped.sources[key].formula
        if fact.possible is None or not fact.formula_only or formula is None:
            continue
        read = sorted(set(keys_read(formula)))
        ranges = [shipped.facts[name].possible for name in read]
        assert all(found and found.min is not None and found.max is not None for found in ranges), key
        for values in product(*((found.min, found.max) for found in ranges if found)):
            with localcontext(EXACT):
                comes_out = formula.value(dict(zip(read, values, strict=True)))
            left += [(key, str(comes_out))] if comes_out is not None and not fact.possible.holds(comes_out) else []

    assert left == []
    inputs = {name for key in SIZES & shipped.facts.keys() for name in keys_read(shipped.sources[key].formula)}
    assert inputs <= {"weight_kg", "height_cm"}
