"""No Python outside the content, and no template, names a disease, a drug or a laboratory test: those are data."""

import re
from collections.abc import Iterator
from pathlib import Path

from guidelines.guideline_file import read_guideline_file, shipped_guidelines
from guidelines.library import CONTENT_FOLDER
from tests.architecture.tree import CODE, name, python_files, templates

ALLOWED = {
    "weight_kg": "every dose by weight needs it",
    "weight": "the same, in words",
    "bsa_m2": "every dose by body surface needs it",
    "age_years": "worked out from the date of birth of the register",
    "age": "the same, in words",
    "birth_date": "the register holds it",
    "date_of_birth": "the same, in words",
    "sex": "the register holds it",
    "medications": "everything a patient takes, as a plan lists it",
    "height": "also the height of a picture",
    "response": "also what a server answers",
}
# Words of other languages that happen to be spelled like a fact.
NOT_MEANT = (
    (".py", re.compile(r"\bimport ast\b|\bast\.\w+")),
    (".html", re.compile(r"\balt=|\battrs\.alt\b")),
)
FILES = [path for path in [*python_files(*CODE), *templates()] if CONTENT_FOLDER not in path.parents]


def clinical_names() -> Iterator[str]:
    for path in shipped_guidelines():
        package = read_guideline_file(path).package
        yield from (package.slug, package.condition)
        for drug in package.drugs:
            yield from (drug.key, drug.name, *drug.names)
        for fact in package.facts:
            yield from (fact.key, fact.label, *(choice.key for choice in fact.choices if fact.type == "set"))
        for test in package.tests:
            yield from (test.key, test.label)


def looked_for() -> list[str]:
    words = {re.sub(r"\W+|_+", "_", found.lower()).strip("_") for found in clinical_names()}
    return sorted(word for word in words - set(ALLOWED) if len(word) > 1)


NAMES = looked_for()
# A name is its words joined by spaces, underscores or hyphens, whatever their case.
NAMED = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(word.replace('_', '[ _-]+') for word in reversed(NAMES))})(?![a-z0-9])")


def meant(path: Path) -> str:
    text = path.read_text()
    for ending, pattern in NOT_MEANT:
        if path.suffix == ending:
            text = pattern.sub("", text)
    return text.lower()


def test_no_disease_drug_or_laboratory_test_is_named() -> None:
    named = [(name(path), word) for path in FILES for word in NAMED.findall(meant(path))]

    assert named == []


def test_there_are_names_to_look_for() -> None:
    wanted = {"methotrexate", "alt", "wbc", "egfr", "liver_tests", "prednisone"}
    wanted |= {path.stem.replace("-", "_") for path in shipped_guidelines()}

    assert wanted <= set(NAMES)
    assert NAMED.findall("the liver tests, and amyopathic-dermatomyositis") == [
        "liver tests",
        "amyopathic-dermatomyositis",
    ]
    assert not NAMED.search("an alternative")
