"""The demonstration: complete, the same when it is made again, and never beside care."""

from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from guidelines.engine.content import Package
from guidelines.engine.planned import Weekday
from guidelines.guideline_file import read_guideline_file, shipped_guidelines
from guidelines.models import Approval, Guideline, Version
from patients import actions
from patients.deciding import active_plan, compiled_for, decision_for
from patients.demo import story_guideline
from patients.demo_story import Story
from patients.models import Clinic, Consultation, MonitoringTask, Patient, Plan, PlannedMedication, Role
from patients.taken_now import current_drugs
from tests import factories_patients as make
from tests.factories_guidelines import draft, edited, published, under_review

pytestmark = pytest.mark.django_db


def quickstart() -> str:
    told = StringIO()
    call_command("quickstart", stdout=told)
    return told.getvalue()


def count_rows() -> dict[str, int]:
    """Every row of ours, the history the database writes included."""
    models = [*apps.get_app_config("patients").get_models(), *apps.get_app_config("guidelines").get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


def check_what_is_carried_over() -> None:
    """What the plan says about the drugs taken begins the next consultation; what it may have changed is asked."""
    patient = Patient.objects.get(number="D-1005")
    by = User.objects.get(username="demo-physician")
    plan = Plan.objects.active().get(patient=patient)

    begun = actions.start_consultation(patient=patient, version=plan.version, by=by)

    on = plan.signed_on.isoformat()
    assert (begun.current_step, begun.step_started_on) == ("S2", plan.started_on)
    assert begun.answers["on_hydroxychloroquine"] == {"value": True, "taken_on": on}
    assert begun.answers["on_prednisone"] == {"value": True, "taken_on": on}
    assert begun.answers["alt"]["upper_limit"] == "40"
    assert not {"medications", "taper_requested", "weeks_on_prednisone"} & set(begun.answers)
    now = current_drugs(compiled_for(begun), active_plan(begun))
    # The steroid goes down and the weekly drug goes up in dated steps: today's amounts are asked.
    assert (now["prednisone"].amount, now["methotrexate"].amount) == (None, None)
    assert now["methotrexate"].weekday is Weekday.SUNDAY
    assert now["hydroxychloroquine"].amount == 2200


def test_quickstart_makes_a_demonstration_and_changes_nothing_the_second_time() -> None:
    told = quickstart()
    made = count_rows()

    again = quickstart()

    assert count_rows() == made
    assert ": made." in told
    assert ": made." not in again
    clinic = Clinic.objects.get()
    assert clinic.is_demo
    assert {member.role for member in clinic.memberships.all()} == set(Role.values)
    for person in Story.told()["staff"]:
        assert len(person["password"]) >= 15
        assert person["password"] in again
        assert authenticate(username=person["username"], password=person["password"]) is not None
    versions = list(Version.objects.current())
    assert {version.guideline.slug for version in versions} == {path.stem for path in shipped_guidelines()}
    for version in versions:
        assert version.is_demonstration
        assert Approval.objects.valid_for(version).count() == 2
        assert version.publications.open().exists()
    assert Patient.objects.filter(is_invented=True).count() == Patient.objects.count() == 12
    assert Plan.objects.active().count() == 10
    assert PlannedMedication.objects.filter(weekly_only=True, plan__state="active").exclude(weekday=None).exists()
    assert len(set(Plan.objects.active().values_list("step", flat=True))) >= 5
    assert MonitoringTask.objects.overdue(clinic.today()).exists()
    outcomes = {decision_for(consultation).outcome for consultation in Consultation.objects.open()}
    assert outcomes == {"ask", "propose", "hold", "continue", "pending", "out_of_scope"}
    check_what_is_carried_over()
    assert "Not approved for care" in Client().get(reverse("account_login")).content.decode()


def test_quickstart_refuses_beside_a_real_clinic() -> None:
    make.clinic("Elbow Clinic")

    with pytest.raises(CommandError, match="Elbow Clinic is a clinic for real patients"):
        quickstart()

    assert not Guideline.objects.exists()
    assert not Patient.objects.exists()


def test_quickstart_completes_what_is_missing_and_leaves_what_is_there() -> None:
    there = make.patient(make.physician(make.clinic("Demonstration", is_demo=True)), number="D-1012")

    told = quickstart()

    assert Clinic.objects.count() == 1
    assert Patient.objects.count() == 12
    assert Patient.objects.get(number="D-1012") == there
    assert not there.consultations.exists()
    assert "Larsen" not in told


def shipped() -> Package:
    return read_guideline_file(story_guideline(Story.told())).package


def test_a_draft_of_the_shipped_content_becomes_a_demonstration_before_it_is_approved() -> None:
    loaded = draft(shipped())
    assert not loaded.is_demonstration

    quickstart()

    assert loaded in Version.objects.current()
    assert not Version.objects.filter(is_demonstration=False).exists()


def test_quickstart_refuses_beside_the_shipped_content_approved_for_care() -> None:
    real = published(shipped())

    with pytest.raises(CommandError, match="version 1 is approved for care"):
        quickstart()

    assert list(Version.objects.current()) == [real]
    assert not Version.objects.filter(is_demonstration=True).exists()
    assert Approval.objects.count() == 2


def test_quickstart_takes_no_place_of_another_version_approved_for_care() -> None:
    real = published(edited(shipped(), title="As it was before"))

    with pytest.raises(CommandError, match="version 1 is approved for care"):
        quickstart()

    assert list(Version.objects.current()) == [real]


def test_a_demonstration_is_not_made_of_what_people_review() -> None:
    under_review(shipped())

    with pytest.raises(CommandError, match="version 1 has this content, is under review and is no demonstration"):
        quickstart()

    assert not Version.objects.current().exists()
