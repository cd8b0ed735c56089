"""How hard the plain wording of a guideline is to read, as a school grade. A formula: it does not judge the sense.

How it counts, because every choice moves the result:

* A sentence ends at a full stop, question or exclamation mark that a space follows, and at the end of a line. A colon or
  a semicolon ends none, nor does the point in a number. Headings are left out: they would flatter the text.
* A word is what stands between spaces and has a letter or a digit. Words joined by a hyphen are one word.
* Syllables are the parts into which pyphen may divide a word (US English), at least one. It divides too seldom rather
  than too often, so a grade just below the limit is no reason to be content.
* A name of a drug is one word of two syllables: readers know it from their pack. So is a {placeholder} of a printed line.
* A number has a syllable for each digit and one for its point. What has no vowel is spelled out: SPF and kg count a
  syllable a letter. Signs count nothing.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache

import pyphen

from guidelines.engine.content import Package

HIGHEST_PLAIN_GRADE = 8
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|\n+")
PLACEHOLDER = re.compile(r"\{[a-z0-9_]+\}")
NUMBER = re.compile(r"\d[\d.,]*")
WORD_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
TWO_SYLLABLES = "butter"  # stands where the name of a drug stood


@cache
def hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US")


@cache
def named(drugs: frozenset[str]) -> re.Pattern[str]:
    """Any of these names, the longest first, whatever its case."""
    words = "|".join(re.escape(name) for name in sorted(drugs, key=lambda name: (-len(name), name)))
    return re.compile(rf"\b(?:{words})\b" if words else r"(?!)", re.IGNORECASE)


def flesch_kincaid_grade(text: str, drugs: frozenset[str] = frozenset()) -> Decimal | None:
    """The school grade (United States) of a text, to one decimal, or None where there is no word to count.

    0.39 * words / sentences + 11.8 * syllables / words - 15.59. `drugs` are the names that count as two syllables.
    Source: Kincaid, Fishburne, Rogers and Chissom 1975, Research Branch Report 8-75, Naval Technical Training Command.
    """
    shown = named(drugs).sub(TWO_SYLLABLES, PLACEHOLDER.sub(TWO_SYLLABLES, text))
    sentences = [found for part in SENTENCE_END.split(shown) if (found := words_of(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return None
    syllables = sum(syllables_of(word) for word in words)
    grade = Decimal("0.39") * len(words) / len(sentences) + Decimal("11.8") * syllables / len(words) - Decimal("15.59")
    return round(grade, 1)


def words_of(sentence: str) -> list[str]:
    return [word for word in sentence.split() if any(map(str.isalnum, word))]


@lru_cache(maxsize=20_000)
def syllables_of(word: str) -> int:
    spoken = "".join(NUMBER.findall(word)).rstrip(".,").replace(",", "")
    parts = WORD_PART.findall(NUMBER.sub(" ", word).lower())
    return max(1, len(spoken) + sum(map(divisions, parts)))


def divisions(part: str) -> int:
    return 1 + len(hyphenation().positions(part)) if re.search("[aeiouy]", part) else len(part)


# --- a package's plain wording, part by part -------------------------------------------------------------------------


def plain_grades(package: Package) -> dict[str, Decimal]:
    """For each section, and each kind of content beside them, the grade of all its plain text together."""
    drugs = frozenset(name for drug in package.drugs for name in (drug.name, *drug.names))
    grades = {place: flesch_kincaid_grade("\n".join(texts), drugs) for place, texts in plain_texts(package)}
    return {place: grade for place, grade in grades.items() if grade is not None}


def plain_texts(package: Package) -> Iterator[tuple[str, list[str]]]:
    """What patients read, by the place where it stands in the content. A wording that is missing is left out."""
    yield "plain_answer", [package.plain_question, package.plain_answer]
    yield "plain_disclaimer", there(package.plain_disclaimer)
    for section in package.sections:
        yield f"sections.{section.key}", there(*(s.plain for s in package.statements if s.section == section.key))
    for name in ("conflicts", "options", "safety_rules", "monitoring", "transitions", "instructions"):
        yield name, there(*(entry.plain for entry in getattr(package, name)))
    yield "drugs", there(*(drug.purpose for drug in package.drugs))
    advice = (line for regimen in package.regimens if regimen.taper for line in regimen.taper.advice)
    yield "regimens", there(*(regimen.plain for regimen in package.regimens), *advice)
    steps = ((step.plain, *(action.plain for action in step.actions)) for step in package.steps)
    yield "steps", there(*(text for texts in steps for text in texts))


def there(*texts: str | None) -> list[str]:
    return [text for text in texts if text]
