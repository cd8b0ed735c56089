"""An installation in which every form of the site can be opened: that of the tests of access, and the states it lacks."""

import hashlib
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from guidelines import actions as guideline_actions
from guidelines.actions.jobs import fail_job
from guidelines.engine.content import Package
from patients import actions
from patients.models import Clinic, LetterRun, MonitoringTask, Role
from tests import factories_patients as make
from tests import impact_samples as sample
from tests.access.installation import HERE, Installation, Person, build, signed_in
from tests.factories_guidelines import draft, edited, itching_elbow, published, under_review, with_cases_that_pass
from tests.guidelines.library_samples import MESSAGE, library, recorded
from tests.signing_in import signed_in as by_the_page

PASSWORD = "a-password-of-her-own"
HEADING = b"patient,test,value,unit,upper_limit,date,id,born\n"


@dataclass
class Site:
    """`more` are addresses beside those of the registry's objects, with the person who walks them."""

    here: Installation
    more: list[tuple[str, str]] = field(default_factory=list)

    def add(self, who: str, name: str, **parts: Any) -> None:
        self.more.append((who, reverse(name, kwargs=parts)))

    def client_of(self, name: str) -> Client:
        found, who = Client(raise_request_exception=False), self.here.people[name]
        found.cookies = SimpleCookie(who.cookies.output(header="", sep=";")) if who.cookies else SimpleCookie()
        return found


def every_state() -> Site:
    site = Site(build())
    with_a_password(site)
    of_accounts(site)
    of_patients(site, site.here.clinics[HERE], User.objects.get(username="a-physician"))
    of_guidelines(site)
    return site


def sore(package: Package) -> Package:
    """The same content as another guideline, so that its versions can follow each other."""
    return edited(package, slug="sore-elbow", title="Sore elbow")


def of_patients(site: Site, clinic: Clinic, by: User) -> None:
    """Somebody new, a plan that a newer version concerns, letters that failed, and a file that waits for an answer."""
    who = "a physician"
    new, moved = make.patient(by, number="N-1", family_name="New"), make.patient(by, number="M-1", family_name="Moved")
    plan = make.signed(make.answered(moved, by, sample.used_for_a_while(published(sore(itching_elbow())))), by)
    version = published(sore(with_cases_that_pass(sample.lower_cap())))
    begun = make.consultation(new, by, version)
    for name in ("plan_detail", "plan_newer_version", "plan_end"):
        site.add(who, name, pk=plan.pk)
    for name in ("patient_detail", "patient_results_add", "patient_results_paste"):
        site.add(who, name, pk=moved.pk)
    site.add(who, "consultation_facts", pk=begun.pk)
    tasks = MonitoringTask.objects.open().filter(clinic=clinic).values_list("pk", flat=True)
    again = actions.start_letters(key=uuid4(), clinic=clinic, tasks=tasks, by=by)
    fail_job(kind=LetterRun, key=again.pk, why="Nothing could be printed.")
    site.add(who, "letter_run_detail", pk=again.pk)
    raw = HEADING + b"M-1,itch_marker,31,U/L,40,2026-01-02,a1,\nM-1,nothing we know,many,ounces,,02.01.26,a2,1.1.1990\n"
    answer = site.client_of(who).post(
        reverse("result_import_start"), {"clinic": clinic.pk, "file": SimpleUploadedFile("waiting.csv", raw)}
    )
    assert answer.status_code == 302, answer.content.decode()
    site.more.append((who, answer["Location"]))


def of_guidelines(site: Site) -> None:
    """A draft whose test patients fail, one that waits for its reviewers, one that is approved; what was said is settled.
    Of a drug that they give, something newer is shared than they have."""
    ed, rex = User.objects.get(username="edith"), User.objects.get(username="rex")
    content = sample.stricter_rule().model_dump(mode="json")
    content["cases"][0]["expected"] |= {"cautions": [], "options": {}}
    for message in ("", MESSAGE):
        recorded(library(message=message))
    failing = draft(edited(Package.model_validate(content), slug="failing-elbow"), by=ed)
    waiting = under_review(edited(itching_elbow(), slug="waiting-elbow"), names=("ray",))  # type: ignore[arg-type]
    approved = under_review(edited(itching_elbow(), slug="approved-elbow"))
    for who in ("an editor", "a reviewer", "an administrator"):
        for version in (failing, waiting, approved):
            names = {"slug": version.guideline.slug, "number": version.number}
            for name in (
                "version_review", "cases_failing", "draft_edit", "version_submit", "version_approve",
                "version_publish", "version_request_changes", "version_withdraw",
            ):  # fmt: skip
                site.add(who, name, **names)
        site.add(who, "entry_add", slug="failing-elbow", number=failing.number, part="drugs")
    comment = guideline_actions.add_comment(version=waiting, by=rex, text="Is this so?")
    guideline_actions.resolve_comment(comment=comment, by=rex)
    question = guideline_actions.send_question(version=approved, audience="patient", text="May I rest?")
    guideline_actions.close_question(question=question, by=ed, outcome="outside")


def with_a_password(site: Site) -> None:
    """Somebody who has one, and has given an address, as most people do: the others of the installation have none."""
    user = User.objects.create_user("petra", "petra@example.org", PASSWORD)
    actions.add_member(clinic=site.here.clinics[HERE], user=user, role=Role.PHYSICIAN)
    for browser in ("One browser", "Another browser"):  # by the page: only then are they among her sessions
        by_the_page(user, PASSWORD, **{"User-Agent": browser})
    site.here.people["petra"] = signed_in(Person("petra"), user)


def of_accounts(site: Site) -> None:
    """A passkey, no second factor yet, and several clinics to choose from."""
    petra = User.objects.get(username="petra")
    passkey = WebAuthn.add(petra, "Telephone", a_passkey()).instance
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        site.add("petra", name, pk=passkey.pk)
    site.add("petra", "usersessions_list")
    site.add("a physician without a second factor", "mfa_activate_totp")
    site.add("a nurse here and physician there", "home")


def a_passkey() -> dict[str, Any]:
    """What a browser says of a new one."""
    key, number = ec.generate_private_key(ec.SECP256R1()).public_key(), b"a passkey of a test"
    told = CollectedClientData.create("webauthn.create", b"a challenge", "http://testserver")
    made = AuthenticatorData.create(
        hashlib.sha256(b"testserver").digest(), AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT, 0,
        AttestedCredentialData.create(bytes(16), number, ES256.from_cryptography_key(key)),
    )  # fmt: skip
    return {
        "id": websafe_encode(number), "rawId": websafe_encode(number), "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(told),
            "attestationObject": websafe_encode(AttestationObject.create("none", made, {})),
        },
    }  # fmt: skip
