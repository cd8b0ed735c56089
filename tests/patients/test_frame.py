"""What stands around every page: printed once for all who are shown the same, and nobody sees the name of another."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.models import Membership, Role
from patients.templatetags.frame import MARKS, printed
from tests import factories_patients as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_printed() -> None:
    printed.clear()


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def read(client: Client, name: str = "patient_list") -> str:
    return client.get(reverse(name)).content.decode()


def without_token(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", page)


def test_two_of_one_role_are_shown_the_same_with_their_own_names(by: User) -> None:
    other = make.physician(by.memberships.get().clinic, "colleague")
    mine = read(of(by))
    there = len(printed.values())

    theirs = read(of(other))

    assert len(printed.values()) == there  # nothing was printed anew
    assert by.username in mine and by.username not in theirs
    assert without_token(theirs) == without_token(mine).replace(by.username, "colleague").replace(
        f'data-person="{by.pk}"', f'data-person="{other.pk}"'
    )


def test_what_was_kept_is_what_is_printed_anew(by: User) -> None:
    clients = [of(by), of(make.nurse(by.memberships.get().clinic, "nurse")), Client()]
    names = ("home", "patient_list", "worklist", "guideline_list", "search", "account_login")

    def pages() -> list[str]:
        return [without_token(client.get(reverse(name)).content.decode()) for client in clients for name in names]

    before = [pages(), pages()][1]  # all of it kept

    anew = list[str]()
    for client in clients:
        for name in names:
            printed.clear()
            anew.append(without_token(client.get(reverse(name)).content.decode()))

    assert before == anew


def test_no_mark_is_left_and_a_name_is_text(by: User) -> None:
    by.first_name, by.last_name = "<b>Bo", '"Knee" & Co'
    by.save()

    for client in (of(by), Client()):
        for name in ("home", "patient_list", "account_login"):
            page = client.get(reverse(name), follow=True).content.decode()
            assert not any(mark in page for mark in MARKS.values()), name
    assert "&lt;b&gt;Bo &quot;Knee&quot; &amp; Co" in read(of(by)) and "<b>Bo" not in read(of(by))


def test_each_answer_has_a_token_of_its_own(by: User) -> None:
    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', read(of(by)))) for _ in "ab"]

    assert tokens[0] and tokens[1] and not tokens[0] & tokens[1]


def test_a_link_is_current_beneath_its_address_and_of_a_patient(by: User) -> None:
    patient = make.patient(by)
    client = of(by)

    def current(address: str) -> list[tuple[str, str]]:
        page = client.get(address).content.decode()
        bar = page.split('aria-label="Main"')[1].split("</nav>")[0]
        return re.findall(r'aria-current="(\w+)">(\w+)', bar)

    assert current(reverse("patient_list")) == [("page", "Patients")]
    assert current(reverse("patient_detail", args=[patient.pk])) == [("true", "Patients")]
    assert current(reverse("worklist")) == [("page", "Worklist")]
    assert current(reverse("guideline_list")) == [("page", "Guidelines")]
    assert current(reverse("home")) == []


def test_choosing_a_clinic_leads_back_to_the_page_it_was_chosen_on(by: User) -> None:
    Membership.objects.create(user=by, clinic=make.clinic("Knee Clinic"), role=Role.NURSE)
    client = of(by)

    for name in ("patient_list", "worklist"):
        assert f'name="next" value="{reverse(name)}"' in read(client, name)
