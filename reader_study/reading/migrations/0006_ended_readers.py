"""Whose role in a study has ended finds no read of it, nor anything that hangs on a read.

Asked of the memberships themselves, by a function with its owner's rights: the readers' role cannot see who takes part.
"""

from django.db import migrations

READS_IN = """
CREATE FUNCTION reading_reader_reads_in() RETURNS SETOF uuid LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT study_id FROM studies_membership
    WHERE user_id = reading_reader_id() AND role IN ('reader', 'adjudicator') AND ended_at IS NULL
$$;
REVOKE ALL ON FUNCTION reading_reader_reads_in() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reading_reader_reads_in() TO reading_reader;
"""
OWN = "reader_id = reading_reader_id()"
IN_FORCE = f"{OWN} AND study_id IN (SELECT reading_reader_reads_in())"
READS = "ALTER POLICY own_rows ON reading_read USING ({own}) WITH CHECK ({own})"


class Migration(migrations.Migration):
    dependencies = [("reading", "0005_wall_of_the_workstation"), ("studies", "0003_roles")]
    operations = [
        migrations.RunSQL(READS_IN, "DROP FUNCTION reading_reader_reads_in()"),
        migrations.RunSQL(READS.format(own=IN_FORCE), READS.format(own=OWN)),
    ]
