"""What of a version can be found: its entries in both wordings, and the words that stand in them. Pure; writes nothing."""

import re
from collections.abc import Iterator

from guidelines.engine.compiled import CompiledPackage
from guidelines.models import EntryKind, SearchEntry, SearchWord, Version
from guidelines.reading.checks import read_item
from guidelines.reading.claims import Reader
from guidelines.reading.doses import read_regimen
from guidelines.reading.sources import Citations
from guidelines.reading.wording import capital

WORD = re.compile(r"[^\W\d_][^\W_]+")
LONGEST_WORD = 80


def entries_of(version: Version, compiled: CompiledPackage) -> list[SearchEntry]:
    entries = [*statements(compiled), *regimens(compiled), *rules(compiled), *monitoring(compiled), *steps(compiled)]
    entries += [*conflicts(compiled), *references(compiled)]
    for position, entry in enumerate(entries):
        entry.version, entry.position = version, position
        entry.anchor = f"{entry.kind}-{entry.key}"
    return entries


def words_of(version: Version, entries: list[SearchEntry]) -> list[SearchWord]:
    texts = (text for entry in entries for text in (entry.title, entry.clinician, entry.plain_title, entry.plain))
    words = {word for text in texts for word in WORD.findall(text.lower()) if len(word) <= LONGEST_WORD}
    return [SearchWord(version=version, word=word) for word in sorted(words)]


def reader_of(compiled: CompiledPackage) -> Reader:
    return Reader(compiled, "clinician", Citations(compiled))


def lines(*parts: str | None) -> str:
    return "\n".join(part for part in parts if part)


def statements(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    sections = {section.key: section for section in compiled.package.sections}
    for statement in compiled.package.statements:
        section = sections.get(statement.section)
        title = section.title if section else ""
        yield SearchEntry(
            kind=EntryKind.STATEMENT,
            key=statement.key,
            title=title,
            clinician=statement.clinician,
            plain_title=(section.plain_title if section else None) or title,
            plain=statement.plain or "",
        )


def regimens(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    for found in compiled.regimens.values():
        read, regimen = read_regimen(reader_of(compiled), found), found.regimen
        caps = [cap.text for cap in read.caps]
        yield SearchEntry(
            kind=EntryKind.REGIMEN,
            key=regimen.key,
            title=regimen.title,
            clinician=lines(f"{read.dose}. {read.frequency}, {regimen.route}.", *caps, *read.products, regimen.note),
            plain_title=capital(found.drug.name),
            plain=lines(regimen.plain, found.drug.purpose),
        )


def rules(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    for rule in compiled.package.safety_rules:
        subject = compiled.drugs[rule.drug].name if rule.drug else ""
        step = compiled.steps[rule.step].step if rule.step else None
        yield SearchEntry(
            kind=EntryKind.RULE,
            key=rule.key,
            title=capital(subject) or (step.title if step else "Every patient"),
            clinician=lines(rule.message, rule.action.text, rule.action.resume),
            plain_title=(capital(subject) or (step.plain_title if step else "")) if rule.plain else "",
            plain=rule.plain or "",
        )


def monitoring(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    for conditional in compiled.monitoring:
        read, item = read_item(reader_of(compiled), conditional), conditional.entry
        drug = f"{compiled.drugs[item.drug].name}: " if item.drug else ""
        plain_tests = ", ".join(compiled.tests[key].plain_label for key in item.tests)
        yield SearchEntry(
            kind=EntryKind.MONITORING,
            key=item.key,
            title=capital(f"{drug}{read.tests}"),
            clinician=lines(f"{item.phase}: {'; '.join(read.windows)}.", item.why),
            plain_title=capital(f"{drug}{plain_tests}"),
            plain=item.plain or "",
        )


def steps(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    for found in compiled.steps.values():
        step = found.step
        yield SearchEntry(
            kind=EntryKind.STEP,
            key=step.key,
            title=step.title,
            clinician=lines(step.text, *(action.text for action in step.actions)),
            plain_title=step.plain_title,
            plain=lines(step.plain, *(action.plain for action in step.actions)),
        )


def conflicts(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    for conflict in compiled.package.conflicts:
        text = lines(conflict.text, conflict.evidence)
        yield SearchEntry(
            kind=EntryKind.CONFLICT, key=conflict.key, title="", clinician=text, plain=conflict.plain or ""
        )


def references(compiled: CompiledPackage) -> Iterator[SearchEntry]:
    for source in compiled.package.references:
        text = lines(source.findings, source.population, source.note)
        yield SearchEntry(kind=EntryKind.REFERENCE, key=source.key, title=source.title, clinician=text)
