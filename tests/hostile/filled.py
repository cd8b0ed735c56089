"""The installation with the corpus in every text that somebody can write: rows, a whole guideline, and what forms send."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args
from uuid import uuid4

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from pydantic import StringConstraints

from guidelines import actions as guideline_actions
from guidelines.actions.refusals import Refused
from guidelines.engine.content import Package
from guidelines.engine.values import Content
from guidelines.models import Version
from guidelines.package import compiled_version
from patients import actions
from patients.models import Aside, Clinic, Invitation, MonitoringTask, Patient, Plan, ResultAlert, ResultImport
from tests import factories_patients as make
from tests.access.installation import HERE
from tests.factories_guidelines import draft, edited, itching_elbow, opened, published, under_review
from tests.hostile.every_state import HEADING, Site
from tests.hostile.forms import Form
from tests.hostile.payloads import Payload, Words
from tests.hostile.sending import Pairs, ask
from tests.hostile.typed import typed

LED_TO, HEAVY = ("doi", "pmid", "url"), 95
WRITTEN_IN = ("text", "search", "textarea", "email")
# Texts that programs read: a unit or a code is looked up, and a pattern is a pattern.
READ_BY_PROGRAMS = {
    "unit", "code", "value", "rxnorm", "atc", "loinc", "pattern", "unless_reported",
}  # fmt: skip


def worded(content: Content, words: Words) -> Content:
    """The same entry, each of its words followed by payloads."""
    changed: dict[str, Any] = {}
    for name, field in type(content).model_fields.items():
        value = getattr(content, name)
        if isinstance(value, Content):
            changed[name] = worded(value, words)
        elif isinstance(value, tuple) and value and isinstance(value[0], Content):
            changed[name] = tuple(worded(one, words) for one in value)
        elif isinstance(value, str) and name not in READ_BY_PROGRAMS and most_of(field):
            changed[name] = words.many(most_of(field) - 5, value)
    return content.model_copy(update=changed)


def most_of(field: Any) -> int:
    """How long the words of a field may be; 0 where it holds none."""
    for found in [
        *field.metadata,
        *(part for one in get_args(field.annotation) for part in getattr(one, "__metadata__", ())),
    ]:
        if isinstance(found, StringConstraints) and not found.pattern and found.max_length in (500, 6000):
            return min(int(found.max_length), 500)
    return 0


class Filled:
    """Writes with the corpus until every text has some of it."""

    def __init__(self, site: Site, corpus: list[Payload], begin: int = 0) -> None:
        self.site, self.words = site, Words(corpus, begin)
        self.by = User.objects.get(username="a-physician")
        self.clinic = site.here.clinics[HERE]
        self.plain = Words([payload for payload in corpus if payload.is_plain], begin)

    def all(self) -> None:
        self.people()
        version = self.guideline()
        self.patient(version)
        self.overridden(version)
        self.files()

    def people(self) -> None:
        """By hand: no page writes what a clinic and its staff are called, and no address with a script in it is taken."""
        texts = ("name", "phone", "after_hours_phone", "emergency_number", "poison_line", "fever_limit")
        told = {name: self.words.one(Clinic._meta.get_field(name).max_length or 0) for name in texts}
        Clinic.objects.filter(pk=self.clinic.pk).update(**told)
        self.clinic.refresh_from_db()
        for user in User.objects.all():
            User.objects.filter(pk=user.pk).update(
                first_name=self.words.one(150),
                last_name=self.words.one(150),
                email=f"{self.plain.one(200)}@example.org",
            )
        for invitation in Invitation.objects.all():
            told = {"name": self.words.one(120), "email": f"{self.plain.one(200)}@example.org"}
            Invitation.objects.filter(pk=invitation.pk).update(**told)

    def guideline(self) -> Version:
        """Published, and once more as a draft, so that what is wrong with it is shown too."""
        content = worded(itching_elbow(), self.plain).model_dump(mode="json") | {"slug": "hostile-elbow"}
        for statement in content["statements"]:  # a payload has numbers, and each number needs a source
            statement["marks"] = sorted({*statement["marks"], "CD"})
        content["references"] += list(self.references())
        content["safety_rules"].append(self.rule_to_override())
        content["drugs"][1]["products"].append(self.ointment())
        content["regimens"][1]["products"].append("soothine_ointment")
        package = Package.model_validate(content)
        version = published(package)
        ed = User.objects.get(username="edith")
        work = draft(edited(package, title=self.plain.many(400, "Worse")), by=ed)
        opened(version, publisher=self.words.one(120))
        guideline_actions.add_comment(version=work, by=ed, text=self.words.many(4000))
        guideline_actions.start_draft(version=version, by=ed, reason=self.words.many(2000), level="dose")
        self.question(version)
        sent_back = under_review(edited(package, title=self.plain.many(400, "Sent back")), names=())  # type: ignore[arg-type]
        guideline_actions.request_changes(
            version=sent_back, by=User.objects.get(username="rex"), why=self.words.many(2000)
        )
        for who in ("an editor", "a reviewer", "a physician"):
            for found in (version, work):
                names = {"slug": found.guideline.slug, "number": found.number}
                for name in ("guideline_version", "guideline_pdf"):
                    for audience in ("clinician", "patient"):
                        self.site.add(who, name, audience=audience, **names)
                if who != "a physician":
                    for name in ("draft_edit", "draft_findings", "version_review", "version_preview", "version_submit"):
                        self.site.add(who, name, **names)
        return version

    def references(self) -> Iterator[dict[str, Any]]:
        """What is written where a source says its numbers and its address, each as it was typed."""
        told = [payload.text for payload in self.words.chosen if payload.is_plain and len(payload.text) <= 500]
        for at in range(0, len(told), 3):
            parts = dict(zip(LED_TO, told[at : at + 3], strict=False))
            yield {"key": f"RX{at}", "title": f"Source {at}", "kind": "review", **parts}

    def ointment(self) -> dict[str, Any]:
        """The one kind of product that has a concentration in words."""
        told = {"form": self.plain.one(200), "concentration": self.plain.one(200)}
        return {"key": "soothine_ointment", "strength": 50, "unit": "mg", "measured": True, **told}

    def rule_to_override(self) -> dict[str, Any]:
        """A stop on a drug that may be given all the same, for a reason in words."""
        return {
            "key": "CAL-B-HEAVY", "drug": "calmine", "kind": "contraindication", "when": f"weight_kg > {HEAVY - 1}",
            "severity": "stop", "message": self.plain.many(300, "Too heavy."), "plain": self.plain.many(300, "Less is better."),
            "action": {"kind": "stop", "text": self.plain.many(300, "Do not start."), "who": "prescriber", "within_days": 1},
            "override": "reason", "resolvable": True, "cites": ["R1"],
        }  # fmt: skip

    def overridden(self, version: Version) -> None:
        """Signed against a rule, and about to be."""
        heavy = make.patient(self.by, number="H-1", family_name=self.words.one(100))
        for name in ("plan", "consultation"):
            begun = make.consultation(heavy, self.by, version)
            told = make.ENOUGH_ANSWERS | {"weight_kg": {"value": str(HEAVY), "unit": "kg"}}
            saved = actions.save_answers(consultation=begun, answers=told, by=self.by, lock_version=begun.lock_version)
            why = {"CAL-B-HEAVY": {"reason": "other", "text": self.words.many(2000)}}
            ready = actions.save_choices(
                consultation=saved.consultation, choices=make.ENOUGH_CHOICES | {"overrides": why}, by=self.by,
                lock_version=saved.consultation.lock_version,
            )  # fmt: skip
            if name == "plan":
                plan = make.signed(ready, self.by)
        for name in ("detail", "patient_pdf", "clinician_page", "clinician_pdf"):
            self.site.add("a physician", f"plan_{name}", pk=plan.pk)
        for name in ("recommendation", "safety", "review"):
            self.site.add("a physician", f"consultation_{name}", pk=ready.pk)

    def question(self, version: Version) -> None:
        """What looks like something of one person is not taken: the next payload is tried."""
        for _ in range(self.words.count):
            with suppress(Refused):
                guideline_actions.send_question(version=version, audience="patient", text=self.words.one(400))
                return
        raise AssertionError("no payload is taken for a question")

    def patient(self, version: Version) -> None:
        """A signed plan with everything a form of the wizard takes, results, tests, alerts and letters about them."""
        by, clinic, words = self.by, self.clinic, self.words
        patient = make.patient(
            by, family_name=words.one(100), given_names=words.one(100), number=words.one(40), allergies=words.many(2000)
        )
        plan = make.signed(make.answered(patient, by, version), by)
        actions.enter_results(
            patient=patient, by=by, laboratory_name=words.one(120),
            results=[(compiled_version(version), actions.Entry("itch_marker", {"value": "150", "unit": "U/L", "upper_limit": "40"}))],
        )  # fmt: skip
        actions.add_note(patient=patient, by=by, text=words.many(4000))
        begun = make.answered(patient, by, version)
        until = clinic.today() + timedelta(days=2)
        for name in ("patient_detail", "patient_results", "patient_letter", "patient_edit", "patient_calendar"):
            self.site.add("a physician", name, pk=patient.pk)
        for name in (
            "detail",
            "patient_page",
            "patient_pdf",
            "visit_page",
            "visit_pdf",
            "clinician_page",
            "clinician_pdf",
            "calendar",
        ):
            self.site.add("a physician", f"plan_{name}", pk=plan.pk)
        for name in ("facts", "recommendation", "dose", "safety", "monitoring", "review"):
            self.site.add("a physician", f"consultation_{name}", pk=begun.pk)
        self.tests(patient, plan)
        over = make.patient(by, number="O-1", family_name=words.one(100))
        ended = actions.end_plan(
            plan=make.signed(make.answered(over, by, version), by), by=by, because=words.many(2000)
        )  # fmt: skip
        self.site.add("a physician", "plan_detail", pk=ended.pk)
        for alert in ResultAlert.objects.open().filter(patient=patient)[:1]:
            actions.set_aside(work=alert, by=by, why=Aside.REMIND, until_on=until, note=words.many(2000))

    def tests(self, patient: Patient, plan: Plan) -> None:
        """Of each kind: late, set aside with a note, removed with a reason; and letters about them."""
        today, open_ones = self.clinic.today(), []
        for at in range(4):
            open_ones.append(
                MonitoringTask.objects.create(
                    plan=plan, patient=patient, clinic=self.clinic, position=80 + at, item_key=f"MON-{at}",
                    test_keys=["itch_panel"], phase=self.words.many(500), required=True,
                    opens_on=today - timedelta(days=3), overdue_after_on=today - timedelta(days=1),
                )
            )  # fmt: skip
        until = today + timedelta(days=2)
        actions.set_aside(work=open_ones[1], by=self.by, why=Aside.REMIND, until_on=until, note=self.words.many(2000))
        letters = actions.start_letters(key=uuid4(), clinic=self.clinic, tasks=[open_ones[0].pk], by=self.by)
        actions.make_letters(letters.pk)
        self.site.add("a physician", "letter_run_detail", pk=letters.pk)
        self.site.add("a physician", "letter_run_pdf", pk=letters.pk, part=1)
        self.site.add("a physician", "worklist_csv")

    def files(self) -> None:
        """A file of results whose every cell is hostile, under a hostile name."""
        rows = b"".join(self.row() for _ in range(60))
        file = SimpleUploadedFile(self.plain.one(180).replace("/", ""), HEADING + rows)
        client = self.site.client_of("a physician")
        answer = client.post(reverse("result_import_start"), {"clinic": self.clinic.pk, "file": file})
        assert answer.status_code == 302, answer.content.decode()
        self.site.more.append(("a physician", answer["Location"]))
        identifier = self.plain.one(150).replace('"', '""')
        line = f'M-1,itch_marker,32,U/L,40,2026-01-03,"{identifier}",\n'
        good = SimpleUploadedFile("good.csv", HEADING + line.encode())
        run = ResultImport.objects.get(
            pk=client.post(reverse("result_import_start"), {"clinic": self.clinic.pk, "file": good})["Location"].split("/")[-2]
        )  # fmt: skip
        actions.write_import(actions.agree_import(run=run, by=self.by).pk)
        self.site.more.append(("a physician", f"{answer['Location']}?show=refused"))

    def row(self) -> bytes:
        cells = [self.plain.one(80).replace('"', '""') for _ in range(8)]
        return (",".join(f'"{cell}"' for cell in cells) + "\n").encode()

    def form(self, form: Form) -> Pairs:
        """As it stands, with the corpus in every text."""
        texts = {control.name: control.kind for control in form.controls if control.kind in WRITTEN_IN}
        left = [(name, value) for name, value in typed(form) if name not in texts]
        return [*left, *((name, self.text(name, kind)) for name, kind in texts.items())]

    def text(self, name: str, kind: str) -> str:
        return self.words.many(400) if kind == "textarea" else self.words.one(38)

    def send(self, form: Form) -> HttpResponse:
        """What is accepted stays."""
        with transaction.atomic():
            return ask(self.site, form, self.form(form))
