"""Somebody who works in several clinics: the switch in the bar narrows lists, and never what may be seen."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.package import compiled_version
from patients import actions
from patients.models import Clinic, Membership, Patient, Role
from patients.presentation.kept_pages import pages
from tests import factories_patients as make
from tests.patients.worklist_samples import asking_for, published_with

pytestmark = pytest.mark.django_db(transaction=True)

HERE, THERE = "Elbow", "Knee"
LISTS = ("worklist", "patient_list", "home")


@pytest.fixture
def clinics(by: User) -> dict[str, Clinic]:
    """Each with one patient on a plan whose result asks for something today."""
    pages.clear()
    here, there = Clinic.objects.get(), make.clinic("Knee Clinic")
    actions.add_member(clinic=there, user=by, role=Role.PHYSICIAN)
    version = published_with(asking_for("stop"))
    for name, clinic in ((HERE, here), (THERE, there)):
        patient = actions.register_patient(
            clinic=clinic, by=by, family_name=f"Of{name}", given_names="Ellen", born_on=date(1980, 5, 17), sex="female",
            number=f"{name}-1",
        )  # fmt: skip
        make.signed(make.answered(patient, by, version), by)
        answer = {"value": "200", "unit": "U/L", "upper_limit": "40"}
        actions.record_observations(
            patient=patient, compiled=compiled_version(version), by=by, entries=[actions.Entry("itch_marker", answer)]
        )
        make.consultation(patient, by, version)
    return {HERE: here, THERE: there}


def test_what_waits_is_counted_on_a_page_that_is_asked_otherwise(clinics: dict[str, Clinic]) -> None:
    """Who looks into the record of looks is asked for as that, and a nurse elsewhere is then nobody."""
    both = make.nurse(clinics[HERE], "both")
    actions.add_member(clinic=clinics[THERE], user=both, role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(both)

    pages_of = [client.get(reverse(name)).content.decode() for name in ("patient_list", "clinic_looks")]

    assert ['<span class="count">1<span class="vh"> to act on today' in page for page in pages_of] == [True, True]


def choose(client: Client, clinic: Clinic | None, **sent: str) -> str:
    answer = client.post(reverse("clinic_choose"), {"clinic": str(clinic.pk) if clinic else "", **sent})
    assert answer.status_code == 302
    return answer.headers["Location"]


def named(client: Client, route: str, **headers: str) -> set[str]:
    page = client.get(reverse(route), headers=headers).content.decode()
    return {name for name in (HERE, THERE) if f"OF{name.upper()}" in page}


def count_in_bar(client: Client) -> list[str]:
    page = client.get(reverse("guideline_list")).content.decode()
    return re.findall(r'Worklist <span class="count">(\d+)', page)[:1]


def test_lists_are_of_the_chosen_clinic_and_of_all_of_them_again(signed_in: Client, clinics: dict[str, Clinic]) -> None:
    for _ in range(2):  # the second time from what is kept
        for chosen, wanted in ((None, {HERE, THERE}), (HERE, {HERE}), (THERE, {THERE})):
            choose(signed_in, clinics[chosen] if chosen else None)

            assert {route: named(signed_in, route) for route in LISTS} == dict.fromkeys(LISTS, wanted)
            assert named(signed_in, "worklist", **{"HX-Request": "true"}) == wanted
            assert count_in_bar(signed_in) == [str(len(wanted))]


def test_the_worklist_can_be_filtered_by_clinic_beside_a_result_in_another(
    signed_in: Client, clinics: dict[str, Clinic]
) -> None:
    page = signed_in.get(reverse("worklist"), {"clinic": clinics[HERE].pk})

    assert page.status_code == 200
    assert "OFELBOW" in page.content.decode() and "OFKNEE" not in page.content.decode()


def test_the_bar_says_where_one_works_and_what_waits_in_each_clinic(
    signed_in: Client, clinics: dict[str, Clinic]
) -> None:
    def bar() -> str:
        page = signed_in.get(reverse("worklist")).content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("</header>")[0]))

    assert "Clinic: All my clinics" in bar()
    choose(signed_in, clinics[THERE])

    assert "Clinic: Knee Clinic" in bar()
    assert bar().count("Elbow Clinic 1 to act on today") == 2  # in the bar and in the menu of narrow screens


def test_whoever_works_in_one_clinic_sees_no_switch_and_no_name_of_it_in_the_band(
    signed_in: Client, patient: Patient
) -> None:
    page = signed_in.get(reverse("patient_detail", args=[patient.pk])).content.decode()

    assert "workplaces" not in page and "All my clinics" not in page
    assert "<dt>Clinic</dt>" not in page


def test_a_patients_page_is_there_whatever_is_chosen_and_says_its_clinic(
    signed_in: Client, clinics: dict[str, Clinic]
) -> None:
    choose(signed_in, clinics[THERE])
    patient = Patient.objects.get(clinic=clinics[HERE])

    for _ in range(2):
        page = signed_in.get(reverse("patient_detail", args=[patient.pk]))
        assert page.status_code == 200
        assert "<dt>Clinic</dt><dd>Elbow Clinic</dd>" in page.content.decode()


def test_the_bar_of_a_page_that_is_kept_says_what_is_chosen_now(signed_in: Client, clinics: dict[str, Clinic]) -> None:
    address = reverse("patient_detail", args=[Patient.objects.get(clinic=clinics[HERE]).pk])
    for chosen, told in (
        (None, "All my clinics"),
        (THERE, "Knee Clinic"),
        (HERE, "Elbow Clinic"),
        (None, "All my clinics"),
    ):
        choose(signed_in, clinics[chosen] if chosen else None)

        page = signed_in.get(address).content.decode()
        assert f"Clinic: </span>{told}<svg" in page


def test_a_choice_is_each_persons_own_and_no_kept_page_is_anothers(
    signed_in: Client, clinics: dict[str, Clinic]
) -> None:
    colleague = make.nurse(clinics[HERE], "colleague")
    actions.add_member(clinic=clinics[THERE], user=colleague, role=Role.NURSE)
    other = Client()
    other.force_login(colleague)
    choose(signed_in, clinics[HERE])
    choose(other, clinics[THERE])

    for _ in range(2):
        assert (named(signed_in, "worklist"), named(other, "worklist")) == ({HERE}, {THERE})


def test_another_clinic_is_not_chosen_and_one_that_is_left_is_chosen_no_more(
    signed_in: Client, by: User, clinics: dict[str, Clinic]
) -> None:
    far = make.clinic("Far Clinic")
    for key in (str(far.pk), "999999", "x"):
        assert signed_in.post(reverse("clinic_choose"), {"clinic": key}).status_code == 404
    choose(signed_in, clinics[THERE])
    Membership.objects.filter(user=by, clinic=clinics[THERE]).delete()

    assert {route: named(signed_in, route) for route in LISTS} == {route: {HERE} for route in LISTS}


def test_whoever_is_suspended_in_one_of_two_clinics_works_in_the_other_and_has_no_switch(
    signed_in: Client, by: User, clinics: dict[str, Clinic]
) -> None:
    choose(signed_in, clinics[THERE])
    keeper = make.clinic_administrator(clinics[THERE], "keeper")

    actions.suspend_member(clinic=clinics[THERE], person=by, because="Lost a badge.", by=keeper)

    assert {route: named(signed_in, route) for route in LISTS} == {route: {HERE} for route in LISTS}
    assert "Knee Clinic" not in signed_in.get(reverse("worklist")).content.decode()
    assert count_in_bar(signed_in) == ["1"]
    assert signed_in.post(reverse("clinic_choose"), {"clinic": clinics[THERE].pk}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ("/worklist/", "/worklist/"),
        ("/patients/", "/patients/"),
        ("//elsewhere.example/worklist/", "/"),
        ("/worklist/close/", "/"),
        ("/nowhere/", "/"),
        ("", "/"),
    ],
)
def test_it_leads_back_to_pages_of_ours_only(
    signed_in: Client, clinics: dict[str, Clinic], sent: str, wanted: str
) -> None:
    assert choose(signed_in, clinics[HERE], next=sent) == wanted


def test_registering_begins_with_the_chosen_clinic_and_does_not_change_it_behind_ones_back(
    signed_in: Client, clinics: dict[str, Clinic]
) -> None:
    choose(signed_in, clinics[THERE])
    page = signed_in.get(reverse("patient_register")).content.decode()
    assert re.search(rf'<option value="{clinics[THERE].pk}"\s+selected', page)
    typed = {"family_name": "Radius", "given_names": "Rosa", "born_on": "1971-02-03", "sex": "female", "number": "R-7"}

    choose(signed_in, clinics[HERE])  # in another window
    signed_in.post(reverse("patient_register"), {**typed, "clinic": clinics[THERE].pk})

    assert Patient.objects.get(number="R-7").clinic == clinics[THERE]


def test_letters_imports_and_calendars_are_of_the_chosen_clinic(signed_in: Client, clinics: dict[str, Clinic]) -> None:
    choose(signed_in, clinics[THERE])

    imports = signed_in.get(reverse("result_import_start")).content.decode()
    assert re.search(rf'<option value="{clinics[THERE].pk}"\s+selected', imports)
    for route in ("letter_run_list", "clinic_calendar"):
        main = signed_in.get(reverse(route)).content.decode().split("<main")[1]
        assert f'value="{clinics[HERE].pk}"' not in main.replace(f'value="{clinics[THERE].pk}"', "")
