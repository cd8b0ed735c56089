"""The pages of review: who sees them, what they show, and every refusal as a page says it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines import actions
from guidelines.models import Comment, StatusMove, Version
from guidelines.workflow import Status
from tests.factories_guidelines import (
    administrator,
    another,
    compared,
    draft,
    edited,
    editor,
    itching_elbow,
    person,
    published,
    reviewer,
)
from tests.guidelines.review_pages import address, changed, higher_dose, signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]

PAGES = ("version_review", "version_submit", "version_request_changes", "version_publish", "version_withdraw")


@pytest.fixture
def version(edith: User) -> Version:
    return higher_dose(edith)


@pytest.fixture
def submitted(version: Version, edith: User) -> Version:
    actions.submit(version=version, by=edith, why="Look at the dose first.")
    compared(version)
    return version


# --- who sees them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PAGES, "version_approve"])
def test_strangers_sign_in_and_others_are_refused(client: Client, version: Version, name: str) -> None:
    page = address(name, version)

    assert client.get(page)["Location"].startswith("/accounts/login/")
    assert client.post(page)["Location"].startswith("/accounts/login/")
    physician = signed_in(person("phil"))
    assert physician.get(page).status_code == 403
    assert physician.post(page).status_code in (403, 405)


def test_the_queue_and_the_comparison_are_for_those_at_work(version: Version) -> None:
    compare = reverse("version_compare", kwargs={"slug": version.guideline.slug, "number": 1, "newer": 2})
    choose = f"{reverse('version_choose', args=[version.guideline.slug])}?number=1&newer=2"
    comment = Comment.objects.create(version=version, commented_by=editor("emil"), text="Why?")

    physician, at_work = signed_in(person("phil")), signed_in(administrator())
    for page in (compare, choose, reverse("review_queue")):
        assert physician.get(page).status_code == 403
    for name in ("comment_reply", "comment_resolve", "comment_reopen"):
        assert physician.post(reverse(name, args=[comment.pk]), {"text": "Because."}).status_code == 403
    assert physician.post(address("comment_add", version), {"text": "Why?"}).status_code == 403
    assert at_work.get(choose)["Location"] == compare
    assert at_work.get(compare).status_code == 200


# --- the page --------------------------------------------------------------------------------------------------------


def test_a_review_shows_what_changed_by_how_much_and_what_comes_of_it(submitted: Version) -> None:
    page = signed_in(reviewer("rex")).get(address("version_review", submitted))

    said = text_of(page)
    assert page.status_code == 200
    assert "0.2 → 0.3 mg/kg a week, +50 %" in said
    assert "Look at the dose first." in said
    assert "1 change against version 1" in said
    assert "0 of 0 active plans affected" in said
    assert "1 of 1 pass" in said
    assert "It is called a change of level editorial, and it touches what can change doses" in said
    assert "Weekly" in said


def test_a_comparison_of_drafts_shows_the_difference_in_outcomes(version: Version, edith: User) -> None:
    version = changed(version, edith, "regimens", "calmine", start="0.2")
    page = reverse("version_compare", kwargs={"slug": version.guideline.slug, "number": 1, "newer": 2})

    said = text_of(signed_in(edith).get(page))

    assert "1 decided otherwise, 0 the same" in said
    assert "V1" in said


def test_the_first_version_has_nothing_to_compare_with(edith: User) -> None:
    version = draft(another(), by=edith)

    page = signed_in(edith).get(address("version_review", version))

    assert "The first version" in text_of(page)


def test_a_version_that_came_into_use_meanwhile_is_told(version: Version) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    other = published(edited(itching_elbow(), title="Meanwhile"), effective_on=tomorrow)
    actions.withdraw(version=Version.objects.get(number=1), by=administrator(), why="A wrong dose.")

    said = text_of(signed_in(reviewer("rex")).get(address("version_review", version)))

    assert other.number == 3
    assert "came into use after this draft began" not in said  # not before its day


# --- submitting, sending back ----------------------------------------------------------------------------------------


def test_an_editor_submits_with_a_note(version: Version, edith: User) -> None:
    response = signed_in(edith).post(address("version_submit", version), {"why": "Look at the dose."})

    assert response.status_code == 302
    assert StatusMove.objects.status_of(version) == Status.SUBMITTED
    assert version.moves.last().why == "Look at the dose."  # type: ignore[union-attr]


def test_a_submission_that_a_finding_blocks_keeps_the_note(version: Version, edith: User) -> None:
    version = actions.replace_content(
        version=version, package=edited(itching_elbow(), review_by=None), by=edith, content_hash=version.content_hash
    )

    response = signed_in(edith).post(address("version_submit", version), {"why": "Look at the dose."})

    assert response.status_code == 422
    assert "1 finding blocks it" in text_of(response)
    assert "Look at the dose." in response.content.decode()
    assert StatusMove.objects.status_of(version) == Status.DRAFT


def test_a_reviewer_does_not_submit(version: Version) -> None:
    client = signed_in(reviewer("rex"))

    assert client.post(address("version_submit", version)).status_code == 403
    assert 'aria-disabled="true"' in client.get(address("version_submit", version)).content.decode()
    assert StatusMove.objects.status_of(version) == Status.DRAFT


def test_changes_are_requested_with_a_reason_only(submitted: Version) -> None:
    client, page = signed_in(reviewer("rex")), address("version_request_changes", submitted)

    assert client.post(page, {"why": ""}).status_code == 422
    assert client.post(page, {"why": "Say which trial."}).status_code == 302

    assert StatusMove.objects.status_of(submitted) == Status.DRAFT
    assert "Say which trial." in text_of(client.get(address("version_review", submitted)))


# --- comments --------------------------------------------------------------------------------------------------------


def test_a_comment_on_a_row_leads_back_to_itself_and_is_counted(submitted: Version) -> None:
    client = signed_in(reviewer("rex"))

    response = client.post(address("comment_add", submitted), {"about": "regimens.calmine", "text": "So much?"})

    comment = Comment.objects.get()
    assert response["Location"].endswith(f"#comment-{comment.pk}")
    said = text_of(client.get(address("version_review", submitted)))
    assert "1 comment , 1 open" in said or "1 comment, 1 open" in said
    assert "on Regimen calmine" in said
    assert "1 open, 0 resolved" in said
    assert "Approve: 1 comment is not resolved yet." in said


def test_a_comment_that_is_refused_stays_in_the_form(submitted: Version) -> None:
    client = signed_in(reviewer("rex"))

    empty = client.post(address("comment_add", submitted), {"about": "regimens.calmine", "text": ""})
    elsewhere = client.post(address("comment_add", submitted), {"about": "regimens.gone", "text": "So much?"})

    assert (empty.status_code, elsewhere.status_code) == (422, 422)
    assert "So much?" in elsewhere.content.decode()
    assert not Comment.objects.exists()


def test_a_comment_is_answered_resolved_and_opened_again(submitted: Version, edith: User) -> None:
    rex = signed_in(reviewer("rex"))
    rex.post(address("comment_add", submitted), {"text": "Which trial?"})
    first = Comment.objects.get()

    signed_in(edith).post(reverse("comment_reply", args=[first.pk]), {"text": "The one of 2024."})
    refused = signed_in(edith).post(reverse("comment_resolve", args=[first.pk]), follow=True)
    assert "Reply to it." in text_of(refused)
    assert Comment.objects.open().count() == 1

    rex.post(reverse("comment_resolve", args=[first.pk]))
    assert not Comment.objects.open().exists()
    rex.post(reverse("comment_reopen", args=[first.pk]))
    assert Comment.objects.open().get().replies.count() == 1
