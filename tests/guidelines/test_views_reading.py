"""The pages of guidelines: word for word, in either wording, and to strangers only what was published for everybody."""

import gzip
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guidelines import actions
from guidelines.models import Publication, Version
from guidelines.rendered import body_of, public_page
from guidelines.standing import public_standing, standing_of
from guidelines.workflow import REVIEWERS
from tests.factories_guidelines import (
    administrator,
    another,
    draft,
    edited,
    editor,
    itching_elbow,
    opened,
    person,
    published,
    retitled,
    under_review,
)
from tests.guidelines.reading_pages import SIGN_IN, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


@pytest.fixture
def version() -> Version:
    return published()


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(person("rhea"))
    return client


# --- what a page says ------------------------------------------------------------------------------------------------


def test_anyone_may_read_a_public_version_with_its_sources_and_rules(client: Client, version: Version) -> None:
    opened(version)

    page = client.get(page_of(version)).content.decode()

    for part in ("Start with calmine.", "A trial of elbows: results", "The label and the trial differ.", "CAL-B-PREG"):
        assert part in page
    assert version.short_hash in page
    assert "Needs a clinician" in page


def test_a_version_shows_the_same_to_strangers_and_to_those_who_are_signed_in(reader: Client, version: Version) -> None:
    opened(version)

    signed_in = reader.get(page_of(version)).content.decode()
    stranger = Client().get(page_of(version)).content.decode()

    body = body_of(version, "clinician").html
    assert len(body) > 1000
    assert body in signed_in
    assert body in stranger


# --- who may see what ------------------------------------------------------------------------------------------------


def test_a_stranger_is_asked_to_sign_in_for_what_is_private_and_for_what_is_not_there(
    client: Client, version: Version
) -> None:
    for address in (page_of(version), page_of(version, audience="patient"), page_of(version).replace("/1/", "/99/")):
        answer = client.get(address)

        assert answer.status_code == 302
        assert answer["Location"] == f"{SIGN_IN}?next={address}"
    assert version.title not in client.get(reverse("guideline_list")).content.decode()
    assert client.get(reverse("guideline_detail", args=[version.guideline.slug]))["Location"].startswith(SIGN_IN)


def test_whoever_is_signed_in_reads_what_was_ever_approved_and_no_draft(reader: Client, version: Version) -> None:
    other = draft(retitled())

    assert reader.get(page_of(version)).status_code == 200
    assert reader.get(page_of(other)).status_code == 404
    assert reader.get(page_of(version).replace("/1/", "/99/")).status_code == 404


def test_those_who_work_on_guidelines_read_drafts(client: Client) -> None:
    waiting = under_review(retitled())
    client.force_login(person("rolf", REVIEWERS))

    answer = client.get(page_of(waiting))

    assert answer.status_code == 200
    assert "Under review" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_a_publication_that_ends_closes_the_page_and_another_ones_does_not(client: Client, version: Version) -> None:
    by = administrator("anna")
    for key in ("clinic-1", "clinic-2"):
        actions.open_to_all(version=version, by=by, publisher_key=key, publisher=key)

    actions.close_to_all(version=version, by=by, publisher_key="clinic-1")
    assert client.get(page_of(version)).status_code == 200
    actions.close_to_all(version=version, by=by, publisher_key="clinic-2")
    assert client.get(page_of(version)).status_code == 302


def test_only_what_is_approved_can_be_published() -> None:
    with pytest.raises(actions.Refused, match="draft"):
        actions.open_to_all(
            version=draft(retitled()), by=administrator("anna"), publisher_key="clinic-1", publisher="One"
        )
    assert not Publication.objects.exists()


def test_the_same_publisher_opens_a_version_once(version: Version) -> None:
    first = opened(version)
    again = opened(version)

    assert first == again
    with pytest.raises(IntegrityError, match="a_publisher_opens_a_version_once"):
        Publication.objects.create(
            version=version, publisher_key=first.publisher_key, publisher="x", opened_by=first.opened_by
        )


def test_those_who_work_on_guidelines_are_warned_of_plain_wording_that_is_hard_to_read(client: Client) -> None:
    hard = "Immunosuppressive pharmacotherapy necessitates meticulous haematological surveillance notwithstanding stability."
    easy, difficult = draft(retitled()), draft(edited(itching_elbow(), plain_answer=hard))
    client.force_login(editor("emma"))

    assert "Every section at school grade 8 or below" in client.get(page_of(easy)).content.decode()
    assert "Hard to read" in client.get(page_of(difficult)).content.decode()
    client.force_login(person("rhea"))
    assert "Plain wording" not in client.get(page_of(published(another()))).content.decode()


# --- addresses and standing ------------------------------------------------------------------------------------------


def test_the_address_without_a_number_leads_to_the_version_in_use_in_the_wording_read_last(
    client: Client, version: Version
) -> None:
    opened(version)
    short = reverse("guideline_detail", args=[version.guideline.slug])

    first = client.get(short)["Location"]
    client.get(page_of(version, audience="patient"))

    assert first == page_of(version)
    assert client.get(short)["Location"] == page_of(version, audience="patient")
    assert client.get(page_of(version)).status_code == 200, "an address shows what it showed, whatever was read last"


def test_an_old_version_stays_where_it_is_and_says_which_is_in_use(client: Client, version: Version) -> None:
    opened(version)
    before = client.get(page_of(version)).content.decode()
    newer = published(retitled(), effective_on=timezone.localdate() + timedelta(days=1))
    assert client.get(page_of(version)).content.decode() == before, "a scheduled version is no news yet"

    later = standing_of(version, on=timezone.localdate() + timedelta(days=2))
    page = public_page(later, "clinician").html.decode()

    assert "Superseded" in page
    assert page_of(newer) in page
    assert "Start with calmine." in page


def test_an_old_public_version_is_not_listed_as_in_use_while_the_current_one_is_private(
    client: Client, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(version)
    actions.publish(
        version=(newer := under_review(retitled("A private title"))),
        by=administrator("anton"),
        content_hash=newer.content_hash,
        effective_on=timezone.localdate() + timedelta(days=1),
    )
    tomorrow = timezone.now() + timedelta(days=1)
    addresses = [reverse("home"), reverse("guideline_list"), f"{reverse('search')}?q=calmine"]

    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    pages = [client.get(address).content.decode() for address in addresses]
    short = client.get(reverse("guideline_detail", args=[version.guideline.slug]))
    page = client.get(page_of(version)).content.decode()

    for shown in pages:
        assert version.title not in shown
        assert version.question not in shown
        assert "A private title" not in shown
    assert short["Location"].startswith(SIGN_IN)
    assert "Superseded" in page, "its own address still shows it, with what became of it"


def test_a_withdrawn_version_stays_readable_and_says_so(client: Client, version: Version) -> None:
    opened(version)
    client.get(page_of(version))

    actions.withdraw(version=version, by=administrator("anna"), why="A wrong dose.")

    page = client.get(page_of(version))
    assert page.status_code == 200
    assert "Withdrawn" in page.content.decode()
    assert "Do not use it. The reason: A wrong dose." in page.content.decode()
    standing = public_standing(version.guideline.slug, version.number)
    assert standing is not None
    assert (standing.label, standing.tone, standing.withdrawn_on) == ("Withdrawn", "stop", timezone.localdate())


def test_a_plan_is_offered_only_from_a_version_in_use(reader: Client, version: Version) -> None:
    assert "Start a plan for a patient" in reader.get(page_of(version)).content.decode()

    actions.withdraw(version=version, by=administrator("anna"), why="A wrong dose.")

    assert "Start a plan for a patient" not in reader.get(page_of(version)).content.decode()


def test_the_standing_of_a_stranger_and_of_a_member_are_one(version: Version) -> None:
    opened(version)

    standing = public_standing(version.guideline.slug, version.number)

    assert standing == standing_of(version)
    assert standing is not None and standing.label == "Current" and standing.is_public
    assert public_standing(version.guideline.slug, 10**12) is None


def test_a_review_that_is_overdue_is_a_caution(version: Version) -> None:
    standing = standing_of(version)

    assert (standing.review_by, standing.is_review_overdue, standing.tone) == (date(2030, 1, 31), False, "ok")


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_a_public_page_is_compressed_and_says_when_the_readers_copy_is_still_good(
    client: Client, version: Version
) -> None:
    opened(version)

    whole = client.get(page_of(version))
    small = client.get(page_of(version), headers={"Accept-Encoding": "gzip"})
    again = client.get(page_of(version), headers={"If-None-Match": whole["ETag"]})
    other = client.get(page_of(version, audience="patient"), headers={"If-None-Match": whole["ETag"]})

    assert gzip.decompress(small.content) == whole.content
    assert small["Content-Encoding"] == "gzip"
    assert whole["Cache-Control"] == small["Cache-Control"] == "no-cache"
    assert {"Accept-Encoding", "Cookie"} <= {part.strip() for part in whole["Vary"].split(",")}
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", whole["ETag"])
    assert other.status_code == 200
    assert "csrfmiddlewaretoken" not in whole.content.decode()


def test_whoever_is_signed_in_gets_a_page_that_nobody_keeps(reader: Client, version: Version) -> None:
    opened(version)

    answer = reader.get(page_of(version))

    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    assert "Sign out" in answer.content.decode()
    assert "Sign out" not in Client().get(page_of(version)).content.decode()


def test_a_look_at_a_kept_page_is_one_statement(
    client: Client, version: Version, django_assert_num_queries: object
) -> None:
    opened(version)
    client.get(page_of(version))

    with django_assert_num_queries(1):  # type: ignore[operator]
        client.get(page_of(version))
