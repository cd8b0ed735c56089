"""The reading grade of plain wording: how it counts, and what an editor is told."""

from decimal import Decimal
from typing import Any

import pytest

from guidelines.engine.content import Package
from guidelines.findings import all_findings
from guidelines.readability import flesch_kincaid_grade, plain_grades, syllables_of, words_of
from tests.engine.small_guideline import content

DRUGS = frozenset({"calmine", "soothine mofetil"})


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        # 0.39 * words / sentences + 11.8 * syllables / words - 15.59, counted by hand
        pytest.param("The cat sat.", "-2.6", id="3 words, 3 syllables, 1 sentence"),
        pytest.param("The cat sat on the mat. The dog ran.", "-2.0", id="9 words, 9 syllables, 2 sentences"),
        pytest.param("The butter in the garden is better", "4.0", id="7 words, 10 syllables, 1 sentence"),
    ],
)
def test_the_grade_is_that_of_the_formula(text: str, grade: str) -> None:
    assert flesch_kincaid_grade(text) == Decimal(grade)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("cat", 1), ("butter", 2), ("Butter,", 2), ("monitoring", 4), ("X-ray", 2), ("SPF", 3), ("kg", 2), ("12", 2),
        ("1,500", 4), ("2.5", 3), ("50.", 2), ("ONCE", 1), ("doctor's", 2),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_the_module_says(word: str, syllables: int) -> None:
    assert syllables_of(word) == syllables


def test_what_has_no_letter_or_digit_is_no_word() -> None:
    assert words_of("Up to 66 % - or (so) …") == ["Up", "to", "66", "or", "(so)"]


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        pytest.param("Take calmine now.", "Take butter now.", id="name of a drug"),
        pytest.param("Take Soothine Mofetil now.", "Take butter now.", id="a name of two words, in any case"),
        pytest.param("Take {dose} now.", "Take butter now.", id="placeholder"),
        pytest.param("Call us\nSee us", "Call us. See us.", id="end of a line"),
        pytest.param("Take 2.5 of it.", "Take 255 of it.", id="a point in a number ends no sentence"),
        pytest.param("Call us: now; see us.", "Call us now see us.", id="nor does a colon"),
        pytest.param("Call us (now!) See us.", "Call us now. See us.", id="a mark before a bracket does"),
    ],
)
def test_two_texts_that_count_alike_have_one_grade(text: str, same_as: str) -> None:
    assert flesch_kincaid_grade(text, DRUGS) == flesch_kincaid_grade(same_as, DRUGS)


def test_a_drug_is_found_as_a_word_only() -> None:
    assert flesch_kincaid_grade("Calmines calm.", DRUGS) == flesch_kincaid_grade("Calmines calm.")


@pytest.mark.parametrize("text", ["", "  ", "… – %"])
def test_a_text_without_words_has_no_grade(text: str) -> None:
    assert flesch_kincaid_grade(text) is None


def test_a_grade_is_of_all_plain_text_of_its_place_and_of_nothing_else() -> None:
    changed = content()
    changed["sections"].append({"key": "empty", "title": "Empty", "plain_title": "Empty"})
    changed["statements"].append(
        {"key": "T2", "section": "treatment", "kind": "evidence", "clinician": "It works.", "plain": "It helps."}
    )

    grades = plain_grades(Package.model_validate(changed))

    assert grades["sections.treatment"] == flesch_kincaid_grade("Drops first.\nIt helps.", frozenset({"drops"}))
    assert "sections.empty" not in grades
    assert {"plain_answer", "plain_disclaimer", "options", "safety_rules", "monitoring", "steps", "transitions"} <= set(
        grades
    )


HARD = "Immunosuppressive considerations necessitate individualised interdisciplinary decision-making."


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("", {"plain_answer": HARD}, "plain_answer"),
        ("statements", {"plain": HARD}, "sections.treatment"),
        ("steps", {"plain": HARD}, "steps"),
        ("steps", {"actions": [{"key": "rest", "text": "Rest.", "plain": HARD}]}, "steps"),
        ("transitions", {"plain": HARD}, "transitions"),
        ("regimens", {"plain": HARD}, "regimens"),
        ("monitoring", {"plain": HARD}, "monitoring"),
        ("conflicts", {"plain": HARD}, "conflicts"),
        ("drugs", {"purpose": HARD}, "drugs"),
    ],
)
def test_plain_words_that_are_too_hard_are_a_warning(name: str, change: dict[str, Any], place: str) -> None:
    changed = content()
    changed["conflicts"] = [
        {"key": "C1", "text": "They differ.", "certainty": "Sure", "evidence": "Both.", "plain": "So."}
    ]
    changed["cases"] = [{"key": "c", "title": "Unknown", "as_of": "2026-03-02", "expected": {"outcome": "ask"}}]
    (changed[name][0] if name else changed).update(change)

    found = [(f.code, f.severity, f.place) for f in all_findings(Package.model_validate(changed))]

    assert ("plain_grade", "warning", place) in found


def test_a_blocking_finding_still_comes_first() -> None:
    changed = content() | {"review_by": None, "plain_answer": HARD}

    found = all_findings(Package.model_validate(changed))

    assert found[0].severity == "blocking"
    assert found[-1].code == "plain_grade"
