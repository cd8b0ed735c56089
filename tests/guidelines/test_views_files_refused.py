"""Files that are no guideline: refused with a sentence, and nothing is written."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from guidelines.engine.content import Package
from guidelines.models import Guideline, Version
from guidelines.yaml_writing import to_yaml
from tests.factories_guidelines import (
    draft,
    edited,
    editor,
    itching_elbow,
    published,
    retitled,
    reviewer,
)  # fmt: skip
from tests.guidelines.file_pages import IMPORT, WHY, address, told, uploaded
from tests.pace import within_seconds

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return editor()


def with_statement(package: Package, **changes: str) -> Package:
    first, *others = package.statements
    return Package.model_validate({**dict(package), "statements": (first.model_copy(update=changes), *others)})


# --- what is no guideline --------------------------------------------------------------------------------------------


def test_a_mistake_is_named_with_its_line_and_place_and_the_text_is_kept(signed_in: Client) -> None:
    content = to_yaml(itching_elbow()).replace("severity: stop", "severity: terrible", 1)
    line = content.splitlines().index("    severity: terrible") + 1

    for sent in ({"text": content}, {"file": uploaded(content)}):
        response = signed_in.post(IMPORT, {**WHY, **sent})
        assert response.status_code == 422
        assert f"safety_rules[0].severity, line {line}: write one of" in told(response).replace("&#x27;", "'")
        assert "severity: terrible" in told(response), "to be put right where it is"
        assert "A better text." in told(response)
    assert not Guideline.objects.exists()


def test_a_content_that_the_engine_cannot_run_is_named_with_its_place(signed_in: Client) -> None:
    content = to_yaml(itching_elbow()).replace("when: pregnant", "when: pregnnant", 1)

    response = signed_in.post(IMPORT, {**WHY, "text": content})

    assert response.status_code == 422
    assert "safety_rules.CAL-B-PREG.when, line" in told(response)
    assert "pregnnant" in told(response)


MEGABYTE = 1_000_000


HOSTILE = {
    "more than is read": (b"slug: x\n" + b"a" * 2 * MEGABYTE, "at most 2000000 are read"),
    "a flat list without end": (b"[" + b"1," * 900_000, "more than 100000 values"),
    "deep lists": (b"[" * 200_000, "nested more than 20 levels deep"),
    "deep mappings": (b"".join(b" " * n + b"a:\n" for n in range(1_000)), "nested more than 20 levels deep"),
    "an anchor": (b"slug: &a x\ntitle: *a\n", "an anchor (&amp;) is not accepted"),
    "a billion laughs": (b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "an anchor (&amp;) is not accepted"),
    "an alias": (b"slug: *a\n", "an alias (*) is not accepted"),
    "a tag": (b"slug: !!python/object/apply:os.system [ls]\n", "a tag (!) is not accepted"),
    "a merge key": (b"<<: {a: b}\n", "a merge key"),
    "a key twice": (b"slug: x\nslug: y\n", "stands twice"),
    "two documents": (b"slug: x\n---\nslug: y\n", "a second document"),
    "NUL": (b"slug: x\x00y\n", "remove the control character U+0000"),
    "an escaped NUL": (b'slug: "x\\0y"\n', "remove the control character U+0000"),
    "text that runs backwards": ("slug: x\u202ey\n".encode(), "remove the control character U+202E"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, "not UTF-8"),
    "another encoding": ("title: Ellenbogenjucken für Ärzte".encode("latin-1"), "not UTF-8"),
    "UTF-16": ("slug: x\n".encode("utf-16"), "not UTF-8"),
    "half a character": (b"slug: \xed\xa0\x80\n", "not UTF-8"),
    "a table": (b"a,b,c\n1,2,3\n", "write fields and their values"),
    "no guideline": (b"slug: x\n", "this field is required"),
    "blanks": (b" \n\n", "the file is empty"),
    "a tab": (b"slug:\n\tx: y\n", "this is not YAML"),
    "an open quote": (b'slug: "x\n' + b"y\n" * 100_000, "this is not YAML"),
    "a long key": (b"k" * MEGABYTE + b": x\n", "line 1"),
    "many keys": (b"".join(b"k%d: x\n" % n for n in range(60_000)), "more than 100000 values"),
    "many unknown fields": (b"".join(b"k%d: x\n" % n for n in range(40_000)), "more problems"),
    "many wrong entries": (b"statements:\n" + b"- {}\n" * 30_000, "more problems"),
    "a number without end": (b"slug: x\nexact_day_grace_days: " + b"9" * MEGABYTE, "write a number in digits"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_guideline_is_answered_within_a_second_and_writes_nothing(signed_in: Client, what: str) -> None:
    content, sentence = HOSTILE[what]
    signed_in.get(IMPORT)

    response = within_seconds(1, lambda: signed_in.post(IMPORT, {**WHY, "file": uploaded(content)}))

    assert response.status_code == 422
    assert sentence in told(response), told(response)[-3000:]
    assert not Version.objects.exists() and not Guideline.objects.exists()


@pytest.mark.parametrize(("megabytes", "status"), [(2, 400), (10, 413)])
def test_a_text_too_long_to_be_sent_is_refused(signed_in: Client, megabytes: int, status: int) -> None:
    response = within_seconds(1, lambda: signed_in.post(IMPORT, {**WHY, "text": "a" * megabytes * MEGABYTE}))

    assert response.status_code == status


def test_a_pasted_nul_is_refused(signed_in: Client) -> None:
    assert signed_in.post(IMPORT, {**WHY, "text": "slug: x\x00"}).status_code == 400


@pytest.mark.parametrize("what", ["an anchor", "deep lists", "a key twice", "a tab", "many wrong entries"])
def test_what_is_pasted_is_held_to_the_same_and_kept(signed_in: Client, what: str) -> None:
    content, sentence = HOSTILE[what]

    response = signed_in.post(IMPORT, {**WHY, "text": content.decode()})

    assert response.status_code == 422
    assert sentence in told(response)
    assert response.context["form"]["text"].value() == content.decode()


def test_a_weekly_drug_is_not_made_an_ordinary_one_by_a_file(signed_in: Client) -> None:
    published()
    content = to_yaml(itching_elbow()).replace("    weekly_only: true\n", "")
    content = content.replace("slug: itching-elbow", "slug: other-elbow")

    response = signed_in.post(IMPORT, {**WHY, "text": content})

    assert response.status_code == 422
    assert not Guideline.objects.filter(slug="other-elbow").exists()


# --- one of two wordings ---------------------------------------------------------------------------------------------


def test_entries_of_which_one_wording_changed_are_listed_and_none_is_marked(signed_in: Client) -> None:
    published()

    response = signed_in.post(
        IMPORT, {**WHY, "text": to_yaml(with_statement(itching_elbow(), clinician="Start soon."))}, follow=True
    )

    version = Version.objects.get(number=2)
    assert "the plain wording stayed as it was" in told(response)
    assert address("entry_edit", version, part="statements", key="ST-1") in told(response)
    assert version.stale_wordings == []


def test_where_both_wordings_changed_nothing_is_listed(signed_in: Client) -> None:
    published()
    package = with_statement(itching_elbow(), clinician="Start soon.", plain="Begin soon.")

    response = signed_in.post(IMPORT, {**WHY, "text": to_yaml(package)}, follow=True)

    assert "stayed as it was" not in told(response)


def test_the_plain_wording_alone_is_listed_too(signed_in: Client) -> None:
    published()

    response = signed_in.post(
        IMPORT, {**WHY, "text": to_yaml(edited(itching_elbow(), plain_answer="Wait."))}, follow=True
    )

    assert "the clinicians’ wording stayed as it was" in told(response)


# --- who -------------------------------------------------------------------------------------------------------------


def test_only_editors_import(client: Client) -> None:
    version = draft()
    client.force_login(reviewer("rob"))

    for response in (
        client.get(IMPORT),
        client.post(IMPORT, {**WHY, "text": to_yaml(retitled())}),
        client.get(address("version_imported", version)),
    ):
        assert response.status_code == 403
        assert "Only editors of guidelines" in told(response)
    assert Version.objects.count() == 1


def test_a_file_says_nothing_about_when_it_is_in_use(signed_in: Client) -> None:
    content = to_yaml(itching_elbow()) + f"effective_on: {date(2026, 1, 1)}\n"

    response = signed_in.post(IMPORT, {**WHY, "text": content})

    assert response.status_code == 422
    assert "there is no such field" in told(response)
