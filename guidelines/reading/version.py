"""The whole page of a version, in the order in which it is printed: the order also numbers the sources and decides
where a doubt is told in full."""

from collections.abc import Sized
from typing import Any, NamedTuple

from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage
from guidelines.reading.checks import read_monitoring, read_rules
from guidelines.reading.claims import ABOUT, Reader, numbered, read_section
from guidelines.reading.doses import read_regimen
from guidelines.reading.pathway import read_pathway
from guidelines.reading.sources import Citations, Cite, Mention, Source, needs_clinician, source_of
from guidelines.reading.wording import Audience, said

# The parts that are no section of statements: anchor, and title for the clinician and for the patient.
PARTS = {
    "pathway": ("Treatment steps", "The steps of treatment"),
    "regimens": ("Regimens", "The medicines and their doses"),
    "rules": ("Stop rules and cautions", "When a medicine must wait or stop"),
    "monitoring": ("Monitoring", "Tests and checks"),
    "definitions": ("Definitions", "Words with a set meaning"),
    "doubts": ("Doubts at a glance", "Doubts at a glance"),
    "references": ("References", "Where this comes from"),
}


class Part(NamedTuple):
    """An entry of the table of contents."""

    anchor: str
    number: int
    title: str


class ReadReference(NamedTuple):
    source: Source
    number: int
    mentions: list[Mention]


class SourceCount(NamedTuple):
    listed: int
    missing: int


class ReadDefinition(NamedTuple):
    key: str
    text: str
    cites: list[Cite]
    needs_clinician: bool


Numbered = tuple[int, content.Section, list[content.Statement]]


class Layout(NamedTuple):
    """The numbered sections: the one that sums up, the others, and those about the text itself; and the contents."""

    first: list[Numbered]
    middle: list[Numbered]
    last: list[Numbered]
    contents: "Contents"

    @property
    def statement_numbers(self) -> dict[str, str]:
        return numbered([*self.first, *self.middle, *self.last])


def layout_of(package: content.Package, audience: Audience) -> Layout:
    before, after, about = ordered(package)
    contents = Contents(audience)

    def entry(section: content.Section) -> Numbered:
        statements = [statement for statement in package.statements if statement.section == section.key]
        return contents.add(f"section-{section.key}", section_title(section, audience)), section, statements

    first = [entry(section) for section in before]
    contents.add_part("pathway", package.steps)
    middle = [entry(section) for section in after]
    for part, entries in (
        ("regimens", package.regimens),
        ("rules", package.safety_rules),
        ("monitoring", package.monitoring),
        ("definitions", package.definitions),
    ):
        contents.add_part(part, entries)
    last = [entry(section) for section in about]
    contents.add_part("doubts", package.conflicts)
    contents.add_part("references", package.references)
    return Layout(first, middle, last, contents)


def read_version(compiled: CompiledPackage, audience: Audience = "clinician") -> dict[str, Any]:
    """What the page and the paper of a version print for this reader."""
    package = compiled.package
    layout = layout_of(package, audience)
    reader = Reader(compiled, audience, Citations(compiled), layout.statement_numbers)

    page: dict[str, Any] = {
        "audience": audience,
        "package": package,
        "question": said(audience, package.question, package.plain_question),
        "answer": said(audience, package.answer, package.plain_answer),
        "disclaimer": said(audience, package.disclaimer, package.plain_disclaimer),
        "summary": [read_section(reader, *found) for found in layout.first],
        "pathway": read_pathway(reader),
        "sections": [read_section(reader, *found) for found in layout.middle],
        "regimens": [read_regimen(reader, regimen) for regimen in compiled.regimens.values()],
        "rules": read_rules(reader),
        "monitoring": read_monitoring(reader),
        "definitions": [
            ReadDefinition(d.key, d.text, reader.cite(d.cites), needs_clinician(d)) for d in package.definitions
        ],
        "about": [read_section(reader, *found) for found in layout.last],
    }
    page["unplaced"] = reader.conflicts(key for key in compiled.conflicts if key not in reader.told)
    page["doubts"] = reader.conflicts(compiled.conflicts)
    page["contents"] = layout.contents.parts
    page["part"] = {part.anchor: part for part in layout.contents.parts}
    page["references"] = read_references(reader)
    page["printed_only"] = read_uncited(reader)
    missing = sum(found.source.is_missing for found in page["references"])
    page["sources"] = SourceCount(len(compiled.references), missing)
    return page


def ordered(
    package: content.Package,
) -> tuple[list[content.Section], list[content.Section], list[content.Section]]:
    """The first section, which sums up; the others; and those that speak about the text itself."""
    kinds: dict[str, set[str]] = {}
    for statement in package.statements:
        kinds.setdefault(statement.section, set()).add(statement.kind)
    filled = [section for section in package.sections if section.key in kinds]
    about = [section for section in filled if kinds[section.key] <= ABOUT]
    told = [section for section in filled if section not in about]
    return told[:1], told[1:], about


def section_title(section: content.Section, audience: Audience) -> str:
    return section.plain_title if audience == "patient" and section.plain_title else section.title


class Contents:
    """Numbers the parts of a page in their order."""

    def __init__(self, audience: Audience) -> None:
        self.is_patient = audience == "patient"
        self.parts: list[Part] = []

    def add(self, anchor: str, title: str) -> int:
        self.parts.append(Part(anchor, len(self.parts) + 1, title))
        return len(self.parts)

    def add_part(self, anchor: str, entries: Sized) -> None:
        if entries:
            self.add(anchor, PARTS[anchor][self.is_patient])


def read_references(reader: Reader) -> list[ReadReference]:
    """The sources this page cites, in its order; a source that is cited and not listed stands among them."""
    citations = reader.citations
    return [
        ReadReference(source_of(reader.compiled, key), number, citations.mentions.get(key, []))
        for key, number in citations.numbers.items()
    ]


def read_uncited(reader: Reader) -> list[ReadReference]:
    """Sources of what is not on this page: the printed instructions and the codes."""
    numbers = reader.citations.numbers
    rest = [key for key in reader.compiled.references if key not in numbers]
    return [ReadReference(source_of(reader.compiled, key), n, []) for n, key in enumerate(rest, start=len(numbers) + 1)]
