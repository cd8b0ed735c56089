"""Each state of the shared drug knowledge has its link in the chain of records."""

from django.db import migrations

from patients.migrations._audit_chain import chained


class Migration(migrations.Migration):

    dependencies = [
        ('guidelines', '0015_drug_knowledge'),
        ('patients', '0021_history_of_second_factors'),
    ]

    operations = [chained('guidelines_drugknowledge')]
