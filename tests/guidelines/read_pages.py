"""The page of a guideline as a reader finds it: its text, its links and what is hidden, without a browser."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.guideline_file import read_guideline_file, shipped_guidelines
from guidelines.reading import Audience, read_version
from tests.factories_guidelines import edited, itching_elbow

SHIPPED = shipped_guidelines()


VOID = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "rect"}


class Read(HTMLParser):
    """The text of every element that can be linked to, and where the links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.anchors: list[str] = []
        self.targets: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "id" in named:
            self.anchors.append(named["id"])
            self.texts.setdefault(named["id"], "")
        target = named.get("popovertarget") or named.get("href", "").partition("#")[2]
        if target:
            self.targets.add(target)
        if named.get("href", "").startswith("http"):
            self.links.add(named["href"])
        if tag not in VOID:
            self.open.append(named.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for anchor in filter(None, self.open):
            self.texts[anchor] += data

    def said(self, anchor: str) -> str:
        return " ".join(self.texts[anchor].split())


def words(text: str) -> str:
    return " ".join(text.split())


def body_of(compiled: CompiledPackage, audience: Audience) -> str:
    """As the server keeps it: without a request, a person or a day."""
    context = {"page": read_version(compiled, audience), "audience": audience, "version": None}
    return str(render_to_string("guidelines/_guideline_body.html", context))


@cache
def compiled_file(path: Path) -> CompiledPackage:
    return read_guideline_file(path)


@cache
def shipped(path: Path, audience: Audience) -> Read:
    return Read(body_of(compiled_file(path), audience))


@cache
def small(audience: Audience = "clinician") -> Read:
    return Read(body_of(compile_package(itching_elbow()), audience))


def small_with(**head: Any) -> Read:
    return Read(body_of(compile_package(edited(itching_elbow(), **head)), "clinician"))
