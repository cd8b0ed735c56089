"""Foreign keys over several columns, which Django cannot declare.

Every part stays in the version of the row it belongs to, every key that the engine follows leads to a row of the same
version, and a regimen is as weekly as its drug: no write to either table, of whatever kind, gets round these.
"""

from django.db import migrations

# part, its column, the row it belongs to
PARTS = (
    ("citation", "statement_id", "statement"),
    ("product", "drug_id", "drug"),
    ("cap", "regimen_id", "regimen"),
    ("doseadjustment", "regimen_id", "regimen"),
    ("titration", "regimen_id", "regimen"),
    ("taper", "regimen_id", "regimen"),
    ("window", "item_id", "monitoringitem"),
    ("optionregimen", "option_id", "option"),
    ("stepoption", "step_id", "step"),
    ("stepaction", "step_id", "step"),
)

# row, its column, the row that has this key
KEYS = (
    ("fact", "group", "factgroup"),
    ("fact", "upper_limit", "fact"),
    ("safetyrule", "drug", "drug"),
    ("safetyrule", "step", "step"),
    ("monitoringitem", "drug", "drug"),
    ("optionregimen", "regimen", "regimen"),
    ("stepoption", "option", "option"),
    ("step", "otherwise", "step"),
    ("transition", "source", "step"),
    ("transition", "target", "step"),
    ("patientinstruction", "drug", "drug"),
    ("printrule", "drug", "drug"),
    ("case", "based_on", "casebase"),
)


def table(name):
    return f'"guidelines_{name}"'


def constraint(on, name, what):
    return (
        f'ALTER TABLE {table(on)} ADD CONSTRAINT "{name}" {what}',
        f'ALTER TABLE {table(on)} DROP CONSTRAINT "{name}"',
    )


def constraints():
    for owner in sorted({owner for _, _, owner in PARTS}):
        yield constraint(owner, f"{owner}_and_version", "UNIQUE (id, version_id)")
    for part, column, owner in PARTS:
        yield constraint(
            part,
            f"{part}_stays_in_its_version",
            f'FOREIGN KEY ("{column}", version_id) REFERENCES {table(owner)} (id, version_id)',
        )
    for row, column, target in KEYS:
        # At the end of the transaction: rows may name rows that are written after them.
        yield constraint(
            row,
            f"{row}_{column}_leads_to_a_{target}",
            f'FOREIGN KEY (version_id, "{column}") REFERENCES {table(target)} (version_id, key) '
            "DEFERRABLE INITIALLY DEFERRED",
        )
    yield constraint("drug", "drug_and_whether_weekly_only", "UNIQUE (version_id, key, weekly_only)")
    # At once, and without any action on update: a drug with regimens cannot change what it is.
    yield constraint(
        "regimen",
        "a_regimen_is_as_weekly_as_its_drug",
        f"FOREIGN KEY (version_id, drug, weekly_only) REFERENCES {table('drug')} (version_id, key, weekly_only)",
    )


class Migration(migrations.Migration):
    dependencies = [("guidelines", "0001_rows_of_guidelines")]

    operations = [migrations.RunSQL(sql, reverse) for sql, reverse in constraints()]
