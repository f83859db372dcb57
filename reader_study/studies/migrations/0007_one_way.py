"""A study begins as a draft and goes one way; its reads are allocated once; a charter that was signed is amended signed.

An unsigned version is that of a draft: none comes after a signed one. This is looked at when the transaction ends,
because a version is stored before the signature that stands under it.
"""

from django.db import migrations

ONE_WAY = """
CREATE FUNCTION studies_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.allocated_at IS NOT NULL THEN
            RAISE EXCEPTION 'a study begins as a draft'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'a_study_begins_as_a_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
        (('draft', 'frozen'), ('frozen', 'open'), ('open', 'locked'), ('locked', 'unblinded')) THEN
        RAISE EXCEPTION 'a study that is % does not become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_study_goes_one_way';
    END IF;
    IF OLD.allocated_at IS NOT NULL AND NEW.allocated_at IS DISTINCT FROM OLD.allocated_at THEN
        RAISE EXCEPTION 'reads are allocated once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocated_once';
    END IF;
    IF NEW.state = 'frozen' AND OLD.state = 'draft' AND NOT EXISTS (
        SELECT FROM studies_chartersignature s JOIN studies_protocolversion v ON v.id = s.version_id
        WHERE v.study_id = NEW.id
        AND v.version = (SELECT max(version) FROM studies_protocolversion WHERE study_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'a protocol is frozen by a signature'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_by_a_signature';
    END IF;
    IF NEW.state = 'open' AND NEW.allocated_at IS NULL THEN
        RAISE EXCEPTION 'a study is opened once its reads are allocated'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocated_before_it_is_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_way BEFORE INSERT OR UPDATE OF state, allocated_at ON studies_study
    FOR EACH ROW EXECUTE FUNCTION studies_goes_one_way();

CREATE FUNCTION studies_amended_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM studies_chartersignature s WHERE s.version_id = NEW.id) AND EXISTS (
        SELECT FROM studies_chartersignature s JOIN studies_protocolversion v ON v.id = s.version_id
        WHERE v.study_id = NEW.study_id AND v.version < NEW.version
    ) THEN
        RAISE EXCEPTION 'a protocol that was signed is amended with a signature'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amended_signed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER amended_signed AFTER INSERT ON studies_protocolversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION studies_amended_signed();
"""
UNDO = """
DROP FUNCTION studies_amended_signed() CASCADE;
DROP FUNCTION studies_goes_one_way() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("studies", "0006_second_person")]
    operations = [migrations.RunSQL(ONE_WAY, UNDO)]
