"""Every text of a package with its place, for whom it is, and the entry it belongs to."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from guidelines.engine.content import Package

# part: the fields a clinician reads, and those a patient reads
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "definitions": (("text",), ()),
    "conflicts": (("text", "certainty", "evidence"), ("plain",)),
    "sections": (("title",), ("plain_title",)),
    "statements": (("clinician",), ("plain",)),
    "regimens": (("title", "note", "no_cap_because"), ("plain",)),
    "safety_rules": (("message", "unknown_message"), ("plain",)),
    "monitoring": (("phase", "why"), ("plain",)),
    "options": (("title",), ("plain",)),
    "steps": (("title", "text", "refers_to"), ("plain_title", "plain")),
    "transitions": (("text",), ("plain",)),
    "instructions": (("clinician",), ("plain",)),
    "tests": (("label",), ("plain_label",)),
    "facts": (("label", "question", "why"), ("plain_question",)),
    "drugs": ((), ("purpose",)),
    "override_reasons": (("label",), ()),
}
BELOW: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "regimens": (
        ("caps", ("text",)), ("adjustments", ("text", "no_dose")), ("titration", ("needs",)), ("taper", ("text", "advice")),
    ),
    "safety_rules": (("action", ("text", "resume", "who")),),
    "steps": (("actions", ("text",)),),
}  # fmt: skip


class Written(NamedTuple):
    place: str
    part: str
    field: str
    entry: Any
    text: str
    is_plain: bool


def texts(package: Package) -> Iterator[Written]:
    for field in ("title", "question", "answer", "population", "condition", "disclaimer"):
        yield Written(field, "head", field, package, getattr(package, field), False)
    for field in ("plain_question", "plain_answer", "plain_disclaimer"):
        if text := getattr(package, field):
            yield Written(field, "head", field, package, text, True)
    for part, (clinical, plain) in FIELDS.items():
        for entry in getattr(package, part):
            place = f"{part}.{entry.key}"
            for field in (*clinical, *plain):
                if text := getattr(entry, field):
                    yield Written(place, part, field, entry, text, field in plain)
            for name, fields in BELOW.get(part, ()):
                yield from below(place, part, name, fields, getattr(entry, name))


def below(place: str, part: str, name: str, fields: tuple[str, ...], held: Any) -> Iterator[Written]:
    for entry in held if isinstance(held, tuple) else (held,) if held else ():
        key = getattr(entry, "key", "")
        for field in fields:
            value = getattr(entry, field)
            for text in value if isinstance(value, tuple) else (value,) if value else ():
                yield Written(
                    f"{place}.{name}.{key}".rstrip("."), part, f"{name}.{field}", entry, text, field == "advice"
                )
