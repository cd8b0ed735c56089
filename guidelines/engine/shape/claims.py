"""What is claimed and on whose word: references, conflicts, statements."""

from typing import Literal

from guidelines.engine.shape.marked import Ages, Marked
from guidelines.engine.values import Content, Flag, Key, Line, Mark, People, Text, Whole


class Reference(Content):
    key: Key
    title: Text
    kind: Literal[
        "society_guideline", "trial", "cohort", "case_series", "label", "public_body", "review", "patient_information",
        "publisher_summary", "article", "database", "general_knowledge",
    ]  # fmt: skip
    secondary: Flag = False  # it only quotes the source
    year: Whole | None = None
    population: Line | None = None
    ages: Ages | None = None  # of the people it is about
    participants: People | None = None
    findings: Text | None = None
    note: Text | None = None
    doi: Line | None = None
    pmid: Line | None = None
    url: Line | None = None


class Citation(Content):
    reference: Key
    locator: Line | None = None


class Conflict(Marked):
    """Where sources disagree or a claim is doubtful: shown beside every statement it touches."""

    key: Key
    text: Text
    plain: Text | None = None
    certainty: Line
    evidence: Text


class Section(Content):
    key: Key
    title: Line
    plain_title: Line | None = None


class Statement(Content):
    """One claim in two wordings."""

    key: Key
    section: Key
    kind: Key
    clinician: Text
    plain: Text | None = None
    strength: Literal["strong", "conditional", "none"] | None = None
    certainty: Literal["high", "moderate", "low", "very_low"] | None = None
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[Key, ...] = ()
    marks: tuple[Mark, ...] = ()
