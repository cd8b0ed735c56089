"""The people of a load, and what they look at. Runs inside an installation that `worklist_rows.fill` has filled."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User

from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.demo import choose, live, story_guideline
from patients.demo_story import Story, Visit
from patients.models import Clinic, Consultation, Membership, Patient, Plan, Role

ROLES = (Role.PHYSICIAN, Role.NURSE)
OPEN_FOR = "D-1002"  # of the demonstration: a patient with a consultation that nobody has finished
CHOICES = {
    "option": "S2-methotrexate",
    "amounts": {"methotrexate": "25", "prednisone": "40", "folic_acid": "1"},
    "weekdays": {"methotrexate": "tuesday"},
    "taking": {"hydroxychloroquine": "stop"},
}


def choose_everything(consultation: Consultation, by: User) -> Consultation:
    """After it every step may be opened."""
    return choose(consultation, Visit(consultation.as_of, {}, "", None, CHOICES, False), by)


def consult(clinic: Clinic, version: Version, count: int) -> list[Consultation]:
    """So many open consultations, each of a patient of its own, with all six steps to look at."""
    by = Membership.objects.filter(clinic=clinic, role=Role.PHYSICIAN).order_by("pk")[0].user
    people = Story(compiled_version(version).facts, clinic.today()).people()
    like = next(person for person in people if person.number == OPEN_FOR)
    for number in range(Patient.objects.filter(number__startswith="LOAD-").count(), count):
        patient = live(clinic, version, like._replace(number=f"LOAD-{number}"), by)
        choose_everything(Consultation.objects.open().get(patient=patient), by)
    return list(Consultation.objects.open().filter(patient__number__startswith="LOAD-"))


def cast(people: int, patients: int, consultations: int) -> dict[str, Any]:
    """Sessions of so many physicians and nurses, and keys of what there is to open."""
    clinic = Clinic.objects.get()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    cookies = []
    for number in range(people):
        user, is_new = User.objects.get_or_create(username=f"visitor-{number}")
        if is_new:
            actions.add_member(clinic=clinic, user=user, role=ROLES[number % 2])
        session = store()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    slug = story_guideline(Story.told()).stem
    version = Version.objects.current(clinic.today()).select_related("guideline").get(guideline__slug=slug)
    seen = Patient.objects.filter(number__startswith="SYN-").order_by("number")[:patients]
    return {
        "cookies": cookies,
        "patients": [str(patient.pk) for patient in seen],
        "names": [patient.family_name for patient in seen],
        "consultations": [str(row.pk) for row in consult(clinic, version, consultations)],
        "plans": [str(row.pk) for row in Plan.objects.active().filter(patient__in=list(seen[:100]))],
        "guideline": f"/guidelines/{version.guideline.slug}/versions/{version.number}/",
        "today": clinic.today().isoformat(),
    }
