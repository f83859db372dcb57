"""What the application must not be able to get wrong: reports are what their digest says and stay so; how a file
was made is never rewritten; what was closed in quarantine has no way back, and its last day never moves.
"""

from django.db import migrations

INVARIANTS = r"""
CREATE FUNCTION intake_report_is_its_digest() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE text_of_entries text;
BEGIN
    SELECT coalesce(string_agg((e->>'path') || E'\t' || (e->>'action') || E'\t' || (e->>'reason') || E'\n', ''
                               ORDER BY n), '')
        INTO text_of_entries
        FROM jsonb_array_elements(NEW.entries) WITH ORDINALITY AS entry(e, n);
    IF text_of_entries IS NULL OR encode(sha256(convert_to(text_of_entries, 'UTF8')), 'hex') <> NEW.digest THEN
        RAISE EXCEPTION 'a report is not what its digest says'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_is_its_digest';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_is_its_digest BEFORE INSERT ON intake_report
    FOR EACH ROW EXECUTE FUNCTION intake_report_is_its_digest();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON intake_report
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON intake_report EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION intake_made_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'how a file was made is never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'instance_is_made_once';
END $$;
CREATE TRIGGER instance_is_made_once
    BEFORE UPDATE OF case_id, kind, image_set, state, state_from, pixels, sop_uid, object_key, fingerprint, procedure,
        report_id, sent_report_id ON intake_instance
    FOR EACH ROW EXECUTE FUNCTION intake_made_once();

CREATE FUNCTION intake_closed_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'held' OR NEW.expires_at <> OLD.expires_at OR NEW.fingerprint <> OLD.fingerprint THEN
        RAISE EXCEPTION 'what was closed stays closed, and no day is moved'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'kept_apart_stays_closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept_apart_stays_closed BEFORE UPDATE ON intake_keptapart
    FOR EACH ROW EXECUTE FUNCTION intake_closed_stays_closed();
CREATE TRIGGER kept_apart_is_never_deleted BEFORE DELETE ON intake_keptapart
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER kept_apart_is_never_deleted ON intake_keptapart;
DROP FUNCTION intake_closed_stays_closed() CASCADE;
DROP FUNCTION intake_made_once() CASCADE;
DROP TRIGGER no_truncate ON intake_report;
DROP TRIGGER insert_only ON intake_report;
DROP FUNCTION intake_report_is_its_digest() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_quarantine"), ("audit", "0002_chain")]
    operations = [migrations.RunSQL(INVARIANTS, UNDO)]
