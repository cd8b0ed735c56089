import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.db import migrations, models

from guidelines.migrations._swap_triggers import SwapTriggers


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0007_worklist'),
    ]

    operations = [
        migrations.CreateModel(
            name='PatientChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transaction', models.BigIntegerField()),
                ('is_listed', models.BooleanField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.clinic')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('is_listed', True)), fields=['clinic', 'transaction'], name='listed_changes_of_a_clinic')],
                'constraints': [models.UniqueConstraint(fields=('patient', 'transaction', 'is_listed'), name='a_patient_changes_once_in_a_transaction')],
            },
        ),
        migrations.AlterField(
            model_name='accessevent',
            name='patient',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='access_events', to='patients.patient'),
        ),
        SwapTriggers([
            ('consultation', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, False FROM patients_patient WHERE id = COALESCE(NEW.patient_id, OLD.patient_id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='9443db2f7dae7cc2fed0f46bdc789aeae9dbc8e8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_32f59', table='patients_consultation', when='AFTER'))),
            ('impactoutcome', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE((SELECT patient_id FROM patients_plan WHERE id = NEW.plan_id), (SELECT patient_id FROM patients_plan WHERE id = OLD.plan_id))\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='283ba4ec3e4f102f6bff47980f89dfb8792633db', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_7bbb2', table='patients_impactoutcome', when='AFTER'))),
            ('monitoringtask', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE(NEW.patient_id, OLD.patient_id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='efeb7c0fac8d9b4c241a532a9c3ea07a1f2bdfd0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_b7db8', table='patients_monitoringtask', when='AFTER'))),
            ('observation', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE(NEW.patient_id, OLD.patient_id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='40cb3c177ca7f6203acee7672da15174406f6001', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_30f84', table='patients_observation', when='AFTER'))),
            ('patient', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE(NEW.id, OLD.id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='dfdc1d6fd164ded2d7a6930b5d2825aad0c4d7a1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_11731', table='patients_patient', when='AFTER'))),
            ('patientnote', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, False FROM patients_patient WHERE id = COALESCE(NEW.patient_id, OLD.patient_id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='7ca6072d64ca8551e475b19251e0cd306320b29e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_14a16', table='patients_patientnote', when='AFTER'))),
            ('plan', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE(NEW.patient_id, OLD.patient_id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='28e85390677064b0c997073011f6b290f1abc2fc', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_f79d8', table='patients_plan', when='AFTER'))),
            ('planhandling', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE((SELECT patient_id FROM patients_plan WHERE id = NEW.plan_id), (SELECT patient_id FROM patients_plan WHERE id = OLD.plan_id))\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='8b30f0f5c050b0ca62063122240c781905dfa3fc', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_20c28', table='patients_planhandling', when='AFTER'))),
            ('resultalert', pgtrigger.compiler.Trigger(name='tells_who_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            INSERT INTO patients_patientchange (patient_id, clinic_id, transaction, is_listed)\n            SELECT id, clinic_id, pg_current_xact_id()::text::bigint, True FROM patients_patient WHERE id = COALESCE(NEW.patient_id, OLD.patient_id)\n            ON CONFLICT DO NOTHING;\n            RETURN NULL;\n        ', hash='83a9b4a08e1fa91574d0358a0528a8b456830fcd', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tells_who_changed_c4569', table='patients_resultalert', when='AFTER'))),
        ]),
    ]
