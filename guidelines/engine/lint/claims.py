"""On whose word something is said: numbers without a source, sources that are not there, are the publisher's own, or are
about other people."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from guidelines.engine.content import Package, Reference
from guidelines.engine.lint.finding import Finding, found

DIGIT = re.compile(r"(?<![A-Za-z\d_-])\d")  # 15 mg, not B12
OPEN = {"GK": "rests on general knowledge", "CD": "is a content decision"}
TELLS = {"evidence", "meta", "disclaimer", "note", "fact"}  # kinds of statement that order nothing
ASKED = ("facts", "definitions", "conflicts", "options", "steps", "instructions", "print_rules", "transitions", "drugs")
BACKED = ("statements", "regimens", "safety_rules", "monitoring")


class Claim(NamedTuple):
    """Something said with the sources it names. `text` is where its numbers stand."""

    place: str
    text: str
    cites: tuple[str, ...]
    marks: tuple[str, ...]
    only_tells: bool = False  # where to go, or what was found in whom: it orders nothing


def claims(package: Package) -> Iterator[Claim]:
    """What a dose, an interval or a limit is said by."""
    for statement in package.statements:
        cited = tuple(citation.reference for citation in statement.citations)
        yield Claim(f"statements.{statement.key}", statement.clinician, cited, statement.marks, statement.kind in TELLS)
    for regimen in package.regimens:
        place = f"regimens.{regimen.key}"
        yield claim(place, f"{regimen.max}", regimen)
        yield from (claim(f"{place}.caps", f"{cap.amount}", cap) for cap in regimen.caps)
        yield from (claim(f"{place}.adjustments", f"{part.when} {part.text}", part) for part in regimen.adjustments)
        if regimen.titration:
            yield claim(f"{place}.titration", f"{regimen.titration.increase}", regimen.titration)
        if regimen.taper:
            yield claim(f"{place}.taper", "1", regimen.taper)
    for rule in package.safety_rules:
        said = f"{rule.when} {rule.message} {rule.action.text}"
        yield claim(f"safety_rules.{rule.key}", said, rule)._replace(only_tells=rule.kind == "scope")
    for item in package.monitoring:
        yield claim(f"monitoring.{item.key}", "".join(str(window.after) for window in item.windows), item)
    for transition in package.transitions:
        yield claim(f"transitions.{transition.key}", transition.when, transition)
    for definition in package.definitions:
        yield claim(f"definitions.{definition.key}", definition.formula, definition)


def claim(place: str, text: str, entry: Any) -> Claim:
    return Claim(place, text, entry.cites, entry.marks)


def sources(package: Package) -> Iterator[Finding]:
    references = {reference.key: reference for reference in package.references}
    statements = {statement.key: statement for statement in package.statements}
    for said in claims(package):
        decided = bool(OPEN.keys() & set(said.marks))
        if not said.cites and not decided and DIGIT.search(said.text):
            message = "Cite the source of its numbers, or mark it as a content decision (CD)."
            yield found("uncited_number", said.place, message)
        cited = list(behind(said.cites, references, statements))
        if cited and all(reference.kind == "publisher_summary" for reference in cited):
            message = "Its only source is a summary by a publisher, not the study or guideline itself. Cite that."
            yield found("self_published", said.place, message, "warning" if decided else None)
        elif cited and all(is_own(package, reference) for reference in cited):
            message = f"Its only source is {package.publisher} itself. Cite what that rests on."
            yield found("self_published", said.place, message, "warning" if decided else None)
        ages = {reference.ages for reference in cited if reference.ages}
        others = package.ages and package.ages != "all" and ages and not ages & {package.ages, "all"}
        if others and not said.only_tells:
            message = f"Its sources are about {' and '.join(sorted(ages))}, this guideline is about {package.ages}."
            yield found("other_population", said.place, message, "warning" if decided else None)


def behind(keys: Iterable[str], references: dict[str, Reference], statements: dict[str, Any]) -> Iterator[Reference]:
    """The references, also those of a statement that is cited."""
    for key in keys:
        if key in references:
            yield references[key]
        elif key in statements:
            yield from (references[c.reference] for c in statements[key].citations if c.reference in references)


def is_own(package: Package, reference: Reference) -> bool:
    return package.publisher.casefold() in reference.title.casefold()


def citations(package: Package) -> Iterator[Finding]:
    references = {reference.key for reference in package.references}
    statements = {statement.key for statement in package.statements}
    conflicts = {conflict.key for conflict in package.conflicts}
    for place, keys in cited_by(package):
        for key in keys:
            if key not in references and key not in statements:
                yield found("dangling_citation", place, f"There is no reference '{key}'.")
    for name in ("statements", "regimens", "safety_rules", "monitoring", "steps"):
        for entry in getattr(package, name):
            for conflict in entry.conflicts:
                if conflict not in conflicts:
                    yield found("dangling_citation", f"{name}.{entry.key}", f"There is no conflict '{conflict}'.")
    for option in package.options:
        for key in (*option.supports, *option.against):
            if key not in conflicts and key not in references and key not in statements:
                yield found("dangling_citation", f"options.{option.key}", f"There is no statement or conflict '{key}'.")
    for name in ("steps", "transitions"):
        for entry in getattr(package, name):
            for key in entry.statements:
                if key not in statements:
                    yield found("dangling_citation", f"{name}.{entry.key}", f"There is no statement '{key}'.")
    sections = {section.key for section in package.sections}
    for statement in package.statements:
        if statement.section not in sections:
            message = f"There is no section '{statement.section}'; no page would show the statement."
            yield found("unknown_key", f"statements.{statement.key}", message)


def cited_by(package: Package) -> Iterator[tuple[str, Iterable[str]]]:
    for statement in package.statements:
        yield f"statements.{statement.key}", [citation.reference for citation in statement.citations]
    for name in (*ASKED, "regimens", "safety_rules", "monitoring"):
        for entry in getattr(package, name):
            yield f"{name}.{entry.key}", entry.cites
    for regimen in package.regimens:
        steps = (part for part in (regimen.titration, regimen.taper) if part)
        for part in (*regimen.caps, *regimen.adjustments, *steps):
            yield f"regimens.{regimen.key}", part.cites
    for step in package.steps:
        for action in step.actions:
            yield f"steps.{step.key}.actions.{action.key}", action.cites
    for said in package.not_applicable:
        yield "not_applicable", said.cites


def never_cited(package: Package) -> Iterator[Finding]:
    used = {key for _, keys in cited_by(package) for key in keys}
    for reference in package.references:
        if reference.key not in used:
            yield found(
                "never_cited", f"references.{reference.key}", "Nothing cites this reference. Cite it or remove it."
            )


def needs_clinician(package: Package) -> Iterator[Finding]:
    for place, marks in marked(package):
        open_ = [mark for mark in dict.fromkeys(marks) if mark in OPEN]
        if open_:
            why = " and ".join(OPEN[mark] for mark in open_)
            yield found("needs_clinician", place, f"It {why}: a clinician must decide.")


def marked(package: Package) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in (*BACKED, "options", "steps", "transitions", "definitions", "instructions"):
        for entry in getattr(package, name):
            marks = list(entry.marks)
            if name == "regimens":
                parts = (*entry.caps, *entry.adjustments, *(part for part in (entry.titration, entry.taper) if part))
                marks += [mark for part in parts for mark in part.marks]
            yield f"{name}.{entry.key}", tuple(marks)
    for said in package.not_applicable:
        yield "not_applicable", said.marks
