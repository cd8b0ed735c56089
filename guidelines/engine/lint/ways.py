"""The pathway as a map: steps nobody reaches or leaves, exits that hide one another, and what no step offers."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from guidelines.engine.compiled import CompiledStep, Conditional
from guidelines.engine.lint.finding import Finding, found
from guidelines.engine.lint.formulas import AnyOf, Formula, atoms, negated
from guidelines.engine.lint.judged import Judged


def steps(judged: Judged) -> Iterator[Finding]:
    package, compiled = judged.package, judged.compiled
    reached = following(judged, [package.entry_step, *(t.target for t in package.transitions if t.source is None)])
    for key, step in compiled.steps.items():
        place = f"steps.{key}"
        if key not in reached:
            yield found("unreachable_step", place, "No transition leads to this step; add one or remove the step.")
        if step.step.terminal and not step.step.refers_to:
            yield found("dead_end", place, "A last step must say who takes over.")
        if not step.step.terminal and not step.exits and not step.step.otherwise:
            yield found("dead_end", place, "Nothing leads out of this step; add an exit or say who takes over.")
        elif goes_round(judged, key):
            message = "From here the pathway only goes round: no step that ends treatment or hands over can be reached."
            yield found("no_way_out", place, message)
        if step.options and not step.step.otherwise:
            yield found("dead_end", place, "Say where to go when none of its options is left.")


def goes_round(judged: Judged, start: str) -> bool:
    """Whether no step at all that follows is an end, a dead one included."""
    return not any(is_end(judged.compiled.steps[key]) for key in following(judged, [start]))


def is_end(step: CompiledStep) -> bool:
    """Whether treatment can end here: somebody takes over, nothing is started, or nothing leads on."""
    leads_on = step.exits or step.step.otherwise
    return step.step.terminal or bool(step.step.refers_to) or not step.options or not leads_on


def following(judged: Judged, starts: Iterable[str]) -> set[str]:
    """The steps that can be reached from these, themselves included."""
    reached, waiting = set[str](), [key for key in starts if key in judged.compiled.steps]
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        step = judged.compiled.steps[key]
        waiting += [exit_.entry.target for exit_ in step.exits] + ([step.step.otherwise] if step.step.otherwise else [])
    return reached


def exits(judged: Judged) -> Iterator[Finding]:
    first = before_all_exits(judged)
    for key, step in judged.compiled.steps.items():
        here = judged.reader.condition(f'current_step == "{key}"')
        earlier = [*first, *(holding(judged, step))]
        for exit_ in step.exits:
            condition = judged.reader.condition(exit_.entry.when)
            place = f"transitions.{exit_.entry.key}"
            if judged.solver.is_never_met(condition, here):
                if not judged.solver.is_never_met(condition):  # else told as a rule that never fires
                    yield found("transition_never_taken", place, "On this step its condition cannot be met.")
            elif judged.solver.is_never_met(condition, here, negated(AnyOf(tuple(earlier)))):
                message = (
                    "Whenever it is met, an exit before it, an urgent transition or a stop has already decided. Change the "
                    "order or the condition."
                )
                yield found("transition_never_taken", place, message)
            if not judged.compiled.rules_of_step.get(
                exit_.entry.target
            ):  # a step's own rules may keep him from entering
                earlier.append(condition)
        yield from overlaps(judged, step.exits, here)


def before_all_exits(judged: Judged) -> list[Formula]:
    """What is decided before any exit is looked at: urgent transitions, and who is outside the guideline."""
    compiled = judged.compiled
    urgent = [judged.reader.condition(t.entry.when) for t in compiled.urgent]
    scope = [r.rule for r in compiled.rules_of_guideline if r.rule.kind == "scope" and r.rule.severity == "stop"]
    return [*urgent, *(judged.reader.condition(rule.when) for rule in scope)]


def holding(judged: Judged, step: CompiledStep) -> Iterator[Formula]:
    """Stops that hold a drug which everybody on this step takes: the patient stays."""
    for taken in step.takes:
        if taken.condition is not None:
            continue
        for rule, _, _ in judged.compiled.rules_of_drug.get(taken.drug, ()):
            holds = rule.action.kind == "hold" and rule.severity in ("stop", "caution")
            if holds or (rule.severity == "stop" and rule.resolvable):
                yield judged.reader.condition(rule.when, rule.drug)


def overlaps(judged: Judged, exits_: tuple[Conditional, ...], here: Formula) -> Iterator[Finding]:
    """Two exits that ask about the same fact and can both be met, but lead to different steps."""
    for one, other in combinations((exit_.entry for exit_ in exits_), 2):
        a, b = judged.reader.condition(one.when), judged.reader.condition(other.when)
        if one.target == other.target or not read(a) & read(b):
            continue
        if judged.solver.can_be_met(a, b, here):
            message = (
                f"It can be met together with {other.key}, which leads to {other.target} instead of {one.target}; the one "
                "that stands first decides. Make the two exclude each other."
            )
            yield found("transitions_overlap", f"transitions.{one.key}", message)


def read(formula: Formula) -> frozenset[str]:
    return frozenset(fact for atom in atoms(formula) for fact in atom.axis.facts)


def never_used(judged: Judged) -> Iterator[Finding]:
    """What stands in the content and can never come out."""
    package = judged.package
    offered = {option.option for step in package.steps for option in step.options}
    built = {part.regimen for option in package.options for part in option.regimens}
    ordered = {test for item in package.monitoring for test in item.tests}
    told = {statement.section for statement in package.statements}
    carried = {c for name in CARRIERS for entry in getattr(package, name) for c in entry.conflicts}
    carried |= {key for option in package.options for key in option.against}
    taken = {part.drug for step in package.steps for part in step.takes}
    every: tuple[tuple[str, set[str], str], ...] = (
        ("options", offered, "No step offers this option."),
        ("regimens", built, "No option gives this regimen."),
        ("drugs", taken | {regimen.drug for regimen in package.regimens}, "No regimen gives this drug."),
        ("tests", ordered, "No monitoring orders this test."),
        ("sections", told, "No statement stands in this section."),
        ("conflicts", carried, "Nothing that it is about carries this conflict."),
    )
    for name, used, message in every:
        for entry in getattr(package, name):
            if entry.key not in used:
                yield found("never_used", f"{name}.{entry.key}", f"{message} Use it or remove it.")
    read_ = {name for text in texts_of_conditions(judged) for name in judged.reader.names_of(text)}
    for definition in package.definitions:
        if definition.key not in read_:
            yield found(
                "never_used",
                f"definitions.{definition.key}",
                "No condition names this definition. Use it or remove it.",
            )


def texts_of_conditions(judged: Judged) -> Iterator[str]:
    yield from (said.text for said in judged.conditions)
    for fact in judged.package.facts:
        yield from (part.when for part in fact.implied)
        if fact.formula:
            yield fact.formula


CARRIERS = ("statements", "regimens", "safety_rules", "monitoring", "steps")


SAYING = {
    "safety_rules": ("drug", "step", "when", "severity"),
    "monitoring": ("drug", "steps", "tests", "anchor", "windows", "when"),
    "transitions": ("kind", "source", "target", "when"),
}


def duplicates(judged: Judged) -> Iterator[Finding]:
    """The same said twice: the second is a mistake, or somebody will change only one of them."""
    package = judged.package
    for step in package.steps:
        keys = [option.option for option in step.options]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield found("duplicate_entry", f"steps.{step.key}", f"It offers the option {key} twice; keep one.")
    for option in package.options:
        if not option.regimens:
            yield found("empty_entry", f"options.{option.key}", "It gives no regimen; name one or remove the option.")
    for item in package.monitoring:
        if not item.tests:
            yield found("empty_entry", f"monitoring.{item.key}", "It orders no test; name one or remove the item.")
    for name, fields in SAYING.items():
        seen: dict[str, str] = {}
        for entry in getattr(package, name):
            said = repr([getattr(entry, field) for field in fields])
            if said in seen:
                message = f"It says the same as {seen[said]}; keep one."
                yield found("duplicate_entry", f"{name}.{entry.key}", message)
            seen.setdefault(said, entry.key)
