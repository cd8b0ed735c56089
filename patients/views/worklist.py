"""The worklist across somebody's clinics, and closing several of its lines at once. A search never stands in an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from config.htmx import is_swapped
from guidelines.models import Version
from patients.actions import Mark, Refused, done_together, look_at_list, put_back, record_accesses, set_aside_together
from patients.actions.looking_again import NO_MARK
from patients.models import Aside, Clinic, MonitoringTask, Patient, ResultAlert
from patients.presentation.import_page import broken_off
from patients.presentation.kept_pages import EMPTY, TOKEN, KeptPage, answered, keep, pages
from patients.presentation.worklist_page import filters_of, table
from patients.presentation.worklist_rows import Section, sections
from patients.views.scope import clinics_chosen, page_name, page_number, person
from patients.worklist import GROUPS, counts, lines
from patients.worklist_items import versions_followed
from patients.worklist_newer import concerned
from patients.worklist_sql import Wanted, Work, work_in

PAGE_ROWS = 50
LONGEST_SEARCH = 100
FILTERS = ("tab", "drug", "test", "who", "sort", "clinic")
ALWAYS = ("act", "overdue", "due")  # the tabs that are there when they are empty, too
UNDO_SECONDS = 600
PUT_BACK = "worklist_put_back"  # what was set aside last, in the session: keys only


@dataclass(frozen=True)
class Asked:
    """What somebody looks at; `term` is never part of an address."""

    clinics: list[Clinic]
    days: Mapping[int, date]
    values: dict[str, str]
    term: str
    work: Work
    versions: list[Version]

    @property
    def groups(self) -> list[str]:
        tab = self.values["tab"]
        return [group.key for group in GROUPS if tab in ("", "aside", group.key)]

    def address(self, **changes: str) -> str:
        kept = {name: value for name, value in {**self.values, **changes}.items() if value}
        return reverse("worklist") + (f"?{urlencode(kept)}" if kept else "")


def asked_for(request: HttpRequest, clinics: list[Clinic] | None = None) -> Asked:
    clinics = clinics_chosen(request) if clinics is None else clinics
    sent = request.POST if request.method == "POST" else request.GET
    versions = versions_followed()
    filters = filters_of(versions)
    values = {name: sent.get(name, "") for name in FILTERS}
    for name, known in (("drug", filters.drugs), ("test", filters.tests), ("who", filters.who)):
        values[name] = values[name] if values[name] in dict(known) else ""
    keys = {str(clinic.pk): clinic for clinic in clinics}
    if values["clinic"] not in keys:
        values["clinic"] = ""
    if values["tab"] not in {"aside", *(group.key for group in GROUPS)}:
        values["tab"] = ""
    chosen = [keys[values["clinic"]]] if values["clinic"] else clinics
    term = sent.get("q", "").strip()[:LONGEST_SEARCH] if request.method == "POST" else ""
    wanted = Wanted(
        patients=Patient.objects.visible_to(request.user).found_by(term).order_by().values("pk") if term else None,
        drug=values["drug"], test=values["test"], facts=filters.facts_of.get(values["test"], ()),
        who=values["who"], is_aside=values["tab"] == "aside", by_name=values["sort"] == "name",
    )  # fmt: skip
    work = work_in(chosen, person(request), versions, wanted)
    return Asked(clinics, work.days, values, term, work, versions)


def read(asked: Asked, told: Mapping[str, int], start: int, most: int) -> tuple[Section, ...]:
    rows = list(lines(asked.work, told, asked.groups, start, most))
    return sections(asked.work, rows, told, asked.versions, {clinic.pk: clinic.name for clinic in asked.clinics})


@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: HttpRequest) -> HttpResponse:
    by = person(request)
    clinics = clinics_chosen(request)
    if request.method == "POST" or undone(request):
        return shown(request, asked_for(request, clinics))
    sent = tuple(request.GET.get(name, "") for name in FILTERS)
    days = tuple((clinic.pk, clinic.name, clinic.is_demo, clinic.today()) for clinic in clinics)
    key = ("worklist", days, sent, page_number(request), is_swapped(request))
    kept = pages.get(key)
    look = look_at_list(
        [clinic.pk for clinic in clinics], by=by, what="worklist", patients=kept.patients if kept else (),
        since=kept.mark if kept else None, versions=kept.stamp if kept else None,
    )  # fmt: skip
    if kept is None or not look.is_same:
        asked = asked_for(request, clinics)
        kept = printed(request, asked, mark=look.mark, versions=look.versions)
        if sent == tuple(asked.values.values()):  # of what no page of ours asks for, nothing is kept
            keep(key, kept)
        record_accesses(patients=kept.patients, by=by, what="worklist")
    return reply(request, kept, clinics)


def reply(request: HttpRequest, page: KeptPage, clinics: list[Clinic], *, status: int = 200) -> HttpResponse:
    """With what stands above the list and is no line of it."""
    broken = 0 if is_swapped(request) else broken_off(clinics)
    told = {"section": "worklist", "clinics": clinics, "broken_off": broken}
    return answered(request, page, "patients/worklist.html", told, also=broken, status=status)


def shown(
    request: HttpRequest, asked: Asked, *, problem: str = "", typed: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """With what somebody has just typed or done, which is nobody else's."""
    page = printed(request, asked, problem=problem, typed=typed)
    record_accesses(patients=page.patients, by=person(request), what=page_name(request))
    return reply(request, page, asked.clinics, status=status)


def printed(
    request: HttpRequest,
    asked: Asked,
    *,
    problem: str = "",
    typed: Mapping[str, Any] | None = None,
    mark: Mark = NO_MARK,
    versions: int = 0,
) -> KeptPage:
    told = counts(asked.work)
    total = sum(told[group] for group in asked.groups)
    page = max(1, min(page_number(request), -(-total // PAGE_ROWS)))
    found = read(asked, told, (page - 1) * PAGE_ROWS, PAGE_ROWS)
    selected = frozenset((typed or {}).get("keys", ()))
    query = urlencode({name: value for name, value in asked.values.items() if value})
    context = {
        "clinics": asked.clinics, "csrf_token": TOKEN,
        "days": sorted({(day, clinic.name) for clinic in asked.clinics if (day := asked.days.get(clinic.pk))}),
        "is_one_day": len(set(asked.days.values())) == 1,
        "values": asked.values, "term": asked.term, "filters": filters_of(asked.versions), "tabs": tabs(asked, told),
        "table": table(found, selected, query) if found else "", "total": total, "told": told,
        "page": page, "first": (page - 1) * PAGE_ROWS + 1, "last": min(page * PAGE_ROWS, total),
        "earlier": asked.address(page=str(page - 1)) if page > 1 and not asked.term else "",
        "later": asked.address(page=str(page + 1)) if page * PAGE_ROWS < total and not asked.term else "",
        "whole": asked.address(tab="", drug="", test="", who=""), "is_filtered": bool(
            asked.term or any(asked.values[name] for name in ("drug", "test", "who"))
        ),
        "newer": concerned(asked.work, asked.versions), "problem": problem, "typed": typed or {},
        "undo": undone(request), "today": min(asked.days.values(), default=None),
        "next_week": min(asked.days.values()) + timedelta(days=7) if asked.days else None,
        "query": query,
    }  # fmt: skip
    return KeptPage(
        mark, render_to_string("patients/_worklist.html", context), any(clinic.is_demo for clinic in asked.clinics),
        head=EMPTY if is_swapped(request) else render_to_string("patients/_worklist_head.html", context),
        stamp=versions, patients=tuple(dict.fromkeys(line.patient for section in found for line in section.lines)),
    )  # fmt: skip


def tabs(asked: Asked, told: Mapping[str, int]) -> list[dict[str, Any]]:
    current = asked.values["tab"]
    found = [("", "All", sum(told[group.key] for group in GROUPS) if current != "aside" else None)]
    for group in GROUPS:
        count = told[group.key] if current != "aside" else None
        if count or group.key in (*ALWAYS, current):
            found.append((group.key, group.title, count))
    if told["aside"] or current == "aside":
        found.append(("aside", "Set aside", told["aside"]))
    return [
        {"title": title, "count": count, "url": asked.address(tab=key), "is_current": key == current}
        for key, title, count in found
    ]


# --- several lines at once ----------------------------------------------------------------------------------------


@require_POST
def worklist_close(request: HttpRequest) -> HttpResponse:
    """Set aside, done, or put back: all that were selected, or none of them."""
    keys = {part for sent in request.POST.getlist("rows") for part in sent.split()}
    try:
        said = closed(request, keys)
    except Refused as refusal:
        typed = {**request.POST.dict(), "keys": frozenset(request.POST.getlist("rows"))}
        return shown(request, asked_for(request), problem=str(refusal), typed=typed, status=422)
    messages.success(request, said)
    back = urlencode({name: request.POST[name] for name in (*FILTERS, "page") if request.POST.get(name)})
    return redirect(f"{reverse('worklist')}?{back}" if back else "worklist")


def closed(request: HttpRequest, keys: set[str]) -> str:
    by, what = person(request), request.POST.get("what", "")
    tasks, alerts = selected(request, keys)
    work: list[MonitoringTask | ResultAlert] = [*tasks, *alerts]
    if not work:
        raise Refused("Select at least one line.")
    patients = len({row.patient_id for row in work})
    of_whom = f"for {patients} patient{'' if patients == 1 else 's'}"
    if what == "put_back":
        put_back(work=work, by=by)
        request.session.pop(PUT_BACK, None)
        return f"Shown again {of_whom}."
    if what == "done":
        if alerts:
            raise Refused("What a result asks for is decided on the patient's page, one by one. Select tests only.")
        day = typed_day(request, "done_on")
        done_together(tasks=tasks, by=by, done_on=day)
        return f"Done on {day:%-d %B %Y} {of_whom}."
    if what not in Aside.values:
        raise Refused("Choose what was done.")
    day = typed_day(request, "until_on")
    set_aside_together(work=work, by=by, why=Aside(what), until_on=day, note=request.POST.get("note", ""))
    request.session[PUT_BACK] = {"keys": [str(row.pk) for row in work], "at": timezone.now().timestamp()}
    word = "Contacted" if what == Aside.CONTACTED else "Set aside"
    return f"{word} {of_whom}: shown again on {day:%-d %B %Y}. Nothing is closed by that."


def undone(request: HttpRequest) -> list[str]:
    """What was set aside a moment ago and can still be taken back with one press."""
    kept = request.session.get(PUT_BACK)
    return kept["keys"] if kept and abs(timezone.now().timestamp() - kept["at"]) < UNDO_SECONDS else []


def selected(request: HttpRequest, keys: set[str]) -> tuple[list[MonitoringTask], list[ResultAlert]]:
    """Those this person may see. One that is not among them is no reason to close the rest."""
    try:
        wanted = {UUID(key) for key in keys}
    except ValueError:
        raise Refused("Select lines of the list.") from None
    tasks = list(
        MonitoringTask.objects.visible_to(request.user).filter(pk__in=wanted).select_related("patient", "plan__version")
        .defer("plan__frozen", "plan__care_plan")
    )  # fmt: skip
    alerts = list(ResultAlert.objects.visible_to(request.user).filter(pk__in=wanted).select_related("patient"))
    if len(tasks) + len(alerts) != len(wanted):
        raise Refused("Some of these lines are not yours to close. Open the list again.")
    return tasks, alerts


def typed_day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise Refused("Choose a day.") from None
