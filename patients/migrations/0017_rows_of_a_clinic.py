"""Every row that is a clinic's says whose in a column of its own, and no key leads from one clinic into another.

The column of rows there are already is filled in by writing the table anew: nothing that is on record is updated for it,
so its locks stay on.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from guidelines.migrations._swap_triggers import SwapTriggers
from guidelines.migrations._together import together

# The rows that have had no such column, by the column that leads to the owner; the last three without a history.
OF_PATIENT = ("consultation", "observation", "patientnote", "plan")
OF_PLAN = ("plannedmedication", "override", "planhandling")
COLUMNS = (
    *((f"{row}{event}", "patient_id", "patients_patient") for row in OF_PATIENT for event in ("", "event")),
    *((f"{row}{event}", "plan_id", "patients_plan") for row in OF_PLAN for event in ("", "event")),
    ("laboratorylimit", "laboratory_id", "patients_laboratory"),
    ("laboratorylimitevent", "laboratory_id", "patients_laboratory"),
    ("impactoutcome", "plan_id", "patients_plan"),
    ("letter", "run_id", "patients_letterrun"),
    ("resultimportrow", "run_id", "patients_resultimport"),
)

# Rows that others of the same clinic point at.
POINTED_AT = (
    ("patients_patient", "patient_and_clinic"),
    ("patients_plan", "plan_and_clinic"),
    ("patients_observation", "observation_and_clinic"),
    ("patients_laboratory", "laboratory_and_clinic"),
    ("patients_letterrun", "letter_run_and_clinic"),
    ("patients_resultimport", "result_import_and_clinic"),
)

# row, name, its column, the row pointed at. Keys of 0002 that hold the patient hold the clinic with it.
IN_ONE_CLINIC = (
    ("patients_consultation", "a_consultation_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_observation", "an_observation_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_observation", "an_observation_names_a_laboratory_of_its_clinic", "laboratory_id", "patients_laboratory"),
    ("patients_patientnote", "a_note_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_plan", "a_plan_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_plannedmedication", "a_planned_drug_is_in_the_clinic_of_its_plan", "plan_id", "patients_plan"),
    ("patients_override", "an_override_is_in_the_clinic_of_its_plan", "plan_id", "patients_plan"),
    ("patients_impactoutcome", "an_outcome_is_in_the_clinic_of_its_plan", "plan_id", "patients_plan"),
    ("patients_planhandling", "a_handling_is_in_the_clinic_of_its_plan", "plan_id", "patients_plan"),
    ("patients_monitoringtask", "a_task_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_resultalert", "an_alert_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_laboratorylimit", "a_limit_is_in_the_clinic_of_its_laboratory", "laboratory_id", "patients_laboratory"),
    ("patients_letter", "a_letter_is_in_the_clinic_of_its_run", "run_id", "patients_letterrun"),
    ("patients_letter", "a_letter_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_resultimport", "an_import_names_a_laboratory_of_its_clinic", "laboratory_id", "patients_laboratory"),
    ("patients_resultimportrow", "an_imported_row_is_in_the_clinic_of_its_import", "run_id", "patients_resultimport"),
    ("patients_resultimportrow", "an_imported_row_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
    ("patients_resultimportrow", "an_imported_row_wrote_a_result_of_its_clinic", "observation_id", "patients_observation"),
    ("patients_calendarfeed", "a_feed_is_in_the_clinic_of_its_patient", "patient_id", "patients_patient"),
)  # fmt: skip


def filled_in(row, column, owner):
    """Both at once: the table is written anew once, and no row of it is updated."""
    of = f"pg_temp.clinic_in_{owner}"
    key = "bigint" if owner == "patients_laboratory" else "uuid"
    return [
        f"CREATE OR REPLACE FUNCTION {of}(owner {key}) RETURNS bigint STABLE STRICT LANGUAGE sql"
        f" AS 'SELECT clinic_id FROM public.{owner} WHERE id = owner'",
        f'ALTER TABLE "patients_{row}" ADD COLUMN "clinic_id" bigint',
        f'ALTER TABLE "patients_{row}" ALTER COLUMN "clinic_id" TYPE bigint USING {of}("{column}"),'
        ' ALTER COLUMN "clinic_id" SET NOT NULL',
    ]


# The chain of records was made of these histories before they had the column, and goes on without it: what a row says of its
# clinic is held against the chain it is in, which is that clinic's (patients.audit).
DIGEST = """
CREATE OR REPLACE FUNCTION audit_digest(content anyelement) RETURNS bytea LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    told jsonb := to_jsonb(content);
    who text;
BEGIN
    {without}
    IF told ? 'pgh_context_id' THEN
        who := (SELECT metadata ->> 'user' FROM pghistory_context WHERE id = (told ->> 'pgh_context_id')::uuid);
    END IF;
    IF told @? '$.* ? (@ == null)' THEN
        told := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(told) WHERE value <> 'null');
    END IF;
    RETURN sha256(convert_to(told::text || coalesce(who, ''), 'UTF8'));
END $$
"""
HISTORIES = ", ".join(f"'patients_{row}'" for row, *_ in COLUMNS if row.endswith("event"))
WITHOUT = f"""
    IF (SELECT typname FROM pg_type WHERE oid = pg_typeof(content)) IN ({HISTORIES}) THEN
        told := told - 'clinic_id';
    END IF;
"""


def clinic_of(row):
    """Nobody asks a history by clinic, so the database has no index of it, whatever the library's field would have."""
    is_history = row.endswith("event")
    how = {"related_query_name": "+"} if is_history else {"db_index": False}
    on_delete = django.db.models.deletion.DO_NOTHING if is_history else django.db.models.deletion.PROTECT
    return models.ForeignKey(
        db_constraint=False, editable=False, on_delete=on_delete, related_name="+", to="patients.clinic", **how
    )


def constraint(on, name, what):
    return migrations.RunSQL(
        f'ALTER TABLE "{on}" ADD CONSTRAINT "{name}" {what}',
        f'ALTER TABLE "{on}" DROP CONSTRAINT "{name}"',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0015_people_of_clinics'),
    ]

    operations = [
        migrations.RunSQL(DIGEST.format(without=WITHOUT), DIGEST.format(without="")),
        # Plans come before what belongs to plans.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(filled_in(*column), f'ALTER TABLE "patients_{column[0]}" DROP COLUMN "clinic_id"')
                for column in COLUMNS
            ],
            state_operations=together(
                [migrations.AddField(row, "clinic", clinic_of(row)) for row, *_ in COLUMNS]
            ),
        ),
        *(constraint(on, name, "UNIQUE (id, clinic_id)") for on, name in POINTED_AT),
        *(
            constraint(on, name, f'FOREIGN KEY ({column}, clinic_id) REFERENCES "{target}" (id, clinic_id)')
            for on, name, column, target in IN_ONE_CLINIC
        ),
        constraint(
            "patients_resultalert", "an_alert_is_of_the_patient_of_its_plan",
            'FOREIGN KEY (plan_id, patient_id) REFERENCES "patients_plan" (id, patient_id)',
        ),
        # The keys of one column that these, or those of 0002, hold with more.
        *together([
            migrations.AlterField(
                model_name='calendarfeed',
                name='patient',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='consultation',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='impactoutcome',
                name='plan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='impact_outcomes', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='laboratorylimit',
                name='laboratory',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='limits', to='patients.laboratory'),
            ),
            migrations.AlterField(
                model_name='letter',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='letter',
                name='run',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='patients.letterrun'),
            ),
            migrations.AlterField(
                model_name='monitoringtask',
                name='clinic',
                field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.clinic'),
            ),
            migrations.AlterField(
                model_name='monitoringtask',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='monitoring_tasks', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='monitoringtask',
                name='plan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='monitoring_tasks', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='monitoringtaskevent',
                name='clinic',
                field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.clinic'),
            ),
            migrations.AlterField(
                model_name='observation',
                name='corrects',
                field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='patients.observation'),
            ),
            migrations.AlterField(
                model_name='observation',
                name='laboratory',
                field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.laboratory'),
            ),
            migrations.AlterField(
                model_name='observation',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='override',
                name='plan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='patientnote',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='plan',
                name='consultation',
                field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan', to='patients.consultation'),
            ),
            migrations.AlterField(
                model_name='plan',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='plan',
                name='replaces',
                field=models.OneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='planhandling',
                name='plan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='handlings', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='plannedmedication',
                name='plan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='medications', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='resultalert',
                name='clinic',
                field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.clinic'),
            ),
            migrations.AlterField(
                model_name='resultalert',
                name='patient',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='result_alerts', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='resultalert',
                name='plan',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='result_alerts', to='patients.plan'),
            ),
            migrations.AlterField(
                model_name='resultalertevent',
                name='clinic',
                field=models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.clinic'),
            ),
            migrations.AlterField(
                model_name='resultimport',
                name='laboratory',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.laboratory'),
            ),
            migrations.AlterField(
                model_name='resultimportrow',
                name='observation',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.observation'),
            ),
            migrations.AlterField(
                model_name='resultimportrow',
                name='patient',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
            ),
            migrations.AlterField(
                model_name='resultimportrow',
                name='run',
                field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='patients.resultimport'),
            ),
        ]),
        pgtrigger.migrations.RemoveTrigger(
            model_name='monitoringtask',
            name='a_task_has_its_clinic',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='resultalert',
            name='an_alert_has_its_clinic',
        ),
        SwapTriggers([
            ('calendarfeed', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id"))', func="RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';", hash='d714122fbff7add29e37fb1cb3658c6fbf80bc28', operation='UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_8c0bd', table='patients_calendarfeed', when='BEFORE'))),
            ('consultation', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_patient WHERE id = NEW.patient_id;\n            END IF;\n            RETURN NEW;\n        ", hash='bfe22186e8d6b0f0704260e9d8cfd2cf7c3635e4', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_be104', table='patients_consultation', when='BEFORE'))),
            ('consultation', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_consultationevent" ("answers", "as_of", "choices", "clinic_id", "closed_at", "closed_by_id", "current_step", "furthest_step", "guideline_id", "id", "lock_version", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "started_by_id", "state", "step_started_on", "version_id") VALUES (NEW."answers", NEW."as_of", NEW."choices", NEW."clinic_id", NEW."closed_at", NEW."closed_by_id", NEW."current_step", NEW."furthest_step", NEW."guideline_id", NEW."id", NEW."lock_version", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."started_at", NEW."started_by_id", NEW."state", NEW."step_started_on", NEW."version_id"); RETURN NULL;', hash='24edbc443c1ec402dbe2106b9cf653b67767e57b', operation='INSERT', pgid='pgtrigger_insert_insert_41232', table='patients_consultation', when='AFTER'))),
            ('consultation', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_consultationevent" ("answers", "as_of", "choices", "clinic_id", "closed_at", "closed_by_id", "current_step", "furthest_step", "guideline_id", "id", "lock_version", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "started_by_id", "state", "step_started_on", "version_id") VALUES (NEW."answers", NEW."as_of", NEW."choices", NEW."clinic_id", NEW."closed_at", NEW."closed_by_id", NEW."current_step", NEW."furthest_step", NEW."guideline_id", NEW."id", NEW."lock_version", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."started_at", NEW."started_by_id", NEW."state", NEW."step_started_on", NEW."version_id"); RETURN NULL;', hash='115e5b3bcfeb57bfbcdf75d8668c4ff8c5cd8b59', operation='UPDATE', pgid='pgtrigger_update_update_eb378', table='patients_consultation', when='AFTER'))),
            ('consultation', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_consultationevent" ("answers", "as_of", "choices", "clinic_id", "closed_at", "closed_by_id", "current_step", "furthest_step", "guideline_id", "id", "lock_version", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "started_by_id", "state", "step_started_on", "version_id") VALUES (OLD."answers", OLD."as_of", OLD."choices", OLD."clinic_id", OLD."closed_at", OLD."closed_by_id", OLD."current_step", OLD."furthest_step", OLD."guideline_id", OLD."id", OLD."lock_version", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."started_at", OLD."started_by_id", OLD."state", OLD."step_started_on", OLD."version_id"); RETURN NULL;', hash='e2ec334782d4fcfb6712f988fd6a2ced5b59b68e', operation='DELETE', pgid='pgtrigger_delete_delete_47a42', table='patients_consultation', when='AFTER'))),
            ('impactoutcome', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_plan WHERE id = NEW.plan_id;\n            END IF;\n            RETURN NEW;\n        ", hash='6076bf385185d4cd54720e0c65eca2638e63688d', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_3d476', table='patients_impactoutcome', when='BEFORE'))),
            ('laboratory', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id"))', func="RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';", hash='7ecf42cf9704ffa7770374c41ac327f1f3689565', operation='UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_e7b81', table='patients_laboratory', when='BEFORE'))),
            ('laboratorylimit', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_laboratory WHERE id = NEW.laboratory_id;\n            END IF;\n            RETURN NEW;\n        ", hash='29cc19fc515b31449ab64122fb42e3675423b803', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_b125e', table='patients_laboratorylimit', when='BEFORE'))),
            ('laboratorylimit', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_laboratorylimitevent" ("clinic_id", "fact_key", "id", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "upper_limit") VALUES (NEW."clinic_id", NEW."fact_key", NEW."id", NEW."laboratory_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."unit", NEW."upper_limit"); RETURN NULL;', hash='4f1e236509e4224668fdd84d099fc3ed9f340c79', operation='INSERT', pgid='pgtrigger_insert_insert_d2af0', table='patients_laboratorylimit', when='AFTER'))),
            ('laboratorylimit', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_laboratorylimitevent" ("clinic_id", "fact_key", "id", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "upper_limit") VALUES (NEW."clinic_id", NEW."fact_key", NEW."id", NEW."laboratory_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."unit", NEW."upper_limit"); RETURN NULL;', hash='cc000676bee087a90f7ad43601c60bcc08d8b2e8', operation='UPDATE', pgid='pgtrigger_update_update_4788d', table='patients_laboratorylimit', when='AFTER'))),
            ('laboratorylimit', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_laboratorylimitevent" ("clinic_id", "fact_key", "id", "laboratory_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "unit", "upper_limit") VALUES (OLD."clinic_id", OLD."fact_key", OLD."id", OLD."laboratory_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."unit", OLD."upper_limit"); RETURN NULL;', hash='7df1e24f90c85e69d7b804d477ce37e56ed56e94', operation='DELETE', pgid='pgtrigger_delete_delete_93fe3', table='patients_laboratorylimit', when='AFTER'))),
            ('letter', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_letterrun WHERE id = NEW.run_id;\n            END IF;\n            RETURN NEW;\n        ", hash='45f8a99deffca0a4894d0ac8d379cfb17dd1ee44', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_0dc25', table='patients_letter', when='BEFORE'))),
            ('letterrun', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id"))', func="RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';", hash='04fb5dd8bb9c2b41cccb9d9c835479662952da5c', operation='UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_660b6', table='patients_letterrun', when='BEFORE'))),
            ('membership', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id"))', func="RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';", hash='f7ee85e5bf346021a0339bb6d60b709d99731cd4', operation='UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_77462', table='patients_membership', when='BEFORE'))),
            ('monitoringtask', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_patient WHERE id = NEW.patient_id;\n            END IF;\n            RETURN NEW;\n        ", hash='0265fd5a00431aab4d95b1b4b991b44ab976e7fd', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_86424', table='patients_monitoringtask', when='BEFORE'))),
            ('observation', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_patient WHERE id = NEW.patient_id;\n            END IF;\n            RETURN NEW;\n        ", hash='a5984728e39d4862eee9623088808c18a27b99ba', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_887bb', table='patients_observation', when='BEFORE'))),
            ('observation', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_observationevent" ("clinic_id", "corrects_id", "external_id", "fact_key", "id", "laboratory_id", "not_this_patients", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "source", "taken_on", "unit", "upper_limit_typed", "value_typed") VALUES (NEW."clinic_id", NEW."corrects_id", NEW."external_id", NEW."fact_key", NEW."id", NEW."laboratory_id", NEW."not_this_patients", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."source", NEW."taken_on", NEW."unit", NEW."upper_limit_typed", NEW."value_typed"); RETURN NULL;', hash='2702c46e015ad8764721e768c90fe0e53d229c2a', operation='INSERT', pgid='pgtrigger_insert_insert_eebb0', table='patients_observation', when='AFTER'))),
            ('observation', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_observationevent" ("clinic_id", "corrects_id", "external_id", "fact_key", "id", "laboratory_id", "not_this_patients", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "source", "taken_on", "unit", "upper_limit_typed", "value_typed") VALUES (NEW."clinic_id", NEW."corrects_id", NEW."external_id", NEW."fact_key", NEW."id", NEW."laboratory_id", NEW."not_this_patients", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."source", NEW."taken_on", NEW."unit", NEW."upper_limit_typed", NEW."value_typed"); RETURN NULL;', hash='28594e8fe3c716a92707f771e6366acba63d2699', operation='UPDATE', pgid='pgtrigger_update_update_3724a', table='patients_observation', when='AFTER'))),
            ('observation', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_observationevent" ("clinic_id", "corrects_id", "external_id", "fact_key", "id", "laboratory_id", "not_this_patients", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "source", "taken_on", "unit", "upper_limit_typed", "value_typed") VALUES (OLD."clinic_id", OLD."corrects_id", OLD."external_id", OLD."fact_key", OLD."id", OLD."laboratory_id", OLD."not_this_patients", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."source", OLD."taken_on", OLD."unit", OLD."upper_limit_typed", OLD."value_typed"); RETURN NULL;', hash='4e400038c668e0017dfec0fa8703ef340b307085', operation='DELETE', pgid='pgtrigger_delete_delete_b69f7', table='patients_observation', when='AFTER'))),
            ('override', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_plan WHERE id = NEW.plan_id;\n            END IF;\n            RETURN NEW;\n        ", hash='9940156e923c78936e597ee21714a5202b336cbf', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_bfd7a', table='patients_override', when='BEFORE'))),
            ('override', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_overrideevent" ("clinic_id", "id", "overridden_at", "overridden_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason_key", "rule_key", "text") VALUES (NEW."clinic_id", NEW."id", NEW."overridden_at", NEW."overridden_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."reason_key", NEW."rule_key", NEW."text"); RETURN NULL;', hash='30fbcd8f3d6d7e677e04bd395ec6477d224173e5', operation='INSERT', pgid='pgtrigger_insert_insert_5d552', table='patients_override', when='AFTER'))),
            ('override', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_overrideevent" ("clinic_id", "id", "overridden_at", "overridden_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason_key", "rule_key", "text") VALUES (NEW."clinic_id", NEW."id", NEW."overridden_at", NEW."overridden_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."reason_key", NEW."rule_key", NEW."text"); RETURN NULL;', hash='28ca4db403515650d3fecdfc34668eaaae94a73f', operation='UPDATE', pgid='pgtrigger_update_update_38bae', table='patients_override', when='AFTER'))),
            ('override', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_overrideevent" ("clinic_id", "id", "overridden_at", "overridden_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason_key", "rule_key", "text") VALUES (OLD."clinic_id", OLD."id", OLD."overridden_at", OLD."overridden_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."reason_key", OLD."rule_key", OLD."text"); RETURN NULL;', hash='a92f60360e1d1fe018ec67692dd0856c00bfc44b', operation='DELETE', pgid='pgtrigger_delete_delete_9fc1b', table='patients_override', when='AFTER'))),
            ('patientnote', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_patient WHERE id = NEW.patient_id;\n            END IF;\n            RETURN NEW;\n        ", hash='a354d38ff9e2fe79d3666dc97b86f3a0da3990fe', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_cca61', table='patients_patientnote', when='BEFORE'))),
            ('patientnote', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patientnoteevent" ("clinic_id", "id", "noted_at", "noted_by_id", "noted_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (NEW."clinic_id", NEW."id", NEW."noted_at", NEW."noted_by_id", NEW."noted_on", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."text"); RETURN NULL;', hash='fc3f145a582e6a3f7b90145476f0603c0f1fe9b7', operation='INSERT', pgid='pgtrigger_insert_insert_c8e9d', table='patients_patientnote', when='AFTER'))),
            ('patientnote', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_patientnoteevent" ("clinic_id", "id", "noted_at", "noted_by_id", "noted_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (NEW."clinic_id", NEW."id", NEW."noted_at", NEW."noted_by_id", NEW."noted_on", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."text"); RETURN NULL;', hash='0c8dd5461e21b7d93468a8cbf468d3b363a43d02', operation='UPDATE', pgid='pgtrigger_update_update_a75e1', table='patients_patientnote', when='AFTER'))),
            ('patientnote', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patientnoteevent" ("clinic_id", "id", "noted_at", "noted_by_id", "noted_on", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (OLD."clinic_id", OLD."id", OLD."noted_at", OLD."noted_by_id", OLD."noted_on", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."text"); RETURN NULL;', hash='2104ab5352eca68a8297c1e3609727ea2294c101', operation='DELETE', pgid='pgtrigger_delete_delete_1743a', table='patients_patientnote', when='AFTER'))),
            ('plan', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_patient WHERE id = NEW.patient_id;\n            END IF;\n            RETURN NEW;\n        ", hash='f08359fa4b05e4a5bacd6024f590f25d9da346e7', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_e4f4b', table='patients_plan', when='BEFORE'))),
            ('plan', pgtrigger.compiler.Trigger(name='a_signed_plan_is_a_record', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."care_plan" IS DISTINCT FROM (NEW."care_plan") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."consultation_id" IS DISTINCT FROM (NEW."consultation_id") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."frozen" IS DISTINCT FROM (NEW."frozen") OR OLD."guideline_id" IS DISTINCT FROM (NEW."guideline_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."idempotency_key" IS DISTINCT FROM (NEW."idempotency_key") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."replaces_id" IS DISTINCT FROM (NEW."replaces_id") OR OLD."review_on" IS DISTINCT FROM (NEW."review_on") OR OLD."signed_at" IS DISTINCT FROM (NEW."signed_at") OR OLD."signed_by_id" IS DISTINCT FROM (NEW."signed_by_id") OR OLD."signed_on" IS DISTINCT FROM (NEW."signed_on") OR OLD."started_on" IS DISTINCT FROM (NEW."started_on") OR OLD."step" IS DISTINCT FROM (NEW."step") OR OLD."version_id" IS DISTINCT FROM (NEW."version_id"))', func="RAISE EXCEPTION 'a_signed_plan_is_a_record: sign a new plan, which replaces it' USING ERRCODE = 'integrity_constraint_violation';", hash='4edd4009cf78ae1775a519b00f4393d997259d66', operation='UPDATE', pgid='pgtrigger_a_signed_plan_is_a_record_033ac', table='patients_plan', when='BEFORE'))),
            ('plan', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_planevent" ("care_plan", "clinic_id", "consultation_id", "content_hash", "ended_at", "ended_because", "ended_by_id", "frozen", "guideline_id", "id", "idempotency_key", "number", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaces_id", "review_on", "signed_at", "signed_by_id", "signed_on", "started_on", "state", "step", "version_id") VALUES (NEW."care_plan", NEW."clinic_id", NEW."consultation_id", NEW."content_hash", NEW."ended_at", NEW."ended_because", NEW."ended_by_id", NEW."frozen", NEW."guideline_id", NEW."id", NEW."idempotency_key", NEW."number", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."replaces_id", NEW."review_on", NEW."signed_at", NEW."signed_by_id", NEW."signed_on", NEW."started_on", NEW."state", NEW."step", NEW."version_id"); RETURN NULL;', hash='a57c34128376270f173e4f808515bfd0ab4f3a4a', operation='INSERT', pgid='pgtrigger_insert_insert_4344f', table='patients_plan', when='AFTER'))),
            ('plan', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_planevent" ("care_plan", "clinic_id", "consultation_id", "content_hash", "ended_at", "ended_because", "ended_by_id", "frozen", "guideline_id", "id", "idempotency_key", "number", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaces_id", "review_on", "signed_at", "signed_by_id", "signed_on", "started_on", "state", "step", "version_id") VALUES (NEW."care_plan", NEW."clinic_id", NEW."consultation_id", NEW."content_hash", NEW."ended_at", NEW."ended_because", NEW."ended_by_id", NEW."frozen", NEW."guideline_id", NEW."id", NEW."idempotency_key", NEW."number", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."replaces_id", NEW."review_on", NEW."signed_at", NEW."signed_by_id", NEW."signed_on", NEW."started_on", NEW."state", NEW."step", NEW."version_id"); RETURN NULL;', hash='a624897f3c73456b15d453838f5b82f3efe03b0c', operation='UPDATE', pgid='pgtrigger_update_update_b3fe4', table='patients_plan', when='AFTER'))),
            ('plan', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_planevent" ("care_plan", "clinic_id", "consultation_id", "content_hash", "ended_at", "ended_because", "ended_by_id", "frozen", "guideline_id", "id", "idempotency_key", "number", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "replaces_id", "review_on", "signed_at", "signed_by_id", "signed_on", "started_on", "state", "step", "version_id") VALUES (OLD."care_plan", OLD."clinic_id", OLD."consultation_id", OLD."content_hash", OLD."ended_at", OLD."ended_because", OLD."ended_by_id", OLD."frozen", OLD."guideline_id", OLD."id", OLD."idempotency_key", OLD."number", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."replaces_id", OLD."review_on", OLD."signed_at", OLD."signed_by_id", OLD."signed_on", OLD."started_on", OLD."state", OLD."step", OLD."version_id"); RETURN NULL;', hash='2bd0479d758aa85bb80b098e165d7f8437a6e05c', operation='DELETE', pgid='pgtrigger_delete_delete_0ed8a', table='patients_plan', when='AFTER'))),
            ('planhandling', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_plan WHERE id = NEW.plan_id;\n            END IF;\n            RETURN NEW;\n        ", hash='2316ea674b6ac355dc3032779c2f1529e1210dd6', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_276a0', table='patients_planhandling', when='BEFORE'))),
            ('planhandling', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_planhandlingevent" ("clinic_id", "handled_at", "handled_by_id", "id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason", "version_id") VALUES (NEW."clinic_id", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."outcome", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."reason", NEW."version_id"); RETURN NULL;', hash='6f654337dfd7dd30c2841118bbd1438e772ae019', operation='INSERT', pgid='pgtrigger_insert_insert_371a6', table='patients_planhandling', when='AFTER'))),
            ('planhandling', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_planhandlingevent" ("clinic_id", "handled_at", "handled_by_id", "id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason", "version_id") VALUES (NEW."clinic_id", NEW."handled_at", NEW."handled_by_id", NEW."id", NEW."outcome", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."reason", NEW."version_id"); RETURN NULL;', hash='578211979de688cfb0d99a41d2bf97331e7eefe2', operation='UPDATE', pgid='pgtrigger_update_update_f9f1c', table='patients_planhandling', when='AFTER'))),
            ('planhandling', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_planhandlingevent" ("clinic_id", "handled_at", "handled_by_id", "id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "reason", "version_id") VALUES (OLD."clinic_id", OLD."handled_at", OLD."handled_by_id", OLD."id", OLD."outcome", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."reason", OLD."version_id"); RETURN NULL;', hash='c9c52f4e81008750604e5ca829c47facdf6403ef', operation='DELETE', pgid='pgtrigger_delete_delete_e097d', table='patients_planhandling', when='AFTER'))),
            ('plannedmedication', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_plan WHERE id = NEW.plan_id;\n            END IF;\n            RETURN NEW;\n        ", hash='4bf18e410580de898f7ed4b2eb525240d3a5f997', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_df715', table='patients_plannedmedication', when='BEFORE'))),
            ('plannedmedication', pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_plannedmedicationevent" ("amount", "change", "clinic_id", "drug_key", "frequency_type", "id", "per", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "products", "regimen_key", "times", "unit", "version_id", "weekday", "weekly_only") VALUES (NEW."amount", NEW."change", NEW."clinic_id", NEW."drug_key", NEW."frequency_type", NEW."id", NEW."per", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."position", NEW."products", NEW."regimen_key", NEW."times", NEW."unit", NEW."version_id", NEW."weekday", NEW."weekly_only"); RETURN NULL;', hash='c0fe4ad0d14c2b034f04c00d6ceb3fdb3dc10b84', operation='INSERT', pgid='pgtrigger_insert_insert_4efa7', table='patients_plannedmedication', when='AFTER'))),
            ('plannedmedication', pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_plannedmedicationevent" ("amount", "change", "clinic_id", "drug_key", "frequency_type", "id", "per", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "products", "regimen_key", "times", "unit", "version_id", "weekday", "weekly_only") VALUES (NEW."amount", NEW."change", NEW."clinic_id", NEW."drug_key", NEW."frequency_type", NEW."id", NEW."per", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."position", NEW."products", NEW."regimen_key", NEW."times", NEW."unit", NEW."version_id", NEW."weekday", NEW."weekly_only"); RETURN NULL;', hash='8077bd967003ed8403329e48960af7b37cc50309', operation='UPDATE', pgid='pgtrigger_update_update_9f61f', table='patients_plannedmedication', when='AFTER'))),
            ('plannedmedication', pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_plannedmedicationevent" ("amount", "change", "clinic_id", "drug_key", "frequency_type", "id", "per", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "products", "regimen_key", "times", "unit", "version_id", "weekday", "weekly_only") VALUES (OLD."amount", OLD."change", OLD."clinic_id", OLD."drug_key", OLD."frequency_type", OLD."id", OLD."per", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."position", OLD."products", OLD."regimen_key", OLD."times", OLD."unit", OLD."version_id", OLD."weekday", OLD."weekly_only"); RETURN NULL;', hash='e1c6e29cc650ec13cc7e82366c365e360ae3fca8', operation='DELETE', pgid='pgtrigger_delete_delete_ebafa', table='patients_plannedmedication', when='AFTER'))),
            ('resultalert', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_patient WHERE id = NEW.patient_id;\n            END IF;\n            RETURN NEW;\n        ", hash='832a09dd0bef11089cd5734d2964e3176834ad43', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_0a42e', table='patients_resultalert', when='BEFORE'))),
            ('resultimport', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id"))', func="RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';", hash='88e7dd3b2c685e640c9d5ee9e5bc7197449e9061', operation='UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_2db30', table='patients_resultimport', when='BEFORE'))),
            ('resultimportrow', pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                NEW.clinic_id := COALESCE(NEW.clinic_id, OLD.clinic_id);\n                IF NEW.clinic_id <> OLD.clinic_id THEN\n                    RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';\n                END IF;\n            ELSIF NEW.clinic_id IS NULL THEN\n                SELECT clinic_id INTO NEW.clinic_id FROM patients_resultimport WHERE id = NEW.run_id;\n            END IF;\n            RETURN NEW;\n        ", hash='7de7a1fafc9a354d1e61d33adbde12409637f4ff', operation='INSERT OR UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_ce6ec', table='patients_resultimportrow', when='BEFORE'))),
        ]),
    ]
