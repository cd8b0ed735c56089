"""The page where a guideline is asked: who may ask, how the answer is shown, and that asking keeps nothing."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from guidelines import actions
from guidelines.asking.answering import answer
from guidelines.asking.computing import gravest_first
from guidelines.asking.knowledge import knowledge_of
from guidelines.asking.page import ShownAnswer, rows_of, shown
from guidelines.models import UnansweredQuestion, Version
from tests.engine.patients import read_shipped
from tests.factories_guidelines import administrator, draft, editor, published, retitled
from tests.guidelines.asked_pages import address

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture(autouse=True)
def nothing_was_sent_yet() -> None:
    cache.clear()


@pytest.fixture
def version() -> Version:
    version = published()
    actions.open_to_all(version=version, by=administrator("opener"), publisher_key="x", publisher="The Elbow Society")
    return version


def shown_for(question: str) -> ShownAnswer:
    return shown(answer(read_shipped(), question), read_shipped(), "clinician")


def test_the_addresses_are_those_of_the_version(version: Version) -> None:
    assert address(version) == "/guidelines/itching-elbow/versions/1/ask/"
    assert address(version, "patient") == "/guidelines/itching-elbow/versions/1/patient/ask/"


def test_a_stranger_asks_a_public_version_and_reads_the_answer(client: Client, version: Version) -> None:
    page = client.post(address(version), {"question": "calmine in pregnancy?"}).content.decode()

    assert "Calmine harms the unborn child." in page
    assert "The label and the trial differ." in page
    assert "calmine in pregnancy?" in page


def test_what_stops_is_read_at_once_and_doubts_are_unfolded(client: Client, version: Version) -> None:
    page = client.post(address(version), {"question": "start with calmine?"}).content.decode()
    quote = page[page.index('id="statement-ST-1"') :]
    quote = quote[: quote.index("</article>")]
    seen, _, folded = quote.partition("<details")

    assert "The label and the trial differ." in folded
    assert "Rules that limit this" not in seen
    assert "STOP" not in folded


def test_a_stop_is_told_in_full_once_and_named_where_it_holds_again() -> None:
    found = shown_for("methotrexate dose")
    told = [rule.key for quote in found.quotes for rule in quote.stops]

    assert told
    assert len(told) == len(set(told))
    for quote in found.quotes:
        assert all(rule.severity != "stop" for rule in quote.others)
        assert set(quote.stops_above) <= set(told) | {card.rule for card in found.cards}


def test_a_dose_stands_in_labelled_lines_and_is_one_text_for_a_program() -> None:
    computed = next(one for one in answer(read_shipped(), "methotrexate dose").computed if one.kind == "dose")
    card = next(card for card in shown_for("methotrexate dose").cards if card.label == "Dose")

    rows = dict(card.rows)
    assert {"Start", "Frequency", "Maximum", "Products"} <= set(rows)
    assert len(rows["Maximum"]) > 1
    assert all(text.rstrip(".") in computed.text for texts in rows.values() for text in texts)


def test_tests_are_not_called_weekly_because_their_medicine_is() -> None:
    cards = shown_for("which blood tests with methotrexate").cards

    assert cards
    assert not any(card.often for card in cards if card.label == "Tests and checks")
    assert any(card.often == "Weekly" for card in shown_for("methotrexate dose").cards)


def test_an_answer_says_how_it_goes_on_with_the_words_of_the_guidelines_own_table() -> None:
    computed = answer(read_shipped(), "can I take methotrexate every day?").computed[0]

    assert "Goes on: When it is taken once a week" in computed.text
    assert dict(rows_of(computed.lines))["Goes on"] == ["When it is taken once a week, on a named weekday."]


def test_of_rules_that_apply_equally_the_one_that_forbids_comes_first() -> None:
    knowledge = knowledge_of(read_shipped())
    parts = {part.key: part for part in knowledge.of_kind("rule")}

    ordered = gravest_first([parts["MMF-I-FATHER"], parts["MMF-W-GI"], parts["MMF-B-PREG"]], knowledge)

    assert [part.key for part in ordered] == ["MMF-B-PREG", "MMF-W-GI", "MMF-I-FATHER"]


def test_a_patient_is_answered_in_plain_words(client: Client, version: Version) -> None:
    page = client.post(address(version, "patient"), {"question": "calmine first?"}).content.decode()

    assert "Calmine comes first." in page
    assert "Start with calmine." not in page


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_a_quoted_statement_is_called_by_the_number_it_has_on_the_guidelines_page(
    client: Client, version: Version, audience: str
) -> None:
    page = client.post(address(version, audience), {"question": "calmine first?"}).content.decode()

    assert re.search(r'#statement-ST-1">Statement \d+\.\d+ in the guideline', page)
    assert "Statement ST-1" not in page


def test_asking_writes_nothing(client: Client, version: Version) -> None:
    client.post(address(version), {"question": "what about the moon?"})

    assert not UnansweredQuestion.objects.exists()


def test_what_is_not_covered_is_said_with_the_nearest_topics_and_an_offer(client: Client, version: Version) -> None:
    page = client.post(address(version), {"question": "moonshine dose?"}).content.decode()

    assert "This guideline does not cover that" in page
    assert "Send the question to the editors" in page


@pytest.mark.parametrize("posted", [{"question": ""}, {"question": "a" * 501}, {"text": "", "send": "1"}, {}])
def test_a_form_that_is_not_filled_in_is_refused_in_place(
    client: Client, version: Version, posted: dict[str, str]
) -> None:
    assert client.post(address(version), posted).status_code == 422


def test_nul_is_refused_before_anything_is_read(client: Client, version: Version) -> None:
    assert client.post(address(version), {"question": "a\x00b"}).status_code == 400


def test_a_stranger_is_asked_to_sign_in_for_what_is_not_public(client: Client) -> None:
    private = published()

    for posted in ({"question": "calmine?"}, {"text": "moon?", "send": "1"}):
        answer = client.post(address(private), posted)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
    assert not UnansweredQuestion.objects.exists()


def test_a_draft_is_asked_by_those_who_work_on_it(client: Client) -> None:
    version = draft(retitled())

    client.force_login(editor())

    assert "Start with calmine." in client.post(address(version), {"question": "start with calmine?"}).content.decode()


def test_htmx_gets_the_answer_without_the_page(client: Client, version: Version) -> None:
    answer = client.post(address(version), {"question": "calmine?"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert 'id="ask"' in answer.content.decode()
