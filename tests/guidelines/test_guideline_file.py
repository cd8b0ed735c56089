"""Guideline files are read strictly: what is wrong is said with place and line, at once."""

from pathlib import Path

import pytest

from guidelines.guideline_file import ContentRefused, read_guideline, read_guideline_file
from guidelines.strict_yaml import YamlRefused, read_yaml
from tests.factories_guidelines import ITCHING_ELBOW, itching_elbow
from tests.pace import within_seconds

TEXT = ITCHING_ELBOW.read_text()


def line_of(text: str, *, nth: int = 1) -> int:
    numbers = [number for number, line in enumerate(TEXT.splitlines(), 1) if text in line]
    return numbers[nth - 1]


def refusal(text: str | bytes) -> str:
    with pytest.raises(ContentRefused) as caught:
        read_guideline(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: b\na: c", "line 2, column 1: the key a stands twice, first in line 1", id="duplicate key"),
        pytest.param("a: &x b", "a, line 1, column 4: an anchor", id="anchor"),
        pytest.param("a: *x", "a, line 1, column 4: an alias", id="alias"),
        pytest.param("a: !!python/object:os.system x", "a, line 1, column 4: a tag", id="tag"),
        pytest.param("a: !!int 3", "a, line 1, column 4: a tag", id="harmless tag"),
        pytest.param("a:\n  <<: {b: c}", "a, line 2, column 3: a merge key", id="merge key"),
        pytest.param("a: b\n---\nc: d", "line 2, column 1: a second document", id="two documents"),
        pytest.param("%YAML 1.2\n---\na: b", "line 1, column 1: remove the % directive", id="directive"),
        pytest.param("a: b\nc: d\x00", "line 2, column 5: remove the control character U+0000", id="NUL"),
        pytest.param('a: "x\\x00"', "remove the control character U+0000", id="escaped NUL"),
        pytest.param("a: x\u202ey", "remove the control character U+202E", id="text that reads backwards"),
        pytest.param("? [a]\n: b", "a key must be a word", id="list as key"),
        pytest.param("[" * 1000, "nested more than 20 levels", id="deep"),
        pytest.param("a: b: c", "line 1, column 5: this is not YAML", id="broken"),
        pytest.param("a:\n\tb: c", "line 2, column 1: this is not YAML", id="tab"),
        pytest.param("", "the file is empty", id="empty"),
        pytest.param("a: é".encode("latin-1"), "not UTF-8", id="another encoding"),
        pytest.param("a: \ud800", "half a character", id="half a character"),
        pytest.param("x" * 2_000_001, "at most 2000000 are read", id="too large"),
    ],
)
def test_yaml_we_do_not_accept(text: str | bytes, message: str) -> None:
    with pytest.raises(YamlRefused) as caught:
        read_yaml(text)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50)), id="bomb"),
        pytest.param("title: " + "a" * 1_000_000, id="one long word"),
        pytest.param("answer: |\n" + "  text\n" * 140_000, id="one long text"),
        pytest.param("- a\n" * 250_000, id="a long list"),
        pytest.param("".join(f"k{i}: v\n" for i in range(99_000)), id="many fields"),
        pytest.param("{" + "a: {" * 250_000, id="open braces"),
        pytest.param("facts:\n" + "  - {key: 1}\n" * 49_000, id="many broken entries"),
        pytest.param("!" * 1_000_000, id="exclamation marks"),
    ],
)
def test_a_megabyte_is_refused_within_a_second(text: str) -> None:
    message = within_seconds(1, lambda: refusal(text))

    assert len(message) < 10_000


def test_every_scalar_is_text() -> None:
    assert read_yaml("a: yes\nb: 012\nc: ~\nd: 2026-01-01\ne:\n").plain() == {
        "a": "yes", "b": "012", "c": "~", "d": "2026-01-01", "e": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "      who: prescriber", "      whom: prescriber",
            f"safety_rules[0].action.whom, line {line_of('who: prescriber')}: there is no such field",
            id="unknown field",
        ),
        pytest.param(
            "    start: 0.15", "    start: 1e3",
            f"regimens[0].start, line {line_of('start: 0.15')}: write a number in digits", id="exponent",
        ),
        pytest.param(
            "    start: 0.15", "    start: 0,15",
            f"regimens[0].start, line {line_of('start: 0.15')}: write a number in digits", id="decimal comma",
        ),
        pytest.param(
            "facts: [itch_marker]", "facts: itch_marker",
            f"tests[0].facts, line {line_of('facts: [itch_marker]')}: write a list", id="wrong type",
        ),
        pytest.param(
            "    severity: caution", "    severity: warning",
            f"safety_rules[1].severity, line {line_of('severity: caution')}: write one of 'stop', 'caution' or 'note'",
            id="unknown word",
        ),
        pytest.param(
            "    label: weight\n", "    label:\n",
            f"facts[0].label, line {line_of('label: weight')}: this must not be empty", id="empty text",
        ),
        pytest.param(
            "    question: Height?\n", "",
            f"facts[1].question, line {line_of('key: height_cm')}: this field is required", id="missing field",
        ),
        pytest.param(
            "frequency: {type: weekly}", "frequency: {type: daily, times: 1}",
            "calmine must be weekly: calmine is taken once a week only", id="weekly-only drug taken daily",
        ),
        pytest.param(
            "frequency: {type: weekly}", "frequency: {type: monthly}",
            f"regimens[0].frequency, line {line_of('type: weekly')}: write one of 'weekly', 'daily'",
            id="unknown frequency",
        ),
        pytest.param(
            "frequency: {type: weekly}", "frequency: {type: weekly, times: 7}",
            f"regimens[0].frequency.times, line {line_of('type: weekly')}: there is no such field",
            id="weekly seven times",
        ),
        pytest.param(
            "    amount_per: week", "    amount_per: day",
            "calmine must be weekly", id="weekly-only amount per day",
        ),
        pytest.param(
            "    max: 0.2", "    max: 0.12",
            f"regimens.calmine, line {line_of('key: calmine', nth=3)}: min, start and max must be in this order",
            id="maximum below start",
        ),
        pytest.param(
            "    when: pregnant\n", "    when: pregnent\n",
            f"safety_rules.CAL-B-PREG.when, line {line_of('when: pregnant')}: ", id="unknown fact in a condition",
        ),
        pytest.param(
            "    when: pregnant\n", "    when: __import__('os').system('true')\n",
            f"safety_rules.CAL-B-PREG.when, line {line_of('when: pregnant')}: ", id="code in a condition",
        ),
        pytest.param(
            "    drug: soothine\n", "    drug: soothing\n",
            f"regimens.soothine.drug, line {line_of('drug: soothine')}: there is no drug 'soothing'", id="unknown drug",
        ),
        pytest.param(
            "    otherwise: E2", "    otherwise: E7",
            f"steps.E1.otherwise, line {line_of('otherwise: E2')}: there is no step 'E7'", id="unknown step",
        ),
        pytest.param(
            "    group: body\n    type: number\n    unit: cm", "    group: soul\n    type: number\n    unit: cm",
            f"facts.height_cm.group, line {line_of('group: body', nth=2)}: there is no fact group 'soul'",
            id="unknown group",
        ),
        pytest.param(
            "    based_on: plain-elbow", "    based_on: other-elbow",
            f"cases.V1.based_on, line {line_of('based_on')}: there is no case base 'other-elbow'", id="unknown base",
        ),
        pytest.param("  - key: itch_since", "  - key: taken", f"facts.taken, line {line_of('key: itch_since')}: 'taken' is a word", id="name of the language"),
        pytest.param("  - key: itch_since", "  - key: current_step", "'current_step' is a word of the rule", id="another"),
        pytest.param("  - key: itch_since", "  - key: lambda", "'lambda' is a word of the rule language", id="word of Python"),
        pytest.param("  - key: itch_since", "  - key: itch-since", "'itch-since' would be read as a sub", id="name with a dash"),
        pytest.param("  - key: itch_since", "  - key: itching_badly", "a fact has the key 'itching_badly', too", id="two of a name"),
        pytest.param("  - key: E1\n", "  - key: none\n", "'none' is what a condition calls not yet being on a step", id="step called none"),
        pytest.param("forbidden: ['\\bdaily", "forbidden: ['(\\bdaily", "is not a regular expression: missing )", id="print rule"),
        pytest.param("  - key: height_cm", "  - key: weight_kg", "facts: the key weight_kg is used twice", id="same key"),
    ],
)  # fmt: skip
def test_broken_content_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    assert old in TEXT

    assert message in refusal(TEXT.replace(old, new, 1))


def test_gaps_in_the_content_are_no_reason_to_refuse() -> None:
    text = TEXT.replace("    citations:\n      - reference: R1", "    citations:\n      - reference: R9")

    package = read_guideline(text).package

    assert package.statements[0].citations[0].reference == "R9"


def test_a_json_file_is_read_under_the_same_rules() -> None:
    daily = itching_elbow().canonical_json().replace('{"type":"weekly"}', '{"times":"1","type":"daily"}', 1)

    assert read_guideline(itching_elbow().canonical_json()).content_hash == itching_elbow().content_hash()
    assert "calmine must be weekly" in refusal(daily)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ContentRefused, match=r"nowhere\.yaml: cannot be read: No such file"):
        read_guideline_file(Path("nowhere.yaml"))


def test_many_problems_are_cut_short() -> None:
    message = refusal("facts:\n" + "  - {key: k}\n" * 100)

    assert message.count("\n") == 20
    assert message.endswith("more problems")


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    (tmp_path / "drugs.yaml").write_text(
        "references:\n  - {key: L1, title: A label, kind: label}\n  - {key: L2, title: A review, kind: review}\n"
        "  - {key: L3, title: A trial, kind: trial}\n"
    )
    (tmp_path / "facts.yaml").write_text(
        "facts:\n  - {key: age_years, label: age, question: 'Age?', group: body, type: number}\n"
    )
    (tmp_path / "itching-elbow.yaml").write_text(TEXT)  # a guideline, so no library
    return tmp_path


def test_used_entries_come_first_in_library_order(libraries: Path) -> None:
    package = read_guideline(TEXT + "use: {references: [L3, L1], facts: all}\n", libraries=libraries).package

    assert [reference.key for reference in package.references] == ["L1", "L3", "R1", "R2"]
    assert [fact.key for fact in package.facts][:2] == ["age_years", "weight_kg"]


@pytest.mark.parametrize(
    ("use", "message"),
    [
        pytest.param(
            "{references: [L9]}", "use.references[0], line {line}, column 20: no library has 'L9'", id="unknown key"
        ),
        pytest.param(
            "{steps: all}", "use.steps, line {line}, column 14: no library has steps", id="unknown collection"
        ),
        pytest.param(
            "{references: some}",
            "use.references, line {line}, column 19: write a list of keys",
            id="neither list nor all",
        ),
        pytest.param(
            "{references: [L1, L1]}", "use.references[1], line {line}, column 24: L1 is named twice", id="twice"
        ),
        pytest.param("all", "use, line {line}, column 6: write fields", id="not a mapping"),
    ],
)
def test_what_no_library_has_is_refused(libraries: Path, use: str, message: str) -> None:
    with pytest.raises(ContentRefused) as caught:
        read_guideline(f"{TEXT}use: {use}\n", libraries=libraries)

    assert message.format(line=len(TEXT.splitlines()) + 1) in str(caught.value)


def test_an_error_in_a_library_names_the_library(libraries: Path) -> None:
    (libraries / "drugs.yaml").write_text("references:\n  - key: L1\n    title: A label\n    kind: sticker\n")

    with pytest.raises(ContentRefused) as caught:
        read_guideline(f"{TEXT}use: {{references: all}}\n", libraries=libraries)

    assert "drugs.yaml: references[0].kind, line 4: write one of" in str(caught.value)
