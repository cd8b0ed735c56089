"""Which parts of the data answer a question: regimens, tests, ways to other steps, and the rules that apply."""

from collections.abc import Iterator

from guidelines.asking import computing
from guidelines.asking.computing import Computed
from guidelines.asking.coverage import is_telling, is_wrong_use
from guidelines.asking.examples import LIKE_ENOUGH, MOST_SAY, SOME_SAY, Votes
from guidelines.asking.knowledge import Knowledge, Part
from guidelines.asking.matching import BESIDE_BEST, ENOUGH, ranked
from guidelines.asking.meaning import Meaning
from guidelines.asking.stated import Stated
from guidelines.engine.cycles import keys_read
from guidelines.engine.safety import ORDER

ENOUGH_MET = 0.35  # where a number in the question meets the condition of a rule
MOST_RULES = 4


def computed_answers(
    meaning: Meaning, knowledge: Knowledge, stated: Stated, votes: Votes, led_to: frozenset[str], *, is_plain: bool
) -> Iterator[Computed]:
    """`led_to`: the kinds of answer that the best statement gives, though nobody asked for them in so many words."""
    certain, likely = rules_that_apply(meaning, knowledge, stated)
    certain += [part for part in voted_rules(votes, knowledge, stated) if part not in certain]
    severity = {part.key: ORDER[knowledge.compiled.rules[part.key].rule.severity] for part in (*certain, *likely)}
    likely = sorted((part for part in likely if part not in certain), key=lambda part: severity[part.key])
    if votes.nearest > LIKE_ENOUGH and any(
        share > MOST_SAY for kind, share in votes.kinds.items() if kind != "suitability"
    ):
        likely = []  # questions like it want something else than a rule
    for part in computing.gravest_first(certain, knowledge, meaning.drugs):
        yield computing.suitability(part, knowledge, is_plain=is_plain)
    wanted = meaning.intents | led_to
    # Of the drug that is named, the data answer also where the other words are strange to them.
    sure = {kind for kind, share in votes.kinds.items() if share > MOST_SAY} | (meaning.intents & {"dose"})
    sure = sure if meaning.drugs else set()
    if (
        {"dose", "changing"} & wanted
        and meaning.drugs
        and not any(forbids(part, knowledge, stated) for part in certain)
    ):
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


def forbids(part: Part, knowledge: Knowledge, stated: Stated) -> bool:
    """Whether the numbers in the question meet a stop: no dose stands beside it."""
    rule = knowledge.compiled.rules[part.key]
    return rule.rule.severity == "stop" and not rule.rule.resolvable and stated.of(rule.condition) is True


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
    often = [one for one in found if states[one.part.key] is None and is_wrong_use(one.part, meaning, knowledge)]
    open_ = [
        one for one in found
        if states[one.part.key] is None and one.part.key not in touched and one.coverage >= ENOUGH and any(subject in one.part.own | one.part.beside for subject in telling)
    ]  # fmt: skip
    close = [one.part for one in found if one.part.key in touched and one.coverage >= ENOUGH_MET]
    kept = [one.part for one in open_ if one.score >= open_[0].score * BESIDE_BEST]
    certain = list(dict.fromkeys([*(one.part for one in (*met, *often)), *close]))[:MOST_RULES]
    return certain, [part for part in kept if part not in certain][: MOST_RULES - len(certain)]
