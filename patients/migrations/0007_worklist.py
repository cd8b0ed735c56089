

from django.conf import settings
from django.db import migrations, models

from guidelines.migrations._together import together


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0006_living_with_a_plan'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.AddIndex(
            model_name='monitoringtask',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['clinic', 'opens_on'], include=('overdue_after_on', 'patient', 'item_key', 'aside_until_on'), name='open_tasks_by_opening'),
        ),
        migrations.AddIndex(
            model_name='resultalert',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['clinic'], include=('kind', 'action', 'act_by_on', 'aside_until_on'), name='open_alerts_by_kind'),
        ),
    ])
