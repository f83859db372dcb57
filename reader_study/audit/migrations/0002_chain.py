from django.db import migrations

CHAIN = r"""
-- Runs with its owner's rights: whoever may insert but not read the journal still writes to its end.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION audit_chain() FROM PUBLIC;
CREATE TRIGGER chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP FUNCTION audit_chain() CASCADE;
DROP FUNCTION audit_refuse() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, UNDO)]
