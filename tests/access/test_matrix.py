"""Each address answers each person as the registry says, and whoever is refused has changed nothing and learnt nothing."""

from itertools import combinations
from typing import Any

import pytest

from config.access import METHODS, Rule, registry
from patients import permissions
from patients.models.laboratory import ClinicRowQuerySet
from patients.models.open_work import OpenWorkQuerySet
from patients.models.patient import PatientQuerySet, PatientRowQuerySet
from patients.views import scope
from tests.access.installation import ARCHIVED, HERE, NAMES, OF_A_CLINIC, THERE, Installation
from tests.access.judged import seen_by, wrong
from tests.access.layers import see_everything, without_row_security, write_anew
from tests.access.pairwise import covering
from tests.access.trials import ADDRESSES, Trial, every_trial, kind_of, objects_of, tried

pytestmark = pytest.mark.django_db


def registered() -> list[tuple[int, str]]:
    return [
        (number, method)
        for number, (route, _) in enumerate(ADDRESSES)
        for method in registry().methods(route)
        if method != "HEAD"
    ]


def selection() -> list[Trial]:
    """Each registered method of each address with each person, and each other method of it: objects and htmx so that
    every two of them meet."""
    calls = registered()
    others = [
        (number, method) for number, (route, _) in enumerate(ADDRESSES) for method in METHODS
        if (number, method) not in calls
    ]  # fmt: skip

    def is_possible(row: Any) -> bool:
        return row[2] in objects_of(ADDRESSES[row[0][0]][0])

    whole = covering([calls, NAMES, ("own", "foreign", "missing", ARCHIVED, ""), (False, True)], is_possible)
    turns = [
        (
            call,
            NAMES[at % len(NAMES)],
            objects_of(ADDRESSES[call[0]][0])[at % len(objects_of(ADDRESSES[call[0]][0]))],
            bool(at % 2),
        )
        for at, call in enumerate(others)
    ]
    return [Trial(*call, who, which, is_htmx) for call, who, which, is_htmx in [*whole, *turns]]


SELECTED = selection()


@pytest.mark.parametrize(
    "number", range(len(ADDRESSES)), ids=[f"{at}-{name}" for at, (name, _) in enumerate(ADDRESSES)]
)
def test_an_address_answers_as_registered(here: Installation, number: int) -> None:
    chosen = [trial for trial in SELECTED if trial.address == number]

    assert [fault for trial in chosen if (fault := wrong(here, trial))] == []
    assert len(chosen) >= len(METHODS) - 1


@pytest.mark.soak
@pytest.mark.parametrize(
    "number", range(len(ADDRESSES)), ids=[f"{at}-{name}" for at, (name, _) in enumerate(ADDRESSES)]
)
def test_an_address_answers_as_registered_in_every_way(here: Installation, number: int) -> None:
    assert [fault for trial in every_trial() if trial.address == number and (fault := wrong(here, trial))] == []


CLINICAL_CALLS = [(number, method) for number, method in registered() if kind_of(ADDRESSES[number][0]) in OF_A_CLINIC]


def differing(here: Installation, name: str, calls: list[tuple[int, str]], is_htmx: bool) -> list[str]:
    """Where what is another clinic's answers otherwise than what is nowhere."""
    foreign, clinic = ("own", HERE) if "there" in name or "another" in name else ("foreign", THERE)
    theirs = here.people[name].in_clinic(clinic)  # for whom some of it is not another clinic's
    rules = registry().rules
    return [
        f"{method} {ADDRESSES[number][0]}, {name}"
        for number, method in calls
        if theirs.isdisjoint(seen_by(rules[ADDRESSES[number][0]].get(method)))
        and tried(here, Trial(number, method, name, foreign, is_htmx)).without_tokens
        != tried(here, Trial(number, method, name, "missing", is_htmx)).without_tokens
    ]


@pytest.mark.parametrize(
    ("name", "is_htmx"),
    [
        ("a physician", False), ("a nurse", True), ("an administrator here and physician there", False),
        pytest.param("a physician", True, marks=pytest.mark.soak), pytest.param("a nurse", False, marks=pytest.mark.soak),
        pytest.param("an editor", False, marks=pytest.mark.soak),
        pytest.param("a clinic's administrator", True, marks=pytest.mark.soak),
    ],
)  # fmt: skip
def test_what_is_another_clinics_and_what_is_nowhere_are_the_same_answer_to_the_byte(
    here: Installation, name: str, is_htmx: bool
) -> None:
    assert len(CLINICAL_CALLS) > 50
    assert differing(here, name, CLINICAL_CALLS, is_htmx) == []


# --- the trials themselves ---------------------------------------------------------------------------------------------


def faults(here: Installation, *names: str) -> list[str]:
    chosen = [trial for trial in SELECTED if trial.method in ("GET", "POST") and trial.route in names]
    return [fault for trial in chosen if (fault := wrong(here, trial))]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (PatientQuerySet, "patient_edit"),
        (PatientRowQuerySet, "plan_detail"),
        (OpenWorkQuerySet, "task_close"),
        (ClinicRowQuerySet, "letter_run_detail"),
    ],
)
def test_a_filter_by_clinic_that_is_gone_is_seen(
    here: Installation, monkeypatch: pytest.MonkeyPatch, rows: Any, name: str
) -> None:
    """With row-level security, which hides the same, it is not: see test_layers."""
    without_row_security(monkeypatch)
    monkeypatch.setattr(rows, "visible_to", see_everything)
    write_anew(monkeypatch)

    found = faults(here, name)

    assert any("should be not there" in fault for fault in found)
    assert differing(here, "a physician", [call for call in CLINICAL_CALLS if ADDRESSES[call[0]][0] == name], False)


def test_a_check_of_the_role_that_is_gone_is_seen(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rule, "why_not", lambda rule, roles: "")

    assert any("should be not for them" in fault for fault in faults(here, "letter_run_list", "patient_register"))


@pytest.mark.parametrize(
    ("check", "wanted"),
    [
        ("without_second_factor", "should be asked for a second factor"),
        ("without_password", "should be asked for the password once more"),
    ],
)
def test_what_is_not_asked_for_any_more_is_seen(
    here: Installation, monkeypatch: pytest.MonkeyPatch, check: str, wanted: str
) -> None:
    monkeypatch.setattr(f"config.admission.{check}", lambda request, user, rule: None)

    found = faults(here, "version_approve", "worklist_csv", "version_publish", "alert_close")

    assert any(wanted in fault for fault in found)


def test_a_check_in_an_action_that_is_gone_is_seen(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "why_not_decide_alert", lambda user, alert: "")

    assert any("302, should be refused by the action" in fault for fault in faults(here, "alert_close"))


def test_a_trace_that_is_not_left_is_seen(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "record_access", lambda **told: None)

    assert any("no trace of who looked" in fault for fault in faults(here, "patient_results"))


def test_every_two_values_meet_in_a_covering_selection() -> None:
    values = [("a", "b", "c"), (1, 2, 3), ("x", "y"), (True, False)]

    rows = covering(values, lambda row: row[:2] != ("c", 3))

    met = {(one, row[one], other, row[other]) for row in rows for one, other in combinations(range(4), 2)}
    wanted = {
        (one, first, other, second) for one, other in combinations(range(4), 2)
        for first in values[one] for second in values[other]
    }  # fmt: skip
    assert wanted - met == {(0, "c", 1, 3)}
    assert len(rows) < 12
    assert rows == covering(values, lambda row: row[:2] != ("c", 3))


def test_the_selection_tries_each_registered_method_with_each_person_and_each_object() -> None:
    tried_with = {(trial.address, trial.method, trial.person) for trial in SELECTED}
    found = {(trial.address, trial.method, trial.object) for trial in SELECTED}

    assert {(*call, name) for call in registered() for name in NAMES} <= tried_with
    assert {(*call, which) for call in registered() for which in objects_of(ADDRESSES[call[0]][0])} <= found
    assert {(number, method) for number, _ in enumerate(ADDRESSES) for method in METHODS} == {
        (trial.address, trial.method) for trial in SELECTED
    }
