"""Foreign keys over several columns, which Django cannot declare.

What is one patient's stays with this patient, and a planned drug is as weekly as the guideline says: no write to either
table, of whatever kind, gets round these.
"""

from django.db import migrations

# Rows that are pointed at, with the columns that must agree.
AGREEING = (
    ("patients_observation", "observation_patient_and_fact", "id, patient_id, fact_key"),
    ("patients_consultation", "consultation_patient_guideline_and_version", "id, patient_id, guideline_id, version_id"),
    ("patients_plan", "plan_and_version", "id, version_id"),
    ("patients_plan", "plan_patient_and_guideline", "id, patient_id, guideline_id"),
    ("patients_plan", "plan_and_patient", "id, patient_id"),
    ("guidelines_version", "version_and_guideline", "id, guideline_id"),
)

# row, name, its columns, the row pointed at, the columns there
TOGETHER = (
    ("patients_observation", "a_correction_is_of_the_same_patient_and_fact",
     "corrects_id, patient_id, fact_key", "patients_observation", "id, patient_id, fact_key"),
    ("patients_consultation", "a_consultation_follows_a_version_of_its_guideline",
     "version_id, guideline_id", "guidelines_version", "id, guideline_id"),
    ("patients_plan", "a_plan_is_of_its_consultation",
     "consultation_id, patient_id, guideline_id, version_id",
     "patients_consultation", "id, patient_id, guideline_id, version_id"),
    ("patients_plan", "a_plan_replaces_one_of_the_same_patient_and_guideline",
     "replaces_id, patient_id, guideline_id", "patients_plan", "id, patient_id, guideline_id"),
    ("patients_plannedmedication", "a_planned_drug_is_of_the_version_of_its_plan",
     "plan_id, version_id", "patients_plan", "id, version_id"),
    # A drug that is weekly-only in the guideline cannot be written down as any other drug.
    ("patients_plannedmedication", "a_planned_drug_is_as_weekly_as_the_guideline_says",
     "version_id, drug_key, weekly_only", "guidelines_drug", "version_id, key, weekly_only"),
    ("patients_monitoringtask", "a_task_is_of_the_patient_of_its_plan",
     "plan_id, patient_id", "patients_plan", "id, patient_id"),
)  # fmt: skip

CHECKS = (
    ("patients_observation", "an_observed_value_is_a_text_a_yes_or_no_or_a_list",
     "jsonb_typeof(value_typed) IN ('string', 'boolean', 'array')"),
    ("patients_consultation", "answers_and_choices_are_objects",
     "jsonb_typeof(answers) = 'object' AND jsonb_typeof(choices) = 'object'"),
)  # fmt: skip


def constraint(on, name, what):
    return migrations.RunSQL(
        f'ALTER TABLE "{on}" ADD CONSTRAINT "{name}" {what}',
        f'ALTER TABLE "{on}" DROP CONSTRAINT "{name}"',
    )


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_patients_and_plans"), ("guidelines", "0002_keys_that_hold")]

    operations = [
        *(constraint(on, name, f"UNIQUE ({columns})") for on, name, columns in AGREEING),
        *(
            constraint(on, name, f'FOREIGN KEY ({columns}) REFERENCES "{target}" ({there})')
            for on, name, columns, target, there in TOGETHER
        ),
        *(constraint(on, name, f"CHECK ({check})") for on, name, check in CHECKS),
    ]
