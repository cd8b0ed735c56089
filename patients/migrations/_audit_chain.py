"""What writes the chain of records. At the end of a transaction, for each row it added to a record, one link is made of the
link before it and of the row. Only then does one writer of a clinic wait for another: for as long as a commit takes.

A row is told without its empty columns, so that a column more does not change what was written before.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION audit_digest(content anyelement) RETURNS bytea LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    told jsonb := to_jsonb(content);
    who text;
BEGIN
    IF told ? 'pgh_context_id' THEN
        who := (SELECT metadata ->> 'user' FROM pghistory_context WHERE id = (told ->> 'pgh_context_id')::uuid);
    END IF;
    IF told @? '$.* ? (@ == null)' THEN
        told := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(told) WHERE value <> 'null');
    END IF;
    RETURN sha256(convert_to(told::text || coalesce(who, ''), 'UTF8'));
END $$;

CREATE FUNCTION audit_clinic_of(of_table text, told jsonb) RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE clinic integer := told ->> 'clinic_id';
BEGIN
    IF clinic IS NOT NULL THEN
        RETURN clinic;
    ELSIF of_table = 'patients_clinicevent' THEN
        RETURN told ->> 'id';
    ELSIF told ? 'patient_id' THEN
        SELECT clinic_id INTO clinic FROM patients_patient WHERE id = (told ->> 'patient_id')::uuid;
    ELSIF told ? 'laboratory_id' THEN
        SELECT clinic_id INTO clinic FROM patients_laboratory WHERE id = (told ->> 'laboratory_id')::bigint;
    ELSIF told ? 'plan_id' THEN
        SELECT p.clinic_id INTO clinic FROM patients_plan JOIN patients_patient p ON p.id = patient_id
        WHERE patients_plan.id = (told ->> 'plan_id')::uuid;
    END IF;
    RETURN coalesce(clinic, 0);
END $$;

CREATE FUNCTION audit_link_of(before bytea, chain integer, number bigint, of_table text, row_key bigint, digest bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(coalesce(before, '') || convert_to(concat_ws('|', chain, number, of_table, row_key), 'UTF8') || digest)
$$;

CREATE FUNCTION audit_append(of_table text, told jsonb, digest bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    whose integer := audit_clinic_of(of_table, told);
    key bigint := coalesce(told ->> 'pgh_id', told ->> 'id')::bigint;
    newest record;
    next bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1635083369, whose);
    SELECT number, link INTO newest FROM patients_auditlink WHERE chain = whose ORDER BY number DESC LIMIT 1;
    next := coalesce(newest.number, 0) + 1;
    INSERT INTO patients_auditlink (chain, number, of_table, "row", digest, link)
    VALUES (whose, next, of_table, key, digest, audit_link_of(newest.link, whose, next, of_table, key, digest));
END $$;

CREATE FUNCTION audit_chained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit_append(TG_TABLE_NAME, to_jsonb(NEW), audit_digest(NEW));
    RETURN NULL;
END $$;

-- A record there was before comes first.
CREATE FUNCTION audit_table(of_table text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE key text := CASE WHEN of_table LIKE '%event' AND of_table <> 'patients_accessevent' THEN 'pgh_id' ELSE 'id' END;
BEGIN
    EXECUTE format('SELECT audit_append(%L, to_jsonb(t), audit_digest(t)) FROM %I t ORDER BY %I', of_table, of_table, key);
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_chained AFTER INSERT ON %I DEFERRABLE INITIALLY DEFERRED'
        ' FOR EACH ROW EXECUTE FUNCTION audit_chained()', of_table);
END $$;
"""
REMOVE = """
DROP FUNCTION audit_chained() CASCADE;
DROP FUNCTION audit_table(text), audit_append(text, jsonb, bytea), audit_clinic_of(text, jsonb), audit_digest(anyelement);
DROP FUNCTION audit_link_of(bytea, integer, bigint, text, bigint, bytea);
"""
functions = migrations.RunSQL(FUNCTIONS, REMOVE)


def chained(*tables):
    """Tables of record, by their names in the database: from now on each row has its link."""
    add = "".join(f"SELECT audit_table('{table}');\n" for table in tables)
    remove = "".join(f"DROP TRIGGER audit_chained ON {table};\n" for table in tables)
    return migrations.RunSQL(add, remove)
