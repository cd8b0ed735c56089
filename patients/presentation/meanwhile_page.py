"""What two people did to a consultation, side by side: what is mine, what is saved now, and what can be done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from patients.forms.answers import AnswersForm, Typed
from patients.forms.choices import SentChoices
from patients.meanwhile import by_place, changed, last_saved
from patients.models import Consultation
from patients.presentation import words
from patients.presentation.dose_page import dose_page
from patients.presentation.run import Run
from patients.presentation.saved_words import choice_label, choice_said, said, step_said

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class MyChange:
    """`can_be_kept` is false for what is no value at all, and for what the step no longer asks."""

    place: str
    label: str
    saved: str
    typed: str
    change: Any
    is_clash: bool
    can_be_kept: bool
    why_not: str = ""


@dataclass(frozen=True)
class Meanwhile:
    """`seen` is the lock of what is compared with. `theirs` are changes that are not beside one of mine."""

    seen: int
    mine: tuple[MyChange, ...]
    theirs: tuple[tuple[str, str, str], ...]
    who: str = ""
    is_me: bool = False
    at: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything to compare: somebody changed what the page showed, and not to the same."""
        return bool(self.theirs) or self.has_clash

    @property
    def has_clash(self) -> bool:
        return any(change.is_clash for change in self.mine)

    @property
    def has_more(self) -> bool:
        """Whether something of mine can be saved whichever is taken."""
        return any(change.can_be_kept and not change.is_clash for change in self.mine)

    @property
    def can_keep(self) -> bool:
        return any(change.can_be_kept for change in self.mine)

    def places(self, settle: str) -> list[str]:
        """Of what was typed, what still stands."""
        return [change.place for change in self.mine if settle != THEIRS or not change.is_clash]

    def to_save(self, settle: str) -> dict[str, Any]:
        """What is put onto what is saved now: all of mine, or for THEIRS only what nobody else has changed."""
        kept = (change for change in self.mine if change.can_be_kept and (settle != THEIRS or not change.is_clash))
        return {change.place: change.change for change in kept}

    def said_to(self, consultation: Consultation, reader: Any) -> "Meanwhile":
        """With who saved last, as the one who reads it is told."""
        last = last_saved(consultation)
        if last is None:
            return self
        name = (last.by.get_full_name() or last.by.get_username()) if last.by else ""
        at = last.at.astimezone(consultation.patient.clinic.zone)
        return replace(self, who=name, is_me=last.by == reader, at=f"{words.day(at.date())} at {at:%H:%M}")


# --- answers ---------------------------------------------------------------------------------------------------------


def answers_meanwhile(before: Consultation, now: Consultation, form: AnswersForm) -> Meanwhile:
    """`form` was read beside the answers of `before`."""
    run = Run(now)
    sent = form.changes(before.answers)
    mine = {key: sent[key] for key in answers_changed(run, before.answers, {**before.answers, **sent})}
    wrong = {key: typed_text(form.typed[key]) for key in (*form.errors, *form.to_confirm, *form.to_date)}
    theirs = answers_changed(run, before.answers, now.answers)
    same = {key for key, answer in mine.items() if said(run, key, answer) == said(run, key, now.answers.get(key))}
    rows = [
        MyChange(
            place=key,
            label=run.compiled.facts[key].label,
            saved=said(run, key, now.answers.get(key)),
            typed=wrong.get(key) or said(run, key, mine.get(key)),
            change=mine.get(key),
            is_clash=key in theirs,
            can_be_kept=key not in wrong,
            why_not="Not saved in any case: see the question" if key in wrong else "",
        )
        for key in dict.fromkeys([*mine, *wrong])
        if key in wrong or key not in same
    ]
    beside = {row.place for row in rows} | same
    others = answer_rows(run, before, now, [key for key in theirs if key not in beside])
    return Meanwhile(now.lock_version, tuple(rows), (*others, *moved(run, before, now)))


def answers_changed(run: Run, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The facts whose answer reads otherwise: a unit that went without saying and is now written is no change."""
    return [
        key
        for key in changed(before, after)
        if key in run.compiled.facts and said(run, key, before.get(key)) != said(run, key, after.get(key))
    ]


def answer_rows(run: Run, before: Consultation, now: Consultation, keys: Iterable[str]) -> list[tuple[str, str, str]]:
    """What it was, and what it is now."""
    return [
        (
            run.compiled.facts[key].label,
            said(run, key, before.answers.get(key)),
            said(run, key, now.answers.get(key)),
        )
        for key in keys
    ]


def moved(run: Run, before: Consultation, now: Consultation) -> Iterable[tuple[str, str, str]]:
    """The step of the pathway, where somebody has changed it."""
    if (before.current_step, before.step_started_on) != (now.current_step, now.step_started_on):
        yield "Step of the pathway", step_said(run, before), step_said(run, now)


def typed_text(typed: Typed) -> str:
    return ", ".join(value for value in typed.values if value)[:200]


# --- choices ---------------------------------------------------------------------------------------------------------


def choices_meanwhile(before: Consultation, now: Consultation, key: str, sent: SentChoices) -> Meanwhile:
    """`sent` was read beside the choices of `before`, on the step `key`."""
    was, run = Run(before), Run(now)
    saved, shown, offered = by_place(now.choices), offered_on(was, key), offered_on(run, key)
    mine = {p: entry for p, entry in changed(by_place(before.choices), by_place(sent.raw)).items() if p in shown}
    theirs = changed(by_place(before.choices), saved)
    rows = []
    for place in dict.fromkeys([*mine, *sent.typed]):
        if place not in sent.typed and mine[place] == saved.get(place):
            continue
        is_asked = place in offered and (place != "option" or mine[place] in option_keys(run))
        rows.append(
            MyChange(
                place=place,
                label=choice_label(run, place),
                saved=choice_said(run, place, saved.get(place)),
                typed=sent.typed.get(place) or choice_said(run, place, mine.get(place)),
                change=mine.get(place),
                is_clash=place in theirs,
                can_be_kept=is_asked and place not in sent.typed,
                why_not="Not complete" if place in sent.typed else "" if is_asked else "No longer asked here",
            )
        )
    beside = {row.place for row in rows} | {place for place in mine if mine[place] == saved.get(place)}
    others = [
        (
            choice_label(run, place),
            choice_said(run, place, by_place(before.choices).get(place)),
            choice_said(run, place, entry),
        )
        for place, entry in theirs.items()
        if place not in beside
    ]
    answers = answer_rows(run, before, now, answers_changed(run, before.answers, now.answers))
    return Meanwhile(now.lock_version, tuple(rows), (*answers, *moved(run, before, now), *others))


def offered_on(run: Run, key: str) -> set[str]:
    """The places of what can be chosen on a step."""
    if key == "dose":
        page = dose_page(run)
        return (
            {f"amounts.{card.key}" for card in page.regimens}
            | {f"weekdays.{drug}" for drug in page.with_days}
            | {f"taking.{card.drug_key}" for card in page.taken if card.may_choose}
        )
    if key == "safety":
        to_override = {f"overrides.{alert.rule.key}" for alert in run.draft.to_override()}
        return to_override | {f"acknowledged.{key}" for key in run.draft.to_see()}
    return {"recommendation": {"option"}, "monitoring": {"review_on"}}.get(key, set())


def option_keys(run: Run) -> set[str]:
    return {found.option.key for found in run.decision.options}
