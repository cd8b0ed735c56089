"""A version out as a file and a file in as a draft; whatever else is sent is answered with its place and writes nothing."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.editing import fingerprint
from guidelines.guideline_file import read_guideline
from guidelines.models import Edit, EditKind, StatusMove, Version
from guidelines.package import package_of
from guidelines.workflow import Status
from guidelines.yaml_writing import to_yaml
from tests.factories_guidelines import (
    draft,
    edited,
    editor,
    itching_elbow,
    opened,
    person,
    published,
    retitled,
)  # fmt: skip
from tests.guidelines.file_pages import IMPORT, WHY, address, told, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return editor()


# --- out -------------------------------------------------------------------------------------------------------------


def test_an_exported_file_holds_exactly_the_version_and_is_named_after_its_hash(signed_in: Client) -> None:
    version = published()

    response = signed_in.get(address("guideline_export", version))

    name = f"itching-elbow-1-{version.short_hash}.yaml"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == "application/yaml; charset=utf-8"
    assert read_guideline(response.content).package.content_hash() == version.content_hash


def test_who_may_read_a_version_may_export_it(client: Client) -> None:
    version, secret = published(), draft(retitled())
    opened(version)
    assert client.get(address("guideline_export", version))["Location"].startswith("/accounts/login/")

    client.force_login(person("rhea"))

    assert client.get(address("guideline_export", version)).status_code == 200
    assert client.get(address("guideline_export", secret)).status_code == 404


# --- in --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["file", "text"])
def test_a_file_becomes_a_draft_and_is_compared(signed_in: Client, by: User, way: str) -> None:
    before = published()
    content = to_yaml(retitled("Sore elbow"))

    sent = {**WHY, "file": uploaded(content)} if way == "file" else {**WHY, "text": content}
    response = signed_in.post(IMPORT, sent, follow=True)

    version = Version.objects.get(number=2)
    assert response.redirect_chain == [(address("version_imported", version), 302)]
    assert (version.title, version.author, version.based_on) == ("Sore elbow", by, before)
    assert (version.reason, version.level, version.effective_on) == ("A better text.", "dose", None)
    assert StatusMove.objects.status_of(version) == Status.DRAFT
    assert Version.objects.current().get() == before
    assert reverse("version_compare", args=["itching-elbow", 1, 2]) in told(response)


def test_lines_that_end_as_windows_ends_them_give_the_same_content(signed_in: Client) -> None:
    package = retitled("Sore elbow")

    signed_in.post(IMPORT, {**WHY, "text": to_yaml(package).replace("\n", "\r\n")})

    assert Version.objects.get().content_hash == package.content_hash()


def test_a_content_that_is_here_already_writes_nothing_and_says_where(signed_in: Client) -> None:
    version = published()

    response = signed_in.post(IMPORT, {**WHY, "file": uploaded(to_yaml(itching_elbow()))})

    assert response.status_code == 200
    assert "Nothing was written" in told(response)
    assert address("guideline_version", version) in told(response)
    assert Version.objects.get() == version


def test_the_file_of_another_guideline_is_its_first_draft(signed_in: Client) -> None:
    published()

    response = signed_in.post(IMPORT, {**WHY, "text": to_yaml(edited(itching_elbow(), slug="sore-knee"))}, follow=True)

    version = Version.objects.get(guideline__slug="sore-knee")
    assert (version.number, version.based_on) == (1, None)
    assert "first version of this guideline here" in told(response)


def test_a_demonstration_stays_one_by_way_of_a_file(signed_in: Client) -> None:
    draft(is_demonstration=True)
    published()

    signed_in.post(IMPORT, {**WHY, "text": to_yaml(retitled())})

    assert Version.objects.get(number=2).is_demonstration


def test_a_file_can_take_the_place_of_what_a_draft_says(signed_in: Client, by: User) -> None:
    version = draft(by=by)
    into = f"{version.pk}-{version.content_hash}"
    assert f'value="{into}"' in told(signed_in.get(IMPORT))

    response = signed_in.post(IMPORT, {"into": into, "file": uploaded(to_yaml(retitled("Sore elbow")))})

    assert response["Location"] == address("version_imported", version)
    version.refresh_from_db()
    assert version.title == "Sore elbow"
    assert Edit.objects.get(version=version).kind == EditKind.REPLACED


def test_a_draft_that_was_changed_meanwhile_is_not_written_over(signed_in: Client, by: User) -> None:
    version = draft(by=by)
    into = f"{version.pk}-{version.content_hash}"
    read = package_of(version).statements[0]
    theirs = read.model_copy(update={"clinician": "Theirs.", "plain": "Theirs."})
    actions.save_entry(version=version, by=by, part="statements", entry=theirs, read=fingerprint(read))
    content = to_yaml(retitled("Sore elbow"))

    response = signed_in.post(IMPORT, {"into": into, "text": content})

    assert response.status_code == 422
    assert "Somebody has changed this draft since you read it" in told(response)
    assert "Sore elbow" in told(response), "what was pasted is kept"
    version.refresh_from_db()
    assert package_of(version).statements[0].clinician == "Theirs."


def test_no_version_but_a_draft_takes_a_file(signed_in: Client, by: User) -> None:
    version = published()

    response = signed_in.post(
        IMPORT, {"into": f"{version.pk}-{version.content_hash}", "text": to_yaml(retitled("Sore elbow"))}
    )

    assert response.status_code == 422
    assert "Only a draft can be changed" in told(response)


@pytest.mark.parametrize("into", ["x", "1-2", f"99999-{'0' * 64}", f"99999999999999-{'0' * 64}"])
def test_a_draft_that_is_not_there_is_no_draft(signed_in: Client, into: str) -> None:
    response = signed_in.post(IMPORT, {"into": into, "text": to_yaml(itching_elbow())})

    assert response.status_code == 422
    assert "There is no such draft" in told(response)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose a file, or paste its text."),
        ({"text": "slug: x", "file": "slug: x"}, "not both"),
        ({"text": "slug: x", "reason": ""}, "Say why the guideline is to be changed."),
        ({"text": "slug: x", "reason": "  "}, "Say why the guideline is to be changed."),
        ({"text": "slug: x", "level": ""}, "Choose how much it changes for patients."),
        ({"text": "slug: x", "level": "huge"}, "Select a valid choice"),
        ({"file": ""}, "empty"),
    ],
)
def test_what_is_missing_is_asked_for(signed_in: Client, sent: dict[str, str], sentence: str) -> None:
    files = {name: uploaded(content) for name, content in sent.items() if name == "file"}

    response = signed_in.post(IMPORT, {**WHY, **sent, **files})

    assert response.status_code == 422
    assert sentence in told(response)
