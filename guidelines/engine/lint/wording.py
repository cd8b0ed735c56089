"""Words in which an order is no order: undefined terms, "consider", "never stop"; numbers that are misread; plain wording."""

from collections.abc import Iterator

from guidelines.engine.content import Package
from guidelines.engine.lint.claims import TELLS
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.texts import Written, texts
from guidelines.engine.lint.words import (
    CONSIDER,
    DAILY,
    DENIED,
    EXCEPTION,
    NEVER_STOP,
    NO_LEADING_ZERO,
    SENTENCE,
    TRAILING_ZERO,
    UNDEFINED,
    VAGUE_INTERVAL,
    WEEKLY,
    hinged,
    named,
)  # fmt: skip

TERMS = tuple((term, hinged(term), named(term)) for term in UNDEFINED)
ORDERS = ("regimens", "safety_rules", "monitoring", "steps", "transitions", "options")


def checks(package: Package) -> Iterator[Finding]:
    written = list(texts(package))
    defined = words_defined(package)
    for said in written:
        yield from numbers(said)
        if not said.is_plain:
            yield from undefined(said, defined)
            yield from undecided(said)
            yield from never_stop(said)
    yield from vague_intervals(package)
    yield from daily(package, written)


def daily(package: Package, written: list[Written]) -> Iterator[Finding]:
    """A sentence about a drug that is taken once a week only, and that reads as every day."""
    names = [name for drug in package.drugs if drug.weekly_only for name in (drug.name, *drug.names)]
    others = [name.casefold() for drug in package.drugs if not drug.weekly_only for name in (drug.name, *drug.names)]
    weekly = [(name, named(name)) for name in names]
    for said in written if weekly else ():
        for sentence in SENTENCE.split(said.text):
            if not (match := DAILY.search(sentence)) or WEEKLY.search(sentence) or DENIED.search(sentence):
                continue
            hit = next((name for name, pattern in weekly if pattern.search(sentence)), None)
            if hit and not any(other in sentence.casefold() for other in others):
                message = f"'{match[0]}' beside {hit}, which is taken once a week only: taken daily it kills. Say once a week."
                yield found("weekly_drug_daily", said.place, message)


def numbers(said: Written) -> Iterator[Finding]:
    if match := TRAILING_ZERO.search(said.text):
        message = f"'{match[0]}' is read as ten times as much when its point is overlooked; leave the last zero out."
        yield found("trailing_zero", said.place, message)
    if match := NO_LEADING_ZERO.search(said.text):
        message = f"'{match[0]}' is read as ten times as much when its point is overlooked; write a zero before it."
        yield found("missing_leading_zero", said.place, message)


def words_defined(package: Package) -> str:
    """All that definitions and facts say of themselves, in one text."""
    said = [f"{d.key} {d.text}" for d in package.definitions]
    for fact in package.facts:
        choices = " ".join(f"{choice.key} {choice.label}" for choice in fact.choices)
        said.append(f"{fact.key} {fact.label} {fact.question} {choices}")
    return "\n".join(said).replace("_", " ").casefold()


def undefined(said: Written, defined: str) -> Iterator[Finding]:
    if (
        said.part not in (*ORDERS, "statements")
        or said.field.startswith("action")
        or getattr(said.entry, "kind", "") in TELLS
    ):
        return
    is_phase = said.part == "monitoring" and said.field == "phase"
    for term, after_a_hinge, anywhere in TERMS:
        if not (anywhere if is_phase else after_a_hinge).search(said.text):
            continue
        if not anywhere.search(defined) and stem(term) not in defined:
            message = (
                f"'{term}' decides something here, and no definition or fact says what it means. Define it, or say it in "
                "numbers."
            )
            yield found("undefined_term", said.place, message)


def stem(term: str) -> str:
    """`improvement` is defined where `improved` is, `adequately` where `adequate` is."""
    for ending in ("isation", "ization", "ised", "ized", "ement", "ed", "ly"):
        if term.endswith(ending) and len(term) > len(ending) + 3:
            return term.removesuffix(ending)
    return term


def undecided(said: Written) -> Iterator[Finding]:
    match = CONSIDER.search(said.text)
    if match is None or not must_decide(said):
        return
    message = (
        f"'{match[0]}' leaves the decision open. Make it a rule with a condition, say that it is required, or attach the "
        "conflict that says why nobody can decide."
    )
    yield found("undecided_consider", said.place, message)


def must_decide(said: Written) -> bool:
    """Whether this text orders something and nothing beside it decides when."""
    entry = said.entry
    if said.part == "monitoring":
        return not entry.required and entry.when in (None, "starting") and not entry.conflicts
    if said.part == "statements":
        is_order = entry.kind not in TELLS
        return is_order and not entry.conflicts and not {"CD", "GK"} & set(entry.marks)
    if said.part == "steps" and said.field.startswith("actions."):
        return entry.when is None
    return said.part == "safety_rules" and said.field == "action.text" and entry.kind in ("hold", "stop")


def never_stop(said: Written) -> Iterator[Finding]:
    if said.part not in (*ORDERS, "statements"):
        return
    for sentence in said.text.replace("\n", " ").split(". "):
        if NEVER_STOP.search(sentence) and not EXCEPTION.search(said.text):
            message = "It forbids to stop, also where a safety rule stops the drug. Say that a safety stop comes first."
            yield found("never_stop_without_exception", said.place, message)
            return


def vague_intervals(package: Package) -> Iterator[Finding]:
    """Words such as "regularly" in a statement about monitoring, with no schedule of that test beside it."""
    if any(item.windows for item in package.monitoring):
        return
    for statement in package.statements:
        if statement.kind == "monitoring" and VAGUE_INTERVAL.search(statement.clinician):
            message = (
                "It names no interval, and nothing in the monitoring gives one. Say after how many weeks or months."
            )
            yield found("monitoring_without_interval", f"statements.{statement.key}", message)


# --- plain wording ---------------------------------------------------------------------------------------------------


def plain(package: Package) -> Iterator[Finding]:
    for statement in package.statements:
        if statement.plain is None:
            yield found("plain_wording_missing", f"statements.{statement.key}", "Write it for patients, too.")
    for place, wording in read_by_patients(package):
        if wording is None:
            yield found("plain_missing", place, "Patients read this, too: write it in plain words.")
    for stale in package.stale_wordings:
        other = "clinical" if stale.wording == "plain" else "plain"
        message = (
            f"The {other} wording was changed since somebody looked at the {stale.wording} one. Confirm or change it."
        )
        yield found("plain_stale", stale.key if stale.part == "head" else f"{stale.part}.{stale.key}", message)


def read_by_patients(package: Package) -> Iterator[tuple[str, str | None]]:
    """Everything but the statements that a page for patients says, with its plain wording."""
    yield "disclaimer", package.plain_disclaimer
    for name in ("conflicts", "regimens", "safety_rules", "monitoring", "steps", "transitions"):
        for entry in getattr(package, name):
            yield f"{name}.{entry.key}", entry.plain
    for section in package.sections:
        yield f"sections.{section.key}", section.plain_title
    for step in package.steps:
        for action in step.actions:
            yield f"steps.{step.key}.actions.{action.key}", action.plain
