"""A fence for whoever computes a report; and what the lock means for the tables below it.

A study may be locked while reads are missing, so the database itself keeps every later act of reading out. The
share lock on the study's row orders a signature and a lock that meet: either the lock waits and its snapshot has the
signature, or the signature waits and is refused. The function runs with its owner's rights, because readers may not
see the study's state.
"""

from django.db import migrations, models

READING = ("reading_presentation", "reading_event", "reading_scoresheet")
REFUSE = """
CREATE FUNCTION agreement_refuse_after_lock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM studies_study study JOIN reading_read read ON read.study_id = study.id
        WHERE read.token = NEW.read_id AND study.state NOT IN ('locked', 'unblinded') FOR SHARE OF study;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the data of this study are locked' USING ERRCODE = 'RSLCK';
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION agreement_refuse_after_lock() FROM PUBLIC;
"""
WALL = "CREATE TRIGGER not_after_lock BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION agreement_refuse_after_lock()"


class Migration(migrations.Migration):
    dependencies = [("agreement", "0002_locks_are_insert_only"), ("reading", "0002_wall")]
    operations = [
        migrations.AddField("report", "fence", models.PositiveIntegerField(default=0)),
        migrations.AddField("report", "claimed", models.BooleanField(default=False)),
        migrations.RunSQL(
            "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON agreement_lock EXECUTE FUNCTION audit_refuse()",
            "DROP TRIGGER no_truncate ON agreement_lock",
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION agreement_refuse_after_lock()"),
        *[
            migrations.RunSQL(WALL.format(table), f"DROP TRIGGER not_after_lock ON {table}")
            for table in READING
        ],
    ]
