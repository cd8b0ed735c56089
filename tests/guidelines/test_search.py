"""Searching: every kind of entry, in both wordings, by synonyms and misspelt; only what the reader may see."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidelines import actions
from guidelines.models import EntryKind, SearchEntry, SearchWord, Version
from guidelines.search import Found, Result, search
from guidelines.search_marks import parts, with_ends
from tests.factories_guidelines import administrator, another, draft, edited, editor, itching_elbow, published

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def version() -> Version:
    return published()


def keys(found: Found) -> list[str]:
    return [result.entry.key for group in found.groups for result in group.results]


def with_text(text: str) -> Version:
    """A draft whose first statement says something else."""
    by = editor()
    version = draft(another(), by=by)
    statements = [
        one.model_copy(update={"clinician": text}) if one.key == "ST-1" else one for one in itching_elbow().statements
    ]
    package = edited(another(), statements=statements)
    actions.replace_content(version=version, package=package, by=by, content_hash=version.content_hash)
    return version


def test_a_version_can_be_searched_from_the_moment_it_is_loaded() -> None:
    version = draft(another())

    kinds = set(SearchEntry.objects.filter(version=version).values_list("kind", flat=True))

    assert kinds == set(EntryKind.values)
    assert SearchWord.objects.filter(version=version, word="calmine").exists()


def test_new_content_of_a_draft_is_what_is_found() -> None:
    version = with_text("Start with brandnewine.")

    assert keys(search([version], "brandnewine")) == ["ST-1"]
    assert "ST-1" not in keys(search([version], '"start with calmine"'))


def test_versions_loaded_before_there_was_a_search_are_indexed_by_the_command(version: Version) -> None:
    SearchEntry.objects.all().delete()
    SearchWord.objects.all().delete()

    call_command("index_guidelines", missing=True, verbosity=0)

    assert "ST-1" in keys(search([version], "calmine"))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("start calmine", "ST-1", id="all words, in the clinician's wording"),
        pytest.param("calmine comes first", "ST-1", id="in plain words"),
        pytest.param('"elbows itch"', "ST-2", id="a phrase"),
        pytest.param("Calmex", "ST-1", id="a brand name"),
        pytest.param("calmin", "ST-1", id="a word not yet finished"),
        pytest.param("nonsense or elbows", "ST-2", id="one or the other"),
        pytest.param("unborn", "CAL-B-PREG", id="a safety rule"),
        pytest.param("itch panel", "MON-CAL-1", id="a test"),
        pytest.param("textbook", "R2", id="a reference"),
        pytest.param("trial 15", "C1", id="a conflict"),
    ],
)
def test_what_is_found(version: Version, text: str, key: str) -> None:
    assert key in keys(search([version], text))


@pytest.mark.parametrize("text", ["improvement", "improve"])
def test_a_synonym_that_is_also_a_word_of_general_english_widens_no_search(text: str) -> None:
    version = with_text("Better work with the other hand.")

    assert keys(search([version], "better work")) == ["ST-1"]
    assert "ST-1" not in keys(search([version], text))


def test_a_phrase_is_not_searched_for_by_the_one_word_that_is_left_of_it() -> None:
    version = with_text("Children itch, too.")

    assert "ST-1" in keys(search([version], "children"))
    assert "ST-1" not in keys(search([version], "pregnancy"))


def test_a_match_in_plain_words_alone_leads_to_the_patients_page(client: Client, version: Version) -> None:
    client.force_login(editor("reader"))

    plain = client.get(reverse("search"), {"q": '"calmine comes first"'}).content.decode()
    clinical = client.get(reverse("search"), {"q": '"start with calmine"'}).content.decode()

    assert 'href="/guidelines/itching-elbow/versions/1/patient/#statement-ST-1"' in plain
    assert 'href="/guidelines/itching-elbow/versions/1/#statement-ST-1"' in clinical


def test_what_is_found_in_plain_words_has_its_place_on_the_patients_page(client: Client, version: Version) -> None:
    client.force_login(editor("reader"))
    page = client.get("/guidelines/itching-elbow/versions/1/patient/").content.decode()

    anchors = SearchEntry.objects.filter(version=version).exclude(plain="").values_list("anchor", flat=True)

    assert anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in page] == []


def test_a_word_can_be_left_out(version: Version) -> None:
    assert "ST-1" in keys(search([version], "calmine"))
    assert "ST-1" not in keys(search([version], "calmine -start"))


def test_a_misspelt_word_is_corrected_and_said(version: Version) -> None:
    found = search([version], "callmine")

    assert (found.text, found.corrected_from) == ("calmine", "callmine")
    assert "ST-1" in keys(found)
    assert search([version], "callmine", is_exact=True).groups == []
    assert "calmine" in search([version], "callmine", is_exact=True).nearest


@pytest.mark.parametrize(
    "text", ["'", '"', '""', "-", "- -", "or", "or or", "\\", ":*", "a & b", "(", "!", "%", "§" * 150]
)
def test_whatever_is_typed_is_no_error(version: Version, text: str) -> None:
    assert isinstance(search([version], text), Found)


def test_matches_are_data_and_not_markup() -> None:
    assert parts("start \x02calmine\x03 now") == [("start ", False), ("calmine", True), (" now", False)]
    assert parts("\x02calmine\x03") == [("calmine", True)]
    assert parts("") == []


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("One, two, three", "One, two, three"),
        ("One, two", "One, two …"),
        ("two, three", "… two, three"),
        ("two", "… two …"),
    ],
)
def test_a_text_that_is_shown_in_part_says_so(shown: str, read: str) -> None:
    assert "".join(text for text, _ in with_ends([(shown, False)], "One, two, three.")) == read


def test_the_page_marks_the_matches_and_leads_to_their_place(client: Client, version: Version) -> None:
    client.force_login(editor())

    page = client.get(reverse("search"), {"q": "start calmine"}).content.decode()

    address = reverse("guideline_version", args=[version.guideline.slug, version.number])
    assert f'href="{address}#statement-ST-1"' in page
    assert "<mark>Start</mark>" in page
    assert '<span class="end chip">ST-1</span>' in page, "the key that a clinician reads beside it"


def test_a_result_in_plain_words_shows_no_key(version: Version) -> None:
    entry = SearchEntry.objects.get(version=version, key="ST-1")

    assert [Result(entry, [], [], is_plain).label for is_plain in (False, True)] == ["ST-1", "Plain words"]
    entry.kind = EntryKind.REGIMEN
    assert Result(entry, [], [], is_plain=False).label == ""


def test_what_is_typed_is_printed_as_text(client: Client, version: Version) -> None:
    client.force_login(editor())

    page = client.get(reverse("search"), {"q": "<b>calmine</b>"}).content.decode()

    assert "&lt;b&gt;calmine" in page
    assert "<b>calmine</b>" not in page


def test_a_stranger_finds_only_what_was_made_public(client: Client, version: Version) -> None:
    assert "ST-1" not in client.get(reverse("search"), {"q": "calmine"}).content.decode()

    actions.open_to_all(version=version, by=administrator("second"), publisher_key="x", publisher="The Elbow Society")

    assert "ST-1" in client.get(reverse("search"), {"q": "calmine"}).content.decode()


def test_a_draft_is_searched_only_when_somebody_at_work_names_it(client: Client) -> None:
    version = with_text("Start with brandnewine.")
    named = {"q": "brandnewine", "guideline": version.guideline.slug, "version": str(version.number)}

    assert client.get(reverse("search"), named).status_code == 404
    client.force_login(editor("emma"))
    assert "ST-1" in client.get(reverse("search"), named).content.decode()
    assert "ST-1" not in client.get(reverse("search"), {"q": "brandnewine"}).content.decode()


def test_a_search_that_is_too_long_is_refused_with_a_sentence(client: Client, version: Version) -> None:
    answer = client.get(reverse("search"), {"q": "calm " * 100})

    assert answer.status_code == 422
    assert "at most 200 characters" in answer.content.decode()


@pytest.mark.parametrize("number", ["x", "99", "1" * 30, "-1", "²"])
def test_a_version_that_is_not_there_is_a_404(client: Client, version: Version, number: str) -> None:
    named = {"q": "calmine", "guideline": version.guideline.slug, "version": number}

    assert client.get(reverse("search"), named).status_code == 404


def test_htmx_gets_only_the_results(client: Client, version: Version) -> None:
    client.force_login(editor())

    answer = client.get(reverse("search"), {"q": "calmine"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert 'id="search-results"' in answer.content.decode()


def test_a_search_takes_few_queries_however_much_it_finds(client: Client, version: Version) -> None:
    client.force_login(editor())
    client.get(reverse("search"), {"q": "calmine"})

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("search"), {"q": "calmine"})

    assert len(queries) <= 10
