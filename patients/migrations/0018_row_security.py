"""The database shows each person the rows of their own clinics alone, whatever a query asks for.

For whom it is asked stands in the session's parameter `stepwise.person` (config.acting). Keys are checked past these
policies, as PostgreSQL does it; triggers write as whoever writes.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

OF_A_CLINIC = (
    "accessevent", "calendarfeed", "calendarfeedevent", "consultation", "consultationevent", "impactoutcome", "laboratory",
    "laboratoryevent", "laboratorylimit", "laboratorylimitevent", "letter", "letterrun", "letterrunevent",
    "monitoringtask", "monitoringtaskevent", "observation", "observationevent", "override", "overrideevent", "patient",
    "patientchange", "patientevent", "patientnote", "patientnoteevent", "plan", "planevent", "planhandling",
    "planhandlingevent", "plannedmedication", "plannedmedicationevent", "resultalert", "resultalertevent",
    "resultimport", "resultimportevent", "resultimportrow",
)  # fmt: skip
# What everybody of a clinic may see, its administrators too: the clinic itself, and who works there.
# An invitation into none is the installation's.
OF_ITS_PEOPLE = (
    ("clinic", "id"), ("clinicevent", "id"), ("membership", "clinic_id"), ("membershipevent", "clinic_id"),
    ("invitation", "coalesce(clinic_id, 0)"), ("invitationevent", "coalesce(clinic_id, 0)"),
)  # fmt: skip

# Asked for a row only where the clinic is not among somebody's own. As CASE, of which the planner expects half the rows: by
# a plain comparison it would expect few, and join accordingly.
IS_SYSTEM = "CASE current_setting('stepwise.person', true) WHEN 'system' THEN true ELSE false END"
LOOKED_AFTER, BELONGED_TO = "(SELECT clinics_looked_after())::bigint[]", "(SELECT clinics_belonged_to())::bigint[]"


# What an administrator of the installation needs, who may belong to no clinic.
ALL_TO_ADMINISTRATORS = """
    IF starts_with(whom, 'administering ') AND EXISTS (
        SELECT FROM public.auth_user_groups g JOIN public.auth_user u ON u.id = g.user_id
        WHERE g.user_id = person AND u.is_active
        AND g.group_id = (SELECT id FROM public.auth_group WHERE name = 'administrators')
    ) THEN
        RETURN (SELECT array_agg(id) || 0::bigint FROM public.patients_clinic);
    END IF;
"""


# Asked once for a statement, not once for a row. As its owner: whoever asks may not read who works elsewhere. Somebody who
# answers for a clinic (config.acting) sees what an investigation needs: its physicians and its administrators may.
def clinics(name, roles, before=""):
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION public.{name}() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            whom text := current_setting('stepwise.person', true);
            is_answering boolean := starts_with(whom, 'answering ');
            person bigint;
        BEGIN
            IF whom ~ '^((answering|administering) )?[0-9]{{1,18}}$' THEN
                person := substring(whom FROM '[0-9]+$');
                {before}
                RETURN ARRAY(
                    SELECT m.clinic_id FROM public.patients_membership m JOIN public.auth_user u ON u.id = m.user_id
                    WHERE m.user_id = person AND m.suspended_at IS NULL AND u.is_active{roles}
                );
            ELSIF whom ~ '^clinic [0-9]{{1,18}}$' THEN
                RETURN ARRAY[substr(whom, 8)::bigint];
            END IF;
            RETURN ARRAY[]::bigint[];
        END
        $function$
        """,
        f"DROP FUNCTION public.{name}()",
    )


def policy(table, name, rule, how="ALL"):
    return migrations.RunSQL(
        f'CREATE POLICY "{name}" ON "patients_{table}" FOR {how} USING ({rule})',
        f'DROP POLICY "{name}" ON "patients_{table}"',
    )


def secured(table, *, also_for_its_owner=True):
    force = f'ALTER TABLE "patients_{table}" FORCE ROW LEVEL SECURITY' if also_for_its_owner else "SELECT 1"
    return migrations.RunSQL(
        [f'ALTER TABLE "patients_{table}" ENABLE ROW LEVEL SECURITY', force],
        [
            f'ALTER TABLE "patients_{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "patients_{table}" DISABLE ROW LEVEL SECURITY',
        ],
    )


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0017_rows_of_a_clinic'),
    ]

    operations = [
        clinics(
            "clinics_looked_after",
            " AND m.role IN ('physician', CASE WHEN is_answering THEN 'administrator' ELSE 'nurse' END)",
        ),
        clinics("clinics_belonged_to", "", ALL_TO_ADMINISTRATORS),
        *(
            policy(table, "rows_of_the_clinics_somebody_looks_after", f"clinic_id = ANY ({LOOKED_AFTER}) OR {IS_SYSTEM}")
            for table in OF_A_CLINIC
        ),
        *(
            policy(table, "rows_of_the_clinics_somebody_belongs_to", f"{key} = ANY ({BELONGED_TO}) OR {IS_SYSTEM}")
            for table, key in OF_ITS_PEOPLE
        ),
        # Every page says whether this is a demonstration, to strangers too.
        policy("clinic", "a_demonstration_says_so_to_everybody", "is_demo", "SELECT"),
        # Nobody signs in to read a calendar: whoever has the address finds its feed.
        policy(
            "calendarfeed", "a_feed_is_found_by_its_address",
            "'calendar ' || token_hash = (SELECT current_setting('stepwise.person', true))", "SELECT",
        ),
        # Nor does a new person who was invited.
        policy(
            "invitation", "an_invitation_is_found_by_its_link",
            "'invitation ' || token_hash = (SELECT current_setting('stepwise.person', true))", "SELECT",
        ),
        *(secured(table) for table in OF_A_CLINIC),
        # Not for the owner of clinics and memberships, as whom the functions above read them.
        *(secured(table, also_for_its_owner=table not in ("clinic", "membership")) for table, _ in OF_ITS_PEOPLE),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='a_row_stays_in_its_clinic', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id"))', func="RAISE EXCEPTION 'a_row_stays_in_its_clinic: make a row in the other clinic instead' USING ERRCODE = 'integrity_constraint_violation';", hash='289518f2a0cb2afd137e25681da7fa4cead11b88', operation='UPDATE OF "clinic_id"', pgid='pgtrigger_a_row_stays_in_its_clinic_6e724', table='patients_invitation', when='BEFORE')),
        ),
    ]
