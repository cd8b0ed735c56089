"""Lines of the worklist as they are closed and set aside, one or many: what is refused, and where it leads back to."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.models import Aside, MonitoringTask, Plan, ResultAlert, TaskOutcome
from patients.views.worklist import FILTERS
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients.worklist_samples import (
    Clock,
    asking_for,
    marker,
    page_of,
    plan_of,
    published_with,
    with_a_review,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


def first_task(plan: Plan) -> MonitoringTask:
    return MonitoringTask.objects.filter(plan=plan).order_by("opens_on")[0]


def close(client: Client, *rows: Any, **sent: str) -> Any:
    return client.post(reverse("worklist_close"), {"rows": [str(row.pk) for row in rows], **sent})


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


def ticked(page: str) -> list[str]:
    return re.findall(r'<input type="checkbox" name="rows" value="([^"]*)"[^>]* checked>', page)


def hidden(page: str) -> dict[str, str]:
    """What the form of the list sends along besides what is typed."""
    form = page[page.index("data-worklist") :]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


@pytest.fixture
def two_pages(signed_in: Client, by: User, days_later: Clock, monkeypatch: pytest.MonkeyPatch) -> list[MonitoringTask]:
    """Two lines, each on a page of its own."""
    monkeypatch.setattr("patients.views.worklist.PAGE_ROWS", 1)
    version = published()
    tasks = [first_task(plan_of(by, version, number)) for number in (1, 2)]
    days_later(46)
    signed_in.force_login(by)
    return tasks


def test_what_is_refused_on_a_later_page_is_shown_there_with_all_that_was_chosen(
    signed_in: Client, two_pages: list[MonitoringTask]
) -> None:
    sent = hidden(page_of(signed_in, sort="name", page="2"))
    assert sent == {"sort": "name", "page": "2"}

    page = close(signed_in, two_pages[1], **sent, what="remind", until_on="2999-01-01", note="typed").content.decode()

    assert "Choose a day from tomorrow to" in page
    assert ticked(page) == [str(two_pages[1].pk)]
    assert 'value="typed"' in page and 'value="2999-01-01"' in page
    assert "2 to 2 of 2" in page
    assert hidden(page) == sent


def test_what_is_refused_in_a_search_is_shown_there_and_the_search_stands_in_no_address(
    signed_in: Client, two_pages: list[MonitoringTask]
) -> None:
    sent = hidden(signed_in.post(reverse("worklist"), {"q": "ellen 2"}).content.decode())
    assert sent == {"q": "ellen 2"}

    page = close(signed_in, two_pages[1], **sent, what="contacted").content.decode()

    assert "Choose a day." in page
    assert ticked(page) == [str(two_pages[1].pk)]
    assert "ELBOW, Ellen 1" not in page
    assert "q=" not in page.replace('name="q"', "")
    tomorrow = (two_pages[1].patient.clinic.today() + timedelta(days=1)).isoformat()
    assert close(signed_in, two_pages[1], **sent, what="contacted", until_on=tomorrow)["Location"] == "/worklist/"


def test_what_was_closed_on_a_later_page_leads_back_to_it_or_to_the_last_there_is(
    signed_in: Client, two_pages: list[MonitoringTask]
) -> None:
    tomorrow = (two_pages[1].patient.clinic.today() + timedelta(days=1)).isoformat()

    answer = close(signed_in, two_pages[1], what="contacted", until_on=tomorrow, sort="name", page="2")

    assert answer["Location"] == "/worklist/?sort=name&page=2"
    page = signed_in.get(answer["Location"]).content.decode()
    assert "1 to 1 of 1" in page and "ELBOW, Ellen 1" in page
    assert "page" not in hidden(page)
