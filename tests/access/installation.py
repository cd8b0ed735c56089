"""An installation with two clinics, one row of every kind in each, and one person of every kind. Built once, by actions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from config.access import Held
from config.sessions import SessionStore
from guidelines import actions as guideline_actions
from guidelines.editing import entry_of, fingerprint
from guidelines.models import Edit, ImpactRun, Version
from guidelines.package import package_of
from patients import actions
from patients.models import Clinic, MonitoringTask, Observation, Patient, ResultAlert, ResultSource, Role
from tests import factories_patients as make
from tests.access.archived import (
    measured,
    over_among_guidelines,
    over_among_people,
    over_in_a_clinic,
    over_in_the_installation,
)
from tests.factories_guidelines import administrator, editor, published, retitled, reviewer
from tests.signing_in import recorded

HERE, THERE = "Elbow Clinic", "Knee Clinic"
CANARY = {HERE: "Kanarienvogel", THERE: "Zebrafink"}
MISSING = UUID("00000000-0000-4000-8000-000000000000")
LONG = timedelta(days=1)
ARCHIVED = "archived"
OF_A_CLINIC = ("patient", "consultation", "plan", "result", "test", "alert", "import", "letters", "person")
OF_ITS_PEOPLE = ("member", "clinic", "invitation")


@dataclass
class Person:
    """`roles` by the name of the clinic; of the installation under no name."""

    name: str
    roles: dict[str, frozenset[Held]] = field(default_factory=dict)
    is_signed_in: bool = True
    has_second_factor: bool = True
    has_confirmed: bool = True  # the password, within the last minutes
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    @property
    def held(self) -> frozenset[Held]:
        return frozenset().union(*self.roles.values())

    def in_clinic(self, clinic: str) -> frozenset[Held]:
        return self.roles.get(clinic, frozenset())


@dataclass
class Installation:
    people: dict[str, Person]
    clinics: dict[str, Clinic]
    objects: dict[
        str, dict[str, dict[str, Any]]
    ]  # by kind, then own, foreign, missing or archived: parts of an address
    patients: dict[str, Patient]


NAMES = (
    "a stranger", "somebody suspended", "somebody without a role", "a physician", "a nurse", "a clinic's administrator",
    "an editor", "a reviewer", "an administrator", "a physician of another clinic",
    "an administrator here and physician there", "a nurse here and physician there", "a physician suspended here",
    "an administrator suspended here and nurse there",
    "a physician without a second factor", "a reviewer without a second factor", "a physician who signed in long ago",
)  # fmt: skip


def build() -> Installation:
    version = published()
    scheduled = published(retitled(), effective_on=timezone.localdate() + timedelta(days=1))
    ed, rex = editor(), reviewer("rex")
    draft = guideline_actions.start_draft(version=version, by=ed, reason="The cap is too high.", level="dose")
    entry = entry_of(package_of(draft), "statements", "ST-1")
    guideline_actions.save_entry(
        version=draft, by=ed, part="statements", entry=entry.model_copy(update={"clinician": "Begin slowly."}),
        read=fingerprint(entry),
    )  # fmt: skip
    draft.refresh_from_db()
    clinics = {name: make.clinic(name) for name in (HERE, THERE)}
    rows = {HERE: of_a_clinic(clinics[HERE], version), THERE: of_a_clinic(clinics[THERE], version)}
    objects = {
        kind: {"own": rows[HERE][kind], "foreign": rows[THERE][kind], "missing": {"pk": MISSING, "part": 1}}
        for kind in OF_A_CLINIC
    }
    objects["person"]["missing"] = {"pk": 999_999}
    nobody = {
        "member": {"clinic": 999_999, "pk": 999_999},
        "clinic": {"clinic": 999_999},
        "invitation": {"pk": 999_999},
    }
    objects |= {
        kind: {"own": rows[HERE][kind], "foreign": rows[THERE][kind], "missing": nobody[kind]} for kind in OF_ITS_PEOPLE
    }
    objects["invitation link"] = {"own": rows[HERE]["invitation link"], "missing": {"token": MISSING}}
    objects["account"] = {"own": {"pk": rows[HERE]["member"]["pk"]}, "missing": {"pk": 999_999}}
    objects["feed"] = {"own": rows[HERE]["feed"], "missing": {"token": MISSING}}
    objects |= of_guidelines(version, scheduled, draft, rex)
    ada = administrator()
    over = [rows[HERE]["archived"], over_among_guidelines(draft, rex, ada), over_in_the_installation(ada)]
    for kind, parts in (found for told in over for found in told.items()):
        objects[kind][ARCHIVED] = parts
    return Installation(
        people_of(clinics, ed, rex, ada), clinics, objects,
        {name: Patient.objects.get(pk=rows[name]["patient"]["pk"]) for name in clinics},
    )  # fmt: skip


def of_a_clinic(clinic: Clinic, version: Version) -> dict[str, Any]:
    """A signed plan with its tests, a result that asks for something, a file, letters, a feed, and a consultation begun."""
    by = make.physician(clinic, f"founder-{clinic.pk}")
    patient = make.patient(by, family_name=CANARY[clinic.name], number=f"{CANARY[clinic.name]}-1")
    replaced = make.signed(make.answered(patient, by, version), by)
    plan = make.signed(make.answered(patient, by, version), by)
    over = over_in_a_clinic(clinic, patient, version, by, replaced)
    measured(patient, version, by, "150")
    today = clinic.today()
    test = MonitoringTask.objects.create(
        plan=plan, patient=patient, clinic=clinic, position=90, item_key="MON-EXTRA", test_keys=["itch_panel"],
        phase="Now", required=True, opens_on=today - timedelta(days=3), overdue_after_on=today - timedelta(days=1),
    )  # fmt: skip
    run = actions.start_import(clinic=clinic, by=by, source=ResultSource.CSV, file_name="a.csv", file_hash="", rows=[])
    letters = actions.start_letters(key=uuid4(), clinic=clinic, tasks=[test.pk], by=by)
    actions.make_letters(letters.pk)
    token = uuid4()
    actions.open_feed(clinic=clinic, by=by, token=token, patient=patient)
    consultation = make.answered(patient, by, version)
    invited, keeper = uuid4(), make.clinic_administrator(clinic, f"keeper-{clinic.pk}")
    invitation = actions.invite(
        clinic=clinic, roles=[Role.NURSE], name="Nora Nagel", email="", token=invited, by=keeper
    )  # fmt: skip
    return {
        "archived": over | over_among_people(clinic, keeper, patient),
        "member": {"clinic": clinic.pk, "pk": by.pk}, "clinic": {"clinic": clinic.pk}, "invitation": {"pk": invitation.pk},
        "invitation link": {"token": invited},
        "patient": {"pk": patient.pk}, "plan": {"pk": plan.pk}, "consultation": {"pk": consultation.pk},
        "result": {"pk": Observation.objects.filter(patient=patient, fact_key="itch_marker").latest("recorded_at").pk},
        "test": {"pk": test.pk}, "alert": {"pk": ResultAlert.objects.open().get(patient=patient).pk},
        "person": {"pk": by.pk}, "import": {"pk": run.pk}, "letters": {"pk": letters.pk, "part": 1}, "feed": {"token": token},
    }  # fmt: skip


def of_guidelines(
    version: Version, scheduled: Version, draft: Version, by: User
) -> dict[str, dict[str, dict[str, Any]]]:
    """`foreign` is what is still written: only those who work on guidelines read it."""
    slug = version.guideline.slug
    comment = guideline_actions.add_comment(version=draft, by=by, text="Why?")
    question = guideline_actions.send_question(version=version, audience="patient", text="May I scratch?")
    run = ImpactRun.objects.filter(version=scheduled).latest("pk")
    of_draft = guideline_actions.begin_impact(version=draft, by=None)
    numbers = {"own": version.number, "foreign": draft.number, "missing": 99}
    return {
        "guideline": {"own": {"slug": slug}, "missing": {"slug": "none-such"}},
        "version": {which: {"slug": slug, "number": number} for which, number in numbers.items()},
        "two versions": {
            which: {"slug": slug, "number": version.number, "newer": number}
            for which, number in {**numbers, "own": scheduled.number}.items()
        },
        "part": {which: {"slug": slug, "number": number, "part": "safety_rules"} for which, number in numbers.items()},
        "entry": {
            which: {"slug": slug, "number": number, "part": "statements", "key": "ST-1"}
            for which, number in numbers.items()
        },
        "edit": {
            "foreign": {"slug": slug, "number": draft.number, "pk": Edit.objects.get(version=draft).pk},
            "missing": {"slug": slug, "number": draft.number, "pk": 999_999},
        },
        "comparison": {"own": {"pk": run.pk}, "foreign": {"pk": of_draft.pk}, "missing": {"pk": 999_999}},
        "comment": {"own": {"pk": comment.pk}, "missing": {"pk": 999_999}},
        "question": {"own": {"pk": question.pk}, "missing": {"pk": 999_999}},
        "passkey": {"missing": {"pk": 999_999}}, "session": {"missing": {"pk": 999_999}},
        "link": {"missing": {"key": "none-such", "uidb36": "1"}},
    }  # fmt: skip


def people_of(clinics: dict[str, Clinic], ed: User, rex: User, ada: User) -> dict[str, Person]:
    def member(name: str, **roles: Role) -> Person:
        user = User.objects.create_user(name.replace(" ", "-").replace("'", ""))
        for clinic, role in roles.items():
            actions.add_member(clinic=clinics[HERE if clinic == "here" else THERE], user=user, role=role)
        return signed_in(
            Person(name, {HERE if at == "here" else THERE: frozenset({IN_CLINIC[role]}) for at, role in roles.items()}),
            user,
        )

    def installed(name: str, user: User, role: Held) -> Person:
        return signed_in(Person(name, {"": frozenset({role})}), user)

    def suspended_here(person: Person) -> Person:
        user = User.objects.get(username=person.name.replace(" ", "-").replace("'", ""))
        keeper = User.objects.get(username=f"keeper-{clinics[HERE].pk}")
        actions.suspend_member(clinic=clinics[HERE], person=user, because="Lost a badge.", by=keeper)
        del person.roles[HERE]
        return person

    suspended = member("somebody suspended", here=Role.PHYSICIAN)
    User.objects.filter(username="somebody-suspended").update(is_active=False)
    suspended.is_signed_in = False
    without = member("a physician without a second factor", here=Role.PHYSICIAN)
    reviewing = installed("a reviewer without a second factor", reviewer("rae"), Held.REVIEWER)
    for person in (without, reviewing):
        person.has_second_factor = False
        Authenticator.objects.filter(user__pk=user_of(person)).delete()
    long_ago = member("a physician who signed in long ago", here=Role.PHYSICIAN)
    long_ago.has_confirmed = False
    confirmed(long_ago, at=0)
    found = [
        Person("a stranger", is_signed_in=False), suspended, member("somebody without a role"),
        member("a physician", here=Role.PHYSICIAN), member("a nurse", here=Role.NURSE),
        member("a clinic's administrator", here=Role.ADMINISTRATOR),
        installed("an editor", ed, Held.EDITOR), installed("a reviewer", rex, Held.REVIEWER),
        installed("an administrator", ada, Held.ADMINISTRATOR),
        member("a physician of another clinic", there=Role.PHYSICIAN),
        member("an administrator here and physician there", here=Role.ADMINISTRATOR, there=Role.PHYSICIAN),
        member("a nurse here and physician there", here=Role.NURSE, there=Role.PHYSICIAN),
        suspended_here(member("a physician suspended here", here=Role.PHYSICIAN)),
        suspended_here(
            member("an administrator suspended here and nurse there", here=Role.ADMINISTRATOR, there=Role.NURSE)
        ),
        without, reviewing, long_ago,
    ]  # fmt: skip
    return {person.name: person for person in found}


IN_CLINIC = {
    Role.PHYSICIAN: Held.PHYSICIAN, Role.NURSE: Held.NURSE, Role.ADMINISTRATOR: Held.CLINIC_ADMINISTRATOR,
}  # fmt: skip


def signed_in(person: Person, user: User) -> Person:
    """With a second factor that was used, and confirmed; both for as long as the trials take."""
    client = Client()
    client.force_login(user)
    recorded(client, user)
    person.cookies = client.cookies
    confirmed(person, at=(timezone.now() + LONG).timestamp())
    Session.objects.update(expire_date=timezone.now() + LONG)
    return person


@contextmanager
def long_sessions() -> Iterator[None]:
    """While many trials share sessions that were opened once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("config.sessions.latest_end", lambda: timezone.now() + 2 * LONG)
        yield


def session_of(person: Person) -> SessionStore:
    return SessionStore(person.cookies["sessionid"].value)


def user_of(person: Person) -> int:
    return int(session_of(person)["_auth_user_id"])


def confirmed(person: Person, *, at: float) -> None:
    session = session_of(person)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {**record, "at": at} for record in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    session.save()
