"""A body that is longer than its page takes is not read, and of a file no more is kept than its field takes."""

from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from config.uploads import NoMoreThan, refuse_too_much
from guidelines.strict_yaml import MAXIMUM_BYTES
from patients.models import ResultImport
from patients.results.sent import MOST_BYTES
from tests import factories_patients as make

FORM = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
FILES = {"result_import_start": MOST_BYTES, "guideline_import": MAXIMUM_BYTES}


class Unread(BytesIO):
    """A body that nobody may read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("this body was read")


def answer_to(path: str, length: int, body: BytesIO | None = None) -> HttpResponse:
    """What the middleware answers to a body of this length; 204 where it lets it through."""
    request = RequestFactory().post(path, content_type="multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = body or Unread()  # type: ignore[attr-defined]
    return refuse_too_much(lambda request: HttpResponse(status=204))(request)


@pytest.mark.parametrize(("name", "most"), FILES.items())
def test_a_longer_body_than_a_page_takes_is_refused_unread_with_its_field_and_its_limit(name: str, most: int) -> None:
    answer = answer_to(reverse(name), most + FORM + 1)

    html = answer.content.decode()
    assert answer.status_code == 413
    assert f"“File” takes at most {most // 1_000_000} MB" in html and "Nothing was read or saved" in html


@pytest.mark.parametrize(("name", "most"), FILES.items())
def test_what_a_page_takes_goes_through(name: str, most: int) -> None:
    assert answer_to(reverse(name), most + FORM).status_code == 204


@pytest.mark.parametrize("path", ["/accounts/login/", "/worklist/", "/no/such/page/"])
def test_a_page_that_takes_no_file_reads_a_form_and_no_more(path: str) -> None:
    refused = answer_to(path, FORM + 1)

    assert refused.status_code == 413 and "A form takes at most 1 MB" in refused.content.decode()
    assert answer_to(path, FORM).status_code == 204


@pytest.mark.parametrize("length", ["", "0", "-5", "many"])
def test_a_length_that_is_none_is_left_to_the_server(length: str) -> None:
    request = RequestFactory().post("/worklist/")
    request.META["CONTENT_LENGTH"] = length

    assert refuse_too_much(lambda request: HttpResponse(status=204))(request).status_code == 204


@pytest.mark.parametrize(("size", "kept"), [(9, 9), (10, 10), (11, 11), (12, 11), (50_000, 11)])
def test_of_a_file_one_byte_more_than_is_taken_is_kept(size: int, kept: int) -> None:
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("long.csv", b"x" * size), "beside": "read"})
    request.upload_handlers.insert(0, NoMoreThan(request, 10))

    assert request.FILES["file"].size == kept  # type: ignore[union-attr]
    assert request.POST["beside"] == "read"


def test_each_file_of_a_request_is_cut_for_itself() -> None:
    files = {name: SimpleUploadedFile(name, b"x" * 30) for name in ("one", "two")}
    request = RequestFactory().post("/", files)
    request.upload_handlers.insert(0, NoMoreThan(request, 10))

    assert [file.size for file in request.FILES.values()] == [11, 11]  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_file_that_is_a_little_too_long_is_refused_beside_its_field(client: Client) -> None:
    clinic = make.clinic()
    client.force_login(make.physician(clinic))
    file = SimpleUploadedFile("long.csv", b"x" * (MOST_BYTES + 10_000))

    answer = client.post(reverse("result_import_start"), {"file": file, "clinic": clinic.pk})

    assert answer.status_code == 422
    assert "The file has more than 20 MB. Send it in parts." in answer.content.decode()
    assert not ResultImport.objects.exists()


def test_a_page_that_takes_no_file_keeps_none() -> None:
    seen: list[int | None] = []

    def look(request: HttpRequest) -> HttpResponse:
        seen.extend(file.size for file in request.FILES.values())  # type: ignore[union-attr]
        return HttpResponse()

    refuse_too_much(look)(RequestFactory().post("/worklist/", {"file": SimpleUploadedFile("a.csv", b"x" * 9_000)}))

    assert seen == [1]
