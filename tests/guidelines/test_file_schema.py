"""The published JSON Schema admits what the reader admits: the shipped files, and none of their commonest mistakes."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from guidelines.engine.content import KEYED, Package
from guidelines.guideline_file import shipped_guidelines
from guidelines.strict_yaml import read_yaml
from tests.factories_guidelines import ITCHING_ELBOW

FILES = (
    *shipped_guidelines(),
    ITCHING_ELBOW,
    ITCHING_ELBOW.with_name("source_article.yaml"),
)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("guideline_schema", stdout=out)
    loaded: dict[str, Any] = json.loads(out.getvalue())
    return loaded


def problems(schema: Any, value: Any, root: Any, place: str = "") -> list[str]:
    """What of the value the schema refuses: the few words of the language that ours uses."""
    if "$ref" in schema:
        return problems(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, root, place)
    for word in ("anyOf", "oneOf"):
        if word in schema and all(problems(part, value, root, place) for part in schema[word]):
            return [f"{place}: none of {word}"]
    if "const" in schema and value != schema["const"]:
        return [f"{place}: not {schema['const']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int}
    wanted = schema.get("type", [])
    named = [wanted] if isinstance(wanted, str) else wanted
    if named and not any(isinstance(value, kinds[name]) for name in named):
        return [f"{place}: {value!r} is no {wanted}"]
    if isinstance(value, str):
        fits = len(value) <= schema.get("maxLength", 10**6) and re.search(schema.get("pattern", ""), value)
        return [] if fits else [f"{place}: {value!r} does not fit"]
    found = []
    if isinstance(value, list):
        for number, part in enumerate(value):
            found += problems(schema.get("items", {}), part, root, f"{place}[{number}]")
    if isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        found += [f"{place}.{name}: missing" for name in schema.get("required", []) if name not in value]
        for name, part in value.items():
            below = fields.get(name, others)
            found += [f"{place}.{name}: unknown"] if below is False else []
            found += problems(below, part, root, f"{place}.{name}") if isinstance(below, dict) else []
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_guideline_file_fits_the_schema(schema: dict[str, Any], path: Path) -> None:
    assert problems(schema, read_yaml(path.read_bytes()).plain(), schema) == []


def test_an_exported_file_in_json_fits_the_schema(schema: dict[str, Any]) -> None:
    content = json.loads(Package.model_validate(read_yaml(ITCHING_ELBOW.read_bytes()).plain()).canonical_json())

    assert problems(schema, content, schema) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("strength: 2.5", "strength: 2,5"),
        ("frequency: {type: weekly}", "frequency: {type: monthly}"),
        ("severity: stop", "severity: halt"),
        ("weekly_only: true", "weekly_only: yes"),
        ("after: 30 d", "after: a month"),
        ("condition: Itching elbow", "conditon: Itching elbow"),
        ("review_by: 2030-01-31", "review_by: soon"),
    ],
)
def test_a_mistake_does_not(schema: dict[str, Any], old: str, new: str) -> None:
    content = read_yaml(ITCHING_ELBOW.read_text().replace(old, new, 1)).plain()

    assert problems(schema, content, schema) != []


def test_the_schema_says_what_a_file_may_take_from_the_libraries(schema: dict[str, Any]) -> None:
    assert set(schema["properties"]) == {*Package.model_fields, "use"}
    assert set(schema["properties"]["use"]["properties"]) == set(KEYED)
    assert not set(KEYED) & set(schema["required"])


def test_numbers_are_texts(schema: dict[str, Any]) -> None:
    amount = schema["$defs"]["Cap"]["properties"]["amount"]

    assert amount["type"] == "string"
    assert re.fullmatch(amount["pattern"], "12.5") and not re.fullmatch(amount["pattern"], "12,5")
