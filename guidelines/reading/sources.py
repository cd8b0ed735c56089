"""The sources behind the content: what kind each is, what it really showed, and where it is found.

A key that leads nowhere is shown as missing, never left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage

# What a reader should think of each kind of source.
KINDS = {
    "society_guideline": ("Society guideline", "Advice of a medical society."),
    "trial": ("Trial", "Treatments or doses were compared by plan."),
    "cohort": ("Cohort", "Patients were followed; nobody was assigned a treatment by chance."),
    "case_series": ("Case series", "Some patients are described; there is no comparison group."),
    "label": ("Label", "The text a medicine is licensed with."),
    "public_body": ("Public body", "Advice of a public body."),
    "review": ("Review", "A summary of other sources."),
    "patient_information": ("Patient information", "A text written for patients."),
    "publisher_summary": ("Publisher’s summary", "A summary by a publisher, not a primary study."),
    "article": ("Article", "The text this guideline restates."),
    "database": ("Database", "A list of codes or facts."),
    "general_knowledge": ("General knowledge", "No source was looked up."),
}
MISSING = ("Source missing", "The text cites it, but this version does not list it.")
DOI_SITE, PUBMED_SITE = "doi.org", "pubmed.ncbi.nlm.nih.gov"
# Some sources were written down as a place to look, which is no address that a browser could open.
OF_ADDRESSES = "/:?#[]@!$&'()*+,;=%~"  # signs that mean something in one, and stay
ADDRESS = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?)", re.IGNORECASE)


class Link(NamedTuple):
    text: str
    url: str


@dataclass(frozen=True)
class Source:
    """A reference as its card shows it."""

    key: str
    title: str
    kind: str
    year: int | None = None
    is_secondary: bool = False
    is_missing: bool = False
    population: str = ""
    participants: int | None = None
    findings: str = ""
    note: str = ""
    url: str = ""
    doi: str = ""
    pmid: str = ""
    locator: str = ""
    number: int = 0
    meaning: str = ""

    @property
    def dated_title(self) -> str:
        if self.year is None or str(self.year) in self.title:
            return self.title
        return f"{self.title}{'' if self.title[-1] in '?!.' else ','} {self.year}"

    @property
    def address(self) -> str:
        """Where a browser finds it; empty where it was written down as a place to look."""
        found = ADDRESS.fullmatch(self.url)
        return f"https://{found[1]}" if found and not self.url.endswith("..") else ""

    @property
    def links(self) -> list[Link]:
        found = [Link(f"DOI {self.doi}", f"https://{DOI_SITE}/{quote(self.doi)}")] if self.doi else []
        found += [Link(f"PubMed {self.pmid}", f"https://{PUBMED_SITE}/{quote(self.pmid)}/")] if self.pmid else []
        if self.address:
            found.append(Link(self.address.split("/")[2], quote(self.address, safe=OF_ADDRESSES)))
        return found


def sources_of(compiled: CompiledPackage, keys: Iterable[str]) -> list[Source]:
    """The sources behind these keys, each once, in the order given."""
    return [source_of(compiled, key) for key in dict.fromkeys(keys)]


def source_of(compiled: CompiledPackage, key: str, locator: str | None = None) -> Source:
    reference = compiled.references.get(key)
    if reference is None:
        kind, meaning = MISSING
        return Source(
            key, "Not in the list of references", kind, is_missing=True, locator=locator or "", meaning=meaning
        )
    kind, meaning = KINDS[reference.kind]
    return Source(
        key=key,
        title=reference.title,
        kind=kind,
        year=reference.year,
        is_secondary=reference.secondary,
        population=reference.population or "",
        participants=reference.participants,
        findings=reference.findings or "",
        note=reference.note or "",
        url=reference.url or "",
        doi=reference.doi or "",
        pmid=reference.pmid or "",
        locator=locator or "",
        number=list(compiled.references).index(key) + 1,
        meaning=meaning,
    )


def needs_clinician(marked: Any) -> bool:
    """General knowledge and content decisions wait for a clinician's word, and say so wherever they are shown."""
    return any(mark in ("GK", "CD") for mark in marked.marks)


class Cite(NamedTuple):
    """A citation mark. A statement may be cited like a source; `number` is then its key."""

    key: str
    number: str
    anchor: str
    locator: str = ""
    is_missing: bool = False
    is_statement: bool = False


class Mention(NamedTuple):
    """A statement that cites a source, for the way back from its card."""

    key: str
    number: str
    locator: str


def bare(locator: str) -> str:
    """Without the brackets that some were written in: the page sets its own."""
    return locator[1:-1] if locator[:1] == "(" and locator[-1:] == ")" else locator


def in_order(cites: Iterable[Cite]) -> list[Cite]:
    """As the numbers run; a statement that is cited stands behind them."""
    return sorted(cites, key=lambda cite: (cite.is_statement, 0 if cite.is_statement else int(cite.number)))


class Citations:
    """Numbers the sources in the order in which a page cites them, and remembers which statement cites which."""

    def __init__(self, compiled: CompiledPackage) -> None:
        self.compiled = compiled
        self.numbers: dict[str, int] = {}
        self.mentions: dict[str, list[Mention]] = {}

    def cite(self, keys: Iterable[str]) -> list[Cite]:
        return in_order(self._cite(key) for key in dict.fromkeys(keys))

    def cite_for(self, statement: content.Statement, number: str) -> list[Cite]:
        """The citations of a statement, each with its place in the source."""
        found = []
        for citation in statement.citations:
            locator = bare(citation.locator or "")
            found.append(self._cite(citation.reference, locator))
            mention = Mention(statement.key, number, locator)
            self.mentions.setdefault(citation.reference, []).append(mention)
        return in_order(found)

    def _cite(self, key: str, locator: str = "") -> Cite:
        if key not in self.compiled.references and key in self.compiled.statements:
            return Cite(key, key, f"statement-{key}", locator, is_statement=True)
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        return Cite(key, str(number), f"reference-{key}", locator, is_missing=key not in self.compiled.references)
