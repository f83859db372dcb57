"""Who may read: training, tests, certificates; and the gate, which the readers' role itself is held to.

Nothing of it can be written by a reader. Test reads have a reference, too, which no reader ever sees.
"""

import uuid
from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

wall = import_module("reader_study.reading.migrations.0002_wall")

MEASURES = [("exact", "Exact"), ("within_one", "Within One"), ("weighted_kappa", "Weighted Kappa")]
OWN = "reader_id = reading_reader_id()"
OWN_STUDY = (
    "EXISTS (SELECT FROM reading_read r WHERE r.study_id = reading_readingqualification.study_id"
    " AND r.reader_id = reading_reader_id())"
)
# Of an own training read whose last step is signed.
FEEDBACK = (
    "EXISTS (SELECT FROM reading_read r JOIN reading_scoresheet s ON s.read_id = r.token"
    " WHERE r.token = reading_readreference.read_id AND r.reader_id = reading_reader_id() AND r.purpose = 'training'"
    " AND s.step = (SELECT max(v.step) FROM reading_readvolume v WHERE v.read_id = r.token))"
)
WALL = {
    "reading_readingqualification": OWN_STUDY,
    "reading_readreference": FEEDBACK,
    "reading_testresult": OWN,
    "reading_certificate": OWN,
    "reading_furtherattempt": OWN,
}

GATE = """
CREATE FUNCTION reading_is_qualified(asked uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM reading_readingqualification q WHERE q.study_id = asked)
        OR EXISTS (
            SELECT FROM reading_certificate c
            WHERE c.study_id = asked AND c.reader_id = reading_reader_id()
              AND coalesce(c.issued_at + make_interval(days => (
                  SELECT q.valid_days FROM reading_readingqualification q
                  WHERE q.study_id = asked ORDER BY q.id DESC LIMIT 1
              )), 'infinity') > statement_timestamp()
        )
$$;
"""
GATED = ("reading_presentation", "reading_event", "reading_scoresheet")
CLOSE_GATE = """
CREATE POLICY qualified ON {table} AS RESTRICTIVE FOR INSERT TO reading_reader WITH CHECK (
    EXISTS (SELECT FROM reading_read r WHERE r.token = read_id
            AND (r.purpose IN ('training', 'test') OR reading_is_qualified(r.study_id))));
"""
NO_CORRECTION = """
CREATE POLICY not_of_the_qualification ON reading_unlock AS RESTRICTIVE FOR INSERT TO reading_reader WITH CHECK (
    EXISTS (SELECT FROM reading_read r WHERE r.token = read_id AND r.purpose NOT IN ('training', 'test')));
"""
CERTIFIED = """
CREATE FUNCTION reading_certificate_is_earned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reading_testresult t
        WHERE t.id = NEW.result_id AND t.passed AND t.study_id = NEW.study_id AND t.reader_id = NEW.reader_id
    ) THEN
        RAISE EXCEPTION 'only a passed test is certified, to who passed it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'certificate_is_earned';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_is_earned BEFORE INSERT ON reading_certificate
    FOR EACH ROW EXECUTE FUNCTION reading_certificate_is_earned();
"""


def of(model: str, name: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model)


def own_id() -> models.UUIDField:
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def one(model: str, name: str) -> models.OneToOneField:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT,
        primary_key=True,
        related_name=name,
        serialize=False,
        to=model,
    )


def now() -> models.DateTimeField:
    return models.DateTimeField(default=django.utils.timezone.now)


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0013_adjudication"),
        ("audit", "0002_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            "ReadingQualification",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("training_reads", models.PositiveIntegerField()),
                ("test_reads", models.PositiveIntegerField()),
                ("measure", models.CharField(choices=MEASURES, max_length=14)),
                ("at_least", models.FloatField()),
                ("attempts", models.PositiveSmallIntegerField()),
                ("valid_days", models.PositiveIntegerField(null=True)),
                ("protocol_sha256", models.CharField(max_length=64)),
                ("since", now()),
                ("study", of("reading.readingstudy", "qualifications")),
            ],
        ),
        migrations.CreateModel(
            "ReadReference", [("read", one("reading.read", "reference")), ("scores", models.JSONField())]
        ),
        migrations.CreateModel(
            "TestResult",
            [
                ("id", own_id()),
                ("attempt", models.PositiveSmallIntegerField()),
                ("measure", models.CharField(choices=MEASURES, max_length=14)),
                ("at_least", models.FloatField()),
                ("value", models.FloatField()),
                ("compared", models.PositiveIntegerField()),
                ("passed", models.BooleanField()),
                ("protocol_sha256", models.CharField(max_length=64)),
                ("at", now()),
                ("reader", of(settings.AUTH_USER_MODEL, "+")),
                ("study", of("reading.readingstudy", "results")),
            ],
            {
                "constraints": [
                    models.UniqueConstraint(
                        fields=["study", "reader", "attempt"], name="one_result_of_an_attempt"
                    ),
                    models.CheckConstraint(
                        condition=Q(passed=True, value__gte=F("at_least"))
                        | Q(passed=False, value__lt=F("at_least")),
                        name="who_passes_reaches_the_threshold",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "Certificate",
            [
                ("result", one("reading.testresult", "certificate")),
                ("number", models.PositiveIntegerField()),
                ("issued_at", now()),
                ("reader", of(settings.AUTH_USER_MODEL, "+")),
                ("study", of("reading.readingstudy", "certificates")),
            ],
            {
                "constraints": [
                    models.UniqueConstraint(fields=["study", "number"], name="certificate_number_once")
                ]
            },
        ),
        migrations.CreateModel(
            "FurtherAttempt",
            [
                ("id", own_id()),
                ("reason", models.CharField(max_length=500)),
                ("at", now()),
                ("by", of(settings.AUTH_USER_MODEL, "+")),
                ("reader", of(settings.AUTH_USER_MODEL, "+")),
                ("study", of("reading.readingstudy", "further_attempts")),
            ],
        ),
        *(
            migrations.RunSQL(
                wall.OPEN.format(table=table, rights="SELECT", own=own), wall.CLOSE.format(table=table)
            )
            for table, own in WALL.items()
        ),
        *(
            migrations.RunSQL(wall.INSERT_ONLY.format(table=table), wall.UNDO_INSERT_ONLY.format(table=table))
            for table in WALL
        ),
        migrations.RunSQL(GATE, "DROP FUNCTION reading_is_qualified(uuid)"),
        *(
            migrations.RunSQL(CLOSE_GATE.format(table=table), f"DROP POLICY qualified ON {table}")
            for table in GATED
        ),
        migrations.RunSQL(NO_CORRECTION, "DROP POLICY not_of_the_qualification ON reading_unlock"),
        migrations.RunSQL(CERTIFIED, "DROP FUNCTION reading_certificate_is_earned() CASCADE"),
    ]
