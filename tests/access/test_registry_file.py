"""The registry of access is read strictly, and says neither more nor less than there are addresses."""

import re
import sys
from inspect import getsource, unwrap

import pytest
from django.urls import path

from config.access import ACCESS, ANYONE, AccessRefused, read_access, registry
from config.access_checks import differences, every_address_is_registered, named_patterns
from guidelines import actions as guideline_actions
from guidelines.strict_yaml import YamlRefused
from patients import actions as patient_actions
from tests.access.trials import BY_ALLAUTH

ENTRY = "Patients:\n  patient_edit:\n    is: Correcting\n    object: patient by pk\n    GET: {who: [physician]}\n"


def test_an_entry_says_who_may_do_what() -> None:
    rule = read_access(ENTRY).rules["patient_edit"]["HEAD"]

    assert (rule.section, rule.route, rule.what, rule.object, rule.found_by) == (
        "Patients", "patient_edit", "Correcting", "patient", ("pk",),
    )  # fmt: skip
    assert rule.who_in_words == "Physicians of a clinic"
    assert rule.why_not(["nurse"]) == "Only physicians of a clinic may see this."
    assert rule.why_not(["nurse", "physician"]) == ""


@pytest.mark.parametrize(
    ("was", "written", "message"),
    [
        ("GET:", "GTE:", "GTE: not a key, and no method"),
        ("GET:", "GET GET:", "GET GET: not a key, and no method"),
        ("GET:", "HEAD:", "HEAD: not a key, and no method"),
        ("[physician]", "[physicist]", "who: physicist is nobody that is known"),
        ("[physician]", "everyone", "who: everyone is nobody that is known"),
        ("[physician]", "[physician, physician]", "one stands twice"),
        ("[physician]", "[]", "a list is expected, such as"),
        ("{who: [physician]}", "{events: [access]}", "who is missing"),
        ("[physician]}", "[physician], evnts: [access]}", "evnts: not a key"),
        ("[physician]}", "[physician], explained: 500}", "explained: 200 or 403"),
        ("[physician]}", "anyone, explained: 200}", "explained: 200 or 403"),
        ("[physician]}", "[physician], second_factor: false}", "second_factor: true, or left out"),
        ("[physician]}", "[physician], reauthenticate: yes}", "reauthenticate: true, or left out"),
        ("[physician]}", "anyone, second_factor: true}", "a stranger has neither"),
        ("patient by pk", "patient", 'object: write it such as "patient by pk"'),
        ("    is: Correcting\n", "", "is is missing"),
        ("    GET: {who: [physician]}\n", "", "no method is named"),
        ("{who: [physician]}\n", "{who: [physician]}\n    POST GET: {who: anyone}\n", "GET stands twice"),
        ("{who: [physician]}\n", "{who: [physician]}\nMore:\n  patient_edit: {is: x, GET: {who: anyone}}\n", "another heading"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_with_its_entry_and_key(was: str, written: str, message: str) -> None:
    with pytest.raises(AccessRefused, match="patient_edit") as refusal:
        read_access(ENTRY.replace(was, written))

    assert message in str(refusal.value)
    assert "line " in str(refusal.value)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(YamlRefused, match="stands twice"):
        read_access(ENTRY + "    GET: {who: anyone}\n")


def test_every_address_has_an_entry_and_every_entry_an_address() -> None:
    assert every_address_is_registered() == []
    assert len(registry().rules) > 100


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (path("new/", lambda request: None, name="something_new"), '"new/" (something_new) has no entry'),
        (path("new/", lambda request: None), '"new/" (without a name) has no entry'),
        (path("new/<int:number>/", lambda request: None, name="home"), "home: access.yaml finds it by [], the address has"),
    ],
)  # fmt: skip
def test_an_address_without_its_entry_fails_the_check(pattern: object, message: str) -> None:
    [found] = differences(registry(), [*named_patterns(), (pattern.name or "", pattern)])  # type: ignore[attr-defined]

    assert message in found


def test_an_entry_without_its_address_fails_the_check() -> None:
    patterns = [(name, pattern) for name, pattern in named_patterns() if name != "worklist"]

    assert differences(registry(), patterns) == ["worklist has an entry in access.yaml, and no address."]


def test_every_event_is_an_action_there_is_and_every_address_that_changes_something_names_one() -> None:
    actions = {ACCESS, *patient_actions.__all__, *guideline_actions.__all__}
    ours = [rule for rule in registry().entries() if not rule.route.startswith(BY_ALLAUTH)]

    assert {event for rule in ours for event in rule.events} <= actions
    silent = {rule.route for rule in ours if rule.methods == ("POST",) and not rule.events}
    assert silent == {"condition_check", "clinic_choose", "session_end"}  # none writes a row


def test_every_action_stands_where_its_view_stands() -> None:
    """An entry that names an action which its page does not know, or not any more, would only look like a record."""
    sources = {name: getsource(sys.modules[unwrap(entry.callback).__module__]) for name, entry in named_patterns()}

    acted = [(rule.route, event) for rule in registry().entries() for event in rule.events if event != ACCESS]

    called = {(route, event) for route, event in acted if re.search(rf"\b{event}(\(|, f\")", sources[route])}
    assert sorted(set(acted) - called) == []
    assert len(acted) > 50


def test_whatever_belongs_to_a_patient_is_for_the_clinical_roles_of_a_clinic_and_leaves_its_trace() -> None:
    theirs = {"patient", "consultation", "plan", "result", "test", "alert"}
    rules = [rule for rule in registry().entries() if rule.object in theirs]

    others = {rule.route for rule in rules if not rule.roles <= {"physician", "nurse"}}
    assert others == {"patient_looks", "patient_looks_csv"}  # who looked, and nothing that is clinical
    assert all(rule.roles for rule in rules)
    assert [rule.route for rule in rules if ACCESS not in rule.events] == []


PEOPLE = {
    "change_roles", "suspend_member", "resume_member", "remove_member", "invite", "revoke_invitation", "open_clinic",
    "change_installation_roles", "suspend_person", "resume_person",
}  # fmt: skip


def test_what_counts_as_a_signature_asks_for_a_second_factor() -> None:
    """By what it leaves, so that a new page for one of these is not forgotten."""
    grave = {
        "sign_plan", "keep_plan", "move_plan", "stop_plan", "end_plan", "close_alert", "approve", "request_changes", "publish",
        "withdraw", "publish_version", "unpublish_version", *PEOPLE,
    }  # fmt: skip
    signatures = {"sign_plan", "approve", *PEOPLE}
    rules = registry().entries()

    assert {rule.route for rule in rules if grave & set(rule.events)} == {
        rule.route for rule in rules if rule.second_factor
    }
    assert {rule.route for rule in rules if signatures & set(rule.events)} == {
        rule.route for rule in rules if rule.reauthenticate and rule.methods == ("POST",)
    }


def test_what_strangers_may_open_is_a_short_list() -> None:
    open_to_all = {rule.route for rule in registry().entries() if rule.who == ANYONE}

    assert {route for route in open_to_all if not route.startswith(BY_ALLAUTH)} == {
        "home", "editorial_policy", "search", "guideline_list", "guideline_detail", "guideline_version", "guideline_pdf",
        "guideline_changes", "guideline_ask", "calendar_feed", "invitation_accept",
    }  # fmt: skip
