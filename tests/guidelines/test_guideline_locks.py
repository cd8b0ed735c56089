"""What is approved is locked for ever, a demonstration stays one, and records are never changed."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from guidelines import actions
from guidelines.editing import fingerprint
from guidelines.engine.content import Package
from guidelines.models import (
    Approval,
    Comment,
    Drug,
    Guideline,
    ImpactRun,
    SearchEntry,
    SearchWord,
    Statement,
    StatusMove,
    Version,
)
from guidelines.package import package_of, row_models
from patients.models import ImpactChunk, PatientChange
from tests.factories_guidelines import draft, editor, opened, published, retitled
from tests.owner import as_owner

pytestmark = pytest.mark.django_db
LOCKED = "locked_once_approved"


def test_rows_of_an_approved_version_are_locked() -> None:
    version = published()

    for model in row_models(Package, Version):
        table, rows = model._meta.db_table, model._default_manager.filter(version=version)
        copy = rows.first()
        copy.pk = None
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
            rows.update(position=99)
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
            model._default_manager.bulk_create([copy])
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
            rows._raw_delete("default")
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET position = 99')
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}"')
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key)
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{table}"')


def test_the_user_of_the_database_is_held_by_the_locks() -> None:
    """A superuser could switch triggers off; whoever owns the tables can drop them, and that is a migration."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('session_replication_role')")
        assert cursor.fetchone() == ("origin",)
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
            " AND tgrelid::regclass::text LIKE 'guidelines_%%'",
            [],
        )
        assert cursor.fetchall() == []


def test_a_row_cannot_be_moved_out_of_or_into_an_approved_version() -> None:
    version, other = published(), draft(retitled())

    with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
        Statement.objects.filter(version=version).update(version=other)
    with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
        Statement.objects.filter(version=other).update(version=version)


def test_a_part_cannot_hang_on_a_row_of_another_version() -> None:
    version, other = published(), draft(retitled())
    foreign = Drug.objects.get(version=version, key="calmine")

    with pytest.raises(IntegrityError, match="product_stays_in_its_version"), transaction.atomic():
        Drug.objects.get(version=other, key="calmine").products.update(drug=foreign)


def test_the_head_of_an_approved_version_is_locked() -> None:
    version = published()

    for change in (
        {"title": "x"}, {"content_hash": "0" * 64}, {"number": 7}, {"effective_on": None}, {"reason": "x"},
        {"effective_on": timezone.localdate() + timedelta(days=3)},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
            Version.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE guidelines_version SET title = 'x'")
    with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM guidelines_version")
    with pytest.raises(IntegrityError, match="a_slug_is_for_ever"), transaction.atomic():
        Guideline.objects.update(slug="renamed")


def test_a_draft_has_no_effective_day() -> None:
    version = draft()

    with pytest.raises(IntegrityError, match="only_approved_versions_are_effective"), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(effective_on=timezone.localdate())


@pytest.mark.parametrize("is_published", [False, True])
def test_the_flag_of_a_demonstration_cannot_be_cleared(is_published: bool) -> None:
    version = draft(is_demonstration=True)
    if is_published:
        version = published()

    assert version.is_demonstration
    with pytest.raises(IntegrityError, match="a_demonstration_stays_one"), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(is_demonstration=False)
    with pytest.raises(IntegrityError, match="a_demonstration_stays_one"), transaction.atomic():
        version.is_demonstration = False
        version.save()
    refused = pytest.raises(IntegrityError, match="a_demonstration_stays_one")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE guidelines_version SET is_demonstration = false")


def test_records_are_never_changed() -> None:
    published()

    for rows in (StatusMove.objects.all(), Approval.objects.all()):
        with pytest.raises((IntegrityError, InternalError), match="this is a record"), transaction.atomic():
            rows.update(content_hash="0" * 64)
        with pytest.raises((IntegrityError, InternalError), match="this is a record"), transaction.atomic():
            rows._raw_delete("default")


def test_what_was_edited_stays_on_record() -> None:
    version, by = draft(retitled()), editor()
    read = package_of(version).statements[0]
    entry = read.model_copy(update={"clinician": "Rest it."})
    actions.save_entry(version=version, by=by, part="statements", entry=entry, read=fingerprint(read))

    for change in ("UPDATE guidelines_edit SET after = NULL", "DELETE FROM guidelines_edit"):
        with pytest.raises(IntegrityError, match="edits_are_records"), transaction.atomic():
            connection.cursor().execute(change)


def test_no_table_is_emptied() -> None:
    ours = [model for app in ("guidelines", "patients") for model in apps.get_app_config(app).get_models()]
    ours = [model for model in ours if not model._meta.proxy]  # whose table is another's
    # What a search finds is made of the content, and made again at any time; the chunks of a run are its progress; what
    # tells that a patient's page is old goes after a day. A proxy stands for a table of a library, whose history is locked.
    models = [
        model
        for model in ours
        if not model._meta.proxy and model not in (SearchEntry, SearchWord, ImpactChunk, PatientChange)
    ]

    assert {StatusMove, Drug, Version} < set(models)
    for model in models:
        refused = pytest.raises(IntegrityError, match="never_emptied: a table of record is not emptied")
        with refused, as_owner(), connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')


def test_the_history_is_only_added_to() -> None:
    version = published()
    opened(version)
    actions.send_question(version=version, audience="clinician", text="Is the moon safe?")
    Comment.objects.create(version=version, text="Why?", commented_by=version.moves.last().moved_by)
    ImpactRun.objects.create(version=version, content_hash=version.content_hash)
    histories = [model for model in apps.get_app_config("guidelines").get_models() if hasattr(model, "pgh_label")]

    assert len(histories) > 30
    for model in histories:
        rows = model._default_manager.all()
        assert rows.exists()
        with pytest.raises(IntegrityError, match="history_is_a_record"), transaction.atomic():
            rows.update(pgh_label="x")
        with pytest.raises(IntegrityError, match="history_is_a_record"), transaction.atomic():
            rows._raw_delete("default")
