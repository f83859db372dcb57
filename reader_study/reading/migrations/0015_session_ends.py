"""What readers answer at the end of a session: written once, in place, before the lock, and read back by none of them.

The readers' role may select whose answers there are, to know that a session is done with, and no column of what they
say. What else it may journal is added to what the policy in force allows.
"""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


wall = import_module("reader_study.reading.migrations.0002_wall")

OWN_END = "reader_id = reading_reader_id() AND study_id IN (SELECT reading_reader_reads_in())"
OWN_GUESS = (
    "EXISTS (SELECT FROM reading_sessionend e WHERE e.id = end_id AND e.reader_id = reading_reader_id())"
)
WALL = {
    "reading_sessionend": ("SELECT (id, study_id, reader_id, session, at), INSERT", OWN_END),
    "reading_armguess": ("INSERT", OWN_GUESS),
}

# With the rights of their owner: readers may see neither the state of a study nor, once given, their answers.
IN_PLACE = """
CREATE FUNCTION reading_end_before_lock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM studies_study WHERE id = NEW.study_id AND state NOT IN ('locked', 'unblinded') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the data of this study are locked' USING ERRCODE = 'RSLCK';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION reading_guess_in_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- All that were asked are written with the answers that they belong to, so none can be added later.
    PERFORM FROM reading_sessionend e JOIN reading_read r
        ON r.study_id = e.study_id AND r.reader_id = e.reader_id AND r.session = e.session AND r.purpose = 'study'
        WHERE e.id = NEW.end_id AND r.token = NEW.read_id
            AND e.guesses_asked > (SELECT count(*) FROM reading_armguess g WHERE g.end_id = e.id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a guess belongs to a read of the session that ends';
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION reading_end_before_lock(), reading_guess_in_place() FROM PUBLIC;
CREATE TRIGGER not_after_lock BEFORE INSERT ON reading_sessionend
    FOR EACH ROW EXECUTE FUNCTION reading_end_before_lock();
CREATE TRIGGER in_place BEFORE INSERT ON reading_armguess
    FOR EACH ROW EXECUTE FUNCTION reading_guess_in_place();
"""
UNDO_IN_PLACE = """
DROP TRIGGER in_place ON reading_armguess;
DROP TRIGGER not_after_lock ON reading_sessionend;
DROP FUNCTION reading_guess_in_place();
DROP FUNCTION reading_end_before_lock();
"""

ACTS = """
DO $$
DECLARE
    allowed text;
BEGIN
    SELECT with_check INTO STRICT allowed FROM pg_policies
        WHERE tablename = 'audit_entry' AND policyname = 'own_rows';
    allowed := format('%s OR %s', allowed,
        '(actor = reading_reader_id() AND action = ''reading.session_ended'' AND EXISTS ('
        'SELECT FROM reading_sessionend e WHERE e.id::text = audit_entry.subject'
        ' AND e.study_id = audit_entry.study AND e.reader_id = reading_reader_id()))');
    EXECUTE format('ALTER POLICY own_rows ON audit_entry USING (%s) WITH CHECK (%s)', allowed, allowed);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0014_qualification"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ArmGuess",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("arm", "Arm"),
                            ("cannot_tell", "Cannot Tell"),
                            ("not_remembered", "Not Remembered"),
                        ],
                        max_length=14,
                    ),
                ),
                ("arm", models.TextField(blank=True)),
                ("confidence", models.PositiveSmallIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SessionEnd",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("session", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "seen",
                    models.CharField(
                        blank=True, choices=[("no", "No"), ("unsure", "Unsure"), ("yes", "Yes")], max_length=6
                    ),
                ),
                ("guesses_asked", models.PositiveSmallIntegerField(default=0)),
                ("seen_reads", models.PositiveIntegerField(null=True)),
                ("seen_positions", models.JSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name="readingconduct",
            name="arms",
            field=models.JSONField(default=list),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["read", "received_at"], name="event_by_arrival"),
        ),
        migrations.AddField(
            model_name="armguess",
            name="read",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reading.read"
            ),
        ),
        migrations.AddField(
            model_name="sessionend",
            name="reader",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sessionend",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="session_ends",
                to="reading.readingstudy",
            ),
        ),
        migrations.AddField(
            model_name="armguess",
            name="end",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guesses", to="reading.sessionend"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionend",
            constraint=models.UniqueConstraint(
                fields=("study", "reader", "session"), name="session_ends_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("seen", "yes"), ("seen_reads__gte", 1)),
                    models.Q(
                        ("seen__in", ["", "no", "unsure"]), ("seen_positions", []), ("seen_reads", None)
                    ),
                    _connector="OR",
                ),
                name="only_who_has_seen_reads_counts_them",
            ),
        ),
        migrations.AddConstraint(
            model_name="armguess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", "arm"),
                        ("confidence__gte", 0),
                        ("confidence__lte", 100),
                        models.Q(("arm", ""), _negated=True),
                    ),
                    models.Q(
                        ("answer__in", ["cannot_tell", "not_remembered"]), ("arm", ""), ("confidence", None)
                    ),
                    _connector="OR",
                ),
                name="guess_names_an_arm_or_none",
            ),
        ),
        *(
            migrations.RunSQL(
                wall.OPEN.format(table=table, rights=rights, own=own), wall.CLOSE.format(table=table)
            )
            for table, (rights, own) in WALL.items()
        ),
        *(
            migrations.RunSQL(wall.INSERT_ONLY.format(table=table), wall.UNDO_INSERT_ONLY.format(table=table))
            for table in WALL
        ),
        migrations.RunSQL(IN_PLACE, UNDO_IN_PLACE),
        migrations.RunSQL(ACTS, migrations.RunSQL.noop),
    ]
