"""The pages on which a guideline goes in and out as a file."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from guidelines.models import Version

IMPORT = "/import/"
WHY = {"reason": "A better text.", "level": "dose"}


def address(name: str, version: Version, **names: object) -> str:
    return reverse(name, kwargs={"slug": version.guideline.slug, "number": version.number, **names})


def uploaded(content: bytes | str, name: str = "guideline.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def told(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())
