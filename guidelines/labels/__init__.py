"""What editors read beside parts and fields, from the two files here: titles, labels, help, where keys lead.

Refuses a class, a field or a part that content does not have; a field that is not named there is called by its name.
"""

from functools import cache
from itertools import groupby
from pathlib import Path

from guidelines.engine.values import Content, Flag, Key, Line
from guidelines.strict_yaml import read_yaml

FOLDER = Path(__file__).parent
ANY = "Any"


class FieldLabel(Content):
    """`leads_to`: the parts whose keys it holds. `reads`: the text is a formula, not a condition. `one`: what a row of
    it is called. `used_before`: what other entries have there is offered."""

    label: Line | None = None
    help: str = ""
    leads_to: tuple[Key, ...] = ()
    words: dict[str, Line] = {}
    one: Line | None = None
    unit: Line | None = None
    reads: Line | None = None
    used_before: Flag = False


class FieldGroup(Content):
    title: Line
    fields: tuple[Key, ...]


class ClassLabels(Content):
    name: Key
    groups: tuple[FieldGroup, ...] = ()
    fields: dict[Key, FieldLabel] = {}


class PartLabel(Content):
    part: Key
    title: Line
    one: Line
    about: Line
    group: Line


@cache
def parts() -> dict[str, PartLabel]:
    """The parts of a guideline in the order of an editor's work."""
    rows = [PartLabel.model_validate(row) for row in read(FOLDER / "parts.yaml")["parts"]]
    return {row.part: row for row in rows}


def grouped_parts() -> list[tuple[str, list[PartLabel]]]:
    return [(title, list(rows)) for title, rows in groupby(parts().values(), key=lambda row: row.group)]


def entry_in_words(place: str) -> str:
    """The entry that a finding is about, as editors call it: a place begins with the part and the key of its entry."""
    part, _, rest = place.partition(".")
    key, label = rest.partition(".")[0].partition("[")[0], parts().get(part.partition("[")[0])
    if label is None:
        return in_words(part)
    return f"{label.one.capitalize()} {key}" if key else label.title


@cache
def classes() -> dict[str, ClassLabels]:
    rows = read(FOLDER / "fields.yaml")["classes"]
    return {row["class"]: ClassLabels.model_validate({**without_class(row), "name": row["class"]}) for row in rows}


def without_class(row: dict) -> dict:
    return {name: value for name, value in row.items() if name != "class"}


def read(path: Path) -> dict:
    found = read_yaml(path.read_bytes(), file=path.name).plain()
    return dict(found)


@cache
def field_label(class_name: str, field: str) -> FieldLabel:
    """Of the class, or of any class; what the class leaves out, it takes from there only if it says nothing at all."""
    own = classes().get(class_name)
    if own is not None and field in own.fields:
        found, wider = own.fields[field], classes()[ANY].fields.get(field)
        if found.label is None or not found.leads_to:
            filled = {
                "label": found.label or (wider.label if wider else None) or in_words(field),
                "leads_to": found.leads_to or (wider.leads_to if wider else ()),
            }
            return found.model_copy(update=filled)
        return found
    found = classes()[ANY].fields.get(field, FieldLabel())
    return found if found.label else found.model_copy(update={"label": in_words(field)})


def field_groups(class_name: str) -> tuple[FieldGroup, ...]:
    own = classes().get(class_name)
    return own.groups if own else ()


def in_words(name: str) -> str:
    """A field's name as its label."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
