"""A signature stands under what it was given for: it is of who asks or runs the study, and over the same digest."""

from django.db import migrations

SIGNED = """
CREATE FUNCTION studies_request_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_signature s
        WHERE s.id = NEW.signature_id AND s.signer_id = NEW.requester_id AND s.content_sha256 = NEW.sha256
    ) THEN
        RAISE EXCEPTION 'who asks for unblinding signs what is asked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_request_is_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_signed BEFORE INSERT ON studies_unblindingrequest
    FOR EACH ROW EXECUTE FUNCTION studies_request_is_signed();

CREATE FUNCTION studies_charter_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_signature s JOIN studies_protocolversion v ON v.id = NEW.version_id
        WHERE s.id = NEW.signature_id AND s.content_sha256 = v.sha256 AND studies_runs(s.signer_id, v.study_id)
    ) THEN
        RAISE EXCEPTION 'the investigator signs the very version of a protocol'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_charter_is_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_signed BEFORE INSERT ON studies_chartersignature
    FOR EACH ROW EXECUTE FUNCTION studies_charter_is_signed();
"""
UNDO = """
DROP FUNCTION studies_charter_is_signed() CASCADE;
DROP FUNCTION studies_request_is_signed() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("studies", "0007_one_way")]
    operations = [migrations.RunSQL(SIGNED, UNDO)]
