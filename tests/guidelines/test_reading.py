"""A version laid out to be read: everything it says is on the page, in the reader's wording, and every link leads there."""

import gzip
import re
from collections import Counter
from pathlib import Path

import pytest

from guidelines.reading import AUDIENCES, Audience, read_version
from tests.guidelines.read_pages import SHIPPED, body_of, compiled_file, shipped, words

STATIC = Path(__file__).parents[2] / "static"


everywhere = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


both = pytest.mark.parametrize("audience", AUDIENCES)


# --- nothing is left out ---------------------------------------------------------------------------------------------


@everywhere
@both
def test_every_statement_is_said_in_the_readers_wording_with_its_citations(path: Path, audience: Audience) -> None:
    read, compiled = shipped(path, audience), compiled_file(path)
    numbers = {found.source.key: found.number for found in read_version(compiled, audience)["references"]}

    for statement in compiled.package.statements:
        text = read.said(f"statement-{statement.key}")
        wording = statement.clinician if audience == "clinician" else statement.plain or statement.clinician
        marks = "".join(str(number) * 2 for number in sorted(numbers[cited.reference] for cited in statement.citations))
        assert words(wording) + marks in text, statement.key


@everywhere
@both
def test_every_conflict_is_told_in_full_once_and_named_wherever_it_matters(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package
    places = [
        *((f"statement-{entry.key}", entry.conflicts) for entry in package.statements),
        *((f"rule-{entry.key}", entry.conflicts) for entry in package.safety_rules),
        *((f"monitoring-{entry.key}", entry.conflicts) for entry in package.monitoring),
        *((f"regimen-{entry.key}", entry.conflicts) for entry in package.regimens),
        *((f"step-{entry.key}", entry.conflicts) for entry in package.steps),
    ]
    options = {option.key: option for option in package.options}
    places += [(f"step-{step.key}", options[way.option].against) for step in package.steps for way in step.options]
    conflicts = {conflict.key: conflict for conflict in package.conflicts}

    for conflict in conflicts.values():
        wording = conflict.text if audience == "clinician" else conflict.plain or conflict.text
        assert words(wording) in read.said(f"conflict-{conflict.key}")
    for anchor, keys in places:
        for key in keys:
            if key in conflicts:
                assert re.search(rf"\b{key}(?!\d)", read.said(anchor)), (anchor, key)


@everywhere
@both
def test_every_part_of_a_version_has_its_own_address_on_the_page(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package
    sections = {statement.section for statement in package.statements}

    expected = {
        *(f"section-{key}" for key in sections),
        *(f"statement-{entry.key}" for entry in package.statements),
        *(f"conflict-{entry.key}" for entry in package.conflicts),
        *(f"regimen-{entry.key}" for entry in package.regimens),
        *(f"rule-{entry.key}" for entry in package.safety_rules),
        *(f"monitoring-{entry.key}" for entry in package.monitoring),
        *(f"step-{entry.key}" for entry in package.steps),
        *(f"reference-{entry.key}" for entry in package.references),
        *(f"definition-{entry.key}" for entry in package.definitions),
    }

    assert expected - set(read.anchors) == set()
    assert [anchor for anchor, count in Counter(read.anchors).items() if count > 1] == []


@everywhere
@both
def test_every_link_within_the_page_leads_somewhere(path: Path, audience: Audience) -> None:
    read = shipped(path, audience)

    assert len(read.targets) > 100
    assert read.targets - set(read.anchors) == set()


@everywhere
@both
def test_rules_and_steps_say_what_they_ask_for(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package

    for rule in package.safety_rules:
        text = read.said(f"rule-{rule.key}")
        if audience == "patient" and rule.plain:
            assert words(rule.plain) in text
        else:
            assert words(rule.message) in text and words(rule.action.text) in text
    for transition in package.transitions:
        place = f"step-{transition.source}" if transition.source else "pathway"
        wording = transition.text if audience == "clinician" else transition.plain or transition.text
        assert words(wording) in read.said(place)


@everywhere
@both
def test_a_page_weighs_less_than_120_kb_compressed(path: Path, audience: Audience) -> None:
    styles = re.findall(r'static "(css/[^"]+)"', (STATIC.parent / "templates" / "_styles.html").read_text())
    scripts = ("js/theme.js", "js/focus.js", "js/contents.js")
    files = [gzip.compress((STATIC / name).read_bytes()) for name in (*styles, *scripts)]

    around = 6_000  # head, topbar, status, side column and footer
    body = gzip.compress(body_of(compiled_file(path), audience).encode())

    assert sum(map(len, files)) + len(body) + around < 120_000
