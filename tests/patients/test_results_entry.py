"""Results typed in for one patient: what is recorded, asked about, refused, offered again, and what it asks for."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from patients.models import AccessEvent, Laboratory, LaboratoryLimit, Observation, Patient, ResultSource
from patients.presentation import results_entry
from tests import factories_patients as make
from tests.patients.typed_results import MARKER, address, sent

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]


def test_several_results_are_recorded_with_unit_limit_laboratory_and_a_day_of_their_own(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    yesterday = make.days_ago(1).isoformat()

    answer = sent(
        signed_in, patient, **MARKER, new_laboratory="Elbow Laboratory",
        value__weight_kg="130", unit__weight_kg="[lb_av]", on__weight_kg=yesterday,
    )  # fmt: skip

    assert answer.status_code == 302
    found = {row.fact_key: row for row in Observation.objects.filter(patient=patient)}
    assert found["itch_marker"].value_typed == "55"
    assert found["itch_marker"].upper_limit_typed == "40"
    assert found["itch_marker"].taken_on == make.days_ago(0)
    assert found["weight_kg"].unit == "[lb_av]"
    assert found["weight_kg"].taken_on == make.days_ago(1)
    assert {row.source for row in found.values()} == {ResultSource.FORM}
    assert {str(row.laboratory) for row in found.values()} == {"Elbow Laboratory"}
    assert {row.recorded_by for row in found.values()} == {by}


def test_what_a_result_asks_for_is_said_with_what_was_recorded(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    make.signed(make.answered(patient, by, version), by)

    typed = {**MARKER, "value-itch_marker": "200", "unit-itch_marker": "U/L", "limit-itch_marker": "40"}
    answer = signed_in.post(
        address(patient), {"taken_on": make.days_ago(0).isoformat(), **{k: v for k, v in typed.items() if "__" not in k},
        "sure-itch_marker": f"200|U/L|{make.days_ago(0)}"}, follow=True,
    )  # fmt: skip

    said = [str(message) for message in answer.context["messages"]]
    assert "itch marker 200\u00a0U/L" in said[0]
    assert said[1].startswith("The marker is high. Repeat it.")


def test_a_form_that_is_sent_twice_records_once(signed_in: Client, patient: Patient, version: Version) -> None:
    sent(signed_in, patient, **MARKER)
    answer = sent(signed_in, patient, **MARKER)

    assert answer.status_code == 302
    assert Observation.objects.filter(patient=patient).count() == 1


def test_an_unusual_value_is_asked_about_once_and_comes_back_as_it_was_typed(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    light = {"value__weight_kg": "31", "unit__weight_kg": "kg"}

    asked = sent(signed_in, patient, **light)

    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Unusual: weight is mostly at least 40 kg." in page
    assert 'value="31"' in page
    assert not Observation.objects.exists()

    confirmed = f"31|kg|{make.days_ago(0)}"
    assert f'value="{confirmed}"' in page
    assert sent(signed_in, patient, **light, sure__weight_kg=confirmed).status_code == 302
    assert Observation.objects.get().value_typed == "31"


def test_a_tick_does_not_confirm_another_value(signed_in: Client, patient: Patient, version: Version) -> None:
    answer = sent(
        signed_in, patient, value__weight_kg="21", unit__weight_kg="kg", sure__weight_kg=f"31|kg|{make.days_ago(0)}"
    )

    assert answer.status_code == 422
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        pytest.param({"value__weight_kg": "700", "unit__weight_kg": "kg"}, "impossible", id="impossible"),
        pytest.param({"value__weight_kg": "62,5", "unit__weight_kg": "kg"}, "comma", id="a comma"),
        pytest.param({"value__weight_kg": "<50", "unit__weight_kg": "kg"}, "no exact number", id="less than"),
        pytest.param({"value__weight_kg": "62", "unit__weight_kg": "stone"}, "not a unit of weight", id="a foreign unit"),
        pytest.param({"value__weight_kg": "62", "unit__weight_kg": ""}, "The unit is missing", id="no unit"),
        pytest.param(
            {"value__weight_kg": "62", "unit__weight_kg": "kg", "on__weight_kg": "2999-01-01"}, "future", id="a day to come"
        ),
        pytest.param(
            {"value__weight_kg": "62", "unit__weight_kg": "kg", "on__weight_kg": "1979-01-01"},
            "before the birth date", id="before birth",
        ),
        pytest.param({"on__weight_kg": "2026-01-01"}, "The value is missing", id="a day without a value"),
        pytest.param({"taken_on": "31.12.2025", **MARKER}, "year, month and day", id="the day in another order"),
        pytest.param({}, "at least one result", id="nothing"),
        pytest.param({**MARKER, "limit__itch_marker": "4o"}, "Upper limit: ", id="a limit that is no number"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_whole_and_nothing_typed_is_lost(
    signed_in: Client, patient: Patient, version: Version, typed: dict[str, str], part: str
) -> None:
    answer = sent(
        signed_in, patient, **{"value__itch_marker": "33", "unit__itch_marker": "U/L", **typed} if typed else {}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert part in page
    assert not Observation.objects.exists()
    for name, value in typed.items():
        if name.startswith("value") and value:
            assert f'value="{value.replace("<", "&lt;")}"' in page


def test_a_second_result_of_a_day_is_asked_about(signed_in: Client, patient: Patient, version: Version) -> None:
    sent(signed_in, patient, **MARKER)

    answer = sent(signed_in, patient, **{**MARKER, "value__itch_marker": "45"})

    assert answer.status_code == 422
    assert "That day has 55 U/L on record already" in answer.content.decode()
    assert Observation.objects.count() == 1


def test_units_and_limits_of_a_laboratory_are_offered_again_and_without_javascript(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    sent(signed_in, patient, **MARKER, new_laboratory="North")
    sent(signed_in, patient, **{**MARKER, "value__itch_marker": "50", "limit__itch_marker": "38",
                               "on__itch_marker": make.days_ago(3).isoformat()}, new_laboratory="South")  # fmt: skip
    north, south = Laboratory.objects.get(name="North"), Laboratory.objects.get(name="South")
    assert dict(LaboratoryLimit.objects.values_list("laboratory__name", "upper_limit")) == {
        "North": "40",
        "South": "38",
    }

    opened = signed_in.get(address(patient)).content.decode()
    changed = sent(
        signed_in, patient, laboratory=str(south.pk), offered=str(north.pk), use_laboratory="1",
        value__itch_marker="61", limit__itch_marker="40", value__weight_kg="6x",
    )  # fmt: skip

    page = changed.content.decode()
    assert 'name="limit-itch_marker" inputmode="decimal" autocomplete="off" maxlength="60" value="40"' in opened
    assert changed.status_code == 200
    assert 'name="limit-itch_marker" inputmode="decimal" autocomplete="off" maxlength="60" value="38"' in page
    assert 'value="61"' in page
    assert 'value="6x"' in page
    assert Observation.objects.count() == 2


def test_a_limit_that_was_typed_is_not_replaced_by_an_offer(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    sent(signed_in, patient, **MARKER, new_laboratory="North")
    north = Laboratory.objects.get()

    page = sent(
        signed_in,
        patient,
        laboratory=str(north.pk),
        use_laboratory="1",
        value__itch_marker="61",
        limit__itch_marker="39",
    ).content.decode()

    assert 'maxlength="60" value="39"' in page


def test_another_clinics_laboratory_cannot_be_named(signed_in: Client, patient: Patient, version: Version) -> None:
    elsewhere = Laboratory.objects.create(clinic=make.clinic("Knee Clinic"), name="Knee Laboratory")

    answer = sent(signed_in, patient, **MARKER, laboratory=str(elsewhere.pk))

    assert answer.status_code == 422
    assert not Observation.objects.exists()


def test_what_is_typed_for_one_patient_stands_on_no_other_page(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    other = make.patient(by, number="O-1")
    typed = {"value__itch_marker": "many", "limit__itch_marker": "987", "on__itch_marker": make.days_ago(3).isoformat()}

    for part in ({}, {"limit__itch_marker": "987 for Mrs. Nagel"}, typed):
        refused = sent(signed_in, patient, **part)

        assert refused.status_code == 422
        page = signed_in.get(address(other)).content.decode()
        for text in part.values():
            assert f'value="{text}"' in refused.content.decode() and f'value="{text}"' not in page
    assert not [key for key in results_entry.empty._values if "Nagel" in str(key)], "nothing typed is kept"


def test_tests_that_are_due_come_first(signed_in: Client, patient: Patient, by: User, version: Version) -> None:
    plan = make.signed(make.answered(patient, by, version), by)
    task = plan.monitoring_tasks.open().order_by("opens_on").first()
    assert task is not None
    task.opens_on, task.overdue_after_on = make.days_ago(20), make.days_ago(2)
    task.save()

    page = signed_in.get(address(patient))

    assert [group.label for group in page.context["now"]] == ["Itch panel"]
    assert page.context["now"][0].due.startswith("Overdue since")
    assert "itch_marker" not in [row.kind.key for group in page.context["rest"] for row in group.rows]


def test_a_field_that_no_page_has_is_refused(signed_in: Client, patient: Patient, version: Version) -> None:
    assert sent(signed_in, patient, value__nonsense="3").status_code == 400
    assert sent(signed_in, patient, value__itch_marker_limit="3").status_code == 400


def test_another_clinics_patient_and_none_are_the_same_and_a_look_leaves_its_trace(
    client: Client, signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    signed_in.get(address(patient))
    assert AccessEvent.objects.of(patient.pk).filter(user=by, what="patient_results_add").exists()

    client.force_login(make.nurse(make.clinic("Knee Clinic")))
    for name in ("patient_results", "patient_results_add", "patient_results_paste"):
        assert client.get(reverse(name, args=[patient.pk])).status_code == 404
