"""Readers are told that a study has ended, and of no other state of it; each only of the studies they read in."""

from django.db import migrations

ENDED = """
CREATE FUNCTION reading_reader_ended_in() RETURNS SETOF uuid LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM studies_study
    WHERE id IN (SELECT reading_reader_reads_in()) AND state IN ('locked', 'unblinded')
$$;
REVOKE ALL ON FUNCTION reading_reader_ended_in() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reading_reader_ended_in() TO reading_reader;
"""


class Migration(migrations.Migration):
    dependencies = [("reading", "0008_conduct"), ("studies", "0003_roles")]
    operations = [migrations.RunSQL(ENDED, "DROP FUNCTION reading_reader_ended_in()")]
