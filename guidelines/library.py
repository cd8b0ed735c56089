"""The shipped libraries: facts, drugs and texts a guideline file may `use` instead of writing them again.

The named entries are put, in library order, before the file's own. Refuses a name no library has, and two entries
with one name.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from guidelines.engine.content import KEYED
from guidelines.engine.values import in_short
from guidelines.strict_yaml import Node, YamlRefused, read_yaml

CONTENT_FOLDER = Path(__file__).parent / "content"
# Words for searching, what every guideline is held against, and how laboratories name results: no guideline takes
# content from these.
SYNONYMS, SAFEGUARDS, RESULT_NAMES = "synonyms.yaml", "safeguards.yaml", "result-names.yaml"
HAS_SLUG = re.compile(rb"^slug\s*:", re.MULTILINE)
USES_LIBRARIES = re.compile(rb"^use\s*:", re.MULTILINE)
ALL = "all"


def is_library(raw: bytes) -> bool:
    """Whether a file holds lists of entries alone. What cannot be read is none: a guideline says better what is wrong."""
    try:
        root = read_yaml(raw)
    except YamlRefused:
        return False
    return isinstance(root.value, dict) and bool(root.value) and root.value.keys() <= set(KEYED)


def library_files(folder: Path = CONTENT_FOLDER) -> list[Path]:
    """The shipped files without a slug, in the order of their names."""
    found = (path for path in sorted(folder.glob("*.yaml")) if path.name not in (SYNONYMS, SAFEGUARDS, RESULT_NAMES))
    return [path for path in found if not HAS_SLUG.search(path.read_bytes())]


def read_libraries(folder: Path = CONTENT_FOLDER) -> dict[str, dict[str, Node]]:
    """For each collection its entries by key, in library order."""
    shelves: dict[str, dict[str, Node]] = {}
    for path in library_files(folder):
        root = read_yaml(path.read_bytes(), file=path.name)
        for collection, entries in as_mapping(root).items():
            if collection not in KEYED:
                raise refused(entries, f"a library holds lists of entries only; {collection} is none")
            shelf = shelves.setdefault(collection, {})
            for key, entry in keyed(entries):
                if key in shelf:
                    first = shelf[key]
                    raise refused(entry, f"{key} stands in {first.file}, line {first.line}, too; keep one")
                shelf[key] = entry
    return shelves


def keyed(entries: Node) -> Iterable[tuple[str, Node]]:
    if not isinstance(entries.value, list):
        raise refused(entries, "write a list of entries")
    for entry in entries.value:
        key = as_mapping(entry).get("key")
        if key is None or not isinstance(key.value, str):
            raise refused(entry, "give the entry a key")
        yield key.value, entry


def with_libraries(root: Node, folder: Path = CONTENT_FOLDER) -> Node:
    """The guideline with what it uses put in, and without `use`."""
    own = as_mapping(root)
    if "use" not in own:
        return root
    whole = {name: node for name, node in own.items() if name != "use"}
    shelves = read_libraries(folder)
    for collection, wanted in as_mapping(own["use"]).items():
        if collection not in shelves:
            have = ", ".join(shelves) or "nothing"
            raise refused(wanted, f"no library has {collection}; the libraries have {have}")
        chosen = chosen_entries(wanted, shelves[collection], collection)
        mine = whole.get(collection) or replace(wanted, value=[], place=collection)
        if not isinstance(mine.value, list):
            raise refused(mine, "write a list of entries")
        whole[collection] = replace(mine, value=[*chosen, *mine.value])
    return replace(root, value=whole)


def chosen_entries(wanted: Node, shelf: dict[str, Node], collection: str) -> list[Node]:
    if wanted.value == ALL:
        return list(shelf.values())
    if not isinstance(wanted.value, list):
        raise refused(wanted, "write a list of keys, or the word all")
    names: dict[str, Node] = {}
    for name in wanted.value:
        if not isinstance(name.value, str) or name.value not in shelf:
            raise refused(name, f"no library has {in_short(name.plain())} among its {collection}")
        if name.value in names:
            raise refused(name, f"{name.value} is named twice")
        names[name.value] = name
    return [entry for key, entry in shelf.items() if key in names]


def as_mapping(node: Node) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        raise refused(node, "write fields and their values (name: value)")
    return node.value


def refused(node: Node, message: str) -> YamlRefused:
    place = ": ".join(part for part in (node.file, node.place) if part)
    return YamlRefused(message, line=node.line, column=node.column, place=place)
