"""Approving, publishing and withdrawing a version by its pages, and what waits for whom."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines import actions
from guidelines.models import StatusMove, Version
from guidelines.workflow import ADMINISTRATORS, CLINICIAN, EDITORS, PHARMACIST, REVIEWERS, Status
from tests.factories_guidelines import (
    administrator,
    another,
    compared,
    edited,
    person,
    published,
    retitled,
    reviewer,
    under_review,
)
from tests.guidelines.review_pages import PASSWORD, address, changed, higher_dose, signed_in, text_of

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


# --- approving -------------------------------------------------------------------------------------------------------


def approver(name: str, profession: str = CLINICIAN) -> tuple[User, Client]:
    """A reviewer who has a password, and so is asked for it."""
    user = reviewer(name, profession)
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return user, client


def confirmed(client: Client, page: str, values: dict[str, str], password: str = PASSWORD) -> Any:
    """The form sent, and sent again with the password it is asked for."""
    asked = client.post(page, values)
    assert asked.status_code == 422
    assert "Confirm that it is you" in text_of(asked)
    return client.post(page, {**values, "confirm-password": password})


def test_an_approval_shows_what_is_approved_and_asks_for_the_password(submitted: Version) -> None:
    rex, client = approver("rex")
    page = address("version_approve", submitted)

    said = text_of(client.get(page))
    assert submitted.content_hash in said
    assert "A new trial." in said
    assert "1 of 1 come out as expected" in said
    assert "0 of 0 active plans would change" in said

    response = confirmed(client, page, {"content_hash": submitted.content_hash})
    assert response.status_code == 302
    assert submitted.approvals.get().approved_by == rex


def test_no_approval_goes_without_the_password(submitted: Version) -> None:
    _, client = approver("rex")

    response = client.post(address("version_approve", submitted), {"content_hash": submitted.content_hash})

    assert response.status_code == 422
    assert f'name="content_hash" value="{submitted.content_hash}"' in response.content.decode()
    assert not submitted.approvals.exists()


def test_a_wrong_password_confirms_nothing(submitted: Version) -> None:
    _, client = approver("rex")
    page, values = address("version_approve", submitted), {"content_hash": submitted.content_hash}

    wrong = confirmed(client, page, values, "another elbow")

    assert "Not confirmed" in text_of(wrong)
    assert client.post(page, values).status_code == 422
    assert not submitted.approvals.exists()


def test_another_content_than_was_shown_is_not_approved(submitted: Version) -> None:
    _, client = approver("rex")
    page = address("version_approve", submitted)

    response = confirmed(client, page, {"content_hash": "0" * 64})

    assert response.status_code == 422
    assert "The content has changed since you read it" in text_of(response)
    assert not submitted.approvals.exists()


def test_an_author_sees_why_not_to_approve(submitted: Version, edith: User) -> None:
    actions.give_role(user=edith, role=REVIEWERS)
    actions.give_role(user=edith, role=CLINICIAN)
    client = signed_in(edith)

    page = client.get(address("version_approve", submitted))
    refused = client.post(address("version_approve", submitted), {"content_hash": submitted.content_hash})

    assert "You wrote or submitted this version" in text_of(page)
    assert refused.status_code == 422
    assert not submitted.approvals.exists()


def test_an_approval_that_an_edit_voided_stays_in_the_record(submitted: Version, edith: User) -> None:
    rob = reviewer("rob")
    actions.approve(version=submitted, by=rob, content_hash=submitted.content_hash)
    actions.request_changes(version=submitted, by=rob, why="Shorter.")
    changed(submitted, edith, "regimens", "calmine", max="0.25")

    said = text_of(signed_in(rob).get(address("version_review", submitted)))

    assert "void since the content changed" in said
    assert "Nobody yet" in said


# --- publishing, withdrawing -----------------------------------------------------------------------------------------


def test_an_administrator_publishes_for_a_day(submitted: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    for user in (reviewer("rob"), reviewer("rita", PHARMACIST)):
        actions.approve(version=submitted, by=user, content_hash=submitted.content_hash)
    admin, page = administrator(), address("version_publish", submitted)
    client = signed_in(admin)
    tomorrow = timezone.localdate() + timedelta(days=1)
    values = {"content_hash": submitted.content_hash, "why": "The committee has met."}

    taken_on = Version.objects.get(number=1).effective_on
    assert taken_on is not None
    with monkeypatch.context() as clock:
        moment = timezone.now() - (timezone.localdate() - taken_on)
        clock.setattr("django.utils.timezone.now", lambda: moment)
        taken = signed_in(admin).post(page, {**values, "effective_on": taken_on.isoformat()})
    past = client.post(page, {**values, "effective_on": "2020-01-01"})
    none = client.post(page, {**values, "effective_on": "soon"})
    assert {taken.status_code, past.status_code, none.status_code} == {422}
    assert "Version 1 becomes effective on that day" in text_of(taken)
    assert "cannot become effective in the past" in text_of(past)
    assert "The committee has met." in none.content.decode()

    assert client.post(page, {**values, "effective_on": tomorrow.isoformat()}).status_code == 302
    submitted.refresh_from_db()
    assert submitted.effective_on == tomorrow
    assert "Scheduled" in text_of(client.get(reverse("review_queue")))


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS])
def test_only_an_administrator_publishes_and_withdraws(role: str) -> None:
    version, client = under_review(retitled()), signed_in(person("somebody", role))
    values = {"content_hash": version.content_hash, "effective_on": timezone.localdate().isoformat()}

    assert client.post(address("version_publish", version), values).status_code == 403
    assert client.post(address("version_withdraw", version), {"why": "Wrong."}).status_code == 403
    assert StatusMove.objects.status_of(version) == Status.UNDER_REVIEW


def test_what_lacks_an_approval_is_not_published(submitted: Version) -> None:
    actions.approve(version=submitted, by=reviewer("rob"), content_hash=submitted.content_hash)
    client = signed_in(administrator())
    values = {"content_hash": submitted.content_hash, "effective_on": "2199-01-01"}

    response = client.post(address("version_publish", submitted), values)

    assert response.status_code == 422
    assert "This content needs 1 more approval" in text_of(response)


def test_a_withdrawal_says_why_everywhere_at_once() -> None:
    version, client = published(), signed_in(administrator())
    page = address("version_withdraw", version)

    assert client.post(page, {"why": ""}).status_code == 422
    assert client.post(page, {"why": "The cap was wrong"}).status_code == 302

    for shown in (address("version_review", version), address("guideline_version", version), reverse("guideline_list")):
        assert "The reason: The cap was wrong" in text_of(client.get(shown))


# --- what waits ------------------------------------------------------------------------------------------------------


def test_the_queue_tells_whose_turn_it_is(submitted: Version, edith: User) -> None:
    rob, rita = reviewer("rob"), reviewer("rita", PHARMACIST)
    queue = reverse("review_queue")

    assert "Waiting for you 1" in text_of(signed_in(rob).get(queue))
    assert "Your own work is for others" not in text_of(signed_in(rob).get(queue))
    assert "Your own work is for others to approve." in text_of(signed_in(edith).get(queue))
    actions.approve(version=submitted, by=rob, content_hash=submitted.content_hash)

    assert "Approved by you" in text_of(signed_in(rob).get(queue))
    assert "Waiting for you 1" in text_of(signed_in(rita).get(queue))
    actions.approve(version=submitted, by=rita, content_hash=submitted.content_hash)
    assert "Approved, to be published" in text_of(signed_in(administrator()).get(queue))


def test_a_version_waits_for_its_reviewer_also_while_a_comment_is_open(submitted: Version) -> None:
    rob = reviewer("rob")
    actions.add_comment(version=submitted, by=rob, text="Which trial?")

    said = text_of(signed_in(rob).get(reverse("review_queue")))

    assert "Waiting for you 1" in said
    assert "1 open comment." in said


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Overdue"), (10, "10 days left"), (100, "")], ids=["overdue", "soon", "far away"]
)
@pytest.mark.parametrize("role", [EDITORS, ADMINISTRATORS])
def test_editors_and_administrators_are_reminded_of_the_next_review(role: str, days: int, words: str) -> None:
    published(edited(another(), review_by=timezone.localdate() + timedelta(days=days)))

    said = text_of(signed_in(person("somebody", role)).get(reverse("home")))

    assert ("To be reviewed again" in said) == bool(words)
    assert words in said


def test_nobody_else_is_reminded() -> None:
    published(edited(another(), review_by=timezone.localdate()))

    assert "To be reviewed again" not in text_of(signed_in(person("phil")).get(reverse("home")))


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_question_begins_a_change(edith: User) -> None:
    version, client = published(), signed_in(edith)
    question = actions.send_question(version=version, audience="patient", text="May I scratch my other elbow?")

    response = client.post(reverse("question_draft", args=[question.pk]))

    begun = Version.objects.get(number=2)
    assert response["Location"] == address("version_review", begun)
    assert "May I scratch my other elbow?" in text_of(client.get(response["Location"]))
    listed = text_of(client.get(reverse("question_list")))
    assert "Version 2 is to answer it" in listed
    assert "Start a change" not in listed


def test_whoever_is_no_editor_begins_no_change() -> None:
    question = actions.send_question(version=published(), audience="patient", text="May I scratch my other elbow?")

    signed_in(reviewer("rex")).post(reverse("question_draft", args=[question.pk]))

    assert Version.objects.count() == 1


def test_every_form_of_a_review_carries_its_token(submitted: Version) -> None:
    """A browser sends what the form holds, and is believed only with the token of the page."""
    rob = reviewer("rob")
    actions.add_comment(version=submitted, by=rob, text="Which trial?")
    actions.give_role(user=rob, role=ADMINISTRATORS)
    client = signed_in(rob)

    for name in ("version_review", *PAGES, "version_approve"):
        forms = re.findall(
            r"<form[^>]*method=\"post\".*?</form>", client.get(address(name, submitted)).content.decode(), re.S
        )
        assert forms, name
        assert all("csrfmiddlewaretoken" in form for form in forms), name
