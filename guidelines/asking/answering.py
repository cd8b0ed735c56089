"""A question answered: what is quoted, what is computed, or that the guideline does not cover it. Read this first."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from django.utils import timezone

from guidelines.asking.choosing import computed_answers
from guidelines.asking.computing import Computed
from guidelines.asking.coverage import is_covered, is_telling, statement_matches
from guidelines.asking.examples import LIKE, LIKE_ENOUGH, MOST_SAY, NEARLY_ALL_SAY, Votes, neighbourhood_of
from guidelines.asking.knowledge import Knowledge, knowledge_of
from guidelines.asking.limits import rules_limiting
from guidelines.asking.matching import Match, ranked, reranked
from guidelines.asking.meaning import Meaning, meaning_of
from guidelines.asking.stated import stated_by
from guidelines.engine.compiled import CompiledPackage

LONGEST_QUESTION = 500
SURE = 0.9
WEIGHT_OF_VOTES = 3.0
BESIDE_VOTED = 0.3
MOST_STATEMENTS = 4
MOST_COMPUTED = 8
MOST_NEAREST = 4
MOST_RESTING_ON = 3


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
    keys = keys or resting_on(computed, meaning, knowledge)
    quoted = tuple(quote(key, knowledge, is_plain=is_plain) for key in dict.fromkeys(keys))[:MOST_STATEMENTS]
    if quoted or computed:
        return Answer(quoted, computed)
    return Answer(nearest=nearest_topics(meaning, knowledge, is_plain=is_plain))


def resting_on(computed: Sequence[Computed], meaning: Meaning, knowledge: Knowledge) -> list[str]:
    """Where nothing else is quoted: what the computed answers rest on, of the drugs that are asked about."""
    drugs = {part.key: part.drugs for part in knowledge.of_kind("statement")}
    keys = [key for one in computed for key in one.statements]
    return [key for key in keys if not meaning.drugs or drugs[key] & set(meaning.drugs)][:MOST_RESTING_ON]


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
