"""Results pasted into the page: only what was shown is written."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.actions import Entry
from patients.models import Observation, Patient, ResultSource
from tests import factories_patients as make
from tests.factories_guidelines import published

TODAY = make.days_ago(0)


@pytest.fixture
def version(db: None) -> Version:
    return published()


LINES = "itch marker\t55\tU/L\t<40\nweight\t140\tlb\nnonsense\t3\tg"


def looked_at(client: Client, patient: Patient, text: str = LINES, **more: Any) -> Any:
    told = {"taken_on": TODAY.isoformat(), "laboratory": "", "new_laboratory": "", "text": text, **more}
    return client.post(reverse("patient_results_paste", args=[patient.pk]), told)


def digest_of(answer: Any) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', answer.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.django_db
def test_a_preview_says_what_was_understood_converted_and_refused_and_writes_nothing(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    answer = looked_at(signed_in, patient)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "55\u00a0U/L" in page
    assert "140 lb × 0.453592 = 63.5029 kg" in page
    assert "“nonsense” is no result that a guideline here asks for." in page
    assert not Observation.objects.exists()


@pytest.mark.django_db
def test_agreeing_writes_what_was_shown_and_says_what_was_left_out(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    digest = digest_of(looked_at(signed_in, patient))

    answer = signed_in.post(
        reverse("patient_results_paste", args=[patient.pk]),
        {"taken_on": TODAY.isoformat(), "text": LINES, "new_laboratory": "North", "digest": digest, "agree": "1"},
        follow=True,
    )

    rows = Observation.objects.order_by("fact_key")
    assert [(row.fact_key, row.value_typed, row.unit, row.source) for row in rows] == [
        ("itch_marker", "55", "U/L", ResultSource.TABLE), ("weight_kg", "140", "[lb_av]", ResultSource.TABLE),
    ]  # fmt: skip
    assert {str(row.laboratory) for row in rows} == {"North"}
    assert "Not written, because not understood: line 3." in [str(told) for told in answer.context["messages"]]


@pytest.mark.django_db
def test_lines_that_were_changed_after_the_preview_are_shown_again(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    digest = digest_of(looked_at(signed_in, patient))

    answer = looked_at(signed_in, patient, LINES.replace("55", "550"), digest=digest, agree="1")

    assert answer.status_code == 422
    assert "Look at them again" in answer.content.decode()
    assert not Observation.objects.exists()


@pytest.mark.django_db
def test_an_unusual_value_is_ticked_or_not_written(signed_in: Client, patient: Patient, version: Version) -> None:
    text = "weight\t31\tkg"
    shown = looked_at(signed_in, patient, text)

    unticked = looked_at(signed_in, patient, text, digest=digest_of(shown), agree="1")
    written = looked_at(signed_in, patient, text, digest=digest_of(shown), agree="1", sure="Line 1")

    assert "Unusual: weight is mostly at least 40 kg." in shown.content.decode()
    assert (unticked.status_code, written.status_code) == (422, 302)
    assert Observation.objects.count() == 1


@pytest.mark.django_db
def test_lines_of_another_patient_are_refused(signed_in: Client, patient: Patient, version: Version) -> None:
    text = "patient number;test;value;unit\nE-2;itch marker;55;U/L\nE-1;itch marker;45;U/L"

    answer = looked_at(signed_in, patient, text)

    preview = answer.context["preview"]
    assert [line.state for line in preview.lines] == ["refused", "ready"]
    assert "It is of another patient: E-2." in answer.content.decode()


@pytest.mark.django_db
def test_two_results_of_a_day_are_both_refused_and_the_same_twice_is_one(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    text = "itch marker\t55\tU/L\nitch marker\t56\tU/L\nweight\t62\tkg\nweight\t62\tkg"

    preview = looked_at(signed_in, patient, text).context["preview"]

    assert [line.state for line in preview.lines] == ["refused", "refused", "ready", "known"]


@pytest.mark.django_db
def test_what_is_on_record_is_known_and_what_was_taken_back_stays_so(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    rows = actions.record_observations(
        patient=patient, compiled=compiled_version(version), by=by,
        entries=[
            Entry("itch_marker", {"value": "55", "unit": "U/L", "taken_on": TODAY.isoformat()}),
            Entry("weight_kg", {"value": "62", "unit": "kg", "taken_on": TODAY.isoformat()}),
        ],
    )  # fmt: skip
    actions.disown_observation(observation=rows[1], by=by)

    preview = looked_at(signed_in, patient, "itch marker\t55\tU/L\nweight\t62\tkg").context["preview"]

    assert [line.state for line in preview.lines] == ["known", "known"]
    assert "not this patient’s" in preview.lines[1].verdict.why


@pytest.mark.django_db
def test_what_cannot_be_read_at_all_comes_back_with_the_text(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    answer = looked_at(signed_in, patient, "itch marker\t5\x01\tU/L")

    assert answer.status_code == 422
    assert "Line 1" in answer.content.decode()
