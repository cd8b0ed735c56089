"""What a drug must have wherever it is given, and short forms no text may use: content/safeguards.yaml against a package.

A guideline that brings its own entry of such a drug cannot leave it out; nothing is said about drugs that are not listed.
"""

import re
from collections.abc import Iterator
from functools import cache

from guidelines.engine import content
from guidelines.engine.content import Package
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.texts import texts
from guidelines.engine.values import Content, Flag, Line
from guidelines.library import CONTENT_FOLDER, SAFEGUARDS
from guidelines.strict_yaml import read_yaml
from guidelines.weekly_only import known_by

LONGEST_SHORT_FORM = 5
WORD = re.compile(r"(?<![\w/-])\w[\w./]*+(?!-[A-Z0-9])")


class Examination(Content):
    """What must be looked at while the drug is taken; `words` of a test by which it is recognised."""

    name: Line
    words: tuple[Line, ...]


class DrugSafeguard(Content):
    drug: Line
    names: tuple[Line, ...] = ()
    rxnorm: Line | None = None
    weight_limit: Flag = False
    examinations: tuple[Examination, ...] = ()

    def is_about(self, drug: content.Drug) -> bool:
        own = {name.casefold() for name in (self.drug, *self.names)} | (
            {f"RxNorm {self.rxnorm}"} if self.rxnorm else set()
        )
        return bool(own & known_by(drug))


class Abbreviation(Content):
    short: Line
    say: Line
    after_number: Flag = False


class Safeguards(Content):
    drugs: tuple[DrugSafeguard, ...]
    abbreviations: tuple[Abbreviation, ...]


@cache
def safeguards() -> Safeguards:
    return Safeguards.model_validate(read_yaml((CONTENT_FOLDER / SAFEGUARDS).read_bytes(), file=SAFEGUARDS).plain())


def unguarded(package: Package) -> Iterator[Finding]:
    """Drugs of the package that are given without what every guideline must say of them."""
    for drug in package.drugs:
        regimens = [regimen for regimen in package.regimens if regimen.drug == drug.key]
        known = next((safeguard for safeguard in safeguards().drugs if safeguard.is_about(drug)), None)
        if known is None or not regimens:
            continue
        for regimen in regimens:
            if known.weight_limit and not any(cap.basis == "per_kg" and not cap.when for cap in regimen.caps):
                message = f"{drug.name} needs a limit per kg of body weight that always holds; add it to the caps."
                yield found("weight_limit_missing", f"regimens.{regimen.key}", message)
        ordered = words_of_tests(package, drug.key)
        for examination in known.examinations:
            if not any(re.search(rf"\b{re.escape(word)}\b", ordered) for word in examination.words):
                message = f"{drug.name} needs {examination.name}; add it to the monitoring of this drug."
                yield found("examination_missing", f"drugs.{drug.key}", message)


def words_of_tests(package: Package, drug: str) -> str:
    """Names of the tests that are ordered, with a date, for this drug."""
    tests = {test.key: test for test in package.tests}
    labels = {fact.key: fact.label for fact in package.facts}
    said = []
    for item in package.monitoring:
        if item.drug == drug and item.windows:
            for test in (tests[key] for key in item.tests if key in tests):
                said += [
                    test.key,
                    test.label,
                    test.plain_label,
                    *(f"{key} {labels.get(key, '')}" for key in test.facts),
                ]
    return "\n".join(said).replace("_", " ").casefold()


def short_forms(package: Package) -> Iterator[Finding]:
    own = {
        name: drug.name for drug in package.drugs for name in (drug.name, *drug.names)
        if name.isupper() and len(name) <= LONGEST_SHORT_FORM
    }  # fmt: skip
    listed = {one.short: one.say for one in safeguards().abbreviations if not one.after_number}
    counted = {one.short: one.say for one in safeguards().abbreviations if one.after_number}
    words, units = listed | own, {short: counted_as(short) for short in counted}
    phrases = {short: say for short, say in words.items() if " " in short}
    for said in texts(package):
        hits = {short: words[short] for short in tokens(said.text) & words.keys()}
        hits |= {short: say for short, say in phrases.items() if short in said.text}
        hits |= {short: counted[short] for short, pattern in units.items() if pattern.search(said.text)}
        for short in sorted(hits):
            yield found("abbreviation", said.place, f"'{short}' is misread too easily; write {hits[short]}.")


def tokens(text: str) -> set[str]:
    """The words of a text, with the points of their abbreviations. MTX-B-DAILY, the key of a rule, is no word."""
    words = {match[0] for match in WORD.finditer(text)}
    words |= {part for word in words for part in word.split("/")}
    return words | {word.rstrip(".") for word in words}


@cache
def counted_as(short: str) -> re.Pattern[str]:
    return re.compile(rf"\d\s?{re.escape(short)}(?![\w/])")
