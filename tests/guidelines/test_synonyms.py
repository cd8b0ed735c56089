"""The words that mean the same are read strictly, and lead from what people write to what the guideline says."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from guidelines.asking.english import english
from guidelines.guideline_file import read_guideline_file
from guidelines.lexicon import lexicon_of, stems, tokens
from guidelines.library import library_files
from guidelines.spelling import nearest_word
from guidelines.strict_yaml import YamlRefused
from guidelines.synonyms import Group, read_synonyms, shipped, with_drugs
from tests.engine.patients import SHIPPED


def synonyms_of(tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
    path = tmp_path / "synonyms.yaml"
    path.write_text(text)
    return read_synonyms(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "groups: [{key: a, words: [x]}, {key: b, words: [X]}]", "X stands in a and in b", id="two meanings"
        ),
        pytest.param("groups: [{key: a, words: [x]}, {key: a, words: [y]}]", "used twice", id="one key twice"),
        pytest.param("groups: [{key: a, words: [x], broader: [b]}]", "there is no group 'b'", id="no such group"),
        pytest.param(
            "groups: [{key: a, words: [x], broader: [b]}, {key: b, words: [y], broader: [a]}]",
            "broader than itself",
            id="circle",
        ),
        pytest.param("groups: [{key: a, words: [x]}]\nothers: [x]", "among the others", id="known and foreign"),
        pytest.param("groups: [{key: a, word: [x]}]", "word", id="unknown field"),
    ],
)
def test_synonyms_that_contradict_themselves_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        synonyms_of(tmp_path, text)


def test_synonyms_are_read_as_strictly_as_a_guideline(tmp_path: Path) -> None:
    with pytest.raises(YamlRefused, match="an anchor"):
        synonyms_of(tmp_path, "groups: &a []")


def test_no_guideline_takes_content_from_the_synonyms() -> None:
    assert "synonyms.yaml" not in [path.name for path in library_files()]


def test_no_word_of_one_drug_means_another() -> None:
    drugs = [(drug.name, *drug.names) for drug in read_guideline_file(SHIPPED).package.drugs]
    group_of = {word.casefold(): group.key for group in with_drugs(shipped(), iter(drugs)) for word in group.words}

    groups = [{group_of[name.casefold()] for name in names} for names in drugs]

    assert all(len(found) == 1 for found in groups)
    assert len(set.union(*groups)) == len(drugs)


@pytest.mark.django_db
def test_no_abbreviation_is_also_a_word_of_general_english() -> None:
    """Case is not kept: an old name of a test would mean every verb that is written like it."""
    short = [word for group in shipped().groups for word in group.words if word.isupper() and len(tokens(word)) == 1]

    assert short
    assert [word for word in short if tokens(word)[0] in english().filler_words] == []


def test_a_drug_without_synonyms_is_a_group_of_its_own() -> None:
    groups = with_drugs(shipped(), iter([("calmine", "Calmex")]))

    assert groups[-1].words == ("calmine", "Calmex")


@pytest.mark.django_db
def test_the_longest_phrase_wins_whatever_its_ending() -> None:
    lexicon = lexicon_of((Group(key="tests", words=("liver test",)), Group(key="liver", words=("liver",))))
    words = tokens("Liver-tests and the liver's size")
    known = stems(words)

    assert [span.group for span in lexicon.spans([known[word] for word in words])] == ["tests", "liver"]


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("predisone", "prednisone", "prednisone"),
        ("hypertention", "hypertension", "hypertension"),
        ("mycofenolate", "mycophenolate", "mycophenolate"),
        ("monitring", "monitoring", "monitoring"),
        ("oversight", "overnight", ""),
        ("horse", "worse", ""),
        ("blok", "block", "block"),
        ("tin", "ten", ""),
    ],
)
def test_a_misspelt_word_keeps_its_sound(word: str, known: str, meant: str) -> None:
    assert nearest_word(word, [known]) == meant
