"""Many plans of one guideline for measuring impact, and a worker that says how it went. Runs inside an installation.

Real rows of patients, consultations and plans, written in bulk: each plan has facts of its own and the decision they
lead to. Only the trace is shared, which no comparison reads: making it would be most of the wait.
"""

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from guidelines import actions
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from guidelines.engine.decision import decide, decide_in_short
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts
from guidelines.models import ImpactRun, Version
from guidelines.package import compiled_version, package_of
from patients.actions import comparing
from patients.demo import story_guideline
from patients.demo_story import Story
from patients.models import Clinic, ImpactChunk, ImpactOutcome
from tests.benchmarks.installation import memory_mb
from tests.engine.patients import AS_OF, facts_json

EARLY = 0.1
AS_OF_DAY = date.fromisoformat(AS_OF)
STEPS: tuple[dict[str, Any], ...] = (
    {},
    {"step": "S1", "started_on": "2026-08-03", "response": "inadequate"},
    {"step": "S1", "started_on": "2026-08-03", "response": "adequate"},
    {
        "step": "S2", "started_on": "2026-08-03", "response": "adequate", "weeks_at_target_dose": "12",
        "mtx_dose_mg_week": "15", "on_prednisone": True, "prednisone_mg_day": "20", "prednisone_started_on": "2026-08-03",
    },
)  # fmt: skip


def facts_of(number: int) -> dict[str, Any]:
    """Facts as a plan freezes them: each with its day, earlier results beside them. No two numbers give the same."""
    random = Random(number)
    raw = facts_json(
        **random.choice(STEPS),
        age_years=str(random.randint(19, 88)),
        weight_kg=str(Decimal(random.randint(4200, 12000)) / 100),
        height_cm=str(random.randint(148, 198)),
        egfr=str(random.randint(20, 115)),
        alt=str(random.randint(10, 95)),
        ast=str(random.randint(10, 90)),
        wbc=str(Decimal(random.randint(28, 110)) / 10),
        hgb=str(Decimal(random.randint(95, 165)) / 10),
        platelets=str(random.randint(90, 420)),
        diabetes=random.random() < 0.2,
        without=tuple(key for key in ("hbsag", "anti_hcv", "anc", "mcv", "qtc_ms", "albumin_g_dl") if random.random() < 0.1),
    )  # fmt: skip
    day = AS_OF_DAY - timedelta(days=number % 5)
    for entry in raw["facts"].values():
        if "value" in entry:
            entry["taken_on"] = day.isoformat()
    raw["facts"]["creatinine_baseline_mg_dl"]["value"] = raw["facts"]["creatinine_mg_dl"]["value"]
    raw["history"] = {
        key: [
            {"value": str(random.randint(10, 60)), "taken_on": (day - timedelta(days=30 * back)).isoformat(), "unit": "U/L"}
            for back in (1, 2, 3)
        ]
        for key in ("alt", "ast")
    }  # fmt: skip
    return raw


def frozen_plans(compiled: CompiledPackage, count: int) -> Iterator[str]:
    made, number = 0, 0
    while made < count:
        number += 1
        raw = facts_of(number)
        try:
            decision = decide_in_short(compiled, read_facts(raw, compiled))
        except FactsRefused:
            continue
        made += 1
        head = {"guideline": compiled.package.slug, "version": 1, "content_hash": compiled.content_hash, "as_of": AS_OF}
        yield json.dumps({"facts": raw, "decision": {**head, **decision}, "choices": {}})


def in_use() -> Version:
    """Of the guideline that the invented patients are treated by."""
    slug = story_guideline(Story.told()).stem
    return Version.objects.current().select_related("guideline").get(guideline__slug=slug)


def fill(count: int) -> None:
    """`count` patients with an active plan each, and none besides; as the owner, who may switch the locks off."""
    with connection.as_owner(), transaction.atomic():
        write_plans(count)


def write_plans(count: int) -> None:
    version = in_use()
    compiled = compiled_version(version)
    whole = decide(compiled, read_facts(facts_of(1), compiled)).as_json(version=version.number)
    rest = json.dumps({name: whole[name] for name in ("trace", "questions", "actions")})
    clinic, by = Clinic.objects.get(), User.objects.get(username="demo-physician")
    with connection.cursor() as cursor:
        for table in ("patient", "consultation", "plan"):
            cursor.execute(f"ALTER TABLE patients_{table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE patients_plan SET state = 'replaced' WHERE state = 'active'")
        cursor.execute(
            "CREATE TEMPORARY TABLE made (number bigint GENERATED ALWAYS AS IDENTITY, frozen text) ON COMMIT DROP"
        )
        with cursor.copy("COPY made (frozen) FROM STDIN") as copy:
            for frozen in frozen_plans(compiled, count):
                copy.write_row((frozen,))
        cursor.execute(
            "CREATE TEMPORARY TABLE keyed ON COMMIT DROP AS SELECT number, gen_random_uuid() AS patient,"
            " gen_random_uuid() AS consultation, frozen FROM made"
        )
        cursor.execute(
            "INSERT INTO patients_patient (id, clinic_id, family_name, given_names, born_on, sex, number, allergies,"
            " is_invented, lock_version, registered_at, registered_by_id) SELECT patient, %s, 'Synthetic', number::text,"
            " '1970-01-01', 'female', 'SYN-' || patient, '', true, 1, now(), %s FROM keyed",
            [clinic.pk, by.pk],
        )
        cursor.execute(
            "INSERT INTO patients_consultation (id, patient_id, clinic_id, guideline_id, version_id, as_of, current_step, answers,"
            " choices, furthest_step, state, started_at, started_by_id, closed_at, closed_by_id, lock_version)"
            " SELECT consultation, patient, %s, %s, %s, %s, '', '{}', '{}', '', 'signed', now(), %s, now(), %s, 1 FROM keyed",
            [clinic.pk, version.guideline_id, version.pk, AS_OF, by.pk, by.pk],
        )
        cursor.execute(
            "INSERT INTO patients_plan (id, consultation_id, patient_id, clinic_id, guideline_id, version_id, content_hash, number,"
            " signed_at, signed_by_id, signed_on, idempotency_key, frozen, care_plan, step, state, ended_because)"
            " SELECT gen_random_uuid(), consultation, patient, %s, %s, %s, %s, 1, now(), %s, %s, gen_random_uuid(),"
            " jsonb_set(frozen::jsonb, '{decision}', frozen::jsonb -> 'decision' || %s::jsonb), '{}', '', 'active', ''"
            " FROM keyed",
            [clinic.pk, version.guideline_id, version.pk, version.content_hash, by.pk, AS_OF, rest],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("patient", "consultation", "plan"):
            cursor.execute(f"ALTER TABLE patients_{table} ENABLE TRIGGER USER")


def settle() -> None:
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE patients_plan")


def draft() -> Version:
    """The same guideline with a lower limit for one drug, and a test that comes later."""
    package = package_of(in_use())
    raw = package.model_dump(mode="json")
    for regimen in raw["regimens"]:
        for cap in regimen["caps"] if regimen["drug"] == "methotrexate" else ():
            cap["amount"] = "20"
    raw["monitoring"][0]["windows"][0]["after"] = "40 d"
    raw["monitoring"][0]["windows"][0]["until"] = "60 d"
    return actions.load_package(
        package=Package.model_validate(raw), by=User.objects.get(username="demo-editor"), reason="Lower limit.", level="dose"
    )  # fmt: skip


def asked() -> int:
    """A new run of the draft; the one before is called off if it is not done."""
    by, version = User.objects.get(username="demo-editor"), draft()
    for run in ImpactRun.objects.filter(version=version, state__in=("waiting", "running")):
        actions.cancel_impact(run=run, by=by)
    return actions.begin_impact(version=version, by=by, anew=True).pk


def work(run: int) -> dict[str, float]:
    """One worker until nothing is left: plans, seconds, and its memory in MB when a tenth was done and at the end."""
    compiled = comparing.begin(run)
    assert compiled is not None
    begun, done, early = time.time(), 0, 0.0
    while comparing.compare_chunk(run, compiled):
        done += 1
        if not early and done_of(run) >= EARLY:
            early = memory_mb(os.getpid(), "VmRSS")
    ended = time.time()
    comparing.finish(run)
    return {
        "chunks": done,
        "begun": begun,
        "ended": ended,
        "early_mb": early,
        "late_mb": memory_mb(os.getpid(), "VmHWM"),
    }


def update_rows(statement: str) -> float:
    """Rows a second of a plain UPDATE of the same rows, without the locks and the history of the table; taken back."""
    with connection.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE patients_plan DISABLE TRIGGER USER")
        begun = time.perf_counter()
        cursor.execute(f"UPDATE patients_plan SET {statement} WHERE state = 'active'")
        rows, seconds = cursor.rowcount, time.perf_counter() - begun
        transaction.set_rollback(True)
    return rows / seconds


def laid_out() -> int:
    """A new run whose chunks are there already, so that whoever comes first has nothing to prepare."""
    run = asked()
    comparing.begin(run)
    return run


def die_midway(run: int, share: float) -> None:
    """A worker that is killed with a chunk in its hands: outcomes written, and not yet let go."""
    compiled = comparing.begin(run)
    assert compiled is not None
    while done_of(run) < share:
        comparing.compare_chunk(run, compiled)
    with transaction.atomic():
        comparing.compare_chunk(run, compiled)
        os.kill(os.getpid(), signal.SIGKILL)


def done_of(run: int) -> float:
    chunks = ImpactChunk.objects.filter(run=run)
    return chunks.filter(is_done=True).count() / max(1, chunks.count())


def same_outcomes(one: int, other: int, plans: int) -> list[bool]:
    """Whether each run has one outcome for each plan, and both the same."""

    def rows(run: int) -> Iterator[tuple[Any, ...]]:
        found = ImpactOutcome.objects.filter(run=run).order_by("plan")
        return found.values_list("plan", "proposal", "dose", "safety", "monitoring", "failure", "summary").iterator()

    counts = [
        [ImpactOutcome.objects.filter(run=run).count(), ImpactRun.objects.get(pk=run).total] == [plans, plans]
        for run in (one, other)
    ]
    return [*counts, all(a == b for a, b in zip(rows(one), rows(other), strict=True))]
