"""docs/lint.md explains every code that the lint can say, with its severity, an example and what to do; and no other."""

import re
from pathlib import Path

from guidelines.engine.lint import CODES

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "lint.md").read_text()
SECTION = re.compile(r"^### `(\w+)` \((blocking|warning)\)\n\n(.+?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def test_the_document_and_the_code_have_the_same_codes() -> None:
    assert {code: severity for code, severity, _ in SECTION.findall(DOCUMENT)} == CODES


def test_every_code_has_a_meaning_an_example_and_a_remedy() -> None:
    for code, _, text in SECTION.findall(DOCUMENT):
        assert "Example:" in text, code
        assert "To do:" in text, code
