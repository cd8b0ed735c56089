"""A weekly amount is not spread over the week as tablets of every day, neither of a weekly-only drug nor of another."""

from django.db import migrations, models

from guidelines.migrations._together import together


class Migration(migrations.Migration):

    dependencies = [
        ('guidelines', '0002_keys_that_hold'),
    ]

    operations = together([
        migrations.RemoveConstraint(
            model_name='regimen',
            name='weekly_only_drugs_are_given_weekly',
        ),
        migrations.RemoveConstraint(
            model_name='regimen',
            name='a_frequency_is_weekly_or_so_many_times_daily',
        ),
        migrations.AddConstraint(
            model_name='regimen',
            constraint=models.CheckConstraint(condition=models.Q(('weekly_only', False), models.Q(('amount_per', 'week'), ('frequency_times__isnull', True), ('frequency_type', 'weekly'), ('weekly_tablets', False)), _connector='OR'), name='weekly_only_drugs_are_given_weekly'),
        ),
        migrations.AddConstraint(
            model_name='regimen',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frequency_times__isnull', True), ('frequency_type', 'weekly'), ('weekly_tablets', False)), models.Q(('frequency_times__gte', 1), ('frequency_type', 'daily')), _connector='OR'), name='a_frequency_is_weekly_or_so_many_times_daily'),
        ),
    ])
