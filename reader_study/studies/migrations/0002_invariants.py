from django.db import migrations

# A reader holds no other role in the same study. A trigger, because the rule compares two rows; it locks the
# study's row first, so that two additions at once cannot both pass.
INVARIANTS = """
CREATE FUNCTION studies_reader_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM studies_study WHERE id = NEW.study_id FOR UPDATE;
    IF EXISTS (SELECT FROM studies_membership m WHERE m.study_id = NEW.study_id AND m.user_id = NEW.user_id
               AND m.id <> NEW.id AND (m.role = 'reader') <> (NEW.role = 'reader')) THEN
        RAISE EXCEPTION 'a reader holds no other role in the same study'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reader_holds_no_other_role';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reader_only BEFORE INSERT OR UPDATE ON studies_membership
    FOR EACH ROW EXECUTE FUNCTION studies_reader_only();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON studies_protocolversion
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON studies_protocolversion EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER no_truncate ON studies_protocolversion;
DROP TRIGGER insert_only ON studies_protocolversion;
DROP FUNCTION studies_reader_only() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("studies", "0001_initial"), ("audit", "0002_chain")]
    operations = [migrations.RunSQL(INVARIANTS, UNDO)]
