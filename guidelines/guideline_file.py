"""A guideline file to a Package the engine can run, or every problem with its place, its line and what to do.

Writes nothing. A gap in the content (a missing cap, a citation that leads nowhere) is the lint's matter, not refused.
"""

import gc
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from keyword import iskeyword
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guidelines.engine.compiled import CompiledPackage, ContentError, compile_package
from guidelines.engine.content import Package
from guidelines.engine.values import in_short
from guidelines.library import CONTENT_FOLDER, HAS_SLUG, with_libraries
from guidelines.strict_yaml import MAXIMUM_BYTES, Node, YamlRefused, read_yaml

SHOWN_PROBLEMS = 20
# A hostile file has two hundred thousand, and explaining them takes seconds.
EXPLAINED_PROBLEMS = 1_000
# Beside facts and definitions, what a condition may name and what the resolver keeps under a name of its own.
RESERVED = {"as_of", "current_step", "started_on", "starting", "taken", "weeks_on_hold"}
NO_STEP = "none"


class Problem(NamedTuple):
    """What is wrong, and where. `code` is what the lint calls it."""

    place: str
    line: int | None
    message: str
    column: int | None = None
    code: str = "bad_value"

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        column = f"column {self.column}" if self.column else ""
        where = ", ".join(part for part in (self.place, line, column) if part)
        return f"{where}: {self.message}" if where else self.message


class ContentRefused(ValueError):
    """The content cannot be used; `problems` says where and what to do. Nothing was written.

    `more` is the number of problems that are counted and not explained."""

    def __init__(self, problems: Sequence[Problem], *, more: int = 0) -> None:
        shown = [str(problem) for problem in problems[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            shown.append(f"and {len(problems) - SHOWN_PROBLEMS + more} more problems")
        super().__init__("\n".join(shown))
        self.problems = tuple(problems)


def shipped_guidelines(folder: Path = CONTENT_FOLDER) -> list[Path]:
    """The shipped files with a slug, in the order of their names."""
    return [path for path in sorted(folder.glob("*.yaml")) if HAS_SLUG.search(path.read_bytes())]


def read_guideline_file(path: Path) -> CompiledPackage:
    return read_guideline(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAXIMUM_BYTES + 1)
    except OSError as problem:
        told = f"cannot be read: {problem.strerror}"
        raise ContentRefused([Problem(str(path), None, told, code="unreadable")]) from None


def read_guideline(raw: bytes | str, *, libraries: Path = CONTENT_FOLDER) -> CompiledPackage:
    """The content of a guideline file, checked and ready to run. Raises ContentRefused."""
    package, root = read_package(raw, libraries=libraries)
    return checked(package, root)


@contextmanager
def no_look_for_garbage() -> Iterator[None]:
    """A hostile file makes hundreds of thousands of objects. None is garbage yet, and each look takes the longer the more
    there are: together three times as long as making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@no_look_for_garbage()
def read_package(raw: bytes | str, *, libraries: Path = CONTENT_FOLDER) -> tuple[Package, Node]:
    """The content of a guideline file as it stands, which may not run, and where it stands. Raises ContentRefused."""
    code = "not_yaml"
    try:
        root = read_yaml(raw)
        code = "unknown_in_library"
        root = with_libraries(root, libraries)
    except YamlRefused as problem:
        raise ContentRefused([Problem(problem.place, problem.line, problem.message, problem.column, code)]) from None
    if not isinstance(root.value, dict):
        told = "write a guideline: its fields and their values (name: value)"
        raise ContentRefused([Problem("", root.line, told, code="bad_shape")])
    try:
        return Package.model_validate(root.plain()), root
    except ValidationError as errors:
        found = errors.errors(include_url=False, include_input=False)
        problems = [explained(root, error) for error in found[:EXPLAINED_PROBLEMS]]
        raise ContentRefused(problems, more=len(found) - len(problems)) from None


def checked(package: Package, root: Node | None = None) -> CompiledPackage:
    """The package ready to run, or ContentRefused. `root` is the file it came from, for the line numbers."""
    problems = [located(root, place, message, "unknown_key") for place, message in dangling(package)]
    problems += [located(root, place, message) for place, message in disordered(package)]
    try:
        compiled = compile_package(package)
    except ContentError as problem:
        problems.insert(0, located(root, problem.place, problem.message, problem.code))
    if problems:
        raise ContentRefused(problems)
    return compiled


def dangling(package: Package) -> Iterator[tuple[str, str]]:
    """Keys the rows, the pages and the test patients follow, that lead nowhere."""
    groups = {group.key for group in package.fact_groups}
    drugs = {drug.key for drug in package.drugs}
    bases = {base.key for base in package.case_bases}
    for fact in package.facts:
        if fact.group not in groups:
            yield f"facts.{fact.key}.group", f"there is no fact group {fact.group!r}"
    for item in package.monitoring:
        for key in {key for window in item.windows for key in window.drugs} - drugs:
            yield f"monitoring.{item.key}.windows", f"there is no drug {key!r}"
    for rule in package.print_rules:
        if rule.drug and rule.drug not in drugs:
            yield f"print_rules.{rule.key}.drug", f"there is no drug {rule.drug!r}"
    for case in package.cases:
        if case.based_on and case.based_on not in bases:
            yield f"cases.{case.key}.based_on", f"there is no case base {case.based_on!r}"


def disordered(package: Package) -> Iterator[tuple[str, str]]:
    """Names that mean two things, and amounts in the wrong order."""
    yield from ill_named(package)
    products: set[str] = set()
    for drug in package.drugs:
        for product in drug.products:
            if product.key in products:
                yield f"drugs.{drug.key}.products", f"the product key {product.key!r} is used twice; give each its own"
            products.add(product.key)
    for regimen in package.regimens:
        place = f"regimens.{regimen.key}"
        if not regimen.min <= (regimen.start or regimen.min) <= regimen.max or regimen.max <= 0:
            yield place, "min, start and max must be in this order, and max above 0"


def ill_named(package: Package) -> Iterator[tuple[str, str]]:
    """Names that a condition could not tell from something else, and print rules that could never find anything."""
    facts = {fact.key for fact in package.facts}
    named = [
        *((f"facts.{f.key}", f.key) for f in package.facts),
        *((f"definitions.{d.key}", d.key) for d in package.definitions),
    ]
    for place, key in named:
        if key in RESERVED or iskeyword(key):
            yield place, f"{key!r} is a word of the rule language; give it another key"
        elif not key.isidentifier():
            yield place, f"{key!r} would be read as a subtraction; write _ for -"
    for definition in package.definitions:
        if definition.key in facts:
            yield f"definitions.{definition.key}", f"a fact has the key {definition.key!r}, too; give each its own"
    for step in package.steps:
        if step.key == NO_STEP:
            yield (
                f"steps.{step.key}",
                f"{NO_STEP!r} is what a condition calls not yet being on a step; give it another key",
            )
    for rule in package.print_rules:
        for pattern in rule.forbidden:
            try:
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as problem:
                yield f"print_rules.{rule.key}.forbidden", f"{in_short(pattern)} is not a regular expression: {problem}"


# --- places and lines ----------------------------------------------------------------------------------------------


def located(root: Node | None, place: str, message: str, code: str = "bad_value") -> Problem:
    """A place such as `safety_rules.KEY.when` in the file it was read from."""
    if root is None:
        return Problem(place, None, message, code=code)
    node = root
    for part in place.split("."):
        below = step_into(node, part)
        if below is None:
            break
        node = below
    shown = ": ".join(text for text in (node.file, place) if text)
    return Problem(shown, node.line, message, code=code)


def step_into(node: Node, part: str) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(part)
    if isinstance(node.value, list):
        for entry in node.value:
            key = entry.value.get("key") if isinstance(entry.value, dict) else None
            if key is not None and key.value == part:
                return entry
    return None


def explained(root: Node, error: ErrorDetails) -> Problem:
    """A validation error as a sentence, with the place and line in the file it came from."""
    node, missing = root, ""
    for part in error["loc"]:
        below = part_of(node, part)
        # Parts that are not in the file are names of types, or the field that is missing.
        node, missing = (below, "") if below is not None else (node, str(part))
    place, line = node.place, node.line
    if error["type"] == "missing":
        place = f"{place}.{missing}".lstrip(".")
    shown = ": ".join(text for text in (node.file, place) if text)
    return Problem(shown, line, sentence(error), code=CODES.get(error["type"], "bad_value"))


def part_of(node: Node, part: int | str) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(part))
    if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


CODES = {
    "missing": "missing_field", "extra_forbidden": "unknown_field", "tuple_type": "bad_shape", "list_type": "bad_shape",
    "model_type": "bad_shape", "dict_type": "bad_shape", "model_attributes_type": "bad_shape",
}  # fmt: skip
SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda context: "this field is required; write it",
    "extra_forbidden": lambda context: "there is no such field; remove it or correct its spelling",
    "literal_error": lambda context: f"write one of {context['expected']}",
    "union_tag_invalid": lambda context: f"write one of {context['expected_tags']}",
    "union_tag_not_found": lambda context: "say its type: weekly or daily",
    "string_too_short": lambda context: "this must not be empty",
    "string_too_long": lambda context: f"write at most {context['max_length']} characters",
    "string_type": lambda context: "write a text, not a list or fields",
    "string_pattern_mismatch": lambda context: "write a key: a letter, then letters, digits, - and _, at most 80",
    "value_error": lambda context: str(context["error"]),
    "too_short": lambda context: "this must not be empty",
    "too_long": lambda context: f"write at most {context['max_length']} characters",
}


def sentence(error: ErrorDetails) -> str:
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]](error.get("ctx", {}))
    if error["type"] in ("tuple_type", "list_type"):
        return "write a list (lines that begin with -)"
    if error["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return "write fields and their values (name: value)"
    return error["msg"]
