"""A package laid out for a reader: sections with their statements, regimens, rules, tests and sources.

Everything is said in the words of the content; nothing is decided here.
"""

from dataclasses import dataclass
from typing import Any

from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage, CompiledRegimen
from guidelines.engine.safety import ORDER
from guidelines.engine.values import plain

BASIS = {"fixed": "", "per_kg": "/kg", "per_m2": "/m²"}
PER = {"dose": "a dose", "day": "a day", "week": "a week"}
STRENGTH = {"strong": "Strong", "conditional": "Conditional", "none": "No recommendation"}
CERTAINTY = {"high": "High", "moderate": "Moderate", "low": "Low", "very_low": "Very low"}


@dataclass(frozen=True)
class Source:
    """A reference as its card shows it; a key that leads nowhere says so."""

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


def sources_of(compiled: CompiledPackage, keys: Any) -> list[Source]:
    """The sources behind these keys, each once, in the order given."""
    return [source_of(compiled, key) for key in dict.fromkeys(keys)]


def source_of(compiled: CompiledPackage, key: str, locator: str | None = None) -> Source:
    reference = compiled.references.get(key)
    if reference is None:
        return Source(key, "Not in the list of references", "Source missing", is_missing=True, locator=locator or "")
    return Source(
        key=key,
        title=reference.title,
        kind=reference.kind.replace("_", " ").capitalize(),
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
    )


def needs_clinician(marked: Any) -> bool:
    """General knowledge and content decisions wait for a clinician's word, and say so wherever they are shown."""
    return any(mark in ("GK", "CD") for mark in marked.marks)


@dataclass(frozen=True)
class ReadStatement:
    statement: content.Statement
    strength: str
    certainty: str
    sources: list[Source]
    conflicts: list[content.Conflict]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadRegimen:
    regimen: content.Regimen
    drug: content.Drug
    dose: str
    frequency: str
    caps: list[str]
    products: list[str]
    sources: list[Source]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadRule:
    rule: content.SafetyRule
    subject: str
    condition: str
    sources: list[Source]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadItem:
    item: content.MonitoringItem
    tests: str
    drug: str
    windows: list[str]
    sources: list[Source]
    needs_clinician: bool


def read_version(compiled: CompiledPackage) -> dict[str, Any]:
    """What the page of a version prints."""
    package = compiled.package
    statements: dict[str, list[ReadStatement]] = {}
    for statement in package.statements:
        statements.setdefault(statement.section, []).append(read_statement(compiled, statement))
    rules = sorted(compiled.rules.values(), key=lambda rule: ORDER[rule.rule.severity])
    return {
        "package": package,
        "sections": [(section, statements.get(section.key, [])) for section in package.sections],
        "regimens": [read_regimen(compiled, regimen) for regimen in compiled.regimens.values()],
        "rules": [read_rule(compiled, rule.rule, rule.condition.text) for rule in rules],
        "monitoring": [read_item(compiled, entry.entry) for entry in compiled.monitoring],
        "steps": package.steps,
        "references": [source_of(compiled, key) for key in compiled.references],
    }


def read_statement(compiled: CompiledPackage, statement: content.Statement) -> ReadStatement:
    return ReadStatement(
        statement,
        STRENGTH.get(statement.strength or "", ""),
        CERTAINTY.get(statement.certainty or "", ""),
        [source_of(compiled, citation.reference, citation.locator) for citation in statement.citations],
        [compiled.conflicts[key] for key in statement.conflicts if key in compiled.conflicts],
        needs_clinician(statement),
    )


def read_regimen(compiled: CompiledPackage, found: CompiledRegimen) -> ReadRegimen:
    regimen = found.regimen
    low, high = plain(regimen.min), plain(regimen.max)
    amount = low if low == high else f"{low} to {high}"
    start = f", starting at {plain(regimen.start)}" if regimen.start is not None and low != high else ""
    times = regimen.frequency.times if regimen.frequency.type == "daily" else 0
    return ReadRegimen(
        regimen,
        found.drug,
        f"{amount} {regimen.unit}{BASIS[regimen.basis]} {PER[regimen.amount_per]}{start}",
        "Once a week, on one named weekday" if not times else "Once a day" if times == 1 else f"{times} times a day",
        [cap.entry.text for cap in found.caps] or [regimen.no_cap_because or "Sources give none"],
        [f"{plain(product.strength)} {product.unit} {product.form}" for product in found.products],
        sources_of(compiled, regimen.cites),
        needs_clinician(regimen),
    )


def read_rule(compiled: CompiledPackage, rule: content.SafetyRule, condition: str) -> ReadRule:
    if rule.drug:
        subject = compiled.drugs[rule.drug].name
    else:
        subject = compiled.steps[rule.step].step.title if rule.step else "Every patient"
    return ReadRule(rule, subject, condition, sources_of(compiled, rule.cites), needs_clinician(rule))


def read_item(compiled: CompiledPackage, item: content.MonitoringItem) -> ReadItem:
    return ReadItem(
        item,
        ", ".join(compiled.tests[key].label for key in item.tests),
        compiled.drugs[item.drug].name if item.drug else "",
        [window_text(window) for window in item.windows],
        sources_of(compiled, item.cites),
        needs_clinician(item),
    )


def window_text(window: content.Window) -> str:
    """A window in words: 'after 2 weeks to 3 weeks, then every 4 weeks, 3 times'."""
    text = "at once" if not window.after.count else f"after {window.after.in_words()}"
    if window.until is not None:
        text += f" to {window.until.in_words()}"
    if window.every is not None:
        text += f", then every {window.every.in_words()}"
    return f"{text}, {window.times} times" if window.times else text


__all__ = ["Source", "needs_clinician", "read_version", "source_of", "sources_of"]
