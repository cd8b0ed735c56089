"""What a version can be asked about: each of its parts with the features of its texts, and how telling a feature is.

A feature is a group of synonyms (`@group`) or the stem of a word. Kept in memory for as long as the content is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from guidelines import synonyms
from guidelines.asking.elsewhere import words_elsewhere
from guidelines.asking.english import English, english
from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.cycles import keys_read
from guidelines.lexicon import Lexicon, lexicon_of, stems, tokens

AMOUNT = re.compile(r"\d\s?(mg|g|µg|ml|units?)\b")
TIME = re.compile(r"\d\s(?:day|week|month|year)s?\b|\b(?:one|half a|a)\s(?:good\s|more\s)?(?:month|year)\b|for years")
MOST_TELLING = 4.0
WEAK = 0.4
MOST_KEPT = 8
_kept: dict[str, "Knowledge"] = {}  # by the hash of the content, so that it cannot be out of date


@dataclass(frozen=True)
class Part:
    """Something of the version that can answer. `own` is what it says, `beside` what stands beside it."""

    kind: str  # statement, rule, monitoring, transition, step, regimen
    key: str
    own: frozenset[str]
    beside: frozenset[str]
    drugs: frozenset[str]
    intents: frozenset[str]
    said: frozenset[str]  # the stems of all its words, also of those without a subject


@dataclass(frozen=True)
class Knowledge:
    compiled: CompiledPackage
    lexicon: Lexicon
    english: English
    drug_of: dict[str, str]  # feature → the drug of the guideline that it names
    subject: frozenset[str]  # features of the disease that the whole guideline is about
    parts: tuple[Part, ...]
    known: frozenset[str]
    words: frozenset[str]  # as they are written, general English included: what a misspelt word may have meant
    word_stems: frozenset[str]
    others: frozenset[tuple[str, ...]]
    telling: dict[str, float]
    people: frozenset[str]  # stems of the words, without a subject, that say for whom the guideline is
    weak: frozenset[str]
    foreign_drugs: frozenset[str]  # features of drugs that the guideline asks about and does not give
    drugs_of_conflicts: dict[str, frozenset[str]]
    groups_of_facts: dict[str, str]  # fact → the group that its whole label is

    def of_kind(self, kind: str) -> Iterator[Part]:
        return (part for part in self.parts if part.kind == kind)

    def weight(self, feature: str) -> float:
        telling = 0.0 if feature in self.subject else self.telling.get(feature, MOST_TELLING)
        return telling * WEAK if feature in self.weak else telling


def knowledge_of(compiled: CompiledPackage) -> Knowledge:
    found = _kept.get(compiled.content_hash)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[compiled.content_hash] = Builder(compiled).knowledge()
    return found


def features(text: str, lexicon: Lexicon, general: English) -> frozenset[str]:
    """What a text speaks of: its groups with those broader, and the stems of its words that carry a subject."""
    words = tokens(text)
    known = stems(words)
    found = [known[word] for word in words]
    named: set[str] = set()
    for span in lexicon.spans(found):
        named |= {f"@{span.group}", *(f"@{group}" for group in lexicon.broader[span.group])}
        # A word inside a phrase may be a group of its own: an organ in the name of a test.
        for place in range(span.start, span.end):
            inner = lexicon.phrases.get((found[place],))
            named |= {f"@{inner}"} if inner else set()
    named |= {stem for word, stem in zip(words, found, strict=True) if not general.is_filler(word, stem)}
    return frozenset(named)


class Builder:
    def __init__(self, compiled: CompiledPackage) -> None:
        self.compiled, self.english = compiled, english()
        self.words: set[str] = set()
        drugs = ((drug.name, *drug.names) for drug in compiled.package.drugs)
        self.lexicon = lexicon_of(tuple(synonyms.with_drugs(synonyms.shipped(), drugs)))
        self.drug_of: dict[str, str] = {}
        for drug in compiled.package.drugs:
            words = tokens(drug.name)
            known = stems(words)
            group = self.lexicon.phrases.get(tuple(known[word] for word in words))
            self.drug_of[f"@{group}"] = drug.key

    def of(self, *texts: str | None) -> frozenset[str]:
        text = " . ".join(text for text in texts if text)
        self.words |= set(tokens(text))
        return features(text, self.lexicon, self.english)

    def said(self, *texts: str | None) -> frozenset[str]:
        words = tokens(" . ".join(text for text in texts if text))
        return frozenset(stems(words).values())

    def drugs_in(self, found: frozenset[str]) -> frozenset[str]:
        return frozenset(self.drug_of[feature] for feature in found if feature in self.drug_of)

    def knowledge(self) -> Knowledge:
        package = self.compiled.package
        parts = (
            *map(self.statement, package.statements),
            *map(self.rule, package.safety_rules),
            *map(self.item, package.monitoring),
            *map(self.transition, package.transitions),
            *map(self.step, package.steps),
            *map(self.regimen, package.regimens),
        )
        times: dict[str, int] = {}
        for part in parts:
            for feature in part.own | part.said:
                times[feature] = times.get(feature, 0) + 1
        telling = {feature: min(MOST_TELLING, log(1 + len(parts) / count)) for feature, count in times.items()}
        written = {token for names in self.lexicon.words.values() for name in names for token in tokens(name)}
        words = frozenset(word for word in self.words | written | self.english.filler_words if not word[:1].isdigit())
        known = frozenset(feature for part in parts for feature in (*part.own, *part.beside))
        return Knowledge(
            compiled=self.compiled,
            lexicon=self.lexicon,
            english=self.english,
            drug_of=self.drug_of,
            subject=frozenset(one for one in self.of(package.condition) if one not in self.drug_of),
            parts=parts,
            known=known,
            words=words,
            word_stems=frozenset(stems(words).values()),
            others=words_elsewhere(package, self.lexicon, known),
            telling=telling,
            foreign_drugs=self.foreign_drugs(),
            people=self.said(package.population) & self.english.filler_stems - self.english.grammar,
            weak=frozenset(f"@{group.key}" for group in synonyms.shipped().groups if group.weak),
            drugs_of_conflicts={one.key: self.drugs_in(self.of(one.text)) for one in package.conflicts},
            groups_of_facts=dict(self.named_facts()),
        )

    def foreign_drugs(self) -> frozenset[str]:
        labels = [choice.label for fact in self.compiled.package.facts if fact.type == "set" for choice in fact.choices]
        found = {feature for label in labels for feature in self.of(label) if feature.startswith("@")}
        return frozenset(found - self.drug_of.keys())

    def named_facts(self) -> Iterator[tuple[str, str]]:
        for key, fact in self.compiled.facts.items():
            words = tokens(fact.label)
            known = stems(words)
            spans = list(self.lexicon.spans([known[word] for word in words]))
            if len(spans) == 1 and spans[0].end - spans[0].start == len(words):
                yield key, spans[0].group

    def statement(self, statement: content.Statement) -> Part:
        section = next((one for one in self.compiled.package.sections if one.key == statement.section), None)
        titles = (section.title, section.plain_title) if section else ()
        own = self.of(*titles, statement.clinician, statement.plain)
        sources = (self.names_of(citation.reference) for citation in statement.citations)
        beside = self.of(
            *titles,
            *sources,
            *(self.compiled.conflicts[key].text for key in statement.conflicts if key in self.compiled.conflicts),
        )
        drugs = self.drugs_in(own | self.of(*titles)) or self.drugs_of_steps_with(statement.key)
        said = self.said(*titles, statement.clinician, statement.plain)
        return Part("statement", statement.key, own, beside, drugs, self.intents_of(statement), said)

    def drugs_of_steps_with(self, key: str) -> frozenset[str]:
        """Of a statement that names no drug: those of the steps it belongs to."""
        steps = [step.key for step in self.compiled.package.steps if key in step.statements]
        return frozenset(drug for step in steps for drug in self.drugs_of_step(step))

    def names_of(self, key: str) -> str:
        """What a source is called by: its key and the names in its title."""
        reference = self.compiled.references.get(key)
        names = [word for word in re.findall(r"[^\W\d_]+", reference.title) if word[0].isupper()] if reference else []
        return " ".join([*re.findall(r"[^\W\d_]+", key), *names])

    def intents_of(self, statement: content.Statement) -> frozenset[str]:
        """By its kind, and by what it holds: an amount answers how much, a length of time how long."""
        found = {name for name, kinds in self.english.kinds.items() if statement.kind in kinds}
        text = f"{statement.clinician} {statement.plain or ''}"
        found |= {"dose"} if AMOUNT.search(text) else set()
        found |= {"duration"} if TIME.search(text) else set()
        return frozenset(found)

    def rule(self, rule: content.SafetyRule) -> Part:
        own = self.of(rule.message, rule.plain, *self.condition_words(rule))
        beside = self.of(rule.action.text, rule.action.resume, rule.unknown_message)
        drugs = {rule.drug} if rule.drug else self.drugs_of_step(rule.step)
        return Part(
            "rule",
            rule.key,
            own,
            beside,
            frozenset(drugs),
            frozenset({"suitability"}),
            self.said(rule.message, rule.plain, rule.action.text),
        )

    def condition_words(self, rule: content.SafetyRule) -> Iterator[str]:
        """What the condition of a rule is about: the facts it reads, and the values it compares a list with."""
        condition = self.compiled.rules[rule.key].condition
        for key in dict.fromkeys(keys_read(condition)):
            fact = self.compiled.facts.get(key)
            if fact is None:
                continue
            if fact.type in ("set", "choice"):
                yield from (choice.label for choice in fact.choices if f'"{choice.key}"' in rule.when)
            if fact.type != "set" and not fact.key.startswith("current_"):
                yield fact.label

    def drugs_of_step(self, key: str | None) -> set[str]:
        """The drugs that the options of a step are about."""
        if key is None:
            return set()
        options = [self.compiled.options[one.option] for one in self.compiled.steps[key].step.options]
        return {
            self.compiled.regimens[part.regimen].drug.key
            for option in options
            for part in option.regimens
            if part.role == "main"
        }

    def item(self, item: content.MonitoringItem) -> Part:
        tests = [self.compiled.tests[key] for key in item.tests]
        facts = [self.compiled.facts[key].label for test in tests for key in test.facts if key in self.compiled.facts]
        own = self.of(*(test.label for test in tests), *(test.plain_label for test in tests), item.plain, *facts)
        drugs = frozenset({item.drug} if item.drug else ())
        again = {"time"} if any(window.every for window in item.windows) else set()
        first = {"before"} if not any(window.after.count or window.every for window in item.windows) else set()
        return Part(
            "monitoring",
            item.key,
            own,
            self.of(item.why, item.phase),
            drugs,
            frozenset({"monitoring", *again, *first}),
            self.said(item.phase, item.why),
        )

    def transition(self, transition: content.Transition) -> Part:
        drugs = self.drugs_of_step(transition.source)
        target = self.compiled.steps[transition.target].step
        own, beside = self.of(transition.text, transition.plain), self.of(target.title, target.plain_title)
        return Part(
            "transition", transition.key, own, beside, frozenset(drugs), frozenset({"next"}), self.said(transition.text)
        )

    def step(self, step: content.Step) -> Part:
        own = self.of(step.title, step.plain_title, step.text, step.plain)
        beside = self.of(*(text for action in step.actions for text in (action.text, action.plain)))
        return Part(
            "step",
            step.key,
            own,
            beside,
            frozenset(self.drugs_of_step(step.key)),
            frozenset({"next", "duration"}),
            self.said(step.title, step.text),
        )

    def regimen(self, regimen: content.Regimen) -> Part:
        own = self.of(regimen.title, regimen.plain, regimen.note, self.compiled.drugs[regimen.drug].name)
        beside = self.of(*(cap.text for cap in regimen.caps), *(one.text for one in regimen.adjustments))
        return Part(
            "regimen",
            regimen.key,
            own,
            beside,
            frozenset({regimen.drug}),
            frozenset({"dose"}),
            self.said(regimen.title, regimen.note),
        )
