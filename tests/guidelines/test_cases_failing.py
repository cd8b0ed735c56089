"""Test patients that a change makes come out otherwise are looked at one by one and accepted together."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from guidelines import actions
from guidelines.editing import entry_of, fingerprint
from guidelines.engine.cases import as_decided, run_case
from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Package
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import Edit, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor, itching_elbow, reviewer


def with_lower_dose(package: Package) -> Package:
    """The guideline with every dose given half: a change that test patients must notice."""
    regimens = tuple(
        regimen.model_copy(update={"min": regimen.min / 2, "start": None, "max": regimen.max / 2})
        for regimen in package.regimens
    )
    again = (case.model_copy(update={"key": f"{case.key}-again"}) for case in package.cases)
    return Package.model_validate({**dict(package), "regimens": regimens, "cases": (*package.cases, *again)})


@pytest.fixture
def version() -> Version:
    return draft(with_lower_dose(itching_elbow()), by=editor())


def address(version: Version) -> str:
    return reverse("cases_failing", kwargs={"slug": version.guideline.slug, "number": version.number})


def failing(version: Version) -> list[str]:
    compiled = compile_package(package_of(version))
    return [case.key for case in compiled.package.cases if run_case(compiled, case)]


def test_a_case_expects_what_comes_out_and_no_more_than_it_named() -> None:
    shipped = read_guideline_file(CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml")
    caps = {
        regimen.key: tuple(cap.model_copy(update={"amount": cap.amount * Decimal("0.8")}) for cap in regimen.caps)
        for regimen in shipped.package.regimens
    }
    lowered = tuple(regimen.model_copy(update={"caps": caps[regimen.key]}) for regimen in shipped.package.regimens)
    changed = compile_package(Package.model_validate({**dict(shipped.package), "regimens": lowered}))
    differing = [case for case in changed.package.cases if run_case(changed, case)]

    accepted = [as_decided(changed, case) for case in differing]

    assert len(differing) > 5
    for before, after in zip(differing, accepted, strict=True):
        assert after is not None
        assert run_case(changed, after) == []
        assert set(after.expected.canonical()) <= set(before.expected.canonical()) | {"stops"}
        assert after.model_copy(update={"expected": before.expected}) == before


def test_a_case_that_comes_out_as_expected_stays_as_it_is() -> None:
    shipped = read_guideline_file(CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml")

    for case in shipped.package.cases[:40]:
        assert as_decided(shipped, case) == case


@pytest.mark.django_db
def test_what_is_ticked_is_accepted_and_nothing_else(client: Client, version: Version) -> None:
    client.force_login(version.author)
    keys = failing(version)
    assert len(keys) > 1
    package = package_of(version)
    page = client.get(address(version)).content.decode()
    assert all(f'value="{key}"' in page for key in keys)

    posted = {"content_hash": version.content_hash, "accept": keys[0]} | {
        f"read-{key}": fingerprint(entry_of(package, "cases", key)) for key in keys
    }
    client.post(address(version), posted)

    version.refresh_from_db()
    assert failing(version) == keys[1:]
    assert [edit.key for edit in Edit.objects.filter(version=version)] == keys[:1]
    assert package_of(version).content_hash() == version.content_hash


@pytest.mark.django_db
def test_several_are_one_change_of_the_draft_with_a_record_for_each(version: Version) -> None:
    compiled = compile_package(package_of(version))
    cases = [case for case in compiled.package.cases if run_case(compiled, case)]
    accepted = [(as_decided(compiled, case), fingerprint(case)) for case in cases]

    edits = actions.save_entries(version=version, by=version.author, part="cases", entries=accepted)

    version.refresh_from_db()
    assert [edit.key for edit in edits] == [case.key for case in cases]
    assert edits[-1].content_hash == version.content_hash == package_of(version).content_hash()
    assert failing(version) == []


@pytest.mark.django_db
def test_one_that_was_changed_meanwhile_saves_none(version: Version) -> None:
    compiled = compile_package(package_of(version))
    cases = [case for case in compiled.package.cases if run_case(compiled, case)]
    entries = [(as_decided(compiled, case), fingerprint(case)) for case in cases]
    entries[-1] = (entries[-1][0], "0" * 32)

    with pytest.raises(actions.EditConflict):
        actions.save_entries(version=version, by=version.author, part="cases", entries=entries)

    assert not Edit.objects.filter(version=version).exists()
    assert package_of(version) == compiled.package


@pytest.mark.django_db
def test_a_page_of_an_older_content_accepts_nothing(client: Client, version: Version) -> None:
    client.force_login(version.author)

    answer = client.post(address(version), {"content_hash": "0" * 64, "accept": failing(version)}, follow=True)

    assert "changed since you opened this page" in answer.content.decode()
    assert not Edit.objects.filter(version=version).exists()


@pytest.mark.django_db
def test_a_reviewer_looks_and_changes_nothing(client: Client, version: Version) -> None:
    client.force_login(reviewer("rita"))
    keys = failing(version)

    page = client.get(address(version)).content.decode()
    client.post(address(version), {"content_hash": version.content_hash, "accept": keys})

    assert "This should come out" not in page
    assert failing(version) == keys
