"""Calendar files: what they say, what they never say, and that a day moves instead of standing there twice."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar, Event

from patients import care_plan
from patients.care_plan import CarePlan
from patients.outputs.calendar import (
    BOOK,
    COUNTED,
    MEET,
    ClinicDay,
    PlanDays,
    calendar_file,
    clinic_entries,
    days_of,
    open_entries,
    plan_entries,
)
from tests.patients import plan_samples as samples

PATIENT, SIGNED = UUID(int=7), datetime(2026, 11, 23, 9, 30, 15, 250, tzinfo=UTC)


def days(plan: CarePlan, *, number: int = 1, patient: UUID = PATIENT, stamp: datetime = SIGNED) -> PlanDays:
    return replace(days_of(plan, patient=patient, stamp=stamp), number=number)


def events(content: bytes) -> list[Event]:
    return [event for event in Calendar.from_ical(content).walk("VEVENT") if isinstance(event, Event)]


def by_uid(content: bytes) -> dict[str, Event]:
    return {str(event["uid"]): event for event in events(content)}


@cache
def files() -> tuple[tuple[bytes, Calendar], ...]:
    """Of every test patient of the shipped guideline, with the usual choices of a physician; and as it is read back."""
    sample, found = samples.care_plan_of("V05"), []
    for case in samples.guideline().package.cases:
        decision = samples.decision_of(case.key)
        raw = samples.PLANS.get(case.key) or samples.usual_choices(decision)
        draft = samples.drafted(decision, raw, samples.NOW if decision.facts.step else None)
        tests = tuple(care_plan.tests_of(decision.compiled, decision, draft))
        if tests or draft.review_on:
            content = calendar_file(plan_entries(days(replace(sample, tests=tests, review_on=draft.review_on))))
            found.append((content, Calendar.from_ical(content)))
    return tuple(found)


def texts(raw: Any) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    for part in raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ():
        yield from texts(part)


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-zà-ÿ]+", text.lower()) if len(word) > 1}


@cache
def clinical_words() -> frozenset[str]:
    """Every word of every drug, illness, fact, test and statement of the version: all of them, also the plain ones."""
    package = samples.guideline().package
    said = [package.condition, package.title]
    said += [name for drug in package.drugs for name in (drug.key, drug.name, *drug.names)]
    said += [label for test in package.tests for label in (test.key, test.label, test.plain_label)]
    said += [fact.label for fact in package.facts]
    said += list(texts([row.model_dump(mode="json") for row in package.statements]))
    return frozenset(word for text in said for word in words(text))


def test_there_are_files_and_words_to_try() -> None:
    assert len(files()) > 20
    assert {"methotrexate", "dermatomyositis", "blood", "liver", "test", "skin", "visit"} <= clinical_words()


def test_no_word_of_the_guideline_stands_in_a_summary() -> None:
    summaries = {str(event["summary"]) for _, read in files() for event in read.walk("VEVENT")}
    counted = clinic_entries(
        1, [ClinicDay(date(2026, 12, 1), 2, 1, 1, 9)], address="https://example.org/", stamp=SIGNED
    )
    summaries |= {str(event["summary"]) for event in events(calendar_file(counted))}

    assert summaries == {BOOK, MEET, f"{COUNTED}: 4"}
    assert {word for summary in summaries for word in words(summary)} & clinical_words() == set()


def test_nothing_in_a_whole_file_names_a_person_a_clinic_a_drug_a_disease_or_a_test() -> None:
    package, header = samples.guideline().package, samples.care_plan_of("V05").header
    never = {name.lower() for drug in package.drugs for name in (drug.key, drug.name, *drug.names)}
    never |= {label.lower() for test in package.tests for label in (test.key, test.label, test.plain_label)}
    never |= {package.condition.lower(), package.slug, "dermatomyositis"}
    never |= {header.patient.family_name.lower(), header.patient.number.lower(), header.clinic.name.lower()}
    named = re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, sorted(never)))})(?![a-z])")

    found = [named.findall(content.decode().replace("\r\n ", "").lower()) for content, _ in files()]

    assert [words for words in found if words] == []


def test_every_event_of_every_test_patient_is_a_whole_day_and_reads_back_the_same() -> None:
    for content, read in files():
        assert read.to_ical() == content
        assert (read["version"], read["method"]) == ("2.0", "PUBLISH")
        assert b"TZID" not in content
        for event in read.walk("VEVENT"):
            start, end = event["dtstart"], event["dtend"]
            assert start.params["VALUE"] == end.params["VALUE"] == "DATE"
            assert type(start.dt) is type(end.dt) is date
            assert end.dt - start.dt == timedelta(days=1)
            assert event["dtstamp"].dt == SIGNED.replace(microsecond=0)
            assert not event.errors


def test_the_days_are_those_of_the_printed_plan() -> None:
    plan = samples.care_plan_of("V05")
    wanted = [(test.opens, BOOK) for test in plan.tests if test.is_required and test.missing]

    found = [(event["dtstart"].dt, str(event["summary"])) for event in events(calendar_file(plan_entries(days(plan))))]

    assert sorted(found) == sorted([*wanted, (plan.review_on, MEET)])


def test_the_last_day_in_time_and_the_number_to_call_stand_inside() -> None:
    plan = samples.care_plan_of("V05")
    test = next(test for test in plan.tests if test.is_required and test.opens != test.overdue_after)

    told = [str(event["description"]) for event in events(calendar_file(plan_entries(days(plan))))]

    until = test.overdue_after
    assert any(f"at the latest on {until:%A} {until.day} {until:%B %Y}" in text and "555-0100" in text for text in told)


def test_lines_are_folded_at_75_bytes_and_end_as_they_must() -> None:
    plan = samples.care_plan_of("V05")
    odd = replace(
        days(plan), phone="030/450-0, Zimmer »Süd«; Durchwahl 12 oder 13, montags bis freitags von acht bis zwölf"
    )
    content = calendar_file(plan_entries(odd))

    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all("»Süd«" in str(event["description"]) for event in events(content))


def test_the_same_state_gives_the_same_bytes() -> None:
    plan = samples.care_plan_of("V05")

    assert calendar_file(plan_entries(days(plan))) == calendar_file(reversed(plan_entries(days(plan))))


def test_a_later_plan_moves_the_days_and_cancels_what_it_no_longer_asks_for() -> None:
    first, second = samples.care_plan_of("V05"), samples.care_plan_of("V09")
    later = SIGNED + timedelta(days=30)
    moved = replace(second, tests=tuple(replace(test, opens=test.opens + timedelta(days=30), overdue_after=test.overdue_after + timedelta(days=30)) for test in second.tests[:-2]))  # fmt: skip
    before = by_uid(calendar_file(plan_entries(days(first))))

    after = by_uid(calendar_file(plan_entries(days(moved, number=2, stamp=later), earlier=[days(first)])))

    assert before.keys() <= after.keys()
    assert all(after[uid]["sequence"] > event["sequence"] for uid, event in before.items())
    cancelled = {uid for uid, event in after.items() if event["status"] == "CANCELLED"}
    assert cancelled
    assert cancelled < before.keys()
    kept = before.keys() - cancelled
    assert all(after[uid]["dtstart"].dt == before[uid]["dtstart"].dt + timedelta(days=30) for uid in kept if after[uid]["summary"] == BOOK)  # fmt: skip


def test_a_plan_that_is_over_takes_its_days_out_again() -> None:
    plan = samples.care_plan_of("V05")
    before = by_uid(calendar_file(plan_entries(days(plan))))

    after = by_uid(calendar_file(plan_entries(days(plan), is_over=True)))

    assert after.keys() == before.keys()
    assert {str(event["status"]) for event in after.values()} == {"CANCELLED"}
    assert all(event["sequence"] > before[uid]["sequence"] for uid, event in after.items())


def test_another_patient_and_another_test_have_other_days() -> None:
    plan = samples.care_plan_of("V05")
    entries = plan_entries(days(plan))

    assert len({entry.uid for entry in entries}) == len(entries)
    assert not {entry.uid for entry in entries} & {entry.uid for entry in plan_entries(days(plan, patient=UUID(int=8)))}


@pytest.mark.parametrize(("today", "visits"), [(0, 1), (1, 0)])
def test_a_feed_has_what_is_open_and_the_visit_only_until_it_has_been(today: int, visits: int) -> None:
    plan = samples.care_plan_of("V05")
    assert plan.review_on is not None
    whole = {entry.uid for entry in plan_entries(days(plan))}
    half = replace(days(plan), windows=days(plan).windows[::2])

    found = open_entries(half, plan.review_on + timedelta(days=today))

    wanted = [test for test in plan.tests[::2] if test.is_required and test.missing]
    assert [entry.on for entry in found if entry.summary == BOOK] == [test.opens for test in wanted]
    assert len([entry for entry in found if entry.summary == MEET]) == visits
    assert {entry.uid for entry in found} <= whole
