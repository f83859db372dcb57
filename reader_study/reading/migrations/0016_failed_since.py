"""A certificate counts until its reader fails a test, also where certificates come to be valid for longer."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("reader_study.reading.migrations.0014_qualification").GATE
GATE = """
CREATE OR REPLACE FUNCTION reading_is_qualified(asked uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM reading_readingqualification q WHERE q.study_id = asked)
        OR EXISTS (
            SELECT FROM reading_certificate c
            JOIN reading_testresult passed ON passed.id = c.result_id
            WHERE c.study_id = asked AND c.reader_id = reading_reader_id()
              AND coalesce(c.issued_at + make_interval(days => (
                  SELECT q.valid_days FROM reading_readingqualification q
                  WHERE q.study_id = asked ORDER BY q.id DESC LIMIT 1
              )), 'infinity') > statement_timestamp()
              AND NOT EXISTS (
                  SELECT FROM reading_testresult failed
                  WHERE failed.study_id = asked AND failed.reader_id = c.reader_id
                    AND NOT failed.passed AND failed.attempt > passed.attempt
              )
        )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("reading", "0015_session_ends")]
    operations = [migrations.RunSQL(GATE, BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))]
