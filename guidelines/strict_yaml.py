"""Reads YAML as plain text: every scalar a string, every node with its place and line.

Refuses duplicate keys, anchors, aliases, tags, merge keys, more than one document, control characters, deep nesting
and size, before anything is built from them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from guidelines.engine.values import FORBIDDEN

MAXIMUM_BYTES = 2_000_000
MAXIMUM_DEPTH = 20
MAXIMUM_NODES = 100_000
MAXIMUM_KEY_LENGTH = 200

# libyaml where PyYAML was built with it: ten times as fast, the same events.
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class YamlRefused(ValueError):
    """The text is not the YAML we accept."""

    def __init__(self, message: str, *, line: int, column: int = 1, place: str = "") -> None:
        where = f"line {line}, column {column}"
        super().__init__(f"{place}, {where}: {message}" if place else f"{where}: {message}")
        self.message, self.line, self.column, self.place = message, line, column, place


@dataclass(slots=True)
class Node:
    """A value with where it stands: `place` is such as safety_rules[12].when, counted from 0."""

    value: "str | dict[str, Node] | list[Node]"
    line: int
    column: int
    place: str
    file: str = ""
    key_lines: dict[str, int] = field(default_factory=dict)

    def plain(self) -> Any:
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read_yaml(raw: bytes | str, *, file: str = "") -> Node:
    """The one document of the text, as nodes. Raises YamlRefused with line and column."""
    text = decoded(raw)
    try:
        return _Reader(yaml.parse(text, Loader=LOADER), file).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlRefused(f"this is not YAML: {error.problem or error.context}", line=line, column=column) from None
    except yaml.YAMLError as error:
        raise YamlRefused(f"this is not YAML: {str(error).splitlines()[0]}", line=1) from None


def decoded(raw: bytes | str) -> str:
    size = len(raw) if isinstance(raw, bytes) else len(raw.encode("utf-8", "surrogatepass"))
    if size > MAXIMUM_BYTES:
        raise YamlRefused(f"the file has {size} bytes; at most {MAXIMUM_BYTES} are read", line=1)
    if isinstance(raw, bytes):
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise YamlRefused("the file is not UTF-8; save it as UTF-8", line=line) from None
    else:
        text = raw
        if found := re.search("[\ud800-\udfff]", text):
            raise YamlRefused("half a character; save the file as UTF-8", line=text.count("\n", 0, found.start()) + 1)
    if found := FORBIDDEN.search(text):
        before = text[: found.start()]
        raise YamlRefused(
            f"remove the control character U+{ord(found[0]):04X}",
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
        )
    return text


class _Reader:
    """Builds nodes from the parser's events, and stops at the first thing we do not accept."""

    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self.events, self.file, self.count = events, file, 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise refused(event, "a second document begins here; a file holds one")
                if event.tags or event.version:
                    raise refused(event, "remove the % directive")
                root = self.node(next(self.events), "", 0)
        if root is None:
            raise YamlRefused("the file is empty", line=1)
        return root

    def node(self, event: yaml.Event, place: str, depth: int) -> Node:
        self.count += 1
        if self.count > MAXIMUM_NODES:
            raise refused(event, f"the file has more than {MAXIMUM_NODES} values; it is not a guideline")
        if depth > MAXIMUM_DEPTH:
            raise refused(event, f"nested more than {MAXIMUM_DEPTH} levels deep", place[:60])
        if isinstance(event, yaml.AliasEvent):
            raise refused(event, "an alias (*) is not accepted; write the value out", place)
        if getattr(event, "anchor", None) is not None:
            raise refused(event, "an anchor (&) is not accepted; write the value out where it is needed", place)
        if getattr(event, "tag", None) is not None:
            raise refused(event, "a tag (!) is not accepted; every value is text", place)
        node = Node("", *position(event), place, self.file)
        if isinstance(event, yaml.ScalarEvent):
            if found := FORBIDDEN.search(event.value):  # written as an escape
                raise refused(event, f"remove the control character U+{ord(found[0]):04X}", place)
            node.value = event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            node.value = self.sequence(place, depth)
        elif isinstance(event, yaml.MappingStartEvent):
            node.value = self.mapping(node, depth)
        else:
            raise refused(event, "a value is missing here", place)
        return node

    def sequence(self, place: str, depth: int) -> list[Node]:
        nodes: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, f"{place}[{len(nodes)}]", depth + 1))
        return nodes

    def mapping(self, owner: Node, depth: int) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise refused(event, "a key must be a word, not a list or an alias", owner.place)
            key = self.node(event, owner.place, depth + 1).value
            if not isinstance(key, str) or len(key) > MAXIMUM_KEY_LENGTH:
                raise refused(event, f"a key has at most {MAXIMUM_KEY_LENGTH} characters", owner.place)
            if key == "<<":
                raise refused(event, "a merge key (<<) is not accepted; write the fields out", owner.place)
            if key in nodes:
                first = owner.key_lines[key]
                raise refused(event, f"the key {key} stands twice, first in line {first}; keep one", owner.place)
            owner.key_lines[key] = position(event)[0]
            nodes[key] = self.node(next(self.events), f"{owner.place}.{key}".lstrip("."), depth + 1)
        return nodes


def refused(event: yaml.Event, message: str, place: str = "") -> YamlRefused:
    line, column = position(event)
    return YamlRefused(message, line=line, column=column, place=place)


def position(event: yaml.Event) -> tuple[int, int]:
    """Line and column, counted from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
