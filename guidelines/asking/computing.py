"""Answers worked out from the data: a dose, its monitoring, a rule that applies, what comes next, how long.

Every word is approved content or a fixed frame around values; each answer names the statements it rests on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from guidelines.asking.knowledge import Knowledge, Part, features
from guidelines.asking.limits import statements_behind
from guidelines.engine import content
from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.cycles import keys_read
from guidelines.engine.products import named
from guidelines.engine.safety import ORDER
from guidelines.engine.values import plain
from guidelines.reading.claims import Reader
from guidelines.reading.doses import dose_of, start_of, titration_of
from guidelines.reading.sources import Citations
from guidelines.reading.wording import AT_ONCE, ONE_TIME, SEVERITY, capital, each, times_a_day, window_text

BASIS = {"fixed": "", "per_kg": " for each kilogram of body weight", "per_m2": " for each square metre of body surface"}
PER = {"dose": "each time", "day": "a day", "week": "a week"}
ONCE_A_WEEK = "Once a week, on one day of the week that stays the same. Never daily."
ASK = {
    "stop": "Call your doctor or nurse before the next dose.",
    "caution": "Ask your doctor or nurse.",
    "note": "Talk about it with your doctor or nurse.",
}
EVERYBODY = "Every patient"
MOST_STATEMENTS = 3
FREQUENCIES = {"weekly", "daily"}  # the words for a frequency, see engine.values


class Line(NamedTuple):
    """One thing that is told; the label says what it is about where the words alone do not."""

    text: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Computed:
    kind: str  # dose, monitoring, suitability, next, duration
    title: str  # what it is about: a drug, a regimen, a step
    lines: tuple[Line, ...]
    statements: tuple[str, ...]
    rules: tuple[str, ...] = ()
    # For the page: where the guideline says it, and of which drug.
    anchor: str = ""
    drug: str | None = None
    is_wrong_use: bool = False  # it tells of a way of taking a drug that is never right
    word: str = ""  # how severe it is, before everything else

    @property
    def text(self) -> str:
        """All of it in one string."""
        return sentences(self.word, self.title, *map(str, self.lines))

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
    title, lines = plain_dose(found) if is_plain else full_dose(found, knowledge)
    cited = [key for key in found.regimen.cites if key in compiled.statements]
    about = [*dosing_statements(knowledge, found.drug.key), *supporting(knowledge, part)][:MOST_STATEMENTS]
    rules = [] if not found.drug.weekly_only else [
        rule.key for rule in compiled.package.safety_rules
        if rule.drug == found.drug.key and forbidden_frequency(rule, knowledge)
    ]  # fmt: skip
    statements = tuple(dict.fromkeys([*cited, *about]))
    return Computed("dose", title, lines, statements, tuple(rules), f"regimen-{part.key}", found.drug.key)


def full_dose(found: CompiledRegimen, knowledge: Knowledge) -> tuple[str, tuple[Line, ...]]:
    regimen = found.regimen
    often = times_a_day(regimen.frequency)
    if found.drug.weekly_only:
        often = f"{ONE_TIME}, on one day" if regimen.one_time else "Once a week, on one named weekday, never daily"
    rise = titration_of(Reader(knowledge.compiled, "clinician", Citations(knowledge.compiled)), regimen)
    lines = (
        Line(dose_of(regimen), "Dose before its limits"),
        *(Line(text, "Start") for text in start_of(found)),
        Line(f"{often}, {regimen.route}", "Frequency"),
        *(Line(cap.entry.text, "Maximum") for cap in found.caps),
        *(Line(one.entry.text, "Changed by") for one in found.adjustments),
        *([Line(str(rise.text), "Raised")] if rise else ()),
        *([Line(regimen.taper.text, "Going down")] if regimen.taper and regimen.taper.text else ()),
        Line(products_of(found), "Products"),
    )
    return capital(regimen.title), lines


def plain_dose(found: CompiledRegimen) -> tuple[str, tuple[Line, ...]]:
    regimen, drug = found.regimen, found.drug
    low, high = plain(regimen.min), plain(regimen.max)
    amount = low if low == high else f"{low} to {high}"
    times = regimen.frequency.times if regimen.frequency.type == "daily" else 0
    often = ONCE_A_WEEK if not times else "Once a day" if times == 1 else f"{times} times a day"
    often = ONE_TIME if regimen.one_time else often
    limits = [
        f"{plain(cap.amount)} {regimen.unit}{BASIS[cap.basis]} {each(regimen) if regimen.one_time else PER[cap.per]}"
        for cap in tightest(found)
    ]
    within = ", within these limits" if len(limits) > 1 else ""
    lines = (
        Line(regimen.plain or "Your doctor works out the dose for you"),
        Line(f"{amount} {regimen.unit}{BASIS[regimen.basis]} {each(regimen)}{within}", "How much"),
        *(Line(limit, "At most") for limit in limits),
        Line(often, "How often"),
        *(Line(advice, "Going down") for advice in (regimen.taper.advice if regimen.taper else ())),
        Line(products_of(found), "It comes as"),
    )
    return capital(drug.name), lines


def products_of(found: CompiledRegimen) -> str:
    return ", ".join(
        f"{named(one)} (by the amount)" if one.measured else f"{plain(one.strength)} {one.unit} ({one.form})"
        for one in found.products
    )


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
    title = capital(compiled.drugs[item.drug].name) if item.drug else EVERYBODY
    kept = [compiled.tests[key] for key in item.tests]
    tests = ", ".join(test.plain_label if is_plain else test.label for test in kept)
    times = [text for text in map(window_text, item.windows) if text != AT_ONCE]
    lines = (
        Line(tests, "Tests"),
        Line(f"{item.phase}: {'; '.join(times)}" if times else item.phase, "When"),
        Line((item.plain or item.why) if is_plain else item.why, "Why"),
    )
    about = statements_about(knowledge, item.drug, "monitoring")
    return Computed("monitoring", title, lines, about, (), f"monitoring-{part.key}", item.drug)


def suitability(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    rule = knowledge.compiled.rules[part.key].rule
    title = subject_of(rule, knowledge, is_plain=is_plain)
    is_wrong_use = bool(forbidden_frequency(rule, knowledge))
    lines = [Line((rule.plain or rule.message) if is_plain else rule.message)]
    if is_wrong_use and rule.drug and knowledge.compiled.drugs[rule.drug].weekly_only:
        lines.append(Line(f"{title} is taken once a week, never daily"))
    if is_plain:
        lines.append(Line("Call today." if rule.kind == "urgent" else ASK[rule.severity]))
    else:
        lines.append(Line(rule.action.text, "What to do"))
        lines += [Line(rule.action.resume, "Goes on")] if rule.action.resume else []
    behind = statements_behind(part.key, knowledge)
    if rule.drug and is_about_the_dose(rule, knowledge):
        behind = (*statements_about(knowledge, rule.drug, "dose"), *behind)
    return Computed(
        "suitability", title, tuple(lines), tuple(dict.fromkeys(behind))[:MOST_STATEMENTS], (part.key,),
        f"rule-{part.key}", rule.drug, is_wrong_use, "" if is_plain else rule.severity.upper(),
    )  # fmt: skip


def gravest_first(parts: Iterable[Part], knowledge: Knowledge, drugs: Sequence[str] = ()) -> list[Part]:
    """Rules that apply equally: those about other drugs than the ones asked about last; then what forbids, before what
    only warns, before what is only to be noted."""

    def place(part: Part) -> tuple[bool, int]:
        is_of_another = bool(drugs and part.drugs and not part.drugs & set(drugs))
        return is_of_another, ORDER[knowledge.compiled.rules[part.key].rule.severity]

    return sorted(parts, key=place)


def subject_of(rule: content.SafetyRule, knowledge: Knowledge, *, is_plain: bool) -> str:
    compiled = knowledge.compiled
    if rule.drug:
        return capital(compiled.drugs[rule.drug].name)
    if rule.step:
        step = compiled.steps[rule.step].step
        return step.plain_title if is_plain else step.title
    return EVERYBODY


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
    transition = next(one.entry for one in compiled.transitions if one.entry.key == part.key)
    target = compiled.steps[transition.target].step
    lines = [Line((transition.plain or transition.text) if is_plain else transition.text, "When")]
    lines += [Line(target.refers_to, "Who takes over")] if target.refers_to else []
    title = f"Next: {target.plain_title if is_plain else target.title}"
    anchor = f"step-{transition.source or transition.target}"
    return Computed("next", title, tuple(lines), tuple(transition.statements), (), anchor)


def has_times(part: Part, knowledge: Knowledge) -> bool:
    return bool(knowledge.compiled.steps[part.key].step.review or knowledge.compiled.rules_of_step.get(part.key))


def duration(part: Part, knowledge: Knowledge, *, is_plain: bool) -> Computed:
    step = knowledge.compiled.steps[part.key].step
    rules = [rule.rule for rule in knowledge.compiled.rules_of_step.get(step.key, ())]
    lines = [Line(step.review.in_words(), "Reviewed after")] if step.review else []
    for rule in rules:
        text = (rule.plain or rule.message) if is_plain else sentences(rule.message, rule.action.text)
        lines.append(Line(text, SEVERITY[rule.severity]))
    told = knowledge.english.kinds["duration"]
    statements = [key for key in step.statements if knowledge.compiled.statements[key].kind in told]
    resting = tuple(statements or step.statements)[:MOST_STATEMENTS]
    title = step.plain_title if is_plain else step.title
    return Computed("duration", title, tuple(lines), resting, tuple(rule.key for rule in rules), f"step-{step.key}")
