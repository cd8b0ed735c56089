"""Templates print: nothing unescaped, nothing inline that the content security policy would refuse."""

import re

import pytest

from config.sessions import UNATTENDED
from tests.architecture.tree import name, templates

FORBIDDEN = {
    "text printed as it is": re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off"),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=|javascript:|\bhx-on\b", re.IGNORECASE),
    "something from another site": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what: str) -> None:
    assert [name(path) for path in templates() if FORBIDDEN[what].search(path.read_text())] == []


def test_what_a_page_asks_for_by_itself_keeps_no_session_awake() -> None:
    polls = {path: re.findall(r"<[^<>]*hx-trigger=\"[^\"]*every [^>]*>", path.read_text()) for path in templates()}

    assert [name(path) for path, found in polls.items() for tag in found if f'"{UNATTENDED}"' not in tag] == []
    assert sum(len(found) for found in polls.values()) == 3


def test_the_patterns_find_what_they_are_for() -> None:
    assert FORBIDDEN["text printed as it is"].search("{{ a|safe }}")
    assert FORBIDDEN["an inline style"].search('<p style="x">')
    assert FORBIDDEN["an inline script"].search("<script>") and FORBIDDEN["an inline script"].search('<p onclick="x">')
    assert not FORBIDDEN["an inline script"].search('<script src="{% static "a.js" %}" defer></script>')
    assert len(templates()) > 20
