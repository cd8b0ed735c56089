"""Answers worked out from the data: a dose, its monitoring, a rule that applies, what comes next, how long.

Every word is approved content or a fixed frame around values; each answer names the statements it rests on.
"""

from dataclasses import dataclass

from guidelines.asking.knowledge import Knowledge, Part, features
from guidelines.asking.limits import statements_behind
from guidelines.engine import content
from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.cycles import keys_read
from guidelines.engine.values import plain
from guidelines.reading.claims import Reader
from guidelines.reading.doses import dose_of, start_of, titration_of
from guidelines.reading.sources import Citations
from guidelines.reading.wording import times_a_day, window_text

BASIS = {"fixed": "", "per_kg": " for each kilogram of body weight", "per_m2": " for each square metre of body surface"}
PER = {"dose": "each time", "day": "a day", "week": "a week"}
ONCE_A_WEEK = "Once a week, on one day of the week that stays the same. Never daily."
ASK = {
    "stop": "Call your doctor or nurse before the next dose.",
    "caution": "Ask your doctor or nurse.",
    "note": "Talk about it with your doctor or nurse.",
}
MOST_STATEMENTS = 3
FREQUENCIES = {"weekly", "daily"}  # the words for a frequency, see engine.values


@dataclass(frozen=True)
class Computed:
    kind: str  # dose, monitoring, suitability, next, duration
    text: str
    statements: tuple[str, ...]
    rules: tuple[str, ...] = ()
    # For the page: where the guideline says it, and of which drug.
    anchor: str = ""
    drug: str | None = None
    is_wrong_use: bool = False  # it tells of a way of taking a drug that is never right

    def as_json(self) -> dict[str, object]:
        return {"kind": self.kind, "text": self.text, "statements": [*self.statements], "rules": [*self.rules]}


def sentences(*parts: str) -> str:
    """The parts in order, each ended and begun as a sentence."""
    ended = [part if part[-1] in ".!?:" else f"{part}." for part in parts if part]
    return " ".join(part if part[1:2].isupper() else part[:1].upper() + part[1:] for part in ended)


def dosing_statements(knowledge: Knowledge, drug: str) -> list[str]:
    kinds, said = knowledge.english.kinds["dose"], knowledge.compiled.statements
    return [part.key for part in knowledge.of_kind("statement") if drug in part.drugs and said[part.key].kind in kinds]


def supporting(knowledge: Knowledge, regimen: Part) -> list[str]:
    """Statements with an amount that speak for or against a way of treating with this regimen."""
    options = [
        option
        for option in knowledge.compiled.package.options
        if regimen.key in {one.regimen for one in option.regimens}
    ]
    named = {key for option in options for key in (*option.supports, *option.against)}
    parts = (part for part in knowledge.of_kind("statement") if part.key in named and regimen.drugs & part.drugs)
    return [part.key for part in parts if "dose" in part.intents]


def statements_about(knowledge: Knowledge, drug: str | None, intent: str) -> tuple[str, ...]:
    """Statements that give this kind of answer about the drug, those made for it first."""
    kinds = knowledge.english.kinds[intent]
    found = [part.key for part in knowledge.of_kind("statement") if intent in part.intents and drug in part.drugs]
    made = [key for key in found if knowledge.compiled.statements[key].kind in kinds]
    return tuple(dict.fromkeys([*made, *found]))[:MOST_STATEMENTS]


def dose(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    compiled = knowledge.compiled
    found = compiled.regimens[part.key]
    text = plain_dose(found) if is_plain else full_dose(found, knowledge)
    cited = [key for key in found.regimen.cites if key in compiled.statements]
    about = [*dosing_statements(knowledge, found.drug.key), *supporting(knowledge, part)][:MOST_STATEMENTS]
    rules = [] if not found.drug.weekly_only else [
        rule.key for rule in compiled.package.safety_rules
        if rule.drug == found.drug.key and forbidden_frequency(rule, knowledge)
    ]  # fmt: skip
    statements = tuple(dict.fromkeys([*cited, *about]))
    return Computed("dose", text, statements, tuple(rules), f"regimen-{part.key}", found.drug.key)


def full_dose(found: CompiledRegimen, knowledge: Knowledge) -> str:
    regimen = found.regimen
    often = (
        "Once a week, on one named weekday, never daily" if found.drug.weekly_only else times_a_day(regimen.frequency)
    )
    rise = titration_of(Reader(knowledge.compiled, "clinician", Citations(knowledge.compiled)), regimen)
    products = [f"{plain(one.strength)} {one.unit} ({one.form})" for one in found.products]
    return sentences(
        regimen.title, f"Dose before its limits: {dose_of(regimen)}", *(f"Start: {line}" for line in start_of(found)),
        f"{often}, {regimen.route}", *(f"Limit: {cap.entry.text}" for cap in found.caps),
        *(one.entry.text for one in found.adjustments), f"Raised by {rise.text}" if rise else "",
        f"Going down: {regimen.taper.text}" if regimen.taper and regimen.taper.text else "",
        f"Products: {', '.join(products)}",
    )  # fmt: skip


def plain_dose(found: CompiledRegimen) -> str:
    regimen, drug = found.regimen, found.drug
    low, high = plain(regimen.min), plain(regimen.max)
    amount = low if low == high else f"{low} to {high}"
    times = regimen.frequency.times if regimen.frequency.type == "daily" else 0
    often = ONCE_A_WEEK if not times else "Once a day" if times == 1 else f"{times} times a day"
    limits = [f"At most {plain(cap.amount)} {regimen.unit}{BASIS[cap.basis]} {PER[cap.per]}" for cap in tightest(found)]
    within = "within these limits: " if len(limits) > 1 else ""
    products = ", ".join(f"{plain(one.strength)} {one.unit} ({one.form})" for one in found.products)
    advice = regimen.taper.advice if regimen.taper else ()
    return sentences(
        f"{drug.name}: {within}{amount} {regimen.unit}{BASIS[regimen.basis]} {PER[regimen.amount_per]}", *limits, often,
        *advice, f"It comes as {products}", "Your doctor works out the dose for you",
    )  # fmt: skip


def tightest(found: CompiledRegimen) -> list[content.Cap]:
    """The limits that always hold, of each kind the lowest: a higher one beside it says nothing."""
    always: list[content.Cap] = [cap.entry for cap in found.caps if cap.condition is None]
    lowest: dict[tuple[str, str], content.Cap] = {}
    for cap in always:
        kind = (cap.basis, cap.per)
        lowest[kind] = min(cap, lowest.get(kind, cap), key=lambda one: one.amount)
    return [*lowest.values()]


def monitoring(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    compiled = knowledge.compiled
    item = next(one.entry for one in compiled.monitoring if one.entry.key == part.key)
    drug = compiled.drugs[item.drug].name if item.drug else ""
    kept = [compiled.tests[key] for key in item.tests]
    tests = ", ".join(test.plain_label if is_plain else test.label for test in kept)
    times = [text for text in map(window_text, item.windows) if text != "at once"]
    text = sentences(
        f"{drug}: {tests}" if drug else tests, f"{item.phase}{': ' if times else ''}{'; '.join(times)}",
        (item.plain or item.why) if is_plain else item.why,
    )  # fmt: skip
    about = statements_about(knowledge, item.drug, "monitoring")
    return Computed("monitoring", text, about, (), f"monitoring-{part.key}", item.drug)


def suitability(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    compiled = knowledge.compiled
    rule = compiled.rules[part.key].rule
    subject = compiled.drugs[rule.drug].name if rule.drug else ""
    if is_plain:
        urgent = "Call today." if rule.kind == "urgent" else ASK[rule.severity]
        text = sentences(f"{subject}: {rule.plain or rule.message}" if subject else rule.plain or rule.message, urgent)
    else:
        resume = f"Again: {rule.action.resume}" if rule.action.resume else ""
        said = (
            f"{rule.severity.upper()}. {subject[:1].upper()}{subject[1:]}: {rule.message}"
            if subject
            else f"{rule.severity.upper()}. {rule.message}"
        )
        text = sentences(said, rule.action.text, resume)
    if rule.drug and compiled.drugs[rule.drug].weekly_only and forbidden_frequency(rule, knowledge):
        text = sentences(text, f"{subject} is taken once a week, never daily")
    behind = statements_behind(part.key, knowledge)
    if rule.drug and is_about_the_dose(rule, knowledge):
        behind = (*statements_about(knowledge, rule.drug, "dose"), *behind)
    behind = tuple(dict.fromkeys(behind))[:MOST_STATEMENTS]
    is_wrong_use = bool(forbidden_frequency(rule, knowledge))
    return Computed("suitability", text, behind, (part.key,), f"rule-{part.key}", rule.drug, is_wrong_use)


def is_about_the_dose(rule: content.SafetyRule, knowledge: Knowledge) -> bool:
    """Whether the rule reads how much of the drug is taken, or how often."""
    amounts = {one.regimen.taken_now for one in knowledge.compiled.regimens.values()}
    read = set(keys_read(knowledge.compiled.rules[rule.key].condition))
    return bool(amounts & read or forbidden_frequency(rule, knowledge))


def forbidden_frequency(rule: content.SafetyRule, knowledge: Knowledge) -> frozenset[str]:
    """Features of how often a drug must not be taken, where that is what the rule is about."""
    found: set[str] = set()
    for fact in knowledge.compiled.facts.values():
        if fact.key in rule.when and {choice.key for choice in fact.choices} >= FREQUENCIES:
            told = [choice.label for choice in fact.choices if f'"{choice.key}"' in rule.when]
            found |= {feature for label in told for feature in features(label, knowledge.lexicon, knowledge.english)}
    return frozenset(found)


def following(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    compiled = knowledge.compiled
    anchor = f"step-{part.key}"
    if part.kind == "step":
        step = compiled.steps[part.key].step
        target = compiled.steps[step.otherwise or step.key].step
        said, statements = f"If this cannot be given: {step.plain_title if is_plain else step.title}", step.statements
    else:
        transition = next(one.entry for one in compiled.transitions if one.entry.key == part.key)
        target = compiled.steps[transition.target].step
        said, statements = (transition.plain or transition.text) if is_plain else transition.text, transition.statements
        anchor = f"step-{transition.source or transition.target}"
    title = target.plain_title if is_plain else target.title
    return Computed("next", sentences(said, f"Next: {title}", target.refers_to or ""), tuple(statements), (), anchor)


def has_times(part: Part, knowledge: Knowledge) -> bool:
    return bool(knowledge.compiled.steps[part.key].step.review or knowledge.compiled.rules_of_step.get(part.key))


def duration(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    step = knowledge.compiled.steps[part.key].step
    rules = [rule.rule for rule in knowledge.compiled.rules_of_step.get(step.key, ())]
    reviewed = f"Reviewed after {step.review.in_words()}" if step.review else ""
    text = sentences(
        step.plain_title if is_plain else step.title, reviewed,
        *((rule.plain or rule.message) if is_plain else f"{rule.message} {rule.action.text}" for rule in rules),
    )  # fmt: skip
    told = knowledge.english.kinds["duration"]
    statements = [key for key in step.statements if knowledge.compiled.statements[key].kind in told]
    resting = tuple(statements or step.statements)[:MOST_STATEMENTS]
    return Computed("duration", text, resting, tuple(rule.key for rule in rules), f"step-{step.key}")
