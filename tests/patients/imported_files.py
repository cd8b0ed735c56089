"""A file of results brought in by the pages, as far as a test wants it, and what became of its rows."""

from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import JobState, ResultImport


def uploaded(client: Client, raw: bytes, name: str = "results.csv", **more: Any) -> Any:
    return client.post(
        reverse("result_import_start"), {"file": SimpleUploadedFile(name, raw), "clinic": clinic_of(client), **more}
    )


def clinic_of(client: Client) -> Any:
    user = User.objects.get(pk=client.session["_auth_user_id"])
    return user.memberships.first().clinic_id  # type: ignore[union-attr]


def imported(client: Client, raw: bytes, name: str = "results.csv", **more: Any) -> ResultImport:
    answer = uploaded(client, raw, name, **more)
    assert answer.status_code == 302, answer.content.decode()
    return ResultImport.objects.latest("uploaded_at")


def written(client: Client, raw: bytes, name: str = "results.csv") -> ResultImport:
    """Looked at, agreed to, and done by a worker."""
    run = imported(client, raw, name)
    client.post(reverse("result_import_agree", args=[run.pk]))
    actions.write_import(run.pk)
    run.refresh_from_db()
    assert run.state == JobState.DONE
    return run


def states(run: ResultImport) -> list[str]:
    return list(run.rows.values_list("state", flat=True))  # type: ignore[attr-defined]


def whys(run: ResultImport) -> list[str]:
    return list(run.rows.values_list("why", flat=True))  # type: ignore[attr-defined]
