"""A clinic with very many patients, results and open tests, written in bulk. Runs inside an installation.

Each patient has the signed plan of one of the demonstration's people, with its frozen parts, and rows of their own. One
plan in a hundred follows an older version and was not compared with the new one, the others the one in use. What
only history would say is left out: no page that is measured reads it.
"""

import json
import statistics
import time
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guidelines.models import Version
from patients.models import Clinic, Patient, Plan
from patients.presentation.kept_pages import pages

RESULTS, SPREAD = 100, 14  # results of each patient, over so many facts
PEOPLE = """
CREATE TEMPORARY TABLE people ON COMMIT DROP AS
SELECT i, gen_random_uuid() AS patient, gen_random_uuid() AS consultation, gen_random_uuid() AS plan,
       (%(plans)s::uuid[])[1 + i %% %(kinds)s] AS like_plan
FROM generate_series(%(first)s, %(last)s) AS i
"""
ROWS = (
    """INSERT INTO patients_patient (id, clinic_id, family_name, given_names, born_on, sex, number, allergies, is_invented,
         lock_version, registered_at, registered_by_id)
       SELECT patient, %(clinic)s, 'Specimen' || chr(65 + i %% 26) || substr(md5(i::text), 1, 5), 'Number ' || i,
         date '1940-01-01' + i, 'female', 'SYN-' || i, 'None known', true, 1, now(), %(by)s FROM people""",
    """INSERT INTO patients_consultation (id, patient_id, clinic_id, guideline_id, version_id, as_of, current_step, answers, choices,
         furthest_step, state, started_at, started_by_id, closed_at, closed_by_id, lock_version)
       SELECT consultation, patient, %(clinic)s, o.guideline_id, o.version_id, c.as_of, c.current_step, c.answers, c.choices,
         c.furthest_step, 'signed', now(), %(by)s, now(), %(by)s, 1
       FROM people JOIN patients_plan o ON o.id = like_plan JOIN patients_consultation c ON c.id = o.consultation_id""",
    """INSERT INTO patients_plan (id, consultation_id, patient_id, clinic_id, guideline_id, version_id, content_hash, number, signed_at,
         signed_by_id, signed_on, idempotency_key, frozen, care_plan, review_on, step, started_on, state, ended_because)
       SELECT plan, consultation, patient, %(clinic)s, o.guideline_id, v.id, v.content_hash, 1, now(), %(by)s, o.signed_on,
         gen_random_uuid(), o.frozen, o.care_plan, o.review_on, o.step, o.started_on, 'active', ''
       FROM people JOIN patients_plan o ON o.id = like_plan
       JOIN guidelines_version v ON v.id = CASE WHEN i %% 100 = 3 THEN o.version_id ELSE %(version)s END""",
    """INSERT INTO patients_plannedmedication (plan_id, clinic_id, version_id, position, drug_key, regimen_key, change, amount, unit, per,
         frequency_type, weekday, times, weekly_only, products)
       SELECT p.plan, %(clinic)s, n.version_id, m.position, m.drug_key, m.regimen_key, m.change, m.amount, m.unit, m.per,
         m.frequency_type, m.weekday, m.times, m.weekly_only, m.products
       FROM people p JOIN patients_plannedmedication m ON m.plan_id = p.like_plan JOIN patients_plan n ON n.id = p.plan""",
    # A test every few weeks, a review, and one a year: of each patient three that are open.
    """INSERT INTO patients_monitoringtask (id, plan_id, patient_id, clinic_id, position, item_key, test_keys, phase, required,
         opens_on, overdue_after_on, outcome, closed_because, aside_why, aside_note, aside_until_on, aside_at, aside_by_id)
       SELECT gen_random_uuid(), plan, patient, %(clinic)s, k, (ARRAY['MON-MTX-1', 'MON-REVIEW', 'MON-HCQ-1'])[k],
         (ARRAY['["liver_tests", "kidney_function", "blood_count"]', '["response_review", "weight_height"]',
           '["eye_examination"]'])[k]::jsonb,
         (ARRAY['Until the dose is stable', 'Review of the step', 'Each year'])[k], true, opens,
         opens + (ARRAY[15, 3, 90])[k], '', '',
         CASE WHEN i %% 50 = 7 THEN 'contacted' ELSE '' END, '',
         CASE WHEN i %% 50 = 7 THEN %(today)s::date + 5 END, CASE WHEN i %% 50 = 7 THEN now() END,
         CASE WHEN i %% 50 = 7 THEN %(by)s END
       FROM people CROSS JOIN generate_series(1, 3) AS k
       CROSS JOIN LATERAL (SELECT %(today)s::date
         + (ARRAY[i %% 100 - 20, i %% 84 - 3, 8 + i %% 365])[k] AS opens) AS days""",
    """INSERT INTO patients_resultalert (id, plan_id, patient_id, clinic_id, kind, rule_key, drug_key, severity, action, message,
         action_text, who, resume, needs, results, raised_on, act_by_on, outcome, closed_because, aside_why, aside_note)
       SELECT gen_random_uuid(), plan, patient, %(clinic)s,
         (ARRAY['abnormal', 'abnormal', 'abnormal', 'not_evaluable', 'may_resume'])[1 + i / 5 %% 5], 'RULE', '',
         (ARRAY['stop', 'caution', 'caution', 'stop', 'note'])[1 + i / 5 %% 5],
         (ARRAY['hold', 'repeat', 'refer', 'stop', 'hold'])[1 + i / 5 %% 5],
         'The result is above three times its upper limit.', 'Repeat it within two weeks and act on what comes.', '', '', '[]',
         '[{"fact": "alt", "value": "130", "unit": "U/L", "upper_limit": "40", "taken_on": "2026-11-20"}]',
         %(today)s::date - i %% 9, CASE WHEN i %% 2 = 0 THEN %(today)s::date + i %% 10 END, '', '', '', ''
       FROM people WHERE i %% 5 = 0""",
    """INSERT INTO patients_observation (id, patient_id, clinic_id, fact_key, value_typed, unit, upper_limit_typed, taken_on, source,
         external_id, recorded_at, recorded_by_id, not_this_patients)
       SELECT gen_random_uuid(), patient, %(clinic)s, (ARRAY['alt', 'ast', 'wbc', 'anc', 'platelets', 'hgb', 'mcv', 'egfr',
         'creatinine_mg_dl', 'albumin_g_dl', 'weight_kg', 'sbp', 'dbp', 'hba1c'])[1 + k %% %(spread)s],
         to_jsonb((10 + (i + k) %% 60)::text), '', '', %(today)s::date - (k / %(spread)s) * 30, 'form', '', now(), %(by)s, false
       FROM people CROSS JOIN generate_series(0, %(results)s - 1) AS k""",
)  # fmt: skip
TABLES = ("patient", "consultation", "plan", "plannedmedication", "monitoringtask", "resultalert", "observation")
ROUNDS = 25


def fill(count: int) -> None:
    """Up to `count` patients besides the demonstration's: a plan, a hundred results and three open tests of each."""
    clinic = Clinic.objects.get()
    plans = list(Plan.objects.active().filter(medications__drug_key="methotrexate").order_by("pk"))
    there = Patient.objects.filter(number__startswith="SYN-").count()
    told = {
        "first": there + 1, "last": count, "clinic": clinic.pk, "by": plans[0].signed_by_id, "today": clinic.today().isoformat(),
        "version": Version.objects.current(clinic.today()).get(guideline=plans[0].guideline_id).pk,
        "plans": [str(plan.pk) for plan in plans], "kinds": len(plans), "results": RESULTS, "spread": SPREAD,
    }  # fmt: skip
    with connection.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE patients_{table} DISABLE TRIGGER USER")
        cursor.execute(PEOPLE, told)
        for statement in ROWS:
            cursor.execute(statement, told)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE patients_{table} ENABLE TRIGGER USER")


def settle() -> None:
    """What an installation that has been running for a while has done long ago."""
    with connection.as_owner(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE patients_{table}")


def sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM patients_{table}")  # one of the names above
            found[table] = cursor.fetchone()[0]
    return found


def patient_with_much() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM patients_patient WHERE number = 'SYN-5'")
        return str(cursor.fetchone()[0])


def measured(cookie: str, addresses: dict[str, tuple[str, dict[str, str]]]) -> dict[str, dict[str, Any]]:
    """Of each address, inside one process: milliseconds anew and kept, and how many queries it takes anew."""
    client = Client(headers={"cookie": cookie, "host": "127.0.0.1"})
    found = {}
    for name, (address, headers) in addresses.items():
        anew, kept = [], []
        for _ in range(ROUNDS):
            forget()
            anew.append(milliseconds(client, address, headers))
            kept.append(milliseconds(client, address, headers))
        forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(address, headers=headers)
        found[name] = {
            "anew_ms": statistics.median(anew[3:]), "kept_ms": statistics.median(kept[3:]), "queries": len(queries),
            "sql_ms": sum(float(query["time"]) for query in queries) * 1000,
        }  # fmt: skip
    return found


def forget() -> None:
    pages.clear()


def milliseconds(client: Client, address: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    status = client.get(address, headers=headers).status_code
    taken = time.perf_counter() - started
    assert status == 200, address
    return taken * 1000


def print_measured(cookie: str, addresses: dict[str, Any]) -> None:
    print(json.dumps(measured(cookie, addresses)))
