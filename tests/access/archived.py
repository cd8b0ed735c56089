"""Of every kind that can be over, one that is: replaced, closed, corrected, taken back, discarded, withdrawn, suspended."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from guidelines import actions as guideline_actions
from guidelines.models import ImpactRun, Version
from guidelines.package import compiled_version
from patients import actions
from patients.models import Clinic, MonitoringTask, Observation, Patient, Plan, ResultAlert, ResultSource, Role
from tests import factories_patients as make
from tests.factories_guidelines import edited, itching_elbow, published, retitled

Parts = dict[str, dict[str, Any]]


def measured(patient: Patient, version: Version, by: User, value: str) -> Observation:
    answer = {"value": value, "unit": "U/L", "upper_limit": "40"}
    [row] = actions.record_observations(
        patient=patient, compiled=compiled_version(version), by=by, entries=[actions.Entry("itch_marker", answer)]
    )
    return row


def over_in_a_clinic(clinic: Clinic, patient: Patient, version: Version, by: User, replaced: Plan) -> Parts:
    """`replaced` is a plan of the patient that another has replaced."""
    result = measured(patient, version, by, "148")
    alert = ResultAlert.objects.open().get(patient=patient)
    actions.close_alert(alert=alert, by=by, because="It is nothing.")
    actions.correct_observation(
        observation=result, compiled=compiled_version(version), by=by,
        answer={"value": "149", "unit": "U/L", "upper_limit": "40"},
    )  # fmt: skip
    run = actions.start_import(clinic=clinic, by=by, source=ResultSource.CSV, file_name="b.csv", file_hash="", rows=[])
    actions.discard_import(run=run, by=by)
    today = clinic.today()
    late = MonitoringTask.objects.create(
        plan=Plan.objects.active().get(patient=patient), patient=patient, clinic=clinic, position=91, item_key="MON-SENT",
        test_keys=["itch_panel"], phase="Now", required=True,
        opens_on=today - timedelta(days=3), overdue_after_on=today - timedelta(days=1),
    )  # fmt: skip
    letters = actions.start_letters(key=uuid4(), clinic=clinic, tasks=[late.pk], by=by)
    actions.make_letters(letters.pk)
    letters.refresh_from_db()
    actions.letters_sent(run=letters, by=by, days=7)
    token = uuid4()
    actions.revoke_feed(feed=actions.open_feed(clinic=clinic, by=by, token=token, patient=patient), by=by)
    return {
        "plan": {"pk": replaced.pk}, "consultation": {"pk": replaced.consultation_id}, "result": {"pk": result.pk},
        "test": {"pk": MonitoringTask.objects.filter(plan=replaced)[0].pk}, "alert": {"pk": alert.pk},
        "import": {"pk": run.pk}, "letters": {"pk": letters.pk, "part": 1}, "feed": {"token": token},
    }  # fmt: skip


def over_among_people(clinic: Clinic, keeper: User, patient: Patient) -> Parts:
    left = make.nurse(clinic, f"left-{clinic.pk}")
    actions.record_access(patient=patient, by=left, what="patient_detail")
    actions.suspend_member(clinic=clinic, person=left, because="Left.", by=keeper)
    token = uuid4()
    invitation = actions.invite(
        clinic=clinic, roles=[Role.NURSE], name="Nils Nagel", email="", token=token, by=keeper
    )  # fmt: skip
    actions.revoke_invitation(invitation=invitation, by=keeper)
    return {
        "member": {"clinic": clinic.pk, "pk": left.pk}, "person": {"pk": left.pk}, "invitation": {"pk": invitation.pk},
        "invitation link": {"token": token},
    }  # fmt: skip


def over_among_guidelines(draft: Version, by: User, administrator: User) -> Parts:
    """A guideline whose versions were both withdrawn, with what was said about the first."""
    old = published(edited(itching_elbow(), slug="old-elbow"))
    question = guideline_actions.send_question(version=old, audience="patient", text="May I rest?")
    editor = User.objects.get(username="edith")
    guideline_actions.close_question(question=question, by=editor, outcome="outside")
    run = ImpactRun.objects.filter(version=old).latest("pk")
    guideline_actions.cancel_impact(run=run, by=editor)
    guideline_actions.withdraw(version=old, by=administrator, why="It is wrong.")
    newer = published(edited(retitled("Old still"), slug="old-elbow"))
    guideline_actions.withdraw(version=newer, by=administrator, why="It is wrong too.")
    comment = guideline_actions.add_comment(version=draft, by=by, text="Is it so?")
    guideline_actions.resolve_comment(comment=comment, by=by)
    names = {"slug": "old-elbow", "number": old.number}
    return {
        "guideline": {"slug": "old-elbow"}, "version": names, "two versions": {**names, "newer": newer.number},
        "part": {**names, "part": "safety_rules"}, "entry": {**names, "part": "statements", "key": "ST-1"},
        "comment": {"pk": comment.pk}, "question": {"pk": question.pk}, "comparison": {"pk": run.pk},
    }  # fmt: skip


def over_in_the_installation(administrator: User) -> Parts:
    gone = User.objects.create_user("gone")
    actions.suspend_person(person=gone, because="Gone.", by=administrator)
    return {"account": {"pk": gone.pk}}
