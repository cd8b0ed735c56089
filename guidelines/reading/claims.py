"""What is claimed: sections of statements with their grades and citations, and what speaks against each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage
from guidelines.reading.ladder import numbers_of_steps
from guidelines.reading.sources import Citations, Cite, needs_clinician
from guidelines.reading.wording import Audience, Grade, Wording, grade_of, said

# Kinds of statement about the text itself, not about treatment.
ABOUT = {"meta", "disclaimer", "about"}
KINDS_IN_WORDS = {"meta": "About the text"}
SHORT_CHARACTERS = 130


@dataclass(frozen=True)
class ReadConflict:
    """A doubt. It is told in full beside the first statement it touches, else where a page first comes upon it, and by
    its first words everywhere else."""

    key: str
    text: Wording
    short: str
    certainty: str
    evidence: str
    cites: list[Cite]
    needs_clinician: bool
    is_first: bool


class Ref(NamedTuple):
    """The way to another part of the page."""

    anchor: str
    text: str
    note: str = ""
    often: str = ""  # the word beside a drug that is taken once a week


@dataclass(frozen=True)
class ReadStatement:
    key: str
    number: str
    kind: str
    text: Wording
    grade: Grade
    cites: list[Cite]
    conflicts: list[ReadConflict]
    needs_clinician: bool
    is_stop: bool
    is_pitfall: bool


@dataclass(frozen=True)
class ReadSection:
    key: str
    number: int
    title: str
    statements: list[ReadStatement]
    ungraded: str
    is_about: bool


@dataclass
class Reader:
    """One reading of a package: for whom, what was cited, and which doubts were told already."""

    compiled: CompiledPackage
    audience: Audience
    citations: Citations
    statement_numbers: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    left_to_statements: frozenset[str] = frozenset()
    step_numbers: dict[str, int] = field(default_factory=dict)

    def said(self, clinician: str, plain: str | None) -> Wording:
        return said(self.audience, clinician, plain)

    def cite(self, keys: Iterable[str]) -> list[Cite]:
        return self.citations.cite(keys)

    def __post_init__(self) -> None:
        statements = self.compiled.package.statements
        self.left_to_statements = frozenset(key for statement in statements for key in statement.conflicts)
        self.step_numbers = numbers_of_steps(self.compiled)

    def conflicts(self, keys: Iterable[str], *, of_statement: bool = False) -> list[ReadConflict]:
        known = self.compiled.conflicts
        found = [self._conflict(known[key], of_statement) for key in dict.fromkeys(keys) if key in known]
        # What is told in full leads; what was told before follows in one line each.
        return sorted(found, key=lambda conflict: not conflict.is_first)

    def _conflict(self, conflict: content.Conflict, of_statement: bool) -> ReadConflict:
        is_first = conflict.key not in self.told and (of_statement or conflict.key not in self.left_to_statements)
        if is_first:
            self.told.add(conflict.key)
        text = self.said(conflict.text, conflict.plain)
        # The evidence is told to clinicians; to a patient only with the wording it belongs to.
        is_told = self.audience == "clinician" or text.is_clinical
        return ReadConflict(
            conflict.key,
            text,
            first_words(text.text),
            conflict.certainty,
            conflict.evidence if is_told else "",
            self.cite(conflict.cites) if is_first else [],
            needs_clinician(conflict),
            is_first,
        )

    def doubts(self, keys: Iterable[str]) -> list[Ref]:
        """Links to conflicts that are told in full elsewhere on the page."""
        known = [self.compiled.conflicts[key] for key in dict.fromkeys(keys) if key in self.compiled.conflicts]
        return [Ref(f"conflict-{c.key}", c.key, first_words(self.said(c.text, c.plain).text)) for c in known]

    def refs(self, keys: Iterable[str]) -> list[Ref]:
        """Links to statements; what is none is left to `conflicts`."""
        numbers = self.statement_numbers
        return [Ref(f"statement-{key}", numbers[key], key) for key in dict.fromkeys(keys) if key in numbers]


def first_words(text: str) -> str:
    """Up to the first full stop or semicolon that does not stand in brackets, and never more than a line or two."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign in ".;" and text[at + 1 : at + 2] in ("", " ", "\n"):
            text = text[:at]
            break
    if len(text) <= SHORT_CHARACTERS:
        return text
    return f"{text[:SHORT_CHARACTERS].rpartition(' ')[0].rstrip(',')} …"


def numbered(sections: list[tuple[int, content.Section, list[content.Statement]]]) -> dict[str, str]:
    """The number of every statement, by its key: the second of the third section is 3.2."""
    return {
        statement.key: f"{number}.{n}"
        for number, _, statements in sections
        for n, statement in enumerate(statements, start=1)
    }


def read_section(
    reader: Reader, number: int, section: content.Section, statements: list[content.Statement]
) -> ReadSection:
    read = [read_statement(reader, statement) for statement in statements]
    title = section.plain_title if reader.audience == "patient" and section.plain_title else section.title
    is_about = all(statement.kind in ABOUT for statement in statements)
    return ReadSection(section.key, number, title, read, "" if is_about else ungraded(read), is_about)


def ungraded(statements: list[ReadStatement]) -> str:
    """Said once for a section, for most sources grade nothing."""
    count = Counter(bool(statement.grade) for statement in statements)
    if not count[False]:
        return ""
    if not count[True]:
        return "Not graded by the source." if len(statements) == 1 else "None of these is graded by its source."
    return "Where no grade is shown, the source gives none."


def read_statement(reader: Reader, statement: content.Statement) -> ReadStatement:
    number = reader.statement_numbers[statement.key]
    return ReadStatement(
        key=statement.key,
        number=number,
        kind=KINDS_IN_WORDS.get(statement.kind, statement.kind.replace("_", " ").capitalize()),
        text=reader.said(statement.clinician, statement.plain),
        grade=grade_of(statement),
        cites=reader.citations.cite_for(statement, number),
        conflicts=reader.conflicts(statement.conflicts, of_statement=True),
        needs_clinician=needs_clinician(statement),
        is_stop=statement.kind == "stop_rule",
        is_pitfall=statement.kind == "pitfall",
    )
