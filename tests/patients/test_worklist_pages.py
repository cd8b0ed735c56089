"""The worklist as pages: what is shown, searched, printed and saved; and what leaves a trace."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import AccessEvent, Clinic, MonitoringTask, Plan
from patients.outputs.spreadsheet import harmless
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients.test_page_queries import queries
from tests.patients.worklist_samples import (
    Clock,
    asking_for,
    marker,
    page_of,
    plan_of,
    published_with,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
MOST = 20


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


def test_a_file_that_holds_not_all_lines_says_how_many_are_left_out(
    signed_in: Client, by: User, days_later: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = published()
    for number in (1, 2, 3):
        plan_of(by, version, number)
    days_later(46)
    signed_in.force_login(by)

    def saved() -> tuple[str, list[dict[str, str]]]:
        answer = signed_in.get(reverse("worklist_csv"))
        rows = csv.DictReader(StringIO(answer.content.decode().removeprefix("\ufeff")))
        return answer["Content-Disposition"], list(rows)

    for most, sentence in ((1, "Not in this table: 2 more lines. "), (2, "Not in this table: 1 more line. ")):
        monkeypatch.setattr("patients.views.worklist_paper.MOST_IN_A_FILE", most)
        name, [*rows, last] = saved()
        assert [row["Group"] for row in rows] == ["Overdue"] * most
        assert last == dict.fromkeys(last, "") | {
            "Group": f"{sentence}Narrow the worklist with its filters and save it again."
        }
        assert f'-first-{most}.csv"' in name

    monkeypatch.setattr("patients.views.worklist_paper.MOST_IN_A_FILE", 3)
    name, rows = saved()
    assert [row["Group"] for row in rows] == ["Overdue"] * 3 and "first" not in name


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
