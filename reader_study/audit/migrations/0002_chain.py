from django.db import migrations

CHAIN = r"""
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last audit_entry%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(7101);  -- one writer at a time: the chain has one end
    SELECT * INTO last FROM audit_entry ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(last.number, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.payload := jsonb_build_object(
        'number', NEW.number,
        'at', to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'action', NEW.action, 'actor', NEW.actor, 'study', NEW.study,
        'subject', NEW.subject, 'detail', NEW.detail)::text;
    NEW.digest := sha256(coalesce(last.digest, ''::bytea) || convert_to(NEW.payload, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_refuse();

-- Runs with its owner's rights: a role that may not even read the journal can still write to its end.
CREATE FUNCTION audit_record(action text, actor uuid, study uuid, subject text, detail jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_entry (number, at, action, actor, study, subject, detail, payload, digest)
    VALUES (0, now(), action, actor, study, subject, detail, '', '') $$;
"""
UNDO = """
DROP FUNCTION audit_record(text, uuid, uuid, text, jsonb);
DROP FUNCTION audit_chain() CASCADE;
DROP FUNCTION audit_refuse() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, UNDO)]
