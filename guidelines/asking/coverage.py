"""Whether a guideline covers a question at all: by its words, and by what questions like it were answered with."""

from guidelines.asking import computing
from guidelines.asking.examples import LIKE, LIKE_ENOUGH, Votes
from guidelines.asking.knowledge import Knowledge, Part, features
from guidelines.asking.matching import BESIDE_BEST, ENOUGH, Match, ranked
from guidelines.asking.meaning import Meaning
from guidelines.asking.stated import AGE, Stated
from guidelines.engine.cycles import keys_read

TELLING_ALONE = 1.5  # so telling must the subjects be together where no drug is named
TELLING = 1.5  # a subject must be this telling for a rule to be about it
AGAINST, FOR = 0.5, 0.35  # shares that say: not covered


def is_covered(question: str, meaning: Meaning, knowledge: Knowledge, stated: Stated, votes: Votes) -> bool:
    """By its words, unless questions like it say otherwise. What is known to be something else stays uncovered."""
    if meaning.drugs and any(is_wrong_use(part, meaning, knowledge) for part in knowledge.of_kind("rule")):
        return True  # a way of taking it that kills is never left without an answer
    if any(is_met_stop(part, meaning, knowledge, stated) for part in knowledge.of_kind("rule")):
        return True  # nor a number that a stop is about
    if votes.against > AGAINST and votes.nearest > LIKE:
        return False
    if is_out_of_scope(meaning, knowledge, stated):
        return False
    by_votes = not meaning.foreign and votes.against < FOR and votes.nearest > LIKE_ENOUGH
    return by_votes or not is_beyond(question, meaning, knowledge)


def is_met_stop(part: Part, meaning: Meaning, knowledge: Knowledge, stated: Stated) -> bool:
    """Whether the numbers in the question meet a stop for a drug that it names."""
    rule = knowledge.compiled.rules[part.key]
    is_stop = rule.rule.severity == "stop" and rule.rule.drug in meaning.drugs
    return is_stop and stated.of(rule.condition) is True


def is_beyond(question: str, meaning: Meaning, knowledge: Knowledge) -> bool:
    """Nothing is asked that this guideline could know: another subject, a drug it does not give, or hardly a subject."""
    if meaning.foreign or meaning.is_empty or knowledge.english.is_beyond(question):
        return True
    telling = [one for one in meaning.subjects if is_telling(one, knowledge)]
    if meaning.drugs:
        return len(meaning.drugs) < 2 and not (meaning.subjects or meaning.intents or is_said(meaning, knowledge))
    if not meaning.unknown and any(is_wrong_use(part, meaning, knowledge) for part in knowledge.of_kind("rule")):
        return False
    is_of_another = any(one in knowledge.foreign_drugs for one in telling)
    weight = sum(knowledge.weight(subject) for subject in meaning.subjects if subject.startswith("@"))
    return weight < TELLING_ALONE or (is_of_another and bool(meaning.intents & {"dose", "duration", "monitoring"}))


def is_said(meaning: Meaning, knowledge: Knowledge) -> bool:
    """Only a drug is understood. The other words say nothing by themselves: half of them must stand in one statement."""
    words = meaning.passing - knowledge.english.grammar
    about = (part for part in knowledge.of_kind("statement") if part.drugs & set(meaning.drugs))
    return any(len(words & part.said) * 2 >= len(words) for part in about)


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


def statement_matches(meaning: Meaning, knowledge: Knowledge) -> list[Match]:
    """The statements that cover enough of the question, the best first."""
    found = [one for one in ranked(knowledge.of_kind("statement"), meaning, knowledge) if one.coverage >= ENOUGH]
    if "dose" in meaning.intents and not meaning.drugs:
        telling = {one for one in meaning.subjects if is_telling(one, knowledge)}
        found = [one for one in found if "dose" in one.part.intents and telling <= one.part.own]
    return [one for one in found if one.score >= found[0].score * BESIDE_BEST]


def is_telling(subject: str, knowledge: Knowledge) -> bool:
    return subject.startswith("@") and subject not in knowledge.weak and knowledge.weight(subject) >= TELLING


def is_wrong_use(part: Part, meaning: Meaning, knowledge: Knowledge) -> bool:
    """Whether the rule forbids just how often the question takes the drug: daily, of one that is taken once a week."""
    told = computing.forbidden_frequency(knowledge.compiled.rules[part.key].rule, knowledge)
    if not told:
        return False
    if part.drugs & set(meaning.drugs):
        # Whatever is asked about how it is taken, a wrong way is told first; what is a kind of it is as wrong.
        broader = knowledge.lexicon.broader
        kinds = {f"@{above}" for one in meaning.subjects for above in broader.get(one.removeprefix("@"), ())}
        return "taken" in meaning.intents or bool(told & {*meaning.subjects, *kinds})
    return not meaning.drugs and bool(told & set(meaning.subjects))
