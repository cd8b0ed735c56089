"""Questions that are sent to the editors: nobody's data in them, each once, and the list where editors close them."""

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.actions import questions
from guidelines.identifiers import why_not_keep
from guidelines.models import UnansweredQuestion, Version
from tests.factories_guidelines import administrator, editor, person, published, reviewer
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


def test_whatever_page_sends_it_a_persons_data_is_not_kept(version: Version) -> None:
    with pytest.raises(actions.Refused, match="Take out everything that belongs to one person"):
        actions.send_question(version=version, audience="patient", text="I was born 1961 and take calmine")

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
