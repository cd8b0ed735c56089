"""The page where a guideline is asked, and the editors' list of what it did not answer."""

import re

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.actions import questions
from guidelines.asking.answering import answer
from guidelines.asking.computing import gravest_first
from guidelines.asking.knowledge import knowledge_of
from guidelines.asking.page import ShownAnswer, rows_of, shown
from guidelines.identifiers import why_not_keep
from guidelines.models import UnansweredQuestion, Version
from tests.engine.patients import read_shipped
from tests.factories_guidelines import administrator, draft, editor, person, published, reviewer

pytestmark = pytest.mark.django_db


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


def address(version: Version, audience: str = "clinician") -> str:
    names = {"slug": version.guideline.slug, "number": version.number, "audience": audience}
    return reverse("guideline_ask", kwargs=names)


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
    assert not any(card.is_weekly for card in cards if card.label == "Tests and checks")
    assert any(card.is_weekly for card in shown_for("methotrexate dose").cards)


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


def test_a_question_is_sent_by_its_own_button_and_counted_when_asked_again(client: Client, version: Version) -> None:
    for text in ("Moonshine  dose?", "moonshine dose?"):
        answer = client.post(address(version), {"text": text, "send": "1"})
        assert "has gone to the editors" in answer.content.decode()

    question = UnansweredQuestion.objects.get()
    assert (question.text, question.times, question.audience) == ("Moonshine dose?", 2, "clinician")


def test_who_sent_a_question_is_nowhere_kept_even_of_those_who_are_signed_in(client: Client, version: Version) -> None:
    client.force_login(person("rhea"))

    for _ in range(2):
        client.post(address(version), {"text": "Moonshine dose?", "send": "1"})

    events = apps.get_model("guidelines", "UnansweredQuestionEvent").objects.all()
    assert len(events) == 2
    assert [event.pgh_context.metadata["user"] for event in events] == [None, None]


@pytest.mark.parametrize(
    "text",
    [
        "I was born 1961 and take calmine",
        "I was born on 3 May 1961, can I take it?",
        "03/05/1961 is my birthday",
        "Patient 1961-05-03 with a rash",
        "Write to me at anna@example.org",
        "Call me on 0171 234567",
        "My number is +44 20 7946 0958",
        "MRN 48213 has low platelets",
        "NHS number 943 476 5919",
        "patient D-1007 and calmine",
        "record no: 12",
        "SW1A 1AA",
    ],
)
def test_what_looks_like_a_persons_data_is_refused_and_the_text_kept(
    client: Client, version: Version, text: str
) -> None:
    answer = client.post(address(version), {"text": text, "send": "1"})

    assert answer.status_code == 422
    assert "Take out everything that belongs to one person" in answer.content.decode()
    assert text.split()[0] in answer.content.decode()
    assert not UnansweredQuestion.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "Is 2.5 mg enough at 80 kg?",
        "What if the count is 3.5 × 10³/µL and blood pressure 150/95?",
        "20 to 25 mg once a week for 12 weeks?",
        "eGFR 30-59 in a man of 65",
        "Is 1,500 mg twice daily allowed?",
        "What did the study of 2019 show in May?",
    ],
)
def test_clinical_numbers_may_be_sent(text: str) -> None:
    assert why_not_keep(text) == ""


@pytest.mark.parametrize("posted", [{"question": ""}, {"question": "a" * 501}, {"text": "", "send": "1"}, {}])
def test_a_form_that_is_not_filled_in_is_refused_in_place(
    client: Client, version: Version, posted: dict[str, str]
) -> None:
    assert client.post(address(version), posted).status_code == 422


def test_nul_is_refused_before_anything_is_read(client: Client, version: Version) -> None:
    assert client.post(address(version), {"question": "a\x00b"}).status_code == 400


def test_a_stranger_sends_only_a_few_questions_an_hour(client: Client, version: Version) -> None:
    codes = [client.post(address(version), {"text": f"moon {'x' * n}?", "send": "1"}).status_code for n in range(1, 7)]

    assert codes == [200] * 5 + [429]
    assert UnansweredQuestion.objects.count() == 5


def test_the_list_of_open_questions_has_an_end(version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_OPEN", 1)
    actions.send_question(version=version, audience="clinician", text="moon?")

    with pytest.raises(actions.Refused, match="many questions"):
        actions.send_question(version=version, audience="clinician", text="sun?")
    assert actions.send_question(version=version, audience="clinician", text="Moon?").times == 2


def test_a_stranger_is_asked_to_sign_in_for_what_is_not_public(client: Client) -> None:
    private = published()

    for posted in ({"question": "calmine?"}, {"text": "moon?", "send": "1"}):
        answer = client.post(address(private), posted)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
    assert not UnansweredQuestion.objects.exists()


def test_a_draft_is_asked_by_those_who_work_on_it(client: Client) -> None:
    version = draft()

    client.force_login(editor())

    assert "Start with calmine." in client.post(address(version), {"question": "start with calmine?"}).content.decode()


def test_htmx_gets_the_answer_without_the_page(client: Client, version: Version) -> None:
    answer = client.post(address(version), {"question": "calmine?"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert 'id="ask"' in answer.content.decode()


# --- the editors' list -----------------------------------------------------------------------------------------------


@pytest.fixture
def question(version: Version) -> UnansweredQuestion:
    return actions.send_question(version=version, audience="patient", text="Is the <moon> safe?")


def test_only_editors_see_the_questions(client: Client, question: UnansweredQuestion) -> None:
    client.force_login(reviewer("rex"))
    refused = client.get(reverse("question_list"))
    client.force_login(editor())

    assert refused.status_code == 403
    assert "Only editors" in refused.content.decode()
    assert "Is the &lt;moon&gt; safe?" in client.get(reverse("question_list")).content.decode()


def test_an_editor_closes_a_question_and_takes_it_back(client: Client, question: UnansweredQuestion) -> None:
    by = editor()
    client.force_login(by)

    closed = client.post(reverse("question_close", args=[question.pk]), {"outcome": "outside"}, follow=True)
    question.refresh_from_db()
    assert (question.closed_by, question.outcome) == (by, "outside")
    assert "It is not for this guideline" in closed.content.decode()

    client.post(reverse("question_reopen", args=[question.pk]))
    question.refresh_from_db()
    assert (question.closed_at, question.closed_by, question.outcome) == (None, None, "")


@pytest.mark.parametrize("outcome", ["", "nonsense"])
def test_a_question_is_not_closed_without_an_outcome(
    client: Client, question: UnansweredQuestion, outcome: str
) -> None:
    client.force_login(editor())

    page = client.post(reverse("question_close", args=[question.pk]), {"outcome": outcome}, follow=True)

    question.refresh_from_db()
    assert question.closed_at is None
    assert "Choose what came of the question." in page.content.decode()


def test_nobody_but_an_editor_closes_or_reopens(question: UnansweredQuestion) -> None:
    other = reviewer("rex")

    with pytest.raises(actions.Refused, match="Only editors"):
        actions.close_question(question=question, by=other, outcome="outside")
    with pytest.raises(actions.Refused, match="Only editors"):
        actions.reopen_question(question=question, by=other)


def test_a_question_asked_again_after_it_was_closed_is_a_new_one(
    version: Version, question: UnansweredQuestion
) -> None:
    by = editor()
    actions.close_question(question=question, by=by, outcome="outside")

    again = actions.send_question(version=version, audience="patient", text=question.text)

    assert again.pk != question.pk
    with pytest.raises(actions.Refused, match="asked again"):
        actions.reopen_question(question=question, by=by)


def test_the_database_keeps_an_open_question_once(version: Version, question: UnansweredQuestion) -> None:
    with pytest.raises(IntegrityError, match="an_open_question_stands_once"), transaction.atomic():
        UnansweredQuestion.objects.create(version=version, audience="patient", text=question.text.upper())
    with pytest.raises(IntegrityError, match="a_closed_question_says_when_by_whom_and_why"), transaction.atomic():
        UnansweredQuestion.objects.filter(pk=question.pk).update(outcome="outside")
