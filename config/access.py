"""Who may do what, as `access.yaml` says it: read once, and strictly. Refuses a file with anything it does not know.

Nothing is decided here about single rows: which patient, which version. What the file says of those, the views and actions
do, and the tests hold them to it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from guidelines.strict_yaml import Node, read_yaml

FILE = Path(__file__).with_suffix(".yaml")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WRITTEN = tuple(method for method in METHODS if method != "HEAD")
ACCESS = "access"  # the event of looking at a patient
ANYONE, SIGNED_IN = "anyone", "signed_in"


class Held(StrEnum):
    """What somebody can be: the first three in a clinic, the others in this installation."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    CLINIC_ADMINISTRATOR = "clinic_administrator"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


IN_A_CLINIC = (Held.PHYSICIAN, Held.NURSE, Held.CLINIC_ADMINISTRATOR)
IN_WORDS = {
    Held.PHYSICIAN: "physicians", Held.NURSE: "nurses", Held.CLINIC_ADMINISTRATOR: "administrators",
    Held.EDITOR: "editors", Held.REVIEWER: "reviewers", Held.ADMINISTRATOR: "administrators",
}  # fmt: skip


class AccessRefused(ValueError):
    """The file does not say who may do what."""


@dataclass(frozen=True)
class Rule:
    """One address and what one group of its methods asks for. Without roles, `who` is anyone or signed_in."""

    who: str
    roles: frozenset[Held]
    explained: int  # what the page answers to others by itself; 0 where it is not for others
    state: str
    events: tuple[str, ...]
    section: str = ""
    route: str = ""
    what: str = ""
    methods: tuple[str, ...] = ()
    object: str = ""
    found_by: tuple[str, ...] = ()
    second_factor: bool = False
    reauthenticate: bool = False  # the password once more, if it was last given minutes ago

    @property
    def who_in_words(self) -> str:
        if not self.roles:
            return "Anyone" if self.who == ANYONE else "Whoever is signed in"
        clinic = [IN_WORDS[role] for role in IN_A_CLINIC if role in self.roles]
        here = [IN_WORDS[role] for role in Held if role in self.roles and role not in IN_A_CLINIC]
        groups = ((clinic, "of a clinic"), (here, "of guidelines"))
        return " and ".join(f"{listed(found)} {where}" for found, where in groups if found).capitalize()

    @property
    def asked_in_words(self) -> list[str]:
        """What is asked of whoever is let in."""
        asked = ((self.second_factor, "a second factor"), (self.reauthenticate, "the password once more"))
        return [words for is_asked, words in asked if is_asked]

    @property
    def events_in_words(self) -> list[str]:
        return ["who looked" if event == ACCESS else event.replace("_", " ") for event in self.events]

    def why_not(self, roles: Collection[str]) -> str:
        """For somebody who is signed in with these roles; a sentence, empty when it is allowed."""
        if not self.roles or not self.roles.isdisjoint(roles):
            return ""
        return f"Only {self.who_in_words.lower()} may {'see' if 'GET' in self.methods else 'do'} this."


@dataclass(frozen=True)
class Registry:
    rules: Mapping[str, Mapping[str, Rule]]  # by the name of the address, then by method

    def methods(self, route: str) -> tuple[str, ...]:
        return tuple(method for method in METHODS if method in self.rules.get(route, {}))

    def is_for_strangers(self, route: str) -> bool:
        """Whether any method of it is: of the others, a stranger learns nothing, not even their methods."""
        return any(rule.who == ANYONE for rule in self.rules.get(route, {}).values())

    def why_not(self, route: str, method: str, roles: Collection[str], *, is_signed_in: bool = True) -> str:
        """Whether a link or a button leads this person anywhere."""
        rule = self.rules.get(route, {}).get(method)
        if rule is None:
            return "There is no such address."
        if not is_signed_in:
            return "" if rule.who == ANYONE else "Sign in first."
        return rule.why_not(roles)

    def entries(self) -> list[Rule]:
        """Each once, in the order of the file."""
        return list(dict.fromkeys(rule for rules in self.rules.values() for rule in rules.values()))


@cache
def registry() -> Registry:
    return read_access(FILE.read_bytes())


def read_access(raw: bytes | str) -> Registry:
    """An error names the entry and its key."""
    rules: dict[str, dict[str, Rule]] = {}
    for section, entries in mapping(read_yaml(raw, file=FILE.name)).items():
        for route, entry in mapping(entries).items():
            if route in rules:
                raise refused(entry, f"{route} stands under another heading, too")
            rules[route] = rules_of(section, route, entry)
    return Registry(rules)


def rules_of(section: str, route: str, entry: Node) -> dict[str, Rule]:
    keys = dict(mapping(entry))
    what = word(keys.pop("is", None), entry, "is")
    about, _, found_by = word(keys.pop("object", None), entry, "object", "").partition(" by ")
    if bool(about) != bool(found_by):
        raise refused(entry, 'object: write it such as "patient by pk"')
    rules: dict[str, Rule] = {}
    for group, node in keys.items():
        methods = tuple(group.split())
        if not methods or set(methods) - set(WRITTEN) or len(set(methods)) < len(methods):
            raise refused(entry, f"{group}: not a key, and no method; known are is, object, {', '.join(WRITTEN)}")
        rule = replace(
            rule_of(node), section=section, route=route, what=what, methods=methods, object=about,
            found_by=tuple(found_by.split()),
        )  # fmt: skip
        for method in (*methods, *(["HEAD"] * ("GET" in methods))):
            if method in rules:
                raise refused(node, f"{method} stands twice")
            rules[method] = rule
    if not rules:
        raise refused(entry, "no method is named")
    return rules


def rule_of(node: Node) -> Rule:
    """What stands beside a method; the rest of it stands above."""
    keys = dict(mapping(node))
    who = keys.pop("who", None)
    roles: list[str] = words(who) if who is not None and isinstance(who.value, list) else []
    single = "" if roles else word(who, node, "who")
    if unknown := [role for role in roles if role not in set(Held)] or [single] * (
        not roles and single not in (ANYONE, SIGNED_IN)
    ):
        raise refused(node, f"who: {unknown[0]} is nobody that is known")
    explained, events = word(keys.pop("explained", None), node, "explained", "0"), keys.pop("events", None)
    if explained not in ("0", "200", "403") or (explained != "0" and not roles):
        raise refused(node, "explained: 200 or 403, where who lists roles")
    rule = Rule(
        who=single, roles=frozenset(Held(role) for role in roles), explained=int(explained),
        state=word(keys.pop("state", None), node, "state", ""), events=tuple(words(events)) if events else (),
        second_factor=yes(keys.pop("second_factor", None), node, "second_factor"),
        reauthenticate=yes(keys.pop("reauthenticate", None), node, "reauthenticate"),
    )  # fmt: skip
    if keys:
        known = "who, explained, state, second_factor, reauthenticate, events"
        raise refused(node, f"{next(iter(keys))}: not a key; known are {known}")
    if rule.who == ANYONE and rule.asked_in_words:
        raise refused(node, "who: a stranger has neither a second factor nor a password")
    return rule


def mapping(node: Node) -> dict[str, Node]:
    if not isinstance(node.value, dict) or not node.value:
        raise refused(node, "keys with values are expected here")
    return node.value


def word(node: Node | None, owner: Node, key: str, default: str | None = None) -> str:
    if node is None and default is not None:
        return default
    if node is None or not isinstance(node.value, str) or not node.value.strip():
        raise refused(node or owner, f"{key}: a text is expected" if node else f"{key} is missing")
    return node.value


def yes(node: Node | None, owner: Node, key: str) -> bool:
    """Said, or left out. There is no other value: a rule that is off would look like one."""
    if node is not None and node.value != "true":
        raise refused(owner, f"{key}: true, or left out")
    return node is not None


def words(node: Node) -> list[str]:
    if not isinstance(node.value, list) or not node.value:
        raise refused(node, "a list is expected, such as [physician, nurse]")
    found = [word(one, node, "") for one in node.value]
    if len(set(found)) < len(found):
        raise refused(node, "one stands twice")
    return found


def refused(node: Node, message: str) -> AccessRefused:
    return AccessRefused(f"{FILE.name}, line {node.line}, {node.place or 'the whole'}: {message}")


def listed(found: list[str]) -> str:
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
