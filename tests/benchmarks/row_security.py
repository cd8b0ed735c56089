"""What row-level security and the chain of looks cost a page: the same pages in one process, with both and without, in turns.

Run by `manage.py shell` in the measured installation.
"""

import json
import statistics

from django.conf import settings
from django.db import connection
from django.test import Client

from patients.models import Patient
from tests.benchmarks.worklist_rows import forget, milliseconds, patient_with_much

TURNS, ROUNDS = 4, 10
WITH, WITHOUT = "ENABLE", "DISABLE"
SECURED = "SELECT DISTINCT polrelid::regclass::text FROM pg_policy"
# Without: the row of a look is written and not linked to the one before.
LINKS = "ALTER TABLE patients_accessevent {how} TRIGGER audit_chained"


def switch(how: str) -> None:
    with connection.as_owner(), connection.cursor() as cursor:
        cursor.execute(SECURED)
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")
        cursor.execute(LINKS.format(how=how))


def addresses() -> dict[str, str]:
    patient = patient_with_much()
    word = Patient.objects.get(pk=patient).family_name[:12]
    return {
        "worklist": "/worklist/",
        "patient": f"/patients/{patient}/",
        "results": f"/patients/{patient}/results/",
        "patients found": f"/patients/?q={word}",
    }


def measured(cookie: str) -> dict[str, dict[str, float]]:
    """Of each page the middle of many looks, anew and kept, in milliseconds."""
    client, pages = Client(headers={"cookie": cookie, "host": "127.0.0.1"}), addresses()
    taken: dict[tuple[str, str], list[float]] = {}
    for turn in range(TURNS):
        for how in (WITH, WITHOUT) if turn % 2 else (WITHOUT, WITH):
            switch(how)
            for name, address in pages.items():
                for _ in range(ROUNDS):
                    forget()
                    taken.setdefault((f"{name} anew", how), []).append(milliseconds(client, address, {}))
                    taken.setdefault((f"{name} kept", how), []).append(milliseconds(client, address, {}))
    switch(WITH)
    found: dict[str, dict[str, float]] = {}
    for (name, how), times in taken.items():
        found.setdefault(name, {})[how] = statistics.median(times)
    return found


def print_measured(cookie: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    print(json.dumps(measured(cookie)))
