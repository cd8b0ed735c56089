"""The pathway as a ladder: each step with its ways of treatment, what else belongs to it, and what leads on."""

from collections import Counter
from dataclasses import dataclass

from guidelines.engine import content
from guidelines.engine.compiled import CompiledStep, Conditional
from guidelines.reading.claims import ReadConflict, Reader, Ref
from guidelines.reading.ladder import Rung, in_short, rungs_of
from guidelines.reading.sources import Cite, needs_clinician
from guidelines.reading.wording import CHANGES, ROLES, Wording, capital, listed, often


@dataclass(frozen=True)
class ReadExit:
    """What leads on: when, and where to."""

    text: Wording
    target: str
    number: int
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
    when: Wording | None
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
    when: Wording | None
    cites: list[Cite]
    needs_clinician: bool


@dataclass(frozen=True)
class ReadStep:
    key: str
    number: int
    title: str
    text: Wording
    level: int
    climbs: bool  # joined to the step printed before it, and higher than that
    continues: bool  # joined to the step printed before it, on the same height
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
    rungs = rungs_of(compiled)
    return {
        "urgent": [read_exit(reader, found) for found in compiled.urgent],
        "choosing": [read_exit(reader, found) for found in compiled.choosing],
        "steps": [read_step(reader, step, rungs[step.step.key]) for step in compiled.steps.values()],
    }


def read_step(reader: Reader, found: CompiledStep, rung: Rung) -> ReadStep:
    compiled, step = reader.compiled, found.step
    other = compiled.steps[step.otherwise].step if step.otherwise else None
    # What speaks against one way of treatment stands with that way.
    of_a_way = {key for option in found.options for key in compiled.options[option.entry.option].against}
    return ReadStep(
        key=step.key,
        number=reader.step_numbers[step.key],
        title=step_title(reader, step),
        text=reader.said(step.text, step.plain),
        level=rung.level,
        climbs=rung.climbs,
        continues=rung.continues,
        is_entry=step.key == compiled.package.entry_step,
        is_handover=bool(step.terminal or step.refers_to),
        review=step.review.in_words() if step.review else "",
        refers_to=step.refers_to or "",
        in_short=in_short(compiled, found, rung),
        options=[read_option(reader, entry) for entry in found.options],
        actions=[read_action(reader, entry) for entry in found.actions],
        exits=[read_exit(reader, entry) for entry in found.exits],
        otherwise=Ref(f"step-{other.key}", step_title(reader, other), f"Step {reader.step_numbers[other.key]}")
        if other
        else None,
        statements=reader.refs(step.statements),
        rules=rules_of(reader, found),
        tests=tests_of(reader, found),
        conflicts=reader.conflicts(key for key in step.conflicts if key not in of_a_way),
        cites=reader.cite(step.cites),
        needs_clinician=needs_clinician(step),
    )


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
            note = counted(count) if reader.audience == "clinician" else ""
            groups.append(Ref(f"rules-of-{drug.key}", capital(drug.name), note, often(drug)))
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
        Ref(f"tests-of-{key}", capital(names[key].name), often=often(names[key]))
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
        regimens.append(
            Ref(f"regimen-{regimen.regimen.key}", name, note, often(regimen.drug, one_time=regimen.regimen.one_time))
        )
    return ReadOption(
        key=option.key,
        title=reader.said(option.title, option.plain),
        when=reader.said(found.condition.text, None) if found.condition else None,
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
        reader.said(found.condition.text, None) if found.condition else None,
        reader.cite(action.cites),
        needs_clinician(action),
    )


def read_exit(reader: Reader, found: Conditional) -> ReadExit:
    compiled, exit_ = reader.compiled, found.entry
    target = compiled.steps[exit_.target].step
    changes = (
        listed(f"{compiled.drugs[c.drug].name} {CHANGES[c.change]}" for c in exit_.changes) if exit_.changes else ""
    )
    # What a missing answer does is for whoever is asked it.
    is_told = reader.audience == "clinician" and exit_.kind != "urgent"
    if_unknown = exit_.if_unknown if is_told else ""
    return ReadExit(
        text=reader.said(exit_.text, exit_.plain),
        target=target.key,
        number=reader.step_numbers[target.key],
        title=step_title(reader, target),
        is_same_step=exit_.target == exit_.source,
        is_continue=exit_.as_continue,
        changes=capital(changes),
        if_unknown=if_unknown,
        statements=reader.refs(exit_.statements),
        cites=reader.cite(exit_.cites),
        needs_clinician=needs_clinician(exit_),
    )
