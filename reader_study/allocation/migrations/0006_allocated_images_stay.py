"""An accepted image of an allocated case stays accepted and in use: the sealed list says that it is read."""

from django.db import migrations

# Whoever may change an image need not be able to enter the schema of the key.
STAYS = """
CREATE FUNCTION allocation_key.image_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM allocation_key.assignment WHERE case_id = OLD.case_id) THEN
        RAISE EXCEPTION 'the case is allocated: its accepted images stay'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocated_images_stay';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER image_stays BEFORE UPDATE OF qc, superseded_at ON cases_image
    FOR EACH ROW WHEN (
        OLD.qc = 'accepted' AND (NEW.qc <> 'accepted' OR NEW.superseded_at IS DISTINCT FROM OLD.superseded_at)
    )
    EXECUTE FUNCTION allocation_key.image_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("allocation", "0005_qualification"), ("cases", "0009_quality_stays")]
    operations = [migrations.RunSQL(STAYS, "DROP FUNCTION allocation_key.image_stays() CASCADE")]
