"""TRUNCATE passes by the triggers of rows: what was signed, observed and looked at is not emptied either."""

from django.db import migrations

from guidelines.migrations._record_locks import LockRecords


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0002_rows_that_belong_together'),
    ]

    operations = [
        LockRecords(
            tracked=(
                'Clinic', 'Consultation', 'Membership', 'MonitoringTask', 'Observation', 'Override', 'Patient', 'Plan',
                'PlannedMedication',
            ),
            records=('AccessEvent',),
        ),
    ]
