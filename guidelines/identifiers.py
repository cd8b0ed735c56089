"""What looks like it belongs to one person: a date, a long number, an address, a telephone. Refused, never guessed away."""

import re

from guidelines.engine.values import FORBIDDEN

LONGEST = 500
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
LOOKS_LIKE = (
    ("an e-mail address", re.compile(r"\S+@\S+\.\w+|\S+\s*\[?\(?at\)?\]\s*\S+\s*(\[?dot\]?|\.)\s*\w+", re.IGNORECASE)),
    ("a date", re.compile(r"\b\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}\b")),
    ("a date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\.?\s(?:of\s)?(?:{MONTHS})[a-z]*\.?,?\s\d{{2,4}}\b", re.IGNORECASE)),
    ("a date", re.compile(rf"\b(?:{MONTHS})[a-z]*\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}\b", re.IGNORECASE)),
    ("a date of birth", re.compile(r"\b(?:dob|d\.o\.b|date of birth|born (?:on|in|\d+)|birthday)\b", re.IGNORECASE)),
    ("a telephone number", re.compile(r"(?:\+|\b00)\d[\d\s().-]{6,}|\b(?:tel|phone|mobile|call me)\b\D{0,12}\d{3,}", re.IGNORECASE)),
    ("a number of a person or a record", re.compile(r"(?<![\d.,])(?:\d[ -]?){6,}(?![\d.,])|\d{6,}")),
    ("a number of a person or a record", re.compile(r"\b[A-Z]{1,4}[- ]?\d{4,}[A-Z]?\b")),
    (
        "a number of a person or a record",
        re.compile(
            r"\b(?:mrn|nhs|ssn|nhi|chi|record|patient|hospital|insurance|policy|social security|case|file|chart|id)"
            r"\s?(?:no|number|nr|id|#|:)+\.?\s?:?\s?\w*\d",
            re.IGNORECASE,
        ),
    ),
    ("a post code or an address", re.compile(r"\b[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}\b|\b\d+\s\w+\s(?:street|road|avenue|lane|drive)\b", re.IGNORECASE)),
)  # fmt: skip


def why_not_keep(text: str) -> str:
    """Why the text may not be kept, as a sentence; empty when it may."""
    if not text.strip():
        return "Write a question."
    if len(text) > LONGEST:
        return f"The question has {len(text)} characters; write at most {LONGEST}."
    if FORBIDDEN.search(text):
        return "The question holds characters that cannot be kept. Write it in plain letters."
    found = next((what for what, pattern in LOOKS_LIKE if pattern.search(text)), "")
    return f"This looks like {found}. Take out everything that belongs to one person, then send it." if found else ""
