"""A version out as a file, and a file in as a draft. What cannot be read is answered with its line and place; nothing is
written then, and what was pasted is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from config.uploads import takes_file
from guidelines.actions import Imported, Refused, import_into_draft, import_package
from guidelines.editing import HEAD, PARTS, entry_of, one_sided
from guidelines.engine.content import Package
from guidelines.forms import ImportForm
from guidelines.guideline_file import ContentRefused, read_guideline
from guidelines.models import Version
from guidelines.package import package_of
from guidelines.permissions import why_not_load
from guidelines.standing import standing_of
from guidelines.strict_yaml import MAXIMUM_BYTES
from guidelines.views.asking import editor
from guidelines.views.reading import readable
from guidelines.yaml_writing import to_yaml


@require_safe
def guideline_export(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The whole content; loading it gives the same hash, which its name carries."""
    version = get_object_or_404(readable(request.user, slug), number=number)
    return HttpResponse(
        to_yaml(package_of(version)),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slug}-{number}-{version.short_hash}.yaml"'},
    )


@takes_file("File", MAXIMUM_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def guideline_import(request: HttpRequest) -> HttpResponse:
    if refusal := why_not_load(editor(request)):
        return render(request, "guidelines/guideline_import.html", {"why_not": refusal}, status=403)
    if request.method != "POST":
        return import_page(request, ImportForm(initial={"into": request.GET.get("into", "")}))
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return import_page(request, form, status=422)
    raw = sent_content(form)
    try:
        done = imported(request, form, read_guideline(raw).package)
    except (ContentRefused, Refused) as refusal:
        form.refuse(raw, str(refusal).splitlines())
        return import_page(request, form, status=422)
    if not done.is_new:
        return import_page(request, form, known=done.version)
    return redirect("version_imported", slug=done.version.guideline.slug, number=done.version.number)


def sent_content(form: ImportForm) -> bytes | str:
    """Of a file, no more is read than is accepted."""
    file = form.cleaned_data["file"]
    content: bytes | str = file.read(MAXIMUM_BYTES + 1) if file else form.cleaned_data["text"]
    return content


def imported(request: HttpRequest, form: ImportForm, package: Package) -> Imported:
    into = form.cleaned_data["into"]
    if into is None:
        reason, level = form.cleaned_data["reason"], form.cleaned_data["level"]
        return import_package(package=package, by=editor(request), reason=reason, level=level)
    version, content_hash = into
    return import_into_draft(version=version, package=package, by=editor(request), content_hash=content_hash)


def import_page(request: HttpRequest, form: ImportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "section": "guidelines", **more}
    return render(request, "guidelines/guideline_import.html", context, status=status)


@require_safe
def version_imported(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What came in with a file: what to compare it with, and where only one of two wordings has changed."""
    version = get_object_or_404(readable(request.user, slug).select_related("based_on"), number=number)
    if refusal := why_not_load(editor(request)):
        return render(request, "guidelines/version_imported.html", {"why_not": refusal}, status=403)
    base = Version.objects.current().filter(guideline=version.guideline_id).exclude(pk=version.pk).first()
    base = base or version.based_on
    context = {
        "version": version,
        "standing": standing_of(version),
        "base": base,
        "one_sided": one_sided_entries(package_of(base), package_of(version)) if base else [],
        "demo": version.is_demonstration,
        "section": "guidelines",
    }
    return render(request, "guidelines/version_imported.html", context)


def one_sided_entries(before: Package, after: Package) -> list[dict[str, str]]:
    """Every entry of which one wording was changed and the other left as it was. Importing marks none of them."""
    found = []
    for part in (HEAD, *PARTS):
        entries = [after.head()] if part == HEAD else getattr(after, part)
        for entry in entries:
            key = getattr(entry, "key", HEAD)
            for wording in sorted(one_sided(entry_of(before, part, key), entry)):
                found.append({"part": part, "key": key, "name": part.replace("_", " "), "left": wording})
    return found
