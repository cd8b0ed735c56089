"""What the library files say about each drug. Refuses what has not the shape of a guideline's entries, with its place."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from guidelines.drug_knowledge import OF_A_DRUG, SOURCES, Entries, about
from guidelines.editing import PARTS
from guidelines.guideline_file import ContentRefused, Problem, explained
from guidelines.library import CONTENT_FOLDER, read_libraries
from guidelines.strict_yaml import Node, YamlRefused


def knowledge_in(folder: Path = CONTENT_FOLDER) -> dict[str, Entries]:
    """By drug; of all the library files of a folder, for what is said about one drug stands in several of them."""
    try:
        shelves = read_libraries(folder)
    except YamlRefused as problem:
        raise ContentRefused([Problem(problem.place, problem.line, problem.message, problem.column)]) from None
    read: dict[str, list[Any]] = {
        part: [entry_of(part, node) for node in shelves.get(part, {}).values()] for part in (*OF_A_DRUG, SOURCES)
    }
    return {drug.key: about(drug.key, read) for drug in read["drugs"]}


def entry_of(part: str, node: Node) -> Any:
    try:
        return PARTS[part].entry_class.model_validate(node.plain())
    except ValidationError as errors:
        raise ContentRefused([explained(node, error) for error in errors.errors(include_url=False)]) from None
