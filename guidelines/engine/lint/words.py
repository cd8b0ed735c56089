"""Words that decide nothing, as data: terms that need a definition, "consider", "never stop", "regularly"."""

import re

# A term here counts as defined where a definition or fact of the guideline carries the word in its key, label, question,
# text or choices. It is looked for only where something hangs on it: after one of `HINGES`, or as the name of a phase.
UNDEFINED = (
    "stable", "stabilised", "stabilized", "adequate", "adequately", "inadequate", "sufficient", "severe", "refractory",
    "recalcitrant", "controlled", "improved", "improvement", "significant", "significantly", "abnormal", "elevated",
    "persistent", "tolerated", "satisfactory", "well controlled", "acceptable", "normalised", "normalisation",
    "normalized", "normalization",
)  # fmt: skip
HINGES = ("until", "once", "when", "if", "unless", "while", "as long as", "before", "after")
BETWEEN = 4  # words that may stand between a hinge and its term

CONSIDER = re.compile(
    r"\b(consider(?:ed|ing)?|think of|might be (?:useful|given|tried)|may be (?:useful|worth\w*)|if appropriate)\b", re.IGNORECASE
)  # fmt: skip
NEVER_STOP = re.compile(
    r"\b(?:never|do not|don't|must not|should not)(?: \w+){0,2} (?:stop|discontinue|withdraw|interrupt|end|stopped|discontinued|"
    r"withdrawn|interrupted)\b",
    re.IGNORECASE,
)
# What makes a never-stop rule safe: an exception for a safety stop, or that it speaks of the manner and not of the stopping.
EXCEPTION = re.compile(
    r"\b(unless|except\w*|safety|stop rule|on your own|suddenly|abruptly|all at once|at once|without (?:asking|advice|medical))\b",
    re.IGNORECASE,
)
VAGUE_INTERVAL = re.compile(
    r"\b(regularly|regular|periodically|periodic|routinely|frequently|from time to time|as needed|when indicated)\b", re.IGNORECASE
)  # fmt: skip
TRAILING_ZERO = re.compile(r"(?<!version )(?<![\d.])\d+\.\d*0(?!\d|\.\d)")
NO_LEADING_ZERO = re.compile(r"(?<![\w.])\.\d")


def hinged(term: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(HINGES)})\s+(?:[\w'-]+\s+){{0,{BETWEEN}}}{re.escape(term)}\b", re.IGNORECASE)


def named(term: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(term)}\b", re.IGNORECASE)


DAILY = re.compile(
    r"\b(daily|every ?day|each day|per day|a day|nightly|twice|(?:each|every) (?:morning|evening|night))\b|/day\b|/d\b", re.IGNORECASE
)  # fmt: skip
WEEKLY = re.compile(r"\b(week|weeks|weekly|weekday)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(not|never|no|error|wrong|mistake)\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
