"""TRUNCATE passes by the triggers of rows: what was approved, moved and written down is not emptied either."""

from django.db import migrations

from guidelines.migrations._record_locks import LockRecords


class Migration(migrations.Migration):

    dependencies = [
        ('guidelines', '0003_weekly_is_not_spread'),
    ]

    operations = [
        LockRecords(
            tracked=(
                'Cap', 'Case', 'CaseBase', 'Citation', 'Conflict', 'Definition', 'DoseAdjustment', 'Drug', 'Fact',
                'FactGroup', 'Guideline', 'MonitoringItem', 'Option', 'OptionRegimen', 'OverrideReason',
                'PatientInstruction', 'PrintRule', 'Product', 'Reference', 'Regimen', 'SafetyRule', 'Section',
                'Statement', 'Step', 'StepAction', 'StepOption', 'Taper', 'Test', 'Titration', 'Transition', 'Version',
                'Window',
            ),
            records=('Approval', 'StatusMove'),
        ),
    ]
