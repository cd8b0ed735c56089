"""The pathway as a ladder: each step with its ways of treatment, what else belongs to it, and what leads on."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from guidelines.engine import content
from guidelines.engine.compiled import CompiledStep, Conditional
from guidelines.reading.claims import ReadConflict, Reader, Ref
from guidelines.reading.sources import Cite, needs_clinician
from guidelines.reading.wording import CHANGES, ROLES, Wording, capital, listed

HIGHEST = 3  # a ladder that climbs further leaves the page


@dataclass(frozen=True)
class ReadExit:
    """What leads on: when, and where to."""

    text: Wording
    target: str
    title: str
    is_same_step: bool
    is_continue: bool
    changes: str
    if_unknown: str
    statements: list[Ref]
    cites: list[Cite]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadOption:
    key: str
    title: Wording
    when: str
    is_beside: bool
    regimens: list[Ref]
    supports: list[Ref]
    against: list[Ref]
    doubts: list[Ref]
    cites: list[Cite]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadAction:
    text: Wording
    when: str
    cites: list[Cite]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadStep:
    key: str
    title: str
    text: Wording
    level: int
    climbs: bool  # joined to the step printed before it, and higher than that
    continues: bool  # joined to the step printed before it, on the same height
    after: str  # the step it follows, where that is not the one printed before it
    is_entry: bool
    is_handover: bool
    review: str
    refers_to: str
    in_short: str
    options: list[ReadOption]
    actions: list[ReadAction]
    exits: list[ReadExit]
    otherwise: Ref | None
    statements: list[Ref]
    rules: list[Ref]
    tests: list[Ref]
    conflicts: list[ReadConflict]
    cites: list[Cite]
    needs_clinician: bool


def read_pathway(reader: Reader) -> dict[str, list[ReadExit] | list[ReadStep]]:
    """What comes before every step, and the steps in their order."""
    compiled = reader.compiled
    rungs = rungs_of(reader)
    return {
        "urgent": [read_exit(reader, found) for found in compiled.urgent],
        "choosing": [read_exit(reader, found) for found in compiled.choosing],
        "steps": [read_step(reader, step, rungs[step.step.key]) for step in compiled.steps.values()],
    }


class Rung(NamedTuple):
    """Where a step stands on the ladder. `parent` is the step it follows first, none for what any step may lead to."""

    level: int
    parent: str | None
    before: str | None  # printed before it
    level_before: int

    @property
    def is_joined(self) -> bool:
        return self.parent is not None and self.parent == self.before

    @property
    def climbs(self) -> bool:
        return self.is_joined and self.level > self.level_before

    @property
    def continues(self) -> bool:
        return self.is_joined and self.level == self.level_before

    @property
    def after(self) -> str:
        return "" if self.is_joined or self.parent is None else self.parent


def rungs_of(reader: Reader) -> dict[str, Rung]:
    """A step stands one above the step it follows, or beside it where its drug only goes on."""
    compiled = reader.compiled
    order = list(compiled.steps)
    placed: dict[str, tuple[int, str | None]] = {compiled.package.entry_step: (0, None)}
    for key in order:
        if key not in placed:
            continue
        step = compiled.steps[key]
        ways = [(found.entry.target, found.entry.as_continue) for found in step.exits]
        ways += [(step.step.otherwise, False)] if step.step.otherwise else []
        for target, is_continue in ways:
            if target not in placed and order.index(target) > order.index(key):
                placed[target] = (min(placed[key][0] + (not is_continue), HIGHEST), key)
    rungs: dict[str, Rung] = {}
    before, level_before = None, 0
    for key in order:
        level, parent = placed.get(key, (0, None))
        if before is not None and key in leads_to(compiled.steps[before]) and level >= level_before:
            parent = before
        rungs[key] = Rung(level, parent, before, level_before)
        before, level_before = key, level
    return rungs


def read_step(reader: Reader, found: CompiledStep, rung: Rung) -> ReadStep:
    compiled, step = reader.compiled, found.step
    other = compiled.steps[step.otherwise].step if step.otherwise else None
    return ReadStep(
        key=step.key,
        title=step_title(reader, step),
        text=reader.said(step.text, step.plain),
        level=rung.level,
        climbs=rung.climbs,
        continues=rung.continues,
        after=rung.after,
        is_entry=step.key == compiled.package.entry_step,
        is_handover=bool(step.terminal or step.refers_to),
        review=step.review.in_words() if step.review else "",
        refers_to=step.refers_to or "",
        in_short=in_short(reader, found, rung),
        options=[read_option(reader, entry) for entry in found.options],
        actions=[read_action(reader, entry) for entry in found.actions],
        exits=[read_exit(reader, entry) for entry in found.exits],
        otherwise=Ref(f"step-{other.key}", step_title(reader, other), other.key) if other else None,
        statements=reader.refs(step.statements),
        rules=rules_of(reader, found),
        tests=tests_of(reader, found),
        conflicts=reader.conflicts(step.conflicts),
        cites=reader.cite(step.cites),
        needs_clinician=needs_clinician(step),
    )


def in_short(reader: Reader, found: CompiledStep, rung: Rung) -> str:
    """The step in one line, for the ladder."""
    step, targets = found.step, leads_to(found)
    compiled = reader.compiled
    everywhere = {entry.entry.target for entry in (*compiled.urgent, *compiled.choosing)}
    said = [
        "Begin here" if step.key == compiled.package.entry_step else "",
        "From any step" if step.key in everywhere else f"After {rung.after}" if rung.after else "",
        f"Review after {step.review.in_words()}" if step.review else "",
        f"Leads to {', '.join(targets)}" if targets else "Others take over" if step.terminal else "",
    ]
    return ". ".join(sentence for sentence in said if sentence)


def leads_to(found: CompiledStep) -> list[str]:
    targets = dict.fromkeys(entry.entry.target for entry in found.exits)
    if found.step.otherwise:
        targets[found.step.otherwise] = None
    return [key for key in targets if key != found.step.key]


def step_title(reader: Reader, step: content.Step) -> str:
    return step.plain_title if reader.audience == "patient" else step.title


def drugs_of(reader: Reader, found: CompiledStep) -> list[content.Drug]:
    """The drugs a step offers, then those it takes along."""
    compiled = reader.compiled
    offered = [
        compiled.regimens[part.entry.regimen].drug.key
        for option in found.options
        for part in compiled.option_regimens[option.entry.option]
    ]
    return [compiled.drugs[key] for key in dict.fromkeys([*offered, *(taken.drug for taken in found.takes)])]


def rules_of(reader: Reader, found: CompiledStep) -> list[Ref]:
    """The step's own rules one by one, those of its drugs as groups."""
    compiled = reader.compiled
    own = [
        Ref(f"rule-{rule.rule.key}", reader.said(rule.rule.message, rule.rule.plain).text)
        for rule in compiled.rules_of_step.get(found.step.key, ())
    ]
    groups = []
    for drug in drugs_of(reader, found):
        count = Counter(rule.rule.severity for rule in compiled.rules_of_drug.get(drug.key, ()))
        if count:
            groups.append(Ref(f"rules-of-{drug.key}", capital(drug.name), counted(count), drug.weekly_only))
    return own + groups


def counted(count: Counter[content.Severity]) -> str:
    words: list[tuple[content.Severity, str]] = [("stop", "stop"), ("caution", "caution"), ("note", "note")]
    return listed(f"{count[key]} {word}{'' if count[key] == 1 else 's'}" for key, word in words if count[key])


def tests_of(reader: Reader, found: CompiledStep) -> list[Ref]:
    drugs = {drug.key for drug in drugs_of(reader, found)}
    items = [
        entry.entry
        for entry in reader.compiled.monitoring
        if (found.step.key in entry.entry.steps or not entry.entry.steps)
        and (entry.entry.drug is None or entry.entry.drug in drugs)
    ]
    names = {drug.key: drug for drug in reader.compiled.package.drugs}
    found_drugs = list(dict.fromkeys(item.drug for item in items))
    return [
        Ref(f"tests-of-{key}", capital(names[key].name), is_weekly=names[key].weekly_only)
        if key
        else Ref("tests-of-everybody", "Every patient")
        for key in found_drugs
    ]


def read_option(reader: Reader, found: Conditional) -> ReadOption:
    compiled = reader.compiled
    option = compiled.options[found.entry.option]
    regimens = []
    for part in compiled.option_regimens[option.key]:
        regimen = compiled.regimens[part.entry.regimen]
        name = capital(regimen.drug.name)
        note = ROLES[part.entry.role]
        regimens.append(Ref(f"regimen-{regimen.regimen.key}", name, note, regimen.drug.weekly_only))
    return ReadOption(
        key=option.key,
        title=reader.said(option.title, option.plain),
        when=found.condition.text if found.condition else "",
        is_beside=found.entry.beside,
        regimens=regimens,
        supports=reader.refs(option.supports),
        against=reader.refs(option.against),
        doubts=reader.doubts(option.against),
        cites=reader.cite(option.cites),
        needs_clinician=needs_clinician(option),
    )


def read_action(reader: Reader, found: Conditional) -> ReadAction:
    action = found.entry
    return ReadAction(
        reader.said(action.text, action.plain),
        found.condition.text if found.condition else "",
        reader.cite(action.cites),
        needs_clinician(action),
    )


def read_exit(reader: Reader, found: Conditional) -> ReadExit:
    compiled, exit_ = reader.compiled, found.entry
    target = compiled.steps[exit_.target].step
    changes = (
        listed(f"{compiled.drugs[c.drug].name} {CHANGES[c.change]}" for c in exit_.changes) if exit_.changes else ""
    )
    return ReadExit(
        text=reader.said(exit_.text, exit_.plain),
        target=target.key,
        title=step_title(reader, target),
        is_same_step=exit_.target == exit_.source,
        is_continue=exit_.as_continue,
        changes=capital(changes),
        if_unknown="" if exit_.kind == "urgent" else {"ask": "ask", "stay": "stay"}[exit_.if_unknown],
        statements=reader.refs(exit_.statements),
        cites=reader.cite(exit_.cites),
        needs_clinician=needs_clinician(exit_),
    )
