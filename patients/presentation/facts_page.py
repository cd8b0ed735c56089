"""The facts page: what matters first and why, what is not known, what is on record, what is not needed now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from guidelines.engine.content import Fact
from guidelines.engine.explain import in_words
from guidelines.engine.facts import Known, NotAsked, Unknown
from guidelines.engine.operators import is_open, unit_text
from guidelines.engine.values import plain
from patients.facts import FROM_PATIENT, Answer, answer_of
from patients.forms.answers import NONE_OF_THESE, NOT_KNOWN, AnswersForm, Typed, is_asked, is_stale
from patients.models import Observation
from patients.presentation import words
from patients.presentation.follow_up import FollowUp, follow_up
from patients.presentation.run import Run

STRENGTHS = {
    "follow_up": ("How it went", "follow_up"),
    "proposal": ("Could change what is proposed", "proposal"),
    "dose": ("Could change the dose", "dose"),
    "safety": ("Could change what is safe", "safety"),
    "monitoring": ("Could change the tests", "monitoring"),
}
COULD = {
    "proposal": "Could change the proposal",
    "dose": "Could change the dose",
    "safety": "Could change the safety checks",
    "monitoring": "Could change the tests",
    "nothing": "Changes nothing now",
}


@dataclass(frozen=True)
class Part:
    """One value that can be picked: of a choice, a set, or yes and no."""

    value: str
    label: str
    is_picked: bool


@dataclass(frozen=True)
class Question:
    """One fact with its answer as it is or as it was typed. `state` is known, not_asked, not_known or stale."""

    fact: Fact
    state: str
    shown: str
    taken_on: date | None
    parts: list[Part]
    typed: Typed
    units: list[tuple[str, str, bool]]
    could_change: str
    rules: list[str]
    has_date: bool
    offer: str = ""
    offer_is_usable: bool = False
    error: str = ""
    to_confirm: str = ""
    to_date: tuple[date, date] | None = None
    is_worked_out: bool = False

    @property
    def key(self) -> str:
        return self.fact.key

    @property
    def problem(self) -> str:
        """What keeps it from being saved as it was typed."""
        if self.to_date and not self.error and not self.to_confirm:
            before, today = self.to_date
            return (
                f"{self.fact.label}: say whether this is a new result of today, {words.day(today)},"
                f" or a correction of the one of {words.day(before)}"
            )
        return self.error or self.to_confirm

    @property
    def why_now(self) -> str:
        return COULD[self.could_change]


@dataclass
class Section:
    key: str
    title: str
    groups: list[tuple[str, list[Question]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(questions) for _, questions in self.groups)


@dataclass
class FactsPage:
    """`first` are the sections of what is asked now, by what an answer could change."""

    first: list[Section]
    not_known: Section
    answered: Section
    later: Section
    stands: list[tuple[str, str, str]]
    asked: list[tuple[str, str]]
    errors: list[tuple[str, str]]
    counts: dict[str, int]
    follow_up: FollowUp


class FactsPageBuilder:
    def __init__(
        self, run: Run, observations: Iterable[Observation], form: AnswersForm | None, asked: Mapping[str, str]
    ) -> None:
        self.run, self.compiled = run, run.compiled
        self.stored: Mapping[str, Answer] = run.consultation.answers
        self.as_of = run.consultation.as_of
        self.form = form or AnswersForm()
        self.asked = asked
        self.latest = {row.fact_key: row for row in observations}
        self.open = {question.fact: question for question in run.decision.questions}
        self.follow_up = follow_up(run)
        self.limit_of = {fact.upper_limit: key for key, fact in self.compiled.limited.items()}

    def page(self) -> FactsPage:
        questions = [self.question(fact) for fact in self.compiled.facts.values() if is_asked(self.compiled, fact)]
        first: dict[str, list[Question]] = {name: [] for name in STRENGTHS}
        not_known: list[Question] = []
        answered: list[Question] = []
        later: list[Question] = []
        for question in questions:
            stays = self.asked.get(question.key)
            if stays in first:
                first[stays].append(question)
            elif question.state in ("not_asked", "stale") and question.key in self.follow_up.keys:
                first["follow_up"].append(question)
            elif question.state in ("not_asked", "stale") and question.could_change != "nothing":
                first[question.could_change].append(question)
            elif question.problem and question.state != "known":
                first["proposal"].append(question)
            elif question.state == "not_known":
                (not_known if question.could_change != "nothing" else answered).append(question)
            elif question.state == "known":
                answered.append(question)
            else:
                later.append(question)
        sections = [Section(name, STRENGTHS[name][0], self.grouped(found)) for name, found in first.items() if found]
        order = [
            (question.key, section.key) for section in sections for _, found in section.groups for question in found
        ]
        return FactsPage(
            first=sections,
            not_known=Section("not_known", "Asked, and not known", self.grouped(not_known)),
            answered=Section("answered", "On record", self.grouped(answered)),
            later=Section("later", "Not needed now", self.grouped(later)),
            stands=list(self.standing()),
            asked=order,
            errors=self.errors(questions),
            counts={
                "known": sum(question.state == "known" for question in questions),
                "not_known": sum(question.state == "not_known" for question in questions),
                "open": sum(q.state in ("not_asked", "stale") and q.could_change != "nothing" for q in questions),
            },
            follow_up=self.follow_up,
        )

    def grouped(self, questions: list[Question]) -> list[tuple[str, list[Question]]]:
        titles = {group.key: group.title for group in self.compiled.package.fact_groups}
        found: dict[str, list[Question]] = {key: [] for key in titles}
        for question in questions:
            found.setdefault(question.fact.group, []).append(question)
        return [(titles.get(key, key), entries) for key, entries in found.items() if entries]

    def errors(self, questions: list[Question]) -> list[tuple[str, str]]:
        """What keeps the page from being saved as typed, with the question it is about; then what contradicts."""
        found = [(q.key, q.problem) for q in questions if q.problem]
        shown = {key for key, _ in found}
        for problem in self.run.problems:
            key = problem.place.removeprefix("facts.").removeprefix("history.").split(".")[0].split("[")[0]
            key = self.limit_of.get(key) or key
            if key not in shown:
                label = self.compiled.facts[key].label if key in self.compiled.facts else key
                found.append((key, f"{label}: {problem.message}"))
        return found

    def standing(self) -> Iterable[tuple[str, str, str]]:
        """What nobody is asked: what stands on the patient's page, and what is worked out."""
        for key in FROM_PATIENT:
            if key in self.compiled.facts and self.run.decision.resolved[key] is not None:
                fact = self.compiled.facts[key]
                yield fact.label, words.value(fact, self.run.decision.resolved[key]), "From the patient's page"
        for key, fact in self.compiled.facts.items():
            if key in FROM_PATIENT or not fact.formula_only:
                continue
            found = self.run.decision.resolved[key]
            if found is not None:
                yield fact.label, words.value(fact, found), "Worked out"

    def question(self, fact: Fact) -> Question:
        state = self.run.facts.states.get(fact.key, NotAsked)
        name = "known" if isinstance(state, Known) else state.name
        resolved = self.run.decision.resolved[fact.key]
        opened = self.open.get(fact.key) or self.open.get(fact.upper_limit or "")
        follows = name == "not_asked" and not is_open(resolved)
        typed = self.form.typed.get(fact.key) or self.typed_before(fact, name)
        offer, usable = self.offer(fact, state)
        return Question(
            fact=fact,
            state="known" if follows and fact.unless_reported is None else name,
            shown=words.value(fact, resolved) if follows else self.shown(fact, state),
            taken_on=state.taken_on if isinstance(state, Known) else state.last.taken_on if state.last else None,
            parts=self.parts(fact, typed),
            typed=typed,
            units=self.units(fact, typed),
            could_change=opened.could_change if opened else "nothing",
            rules=list(opened.rules) if opened else [],
            has_date=fact.type == "number" or fact.maximum_age_days is not None,
            offer=offer,
            offer_is_usable=usable,
            error=self.form.errors.get(fact.key, ""),
            to_confirm=self.form.to_confirm.get(fact.key, ""),
            to_date=self.form.to_date.get(fact.key),
            is_worked_out=follows,
        )

    def shown(self, fact: Fact, state: Known | Unknown) -> str:
        if not isinstance(state, Known):
            return {"not_asked": "Not asked", "not_known": "Not known", "stale": "Too old"}[state.name]
        stored = self.stored.get(fact.key, {})
        if fact.type == "number" and isinstance(state.typed, str) and state.typed:
            text = words.typed_value(fact, state.typed, state.unit)
            limit = stored.get("upper_limit")
            own = f", upper limit {words.typed_value(fact, limit, state.unit)}" if isinstance(limit, str) else ""
            if not own and state.upper_limit is not None:
                own = f", upper limit {plain(state.upper_limit)} {unit_text(fact.unit)}"
            return text + own
        return in_words(self.run.facts, fact.key, self.compiled)

    def typed_before(self, fact: Fact, state: str) -> Typed:
        """What stands in the boxes when the page is opened: the saved answer, but never one that is too old."""
        stored = self.stored.get(fact.key)
        limit = self.stored.get(fact.upper_limit or "", {}).get("value", "")
        if stored is None or (state == "stale" and is_stale(fact, stored, self.as_of)):
            return Typed(
                unit=str((stored or {}).get("unit") or ""), upper_limit=str(limit), taken_on=self.as_of.isoformat()
            )
        if "status" in stored:
            return Typed(values=(NOT_KNOWN,), is_unknown=True, taken_on=self.as_of.isoformat())
        value = stored["value"]
        if isinstance(value, bool):
            values: tuple[str, ...] = ("true" if value else "false",)
        elif isinstance(value, list):
            values = tuple(value) or (NONE_OF_THESE,)
        else:
            values = (str(value),)
        return Typed(
            values=values,
            unit=str(stored.get("unit") or ""),
            taken_on=str(stored.get("taken_on") or self.as_of.isoformat()),
            upper_limit=str(stored.get("upper_limit") or limit),
        )

    def parts(self, fact: Fact, typed: Typed) -> list[Part]:
        if fact.type == "boolean":
            options = [("true", "Yes"), ("false", "No")]
        else:
            options = [(choice.key, choice.label) for choice in fact.choices]
        if fact.type == "set":
            options.append((NONE_OF_THESE, "None of these"))
        if fact.type in ("boolean", "choice", "set"):
            options.append((NOT_KNOWN, "Not known"))
        return [Part(value, label, value in typed.values) for value, label in options]

    def units(self, fact: Fact, typed: Typed) -> list[tuple[str, str, bool]]:
        if fact.unit is None:
            return []
        every = [fact.unit, *(other.unit for other in fact.other_units)]
        return [(unit, unit_text(unit), unit == (typed.unit or fact.unit)) for unit in every]

    def offer(self, fact: Fact, state: Known | Unknown) -> tuple[str, bool]:
        """The last known result with its date, and whether it may be used as it is."""
        if isinstance(state, Known):
            return "", False
        row, old = self.latest.get(fact.key), state.last
        if row is None and old is None:
            return "", False
        answer = answer_of(row) if row is not None else {}
        taken_on = row.taken_on if row is not None else old.taken_on if old else self.as_of
        if row is not None:
            text = words.typed_value(fact, row.value_typed, row.unit)
        else:
            text = (
                words.typed_value(fact, old.typed, old.unit)
                if old and old.typed
                else words.value(fact, old.value if old else None)
            )
        age = (self.as_of - taken_on).days
        if (row is not None and is_stale(fact, answer, self.as_of)) or (row is None and old is not None):
            return f"Last: {text}, {words.day(taken_on)}. Too old: {age} days, at most {fact.maximum_age_days}.", False
        return f"Last: {text}, {words.day(taken_on)}.", row is not None and taken_on <= self.as_of
