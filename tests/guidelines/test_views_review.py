"""The pages of review: who sees them, what they show, and every refusal as a page says it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines import actions
from guidelines.editing import entry_of, fingerprint
from guidelines.models import Comment, StatusMove, Version
from guidelines.package import package_of
from guidelines.workflow import ADMINISTRATORS, CLINICIAN, EDITORS, PHARMACIST, REVIEWERS, Status
from tests.factories_guidelines import (
    administrator,
    compared,
    draft,
    edited,
    editor,
    itching_elbow,
    person,
    published,
    reviewer,
    under_review,
)

pytestmark = pytest.mark.django_db
PASSWORD = "an elbow that itches"
PAGES = ("version_review", "version_submit", "version_request_changes", "version_publish", "version_withdraw")


def address(name: str, version: Version) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number})


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    """The words of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u00a0", " ")


@pytest.fixture
def edith() -> User:
    return editor("edith")


@pytest.fixture
def version(edith: User) -> Version:
    """A draft of version 1 with a higher dose and a word more."""
    begun = actions.start_draft(version=published(), by=edith, reason="A new trial.", level="editorial")
    return changed(begun, edith, "regimens", "calmine", max="0.3")


def changed(version: Version, by: User, part: str, key: str, **values: Any) -> Version:
    read = entry_of(package_of(version), part, key)
    assert read is not None
    entry = type(read).model_validate({**dict(read), **values})
    actions.save_entry(version=version, by=by, part=part, entry=entry, read=fingerprint(read), stale=())
    return Version.objects.select_related("guideline", "based_on").get(pk=version.pk)


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
    version = draft(by=edith)

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

    assert client.post(address("version_submit", version)).status_code == 422
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


# --- approving -------------------------------------------------------------------------------------------------------


def approver(name: str, profession: str = CLINICIAN) -> tuple[User, Client]:
    """A reviewer who has a password, and so is asked for it."""
    user = reviewer(name, profession)
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return user, client


def confirmed(client: Client, page: str) -> Any:
    """The page behind the password."""
    asked = client.get(page)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert "Confirm that it is you" in text_of(client.get(asked["Location"]))
    return client.post(asked["Location"], {"password": PASSWORD, "next": page}, follow=True)


def test_an_approval_asks_for_the_password_and_shows_what_is_approved(submitted: Version) -> None:
    rex, client = approver("rex")
    page = address("version_approve", submitted)

    shown = confirmed(client, page)
    said = text_of(shown)
    assert submitted.content_hash in said
    assert "A new trial." in said
    assert "1 of 1 come out as expected" in said
    assert "0 of 0 active plans would change" in said

    response = client.post(page, {"content_hash": submitted.content_hash})
    assert response.status_code == 302
    assert submitted.approvals.get().approved_by == rex


def test_no_approval_goes_without_the_password(submitted: Version) -> None:
    _, client = approver("rex")

    response = client.post(address("version_approve", submitted), {"content_hash": submitted.content_hash})

    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not submitted.approvals.exists()


def test_a_wrong_password_confirms_nothing(submitted: Version) -> None:
    _, client = approver("rex")
    page = address("version_approve", submitted)
    asked = client.get(page)["Location"]

    wrong = client.post(asked, {"password": "another elbow", "next": page})

    assert "Not confirmed" in text_of(wrong)
    assert client.get(page)["Location"].startswith("/accounts/reauthenticate/")


def test_another_content_than_was_shown_is_not_approved(submitted: Version) -> None:
    _, client = approver("rex")
    page = address("version_approve", submitted)
    confirmed(client, page)

    response = client.post(page, {"content_hash": "0" * 64})

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


def test_an_administrator_publishes_for_a_day(submitted: Version) -> None:
    for user in (reviewer("rob"), reviewer("rita", PHARMACIST)):
        actions.approve(version=submitted, by=user, content_hash=submitted.content_hash)
    client, page = signed_in(administrator()), address("version_publish", submitted)
    tomorrow = timezone.localdate() + timedelta(days=1)
    values = {"content_hash": submitted.content_hash, "why": "The committee has met."}

    today = client.post(page, {**values, "effective_on": timezone.localdate().isoformat()})
    past = client.post(page, {**values, "effective_on": "2020-01-01"})
    none = client.post(page, {**values, "effective_on": "soon"})
    assert {today.status_code, past.status_code, none.status_code} == {422}
    assert "Version 1 becomes effective on that day" in text_of(today)
    assert "cannot become effective in the past" in text_of(past)
    assert "The committee has met." in none.content.decode()

    assert client.post(page, {**values, "effective_on": tomorrow.isoformat()}).status_code == 302
    submitted.refresh_from_db()
    assert submitted.effective_on == tomorrow
    assert "Scheduled" in text_of(client.get(reverse("review_queue")))


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS])
def test_only_an_administrator_publishes_and_withdraws(role: str) -> None:
    version, client = under_review(), signed_in(person("somebody", role))
    values = {"content_hash": version.content_hash, "effective_on": timezone.localdate().isoformat()}

    assert client.post(address("version_publish", version), values).status_code == 422
    assert client.post(address("version_withdraw", version), {"why": "Wrong."}).status_code == 422
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
    published(edited(itching_elbow(), review_by=timezone.localdate() + timedelta(days=days)))

    said = text_of(signed_in(person("somebody", role)).get(reverse("home")))

    assert ("To be reviewed again" in said) == bool(words)
    assert words in said


def test_nobody_else_is_reminded() -> None:
    published(edited(itching_elbow(), review_by=timezone.localdate()))

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
