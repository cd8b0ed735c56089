"""The worklist as pages: what is shown, searched, closed together, printed and saved; and what leaves a trace."""

import csv
import re
from datetime import date, timedelta
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import AccessEvent, Aside, Clinic, MonitoringTask, Plan, ResultAlert, TaskOutcome
from patients.outputs.spreadsheet import harmless
from patients.views.worklist import FILTERS
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients.test_page_queries import queries
from tests.patients.worklist_samples import (
    Clock,
    asking_for,
    marker,
    passing,
    plan_of,
    published_with,
    with_a_review,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
MOST = 20


@pytest.fixture
def days_later(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return passing(monkeypatch)


def page_of(client: Client, **asked: str) -> str:
    response = client.get(reverse("worklist"), asked)
    assert response.status_code == 200
    return response.content.decode()


def first_task(plan: Plan) -> MonitoringTask:
    return MonitoringTask.objects.filter(plan=plan).order_by("opens_on")[0]


def close(client: Client, *rows: Any, **sent: str) -> Any:
    return client.post(reverse("worklist_close"), {"rows": [str(row.pk) for row in rows], **sent})


def test_the_page_says_what_waits_for_whom_with_the_weekday(signed_in: Client, by: User, days_later: Clock) -> None:
    plan_of(by, published())
    days_later(46)
    signed_in.force_login(by)

    page = page_of(signed_in)

    assert "1 day over" in page
    assert "ELBOW, Ellen 1" in page
    assert '<span class="weekly">Weekly</span> <span class="nowrap">on Tuesday</span>' in page
    assert 'Overdue <span class="count">1</span>' in page
    assert AccessEvent.objects.filter(what="worklist", user=by).count() == 1


def test_an_empty_list_says_so_and_a_stranger_to_clinics_is_told_why(client: Client, by: User) -> None:
    client.force_login(by)
    assert "Nothing waits" in page_of(client)
    assert "Nothing is set aside" in page_of(client, tab="aside")

    client.force_login(User.objects.create_user("nobody"))
    assert "You look after no patients here" in page_of(client)


@pytest.mark.parametrize("asked", [{"tab": "x"}, {"page": "999"}, {"page": "-1"}, {"clinic": "7"}, {"drug": "x' --"}])
def test_an_address_that_makes_no_sense_gives_a_page(signed_in: Client, by: User, asked: dict[str, str]) -> None:
    plan_of(by, published())

    assert page_of(signed_in, **asked)


def test_a_search_is_posted_and_stands_in_no_link(signed_in: Client, by: User, days_later: Clock) -> None:
    version = published()
    for number in (1, 2):
        plan_of(by, version, number)
    days_later(46)
    signed_in.force_login(by)

    page = signed_in.post(reverse("worklist"), {"q": "ellen 2", "sort": "name"}).content.decode()

    assert "ELBOW, Ellen 2" in page
    assert "ELBOW, Ellen 1" not in page
    assert "q=" not in page.replace('name="q"', "")
    assert "sort=name" in page


def test_what_is_saved_and_printed_is_what_the_filter_shows(signed_in: Client) -> None:
    def answered(**sent: str) -> str:
        return signed_in.post(reverse("worklist"), sent, headers={"HX-Request": "true"}).content.decode()

    filtered, searched = answered(sort="name"), answered(q="Moss")

    for name in ("worklist_csv", "worklist_print"):
        assert f'href="{reverse(name)}?sort=name"' in filtered
        assert reverse(name) not in searched, "a name does not go into an address, and without it this is another list"


def test_htmx_gets_the_list_alone(signed_in: Client, by: User) -> None:
    response = signed_in.get(reverse("worklist"), headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<div class="stack mt-4" id="worklist">')


def test_selected_lines_are_set_aside_together_and_undone(signed_in: Client, by: User, days_later: Clock) -> None:
    version = published()
    tasks = [first_task(plan_of(by, version, number)) for number in (1, 2)]
    days_later(46)
    signed_in.force_login(by)
    until = tasks[0].patient.clinic.today() + timedelta(days=5)

    response = close(signed_in, *tasks, what="contacted", until_on=until.isoformat(), note="By phone", tab="overdue")

    assert response["Location"] == "/worklist/?tab=overdue"
    assert MonitoringTask.objects.filter(aside_until_on=until, aside_why=Aside.CONTACTED, aside_by=by).count() == 2
    page = page_of(signed_in)
    assert 'Set aside <span class="count">2</span>' in page
    assert "Undo" in page

    close(signed_in, *tasks, what="put_back")

    assert not MonitoringTask.objects.filter(aside_until_on__isnull=False).exists()
    assert "Undo" not in page_of(signed_in)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("task_close", {"outcome": "removed", "because": "Done elsewhere."}),
        ("task_set_aside", {"why": "contacted", "until_on": "tomorrow"}),
    ],
)
def test_a_line_that_is_closed_leads_back_to_the_list_as_it_was_narrowed(
    signed_in: Client, by: User, name: str, sent: dict[str, str], days_later: Clock
) -> None:
    plan = plan_of(by, published())
    task = first_task(plan)
    days_later(46)
    signed_in.force_login(by)
    narrowed = {"tab": "overdue", "sort": "name", "drug": "calmine"}
    list_of = f"{reverse('worklist')}?{urlencode({name: narrowed[name] for name in FILTERS if name in narrowed})}"
    page = unescape(page_of(signed_in, **narrowed))
    href = next(found for found in re.findall(r'href="([^"]+)"', page) if reverse(name, args=[task.pk]) in found)

    form = signed_in.get(href).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    tomorrow = (plan.patient.clinic.today() + timedelta(days=1)).isoformat()
    told = {key: tomorrow if value == "tomorrow" else value for key, value in sent.items()}
    answer = signed_in.post(reverse(name, args=[task.pk]), hidden | told)

    assert answer.status_code == 302 and answer["Location"] == list_of
    assert unescape(form).count(f'href="{list_of}"') == 1  # and so does whoever changes their mind


def test_neither_a_search_nor_another_address_is_kept_on_the_way_back(signed_in: Client, by: User) -> None:
    task = first_task(plan_of(by, published()))
    sent = {"outcome": "removed", "because": "Done.", "back": "worklist", "q": "Ellen", "next": "//elsewhere.example"}

    answer = signed_in.post(reverse("task_close", args=[task.pk]), sent | {"tab": "//elsewhere.example"})

    assert answer["Location"] == f"{reverse('worklist')}?tab=%2F%2Felsewhere.example"


def test_one_line_that_cannot_be_set_aside_keeps_all(signed_in: Client, by: User, days_later: Clock) -> None:
    version = published_with(asking_for("stop"))
    plans = [plan_of(by, version, number) for number in (1, 2)]
    marker(plans[1].patient, by, "200")
    days_later(46)
    signed_in.force_login(by)
    far = plans[0].patient.clinic.today() + timedelta(days=30)  # too long for what a result asks for

    response = close(
        signed_in,
        first_task(plans[0]),
        ResultAlert.objects.get(),
        what="remind",
        until_on=far.isoformat(),
        note="typed",
    )

    assert response.status_code == 422
    page = response.content.decode()
    assert "Elbow, Ellen 2, E-2: Choose a day from tomorrow to" in page
    assert 'value="typed"' in page
    assert len(re.findall(r"<input type=\"checkbox\"[^>]* checked>", page)) == 2
    assert not MonitoringTask.objects.filter(aside_until_on__isnull=False).exists()


def test_examinations_are_done_together_but_what_brings_results_is_not(
    signed_in: Client, by: User, days_later: Clock
) -> None:
    plan = plan_of(by, published_with(with_a_review()))
    looks = list(MonitoringTask.objects.filter(plan=plan, item_key="MON-LOOK"))
    days_later(90)
    signed_in.force_login(by)
    today = plan.patient.clinic.today()

    refused = close(signed_in, *looks, first_task(plan), what="done", done_on=today.isoformat())

    assert refused.status_code == 422
    assert "Itch panel brings results; record them, and the test is done. Nothing was changed." in (
        refused.content.decode()
    )
    assert not MonitoringTask.objects.filter(outcome=TaskOutcome.DONE).exists()

    close(signed_in, *looks, what="done", done_on=today.isoformat())

    assert MonitoringTask.objects.filter(outcome=TaskOutcome.DONE, done_on=today).count() == len(looks)


def test_what_a_result_asks_for_is_never_done_together(signed_in: Client, by: User) -> None:
    plan = plan_of(by, published())
    marker(plan.patient, by, "200")

    response = close(signed_in, ResultAlert.objects.get(), what="done", done_on=date.today().isoformat())

    assert response.status_code == 422
    assert "one by one" in response.content.decode()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"what": "contacted"}, "Choose a day."),
        ({"what": "burn"}, "Choose what was done."),
        ({"what": "done", "done_on": "2999-01-01"}, "brings results"),
    ],
)
def test_a_refusal_says_what_to_do(signed_in: Client, by: User, sent: dict[str, str], sentence: str) -> None:
    response = close(signed_in, first_task(plan_of(by, published())), **sent)

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_nothing_selected_and_anothers_line_are_refused(signed_in: Client, by: User) -> None:
    stranger = make.physician(make.clinic("Knee Clinic"), "knut")
    task = first_task(plan_of(stranger, published()))

    assert "Select at least one line" in close(signed_in, what="contacted").content.decode()
    response = close(signed_in, task, what="contacted", until_on="2999-01-01")
    assert response.status_code == 422
    assert "not yours to close" in response.content.decode()
    assert "Ellen" not in response.content.decode()


def test_the_file_is_harmless_complete_and_leaves_a_trace(signed_in: Client, by: User, days_later: Clock) -> None:
    plan = plan_of(by, published())
    actions.edit_patient(patient=plan.patient, by=by, lock_version=1, family_name='=HYPERLINK("x")')
    days_later(46)
    signed_in.force_login(by)

    response = signed_in.get(reverse("worklist_csv"))

    text = response.content.decode()
    assert text.startswith("\ufeffGroup,Status,")
    [row] = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert row["Family and given names"] == '\'=HYPERLINK("X"), Ellen 1'
    assert (row["Dose"], row["Weekly on"]) == ("10\u00a0mg", "Tuesday")
    assert AccessEvent.objects.of(plan.patient.pk).filter(what="worklist_csv").exists()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "  =1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")
    assert harmless("Ellen = E") == "Ellen = E"


@pytest.mark.parametrize(
    ("cell", "written"), [("＝1", "'＝1"), ("a;=1", "a;'=1"), ("a\t +1", "a\t '+1"), ("a\r\n@x", "a\r\n'@x")]
)
def test_no_part_of_a_cell_is_a_formula_where_another_separator_is_usual(cell: str, written: str) -> None:
    assert harmless(cell) == written


def test_the_list_is_printed_for_one_clinic(signed_in: Client, by: User, days_later: Clock) -> None:
    plan = plan_of(by, published())
    days_later(46)
    signed_in.force_login(by)

    page = signed_in.get(reverse("worklist_print")).content.decode()

    assert "Worklist of Elbow Clinic" in page
    assert '<b class="weekly">WEEKLY</b> on Tuesday' in page
    assert AccessEvent.objects.of(plan.patient.pk).filter(what="worklist_print").exists()

    other = make.clinic("Knee Clinic")
    actions.add_member(clinic=other, user=by, role="nurse")  # type: ignore[arg-type]
    assert signed_in.get(reverse("worklist_print")).status_code == 400
    here = Clinic.objects.get(name="Elbow Clinic")
    assert signed_in.get(reverse("worklist_print"), {"clinic": here.pk}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "partial"])
def test_the_list_asks_no_more_for_six_patients_than_for_one(
    signed_in: Client, by: User, days_later: Clock, headers: dict[str, str]
) -> None:
    version = published_with(asking_for("stop"))
    marker(plan_of(by, version).patient, by, "200")
    for number in range(2, 7):
        plan_of(by, version, number)
    plans = Plan.objects.exclude(patient__number="E-1").values_list("pk", flat=True)
    held = list(MonitoringTask.objects.filter(plan__in=plans).values_list("pk", "overdue_after_on"))
    days_later(46)
    signed_in.force_login(by)
    far = {"opens_on": date(2999, 1, 1), "overdue_after_on": date(2999, 1, 1)}
    MonitoringTask.objects.filter(plan__in=plans).update(**far)
    queries(signed_in, reverse("worklist"), headers=headers)
    with_one = queries(signed_in, reverse("worklist"), headers=headers)

    for key, day in held:
        MonitoringTask.objects.filter(pk=key).update(opens_on=day, overdue_after_on=day)

    assert queries(signed_in, reverse("worklist"), headers=headers) == with_one <= MOST
