"""After a study's data are locked nobody is given a read: a round of adjudication and a lock that meet are ordered."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION agreement_no_new_reads() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM studies_study WHERE id IN (SELECT study_id FROM added) FOR SHARE;
    IF EXISTS (
        SELECT FROM studies_study WHERE id IN (SELECT study_id FROM added) AND state IN ('locked', 'unblinded')
    ) THEN
        RAISE EXCEPTION 'the data of this study are locked' USING ERRCODE = 'RSLCK';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION agreement_no_new_reads() FROM PUBLIC;
CREATE TRIGGER not_after_lock AFTER INSERT ON reading_read
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION agreement_no_new_reads();
"""


class Migration(migrations.Migration):
    dependencies = [("agreement", "0004_unlocks_end_with_the_lock"), ("reading", "0010_purposes")]
    operations = [migrations.RunSQL(REFUSE, "DROP FUNCTION agreement_no_new_reads() CASCADE")]
