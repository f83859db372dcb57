"""A session has ended when its last read is signed, and not before.

After the row: whose it is was looked at by then, so that nobody learns how far another reader is.
"""

from django.db import migrations

ENDED = """
CREATE FUNCTION reading_ended_when_signed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT coalesce((
        SELECT bool_and(EXISTS (
            SELECT FROM reading_scoresheet s WHERE s.read_id = r.token
            AND s.step = (SELECT max(v.step) FROM reading_readvolume v WHERE v.read_id = r.token)
        ))
        FROM reading_read r
        WHERE r.study_id = NEW.study_id AND r.reader_id = NEW.reader_id AND r.session = NEW.session
            AND r.purpose = 'study'
    ), false) THEN
        RAISE EXCEPTION 'a session ends when all of its reads are signed';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION reading_ended_when_signed() FROM PUBLIC;
CREATE TRIGGER ended_when_signed AFTER INSERT ON reading_sessionend
    FOR EACH ROW EXECUTE FUNCTION reading_ended_when_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("reading", "0017_repeats_are_not_corrected")]
    operations = [migrations.RunSQL(ENDED, "DROP FUNCTION reading_ended_when_signed() CASCADE")]
