"""The JSON Schema of a guideline file: what the strict reader gets to see, which is text, lists and fields.

The engine's classes say the names, what must be there and which words are allowed; that a number is written in digits, a
date as 2026-01-31 and a flag as true or false is said here. What a schema cannot say, the lint does.
"""

import json
from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from guidelines.engine.content import KEYED, Package
from guidelines.engine.values import DATE, DECIMAL, INTERVAL, Interval
from guidelines.library import ALL

DIALECT = "https" + "://json-schema.org/draft/2020-12/schema"


class OfTexts(GenerateJsonSchema):
    """Every scalar of a file is a text; in a file written as JSON, a whole number or a flag may stand as itself."""

    schema_dialect = DIALECT

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{DECIMAL.pattern}$"}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        return {"type": ["string", "integer"], "pattern": "^[0-9]{1,9}$"}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        return {"enum": ["true", "false", True, False]}

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:
        return {"type": "string", "format": "date", "pattern": f"^{DATE.pattern}$"}

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        if schema["cls"] is Interval:
            return {"type": "string", "pattern": f"^{INTERVAL.pattern}$"}
        return super().dataclass_schema(schema)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A field that says nothing is left out; there is no null in a file."""
        return self.generate_inner(schema["schema"])

    def encode_default(self, dft: Any) -> Any:
        return str(dft) if isinstance(dft, Decimal) else super().encode_default(dft)

    def generate(self, schema: CoreSchema, mode: Any = "validation") -> JsonSchemaValue:
        return {"$schema": DIALECT, **super().generate(schema, mode)}


def file_schema() -> dict[str, Any]:
    """The schema, with `use`: what a file takes from the shipped libraries."""
    schema = Package.model_json_schema(schema_generator=OfTexts, mode="validation", by_alias=True)
    keys = {"type": "array", "items": {"type": "string"}}
    wanted = {"anyOf": [{"const": ALL}, keys]}
    schema["title"] = "Guideline file"
    schema["properties"]["use"] = {
        "type": "object",
        "description": "Entries taken from the shipped libraries: a list of keys for each part, or the word all.",
        "additionalProperties": False,
        "properties": dict.fromkeys(KEYED, wanted),
    }
    without_null(schema)
    # What a library gives need not stand in the file.
    schema["required"] = [name for name in schema["required"] if name not in KEYED]
    schema["anyOf"] = [{"required": ["facts"]}, {"required": ["use"]}]
    return schema


def without_null(schema: Any) -> None:
    if isinstance(schema, dict):
        if schema.get("default", "") is None:
            del schema["default"]
        for part in schema.values():
            without_null(part)
    elif isinstance(schema, list):
        for part in schema:
            without_null(part)


def in_json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)
