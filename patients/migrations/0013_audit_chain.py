import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from guidelines.migrations._together import together
from patients.migrations._audit_chain import chained, functions

# Their history is chained; of records in themselves, their own rows.
OF_GUIDELINES = """
    cap case casebase citation comment conflict definition doseadjustment drug fact factgroup guideline
    impactrun monitoringitem option optionregimen overridereason patientinstruction printrule product
    publication reference regimen safetyrule section statement step stepaction stepoption taper test titration
    transition unansweredquestion version window
"""
OF_PATIENTS = """
    calendarfeed clinic consultation laboratory laboratorylimit letterrun membership monitoringtask
    observation override patient patientnote plan planhandling plannedmedication resultalert resultimport
"""
RECORDS = ("patients_accessevent", "guidelines_statusmove", "guidelines_approval", "guidelines_edit")


class Migration(migrations.Migration):

    dependencies = [
        ('guidelines', '0013_jobs_that_fail'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('patients', '0012_one_look_one_row'),
    ]

    operations = [
        *together([
            migrations.CreateModel(
                name='AuditLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('chain', models.IntegerField()),
                    ('number', models.BigIntegerField()),
                    ('of_table', models.CharField(max_length=63)),
                    ('row', models.BigIntegerField()),
                    ('digest', models.BinaryField()),
                    ('link', models.BinaryField()),
                ],
                options={
                    'ordering': ['chain', 'number'],
                    'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='an_audit_chain_has_no_fork')],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='auditlink',
                trigger=pgtrigger.compiler.Trigger(name='audit_links_are_records', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'audit_links_are_records: this is a record; add a row instead of changing one' USING ERRCODE = 'integrity_constraint_violation';", hash='52e4fe44eef6fd86a4b865a4b0e1377670afdf84', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_links_are_records_aafa4', table='patients_auditlink', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='auditlink',
                trigger=pgtrigger.compiler.Trigger(name='never_emptied', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'never_emptied: a table of record is not emptied; use another database' USING ERRCODE = 'integrity_constraint_violation';", hash='2ffc7ee1381bd4e6f4c2f9b4dd3460f799976afe', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_emptied_1bb3d', table='patients_auditlink', when='BEFORE')),
            ),
        ]),
        functions,
        chained(
            *RECORDS,
            *(f"guidelines_{name}event" for name in OF_GUIDELINES.split()),
            *(f"patients_{name}event" for name in OF_PATIENTS.split()),
        ),
    ]
