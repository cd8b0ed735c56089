"""The first page of those who work on guidelines: what waits for them, and nothing that is not theirs."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.models import UnansweredQuestion
from tests.factories_guidelines import draft, editor, published, reviewer, under_review
from tests.patients.test_page_queries import MOST, queries

pytestmark = pytest.mark.django_db


def home_of(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get(reverse("home")).content.decode()


def asked(count: int) -> None:
    version = published()
    for number in range(count):
        actions.send_question(version=version, audience="patient", text=f"What about moon {'x' * number}?")


def test_an_editor_sees_how_many_questions_are_open_and_the_newest(client: Client) -> None:
    asked(5)

    page = home_of(client, editor("ed"))

    assert 'Questions nobody could answer <span class="count">5</span>' in page
    assert "What about moon xxxx?" in page
    assert "What about moon x?" not in page
    newest = UnansweredQuestion.objects.latest("pk")
    assert f'href="/questions/#question-{newest.pk}"' in page
    assert f'id="question-{newest.pk}"' in client.get(reverse("question_list")).content.decode()


def test_nobody_else_is_shown_or_led_to_the_questions(client: Client) -> None:
    asked(1)

    page = home_of(client, reviewer("rex"))

    assert "moon" not in page
    assert "/questions/" not in page


def test_the_menu_leads_an_editor_to_the_questions_from_every_page(client: Client) -> None:
    client.force_login(editor("ed"))

    guidelines = client.get(reverse("guideline_list")).content.decode()
    questions = client.get(reverse("question_list")).content.decode()

    assert '<a href="/questions/">Questions</a>' in guidelines
    assert '<a href="/questions/" aria-current="page">Questions</a>' in questions


def test_a_reviewer_sees_what_waits_and_what_others_write(client: Client) -> None:
    under_review()

    page = home_of(client, reviewer("rex"))

    assert "Waiting for your review" in page
    assert "Under review" in page
    assert "No version is in work" in page


def test_a_reviewer_with_nothing_to_do_is_told_so(client: Client) -> None:
    assert "Nothing waits for you" in home_of(client, reviewer("rex"))


def test_a_draft_is_listed_as_work_and_not_for_review(client: Client) -> None:
    version = draft()

    page = home_of(client, editor("ed"))

    assert "Waiting for your review" not in page
    assert f'/guidelines/{version.guideline.slug}/versions/{version.number}/review/"><b>' in page
    assert "Draft" in page


def test_somebody_without_a_clinic_or_a_role_is_led_to_the_guidelines(client: Client) -> None:
    page = home_of(client, User.objects.create_user("nobody"))

    assert "You look after no patients here" in page
    assert "In work" not in page


def test_the_page_of_an_editor_asks_no_more_for_many_questions_than_for_one(client: Client) -> None:
    asked(1)
    client.force_login(editor("ed"))
    with_one = queries(client, reverse("home"))

    for number in range(9):
        actions.send_question(
            version=UnansweredQuestion.objects.get(text__endswith="moon ?").version,
            audience="clinician",
            text=f"sun {'x' * number}?",
        )

    assert queries(client, reverse("home")) == with_one <= MOST
