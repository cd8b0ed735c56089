"""A question answered: what is quoted, what is computed, or that the guideline does not cover it. Read this first."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from django.utils import timezone

from guidelines.asking import computing
from guidelines.asking.computing import Computed
from guidelines.asking.examples import Votes, neighbourhood_of
from guidelines.asking.knowledge import Knowledge, Part, features, knowledge_of
from guidelines.asking.limits import rules_limiting
from guidelines.asking.matching import Match, held, ranked, reranked
from guidelines.asking.meaning import Meaning, meaning_of
from guidelines.asking.stated import AGE, Stated, stated_by
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.cycles import keys_read

LONGEST_QUESTION = 500
ENOUGH = 0.5  # of the question covered, for an answer
BESIDE_BEST = 0.8  # of the best one's score, for another statement
SURE = 0.9
ENOUGH_WITHOUT_DRUG = 0.5
ENOUGH_MET = 0.35  # where a number in the question meets the condition of a rule
TELLING_ALONE = 1.5  # so telling must the subjects be together where no drug is named
TELLING = 1.5  # a subject must be this telling for a rule to be about it
# Votes of questions like the one that is asked.
LIKE = 0.33  # so like that what does not cover the one does not cover the other
LIKE_ENOUGH = 0.25  # so like that what answers the one may answer the other
AGAINST, FOR = 0.5, 0.35  # shares that say: not covered
SOME_SAY, MOST_SAY, NEARLY_ALL_SAY = 0.3, 0.5, 0.8
WEIGHT_OF_VOTES = 3.0
BESIDE_VOTED = 0.3
MOST_RULES = 4
MOST_STATEMENTS = 4
MOST_COMPUTED = 8
MOST_NEAREST = 4


class QuestionRefused(ValueError):
    """The question cannot be read; the text says what to do."""


@dataclass(frozen=True)
class Quoted:
    key: str
    text: str
    cites: tuple[str, ...]
    conflicts: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    statements: tuple[Quoted, ...] = ()
    computed: tuple[Computed, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        return bool(self.statements or self.computed)

    def as_json(self) -> dict[str, object]:
        return {
            "answered": self.is_answered,
            "statements": [asdict(one) for one in self.statements],
            "computed": [one.as_json() for one in self.computed],
            "nearest": list(self.nearest),
        }


def read_question(text: str) -> str:
    """The question without space around it, or QuestionRefused."""
    question = text.strip()
    if not question:
        raise QuestionRefused("Write a question.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionRefused(f"The question has {len(question)} characters; write at most {LONGEST_QUESTION}.")
    if "\x00" in question:
        raise QuestionRefused("Remove the NUL character from the question.")
    return question


def answer(compiled: CompiledPackage, text: str, *, is_plain: bool = False) -> Answer:
    question = read_question(text)
    knowledge = knowledge_of(compiled)
    neighbourhood = neighbourhood_of(knowledge)
    meaning = meaning_of(question, knowledge)
    votes = neighbourhood.votes(meaning.words)
    stated = stated_by(meaning, knowledge, timezone.localdate())
    if not is_covered(question, meaning, knowledge, stated, votes):
        return Answer(nearest=nearest_topics(meaning, knowledge, is_plain=is_plain))
    meaning = understood(meaning, votes)
    matches = reranked(question, voted(statement_matches(meaning, knowledge), votes, knowledge))
    first = matches[0].part if matches else None
    led_to = frozenset(
        name
        for name, kinds in knowledge.english.kinds.items()
        if first and compiled.statements[first.key].kind in kinds
    )
    computed = tuple(computed_answers(meaning, knowledge, stated, votes, led_to, is_plain=is_plain))[:MOST_COMPUTED]
    first_of_all = [key for one in computed if one.is_wrong_use for key in one.statements[:2]]
    keys = [*first_of_all, *to_quote(matches, computed, meaning, knowledge)]
    keys += [key for one in computed for key in one.statements]
    quoted = tuple(quote(key, knowledge, is_plain=is_plain) for key in dict.fromkeys(keys))[:MOST_STATEMENTS]
    if quoted or computed:
        return Answer(quoted, computed)
    return Answer(nearest=nearest_topics(meaning, knowledge, is_plain=is_plain))


def is_covered(question: str, meaning: Meaning, knowledge: Knowledge, stated: Stated, votes: Votes) -> bool:
    """By its words, unless questions like it say otherwise. What is known to be something else stays uncovered."""
    if meaning.drugs and any(meaning_of_frequency(part, meaning, knowledge) for part in knowledge.of_kind("rule")):
        return True  # a way of taking it that kills is never left without an answer
    if votes.against > AGAINST and votes.nearest > LIKE:
        return False
    by_words = not is_beyond(question, meaning, knowledge) and not is_out_of_scope(meaning, knowledge, stated)
    return by_words or (not meaning.foreign and votes.against < FOR and votes.nearest > LIKE_ENOUGH)


def understood(meaning: Meaning, votes: Votes) -> Meaning:
    """The question with the kind of answer, and the drug, that questions like it are about."""
    if votes.nearest < LIKE_ENOUGH:
        return meaning
    kinds = {kind for kind, share in votes.kinds.items() if share > MOST_SAY and kind != "suitability"}
    drugs = tuple(drug for drug, share in votes.drugs.items() if share > NEARLY_ALL_SAY) if not meaning.drugs else ()
    return replace(meaning, intents=meaning.intents | kinds, drugs=meaning.drugs or drugs)


def voted(matches: Sequence[Match], votes: Votes, knowledge: Knowledge) -> list[Match]:
    """Statements by how much of the question they cover and by what answers questions like it."""
    best = matches[0].score if matches else 1.0
    scores = {one.part.key: one.score / best for one in matches}
    for key, share in votes.statements.items():
        scores[key] = scores.get(key, 0.0) + WEIGHT_OF_VOTES * share * min(1.0, votes.nearest / LIKE)
    coverage = {one.part.key: one.coverage for one in matches}
    found = [
        Match(part, max(coverage.get(part.key, 0.0), votes.statements.get(part.key, 0.0)), scores[part.key])
        for part in knowledge.of_kind("statement")
        if part.key in scores
    ]
    found.sort(key=lambda one: -one.score)
    return [one for one in found if one.score >= found[0].score * BESIDE_VOTED]


def to_quote(
    matches: Sequence[Match], computed: Sequence[Computed], meaning: Meaning, knowledge: Knowledge
) -> list[str]:
    """Where a rule answers, statements that only stand beside the subject say less than the rule."""
    telling = {one for one in meaning.subjects if is_telling(one, knowledge)}
    is_ruled = any(one.kind == "suitability" for one in computed)
    return [
        one.part.key for one in matches if not (is_ruled and telling) or telling & one.part.own or one.coverage > SURE
    ]


def statement_matches(meaning: Meaning, knowledge: Knowledge) -> list[Match]:
    """The statements that cover enough of the question, the best first."""
    enough = ENOUGH if meaning.drugs else ENOUGH_WITHOUT_DRUG
    found = [one for one in ranked(knowledge.of_kind("statement"), meaning, knowledge) if one.coverage >= enough]
    if "dose" in meaning.intents and not meaning.drugs:
        telling = {one for one in meaning.subjects if is_telling(one, knowledge)}
        found = [one for one in found if "dose" in one.part.intents and telling <= one.part.own]
    return [one for one in found if one.score >= found[0].score * BESIDE_BEST]


def is_beyond(question: str, meaning: Meaning, knowledge: Knowledge) -> bool:
    """Nothing is asked that this guideline could know: another subject, a drug it does not give, or hardly a subject."""
    if meaning.foreign or meaning.is_empty or knowledge.english.is_beyond(question):
        return True
    telling = [one for one in meaning.subjects if is_telling(one, knowledge)]
    if meaning.drugs:
        return len(meaning.drugs) < 2 and not (meaning.subjects or meaning.intents or is_said(meaning, knowledge))
    if not meaning.unknown and any(
        meaning_of_frequency(part, meaning, knowledge) for part in knowledge.of_kind("rule")
    ):
        return False
    is_of_another = any(one in knowledge.foreign_drugs for one in telling)
    weight = sum(knowledge.weight(subject) for subject in meaning.subjects if subject.startswith("@"))
    return weight < TELLING_ALONE or (is_of_another and bool(meaning.intents & {"dose", "duration", "monitoring"}))


def is_said(meaning: Meaning, knowledge: Knowledge) -> bool:
    """Only a drug is understood. The other words say nothing by themselves: half of them must stand in one statement."""
    words = meaning.passing - knowledge.english.grammar
    about = (part for part in knowledge.of_kind("statement") if part.drugs & set(meaning.drugs))
    return any(len(words & part.said) * 2 >= len(words) for part in about)


def is_telling(subject: str, knowledge: Knowledge) -> bool:
    return subject.startswith("@") and subject not in knowledge.weak and knowledge.weight(subject) >= TELLING


def is_out_of_scope(meaning: Meaning, knowledge: Knowledge, stated: Stated) -> bool:
    """Something is asked for somebody whose age keeps him out of the guideline. Not where a statement itself speaks of
    such people, and not where nothing but that is asked."""
    if meaning.passing & knowledge.people:
        return False
    for part in knowledge.of_kind("rule"):
        rule = knowledge.compiled.rules[part.key]
        if rule.rule.kind != "scope" or AGE not in keys_read(rule.condition):
            continue
        state = stated.of(rule.condition)
        said = features(f"{rule.rule.message} . {rule.rule.plain or ''}", knowledge.lexicon, knowledge.english)
        about = {one for one in meaning.subjects if one in said and is_telling(one, knowledge)}
        is_alone = not meaning.drugs and not set(meaning.subjects) - about
        if state is False or is_alone or not (state or about):
            continue
        if "dose" in meaning.intents or not any(
            speaks_of(one, about, meaning) for one in statement_matches(meaning, knowledge)
        ):
            return True
    return False


def speaks_of(found: Match, people: set[str], meaning: Meaning) -> bool:
    """Whether the statement is about these people, and about two more things that are asked."""
    asked = [one for one in (*meaning.subjects, *meaning.drugs, *meaning.intents) if one not in people]
    held_by = {*found.part.own, *found.part.drugs, *found.part.intents}
    enough = 1 if "evidence" in meaning.intents else 2
    return bool(people) and people <= found.part.own and sum(one in held_by for one in asked) >= enough


def quote(key: str, knowledge: Knowledge, *, is_plain: bool) -> Quoted:
    """The statement word for word, in the reader's wording where it has one."""
    statement = knowledge.compiled.statements[key]
    return Quoted(
        key=key,
        text=(statement.plain or statement.clinician) if is_plain else statement.clinician,
        cites=tuple(dict.fromkeys(citation.reference for citation in statement.citations)),
        conflicts=statement.conflicts,
        rules=rules_limiting(key, knowledge),
    )


def nearest_topics(meaning: Meaning, knowledge: Knowledge, *, is_plain: bool) -> tuple[str, ...]:
    """Titles of the sections that come closest, those about the drugs first; the first sections when nothing does."""
    package = knowledge.compiled.package
    known = ranked(knowledge.of_kind("statement"), meaning, knowledge)
    close = [knowledge.compiled.statements[one.part.key].section for one in known if one.score > 0]
    sections = {one.key: (one.plain_title or one.title) if is_plain else one.title for one in package.sections}
    keys = dict.fromkeys([*close, *sections])
    return tuple(sections[key] for key in keys if key in sections)[:MOST_NEAREST]


def computed_answers(
    meaning: Meaning, knowledge: Knowledge, stated: Stated, votes: Votes, led_to: frozenset[str], *, is_plain: bool
) -> Iterator[Computed]:
    """`led_to`: the kinds of answer that the best statement gives, though nobody asked for them in so many words."""
    certain, likely = rules_that_apply(meaning, knowledge, stated)
    certain += [part for part in voted_rules(votes, knowledge, stated) if part not in certain]
    likely = [part for part in likely if part not in certain]
    for part in certain:
        yield computing.suitability(part, knowledge, is_plain=is_plain)
    wanted = meaning.intents | led_to
    # Of the drug that is named, the data answer also where the other words are strange to them.
    sure = {kind for kind, share in votes.kinds.items() if share > MOST_SAY} | (meaning.intents & {"dose"})
    sure = sure if meaning.drugs else set()
    if {"dose", "changing"} & wanted and meaning.drugs:
        for part in best(knowledge.of_kind("regimen"), meaning, knowledge, 2, ENOUGH * ("dose" not in sure)):
            yield computing.dose(part, knowledge, is_plain=is_plain)
    if "monitoring" in wanted or ({"time", "before"} & wanted and names_a_test(meaning, knowledge)):
        for part in best(knowledge.of_kind("monitoring"), meaning, knowledge, 6, ENOUGH * ("monitoring" not in sure)):
            yield computing.monitoring(part, knowledge, is_plain=is_plain)
    if {"next", "failing"} & wanted:
        for part in best(knowledge.of_kind("transition"), meaning, knowledge, 3, ENOUGH * ("next" not in sure)):
            yield computing.following(part, knowledge, is_plain=is_plain)
    if "duration" in wanted:
        about = (part for part in knowledge.of_kind("step") if not meaning.drugs or part.drugs & set(meaning.drugs))
        timed = (part for part in about if computing.has_times(part, knowledge))
        for part in best(timed, meaning, knowledge, 2, ENOUGH * ("duration" not in sure)):
            yield computing.duration(part, knowledge, is_plain=is_plain)
    for part in likely:
        yield computing.suitability(part, knowledge, is_plain=is_plain)


def voted_rules(votes: Votes, knowledge: Knowledge, stated: Stated) -> list[Part]:
    """The rules that answer questions like this one, and that no number in it rules out."""
    found = {key: share for key, share in votes.rules.items() if share > SOME_SAY and votes.nearest > LIKE_ENOUGH}
    parts = [
        part
        for part in knowledge.of_kind("rule")
        if part.key in found and stated.of(knowledge.compiled.rules[part.key].condition) is not False
    ]
    return sorted(parts, key=lambda part: -found[part.key])[:MOST_RULES]


def names_a_test(meaning: Meaning, knowledge: Knowledge) -> bool:
    """Whether something is asked about that is tested for, with a drug that is asked about or with any."""
    parts = (part for part in knowledge.of_kind("monitoring") if not meaning.drugs or part.drugs & set(meaning.drugs))
    return any(is_telling(subject, knowledge) and subject in part.own for part in parts for subject in meaning.subjects)


def best(
    parts: Iterator[Part], meaning: Meaning, knowledge: Knowledge, most: int, enough: float = ENOUGH
) -> list[Part]:
    found = [one for one in ranked(parts, meaning, knowledge) if one.coverage >= enough]
    return [one.part for one in found if one.score >= found[0].score * BESIDE_BEST][:most]


def rules_that_apply(meaning: Meaning, knowledge: Knowledge, stated: Stated) -> tuple[list[Part], list[Part]]:
    """Rules that speak of what was asked: those that certainly apply, because a number meets their condition or they
    forbid just what is asked, and those that may. What a number rules out is neither."""
    if "evidence" in meaning.intents and "suitability" not in meaning.intents:
        return [], []
    if "dose" in meaning.intents and not meaning.drugs:
        return [], []  # the dose of something that this guideline does not give
    states = {key: stated.of(rule.condition) for key, rule in knowledge.compiled.rules.items()}
    telling = {one for one in meaning.subjects if is_telling(one, knowledge)} or set(meaning.subjects)
    touched = {
        key for key, rule in knowledge.compiled.rules.items()
        if states[key] is None and not stated.facts.isdisjoint(keys_read(rule.condition))
    }  # fmt: skip
    found = ranked(knowledge.of_kind("rule"), meaning, knowledge, is_any_kind=True)
    met = [one for one in found if states[one.part.key] is True and one.coverage >= ENOUGH_MET]
    often = [
        one for one in found if states[one.part.key] is None and meaning_of_frequency(one.part, meaning, knowledge)
    ]
    open_ = [
        one for one in found
        if states[one.part.key] is None and one.part.key not in touched and one.coverage >= ENOUGH and any(held(one.part, subject, knowledge) for subject in telling)
    ]  # fmt: skip
    close = [one.part for one in found if one.part.key in touched and one.coverage >= ENOUGH_MET]
    kept = [one.part for one in open_ if one.score >= open_[0].score * BESIDE_BEST]
    certain = list(dict.fromkeys([*(one.part for one in (*met, *often)), *close]))[:MOST_RULES]
    return certain, [part for part in kept if part not in certain][: MOST_RULES - len(certain)]


def meaning_of_frequency(part: Part, meaning: Meaning, knowledge: Knowledge) -> bool:
    """Whether the rule forbids just how often the question takes the drug: daily, of one that is taken once a week."""
    told = computing.forbidden_frequency(knowledge.compiled.rules[part.key].rule, knowledge)
    if not told:
        return False
    if part.drugs & set(meaning.drugs):
        # Whatever is asked about how it is taken, a wrong way is told first.
        return "taken" in meaning.intents or bool(told & set(meaning.subjects))
    return not meaning.drugs and bool(told & set(meaning.subjects))
