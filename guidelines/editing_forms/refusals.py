"""What was refused behind the form, at the field it is about: the engine names places such as `regimens.KEY.caps`."""

import re

from guidelines.editing_forms.shape import fields_of
from guidelines.editing_forms.typed import ROOT, Problems
from guidelines.engine.values import Content

PLACE = re.compile(r"^(?P<part>[a-z_]+)(\.(?P<key>[A-Za-z][\w-]*))?(\.(?P<field>\w+)\S*)?: (?P<said>.+)$")
TAKEN = re.compile(r"^There is an entry .+ already\b")


def placed(refusal: str, part: str, key: str, entry_class: type[Content]) -> Problems:
    """Sentences by the name of their field; what is about another entry names it."""
    names = {field.name for field in fields_of(entry_class)}
    problems: Problems = {}
    for line in refusal.splitlines():
        found = PLACE.match(line)
        if TAKEN.match(line):
            name, said = f"{ROOT}-key", line
        elif found is None:
            name, said = ROOT, line
        elif (found["part"], found["key"]) == (part, key):
            name, said = (f"{ROOT}-{found['field']}" if found["field"] in names else ROOT), found["said"]
        else:
            name, said = (
                ROOT,
                f"With this, {found['part'].replace('_', ' ')} {found['key'] or ''} would be wrong: {found['said']}",
            )
        problems.setdefault(name, []).append(said if said.endswith(".") else f"{said[:1].upper()}{said[1:]}.")
    return problems
