import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from guidelines.migrations._together import together

# A record of before says the same with other columns, so its lock is silent.
FILL = """
ALTER TABLE patients_accessevent DISABLE TRIGGER USER;
UPDATE patients_accessevent SET patients = ARRAY[patient_id], clinic_id = patients_patient.clinic_id
FROM patients_patient WHERE patients_patient.id = patient_id;
ALTER TABLE patients_accessevent ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('patients', '0011_whose_patient_numbers'),
    ]

    operations = together([
        migrations.AddField(
            model_name='accessevent',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.clinic'),
        ),
        migrations.AddField(
            model_name='accessevent',
            name='patients',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='accessevent',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.clinic'),
        ),
        migrations.AlterField(
            model_name='accessevent',
            name='patients',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
        ),
        migrations.AlterField(
            model_name='accessevent',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RemoveIndex(model_name='accessevent', name='access_by_patient'),
        migrations.RemoveField(model_name='accessevent', name='patient'),
        migrations.AddIndex(
            model_name='accessevent',
            index=models.Index(fields=['clinic', '-at'], name='access_by_clinic'),
        ),
        migrations.AddIndex(
            model_name='accessevent',
            index=models.Index(fields=['user', '-at'], name='access_by_person'),
        ),
        migrations.AddConstraint(
            model_name='accessevent',
            constraint=models.CheckConstraint(condition=models.Q(('patients', []), _negated=True), name='an_access_says_to_whom'),
        ),
    ])
