from django.db import migrations

SIGNED = """
CREATE FUNCTION agreement_lock_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_signature s
        WHERE s.id = NEW.signature_id AND s.signer_id = NEW.locked_by_id AND s.content_sha256 = NEW.sha256
    ) OR NOT studies_runs(NEW.locked_by_id, NEW.study_id) THEN
        RAISE EXCEPTION 'the investigator who locks the data signs them'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_lock_is_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_signed BEFORE INSERT ON agreement_lock
    FOR EACH ROW EXECUTE FUNCTION agreement_lock_is_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("agreement", "0006_locked_by_a_lock")]
    operations = [migrations.RunSQL(SIGNED, "DROP FUNCTION agreement_lock_is_signed() CASCADE")]
