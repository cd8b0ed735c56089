"""What the database itself says about rows of clinics: columns and keys, asked of its catalogue, so that no table is forgotten."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection

# Tables of ours that have no clinic of their own, and why.
WITHOUT_A_CLINIC = {
    "patients_clinic": "its own key is the clinic",
    "patients_clinicevent": "the history of clinics: its key is the clinic",
    "patients_impactchunk": "a stretch of keys of plans, of every clinic, and nothing about any of them",
    "patients_suspension": "of a person in the whole installation",
    "patients_suspensionevent": "the history of those",
    "patients_heldroleevent": "the history of roles in the whole installation",
    "patients_secondfactorevent": "the history of what people sign in with",
    "patients_auditlink": "digests of records; whoever adds one reads the one before, in the installation's chain too",
}
# Of these a row can be without a clinic: an invitation into none is the installation's.
MAY_BE_WITHOUT = ("patients_invitation", "patients_invitationevent")
# Keys that lead from one clinic's rows to others, and need not say the clinic.
UNCHECKED = {"patients_patientchange": "written by a trigger alone, from the patient's own row"}

PATIENTS = "patients_patient"
TABLES = """
    SELECT c.relname, bool_or(a.attname = 'clinic_id'), bool_or(a.attname = 'clinic_id' AND a.attnotnull),
           c.relname LIKE '%event' AND bool_or(a.attname = 'pgh_id')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND starts_with(c.relname, 'patients_')
    GROUP BY c.relname ORDER BY c.relname
"""
KEYS = """
    SELECT k.conrelid::regclass::text, k.confrelid::regclass::text, k.conname,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS n (num, turn)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.num ORDER BY n.turn)
    FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace ORDER BY 1, 3
"""


def asked(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def tables_with_a_clinic() -> list[str]:
    return [table for table, has_clinic, *_ in asked(TABLES) if has_clinic]


def histories() -> list[str]:
    return [table for table, *_, is_history in asked(TABLES) if is_history]


def problems_of_columns() -> Iterator[str]:
    for table, has_clinic, is_always, _ in asked(TABLES):
        if not has_clinic and table not in WITHOUT_A_CLINIC:
            yield f"{table} has no clinic_id"
        elif has_clinic and is_always == (table in MAY_BE_WITHOUT):
            yield f"{table}: a row can{'not' if is_always else ''} be without its clinic"
        elif has_clinic and table in WITHOUT_A_CLINIC:
            yield f"{table} has a clinic and is on the list of those without"


def problems_of_keys() -> Iterator[str]:
    """Of columns that lead from one row of a clinic to another: some key of each holds the clinic with it, or the patient,
    where the row's own key to the patient holds the clinic."""
    of_clinics, keys = set(tables_with_a_clinic()), asked(KEYS)
    of_patients = {table for table, target, _, columns in keys if target == PATIENTS and "clinic_id" in columns}
    declared = {
        (model._meta.db_table, field.related_model._meta.db_table, field.column)
        for model in apps.get_app_config("patients").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field.related_model, type) and model._meta.db_table not in {*histories(), *UNCHECKED}
    }
    there = {(table, target, columns[0]) for table, target, _, columns in keys}
    for table, target, column in sorted(declared | there):
        if not {table, target} <= of_clinics:
            continue
        more = [
            set(columns) for one, other, _, columns in keys if (one, other) == (table, target) and column in columns
        ]
        by_patient = target != PATIENTS and table in of_patients
        if not any("clinic_id" in columns or (by_patient and "patient_id" in columns) for columns in more):
            yield f"{table}.{column} can lead to another clinic's {target}"


# Tables that hold rows of clinics without a column of that name.
OF_THEIR_OWN_KEY = ("patients_clinic", "patients_clinicevent")
# Tables whose owner is not held by the policies, and why.
NOT_FORCED = dict.fromkeys(
    ("patients_clinic", "patients_membership"), "read as its owner by the functions that say whose clinics are whose"
)
SECURED = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
           ARRAY(SELECT pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'),
           ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd <> '*'),
           EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND (NOT p.polpermissive OR p.polwithcheck IS NOT NULL))
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
RULE = re.compile(
    r"\(\((clinic_id|id|COALESCE\(clinic_id, \(0\)::bigint\)) = ANY \(\( SELECT (clinics_looked_after|clinics_belonged_to)\(\) AS \2\)::bigint\[\]\)\) OR\s+CASE"
    r" current_setting\('stepwise\.person'::text, true\)\s+WHEN 'system'::text THEN true\s+ELSE false\s+END\)"
)
# What somebody may read besides, by its name.
FOR_OTHERS = {
    "patients_clinic": ["a_demonstration_says_so_to_everybody"],
    "patients_calendarfeed": ["a_feed_is_found_by_its_address"],
    "patients_invitation": ["an_invitation_is_found_by_its_link"],
}


def column_asked(table: str) -> str:
    if table in OF_THEIR_OWN_KEY:
        return "id"
    return "COALESCE(clinic_id, (0)::bigint)" if table in MAY_BE_WITHOUT else "clinic_id"


def problems_of_policies() -> Iterator[str]:
    """Each table with rows of clinics has the one rule, for reading and writing alike, and it holds for the owner too."""
    secured = {*tables_with_a_clinic(), *OF_THEIR_OWN_KEY}
    for table, is_secured, is_forced, rules, others, has_more in asked(SECURED):
        if table not in secured:
            if is_secured or rules:
                yield f"{table} has row security and no clinic"
            continue
        if not is_secured:
            yield f"{table} has no row security"
        if is_forced == (table in NOT_FORCED):
            yield f"{table}: row security {'is' if is_forced else 'is not'} forced on its owner"
        if len(rules) != 1 or not RULE.fullmatch(rules[0]):
            yield f"{table}: other rules than that of its clinic: {rules}"
        elif RULE.fullmatch(rules[0]).group(1) != column_asked(table):  # type: ignore[union-attr]
            yield f"{table}: a rule about another column: {rules}"
        if others != FOR_OTHERS.get(table, []) or has_more:
            yield f"{table}: more is let through by {others}"
