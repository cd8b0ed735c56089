"""What a reader of an old version is told of a new one: what differs, all of it, and nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guidelines.changes import Changes, changes_between, compared
from guidelines.engine.content import Package
from tests.factories_guidelines import itching_elbow


def changed(part: str, key: str, **values: Any) -> Package:
    """The small guideline with one entry changed."""
    package = itching_elbow()
    entries = [
        type(entry).model_validate({**dict(entry), **values}) if entry.key == key else entry
        for entry in getattr(package, part)
    ]
    return Package.model_validate({**dict(package), part: entries})


def without(part: str, key: str) -> Package:
    package = itching_elbow()
    kept = [entry for entry in getattr(package, part) if entry.key != key]
    return Package.model_validate({**dict(package), part: kept})


def told(changes: Changes) -> list[tuple[str, str, str]]:
    return [(part.title, entry.state, entry.key) for part in changes.parts for entry in part.entries]


def words(changes: Changes, state: str) -> str:
    return " ".join(
        segment.text for part in changes.parts for entry in part.entries for field in entry.fields
        for segment in field.segments if segment.state == state
    )  # fmt: skip


STATEMENT = itching_elbow().statements[0]
RULE = itching_elbow().safety_rules[0]


def test_the_same_content_has_no_changes() -> None:
    assert changes_between(itching_elbow(), itching_elbow()).is_empty


def test_a_word_that_was_replaced_is_marked_and_the_rest_stays() -> None:
    after = changed("statements", STATEMENT.key, clinician=f"{STATEMENT.clinician} Slowly.")

    found = changes_between(itching_elbow(), after)

    assert told(found) == [("Statements", "changed", STATEMENT.key)]
    assert words(found, "new").strip() == "Slowly."
    assert words(found, "gone") == ""


def test_what_was_added_and_what_was_removed_are_told_apart() -> None:
    smaller = without("safety_rules", RULE.key)

    assert told(changes_between(smaller, itching_elbow())) == [("Safety rules", "added", RULE.key)]
    assert told(changes_between(itching_elbow(), smaller)) == [("Safety rules", "removed", RULE.key)]


def test_a_patient_is_told_of_plain_wording_and_not_of_the_clinicians() -> None:
    technical = changed("statements", STATEMENT.key, clinician="Otherwise.")
    plain = changed("statements", STATEMENT.key, plain="Other words.")

    assert changes_between(itching_elbow(), technical, "patient").is_empty
    assert told(changes_between(itching_elbow(), plain, "patient")) == [("Statements", "changed", STATEMENT.key)]


def test_a_patient_is_told_that_a_dose_has_changed() -> None:
    regimen = itching_elbow().regimens[0]
    after = changed("regimens", regimen.key, title=f"{regimen.title}, otherwise")

    assert told(changes_between(itching_elbow(), after, "patient")) == [("Regimens", "changed", regimen.key)]


def test_what_readers_do_not_see_is_counted() -> None:
    case = itching_elbow().cases[0]

    found = changes_between(itching_elbow(), without("cases", case.key))

    assert found.counted == ("test patients (1)",)
    assert found.parts == ()
    assert not found.is_empty


def test_the_head_of_the_guideline_is_compared() -> None:
    after = Package.model_validate({**dict(itching_elbow()), "answer": "Wait."})

    assert [field.label for field in changes_between(itching_elbow(), after).head] == ["answer"]


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_the_marked_words_give_back_both_texts(old: str, new: str) -> None:
    segments = list(compared(old, new))

    assert "".join(segment.text for segment in segments if segment.state != "new") == old
    assert "".join(segment.text for segment in segments if segment.state != "gone") == new


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    old, new = "a b " * 500, "b a c " * 500

    assert list(compared(old, new)) == [("gone", old), ("new", new)]
