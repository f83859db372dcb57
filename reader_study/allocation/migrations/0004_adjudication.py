"""Rounds of adjudication, which lie with the key: what a seat stands for is what the readers' role must never know."""

import uuid
from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

SEAL = import_module("reader_study.allocation.migrations.0002_sealed")
RULES = """
CREATE FUNCTION allocation_key.next_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.round <> (
        SELECT coalesce(max(round), 0) + 1 FROM allocation_key.adjudication_round WHERE study_id = NEW.study_id
    ) THEN
        RAISE EXCEPTION 'round % does not follow the last one', NEW.round
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_follow_each_other';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER next_round BEFORE INSERT ON allocation_key.adjudication_round
    FOR EACH ROW EXECUTE FUNCTION allocation_key.next_round();

CREATE FUNCTION allocation_key.seats_are_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT round_id FROM added) these
        JOIN public.audit_entry e
          ON e.action = 'allocation.adjudication_sealed' AND e.subject = these.round_id::text
    ) THEN
        RAISE EXCEPTION 'this round is sealed: it takes no further read'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_sealed_round_is_complete';
    END IF;
    IF EXISTS (
        SELECT FROM added seat JOIN allocation_key.adjudication_round r ON r.id = seat.round_id
        WHERE NOT EXISTS (
            SELECT FROM allocation_key.assignment placed
            JOIN allocation_key.allocation a ON a.id = placed.allocation_id AND a.study_id = r.study_id
            WHERE placed.case_id = seat.case_id AND placed.arm = seat.arm
        )
    ) THEN
        RAISE EXCEPTION 'only what readers read is adjudicated'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_seat_is_of_an_allocated_pair';
    END IF;
    IF EXISTS (
        SELECT FROM added seat
        JOIN allocation_key.assignment placed
          ON placed.case_id = seat.case_id AND placed.reader_id = seat.adjudicator_id
    ) THEN
        RAISE EXCEPTION 'nobody adjudicates a case that they read'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_adjudicates_own_reads';
    END IF;
    IF EXISTS (
        SELECT FROM added seat
        JOIN allocation_key.adjudication_seat other
          ON other.case_id = seat.case_id AND other.arm = seat.arm AND other.decoy <> seat.decoy
    ) THEN
        RAISE EXCEPTION 'a pair is a decoy in all of its seats or in none'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_decoy_stays_one';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER seats_are_fit AFTER INSERT ON allocation_key.adjudication_seat
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION allocation_key.seats_are_fit();
"""
UNDO = """
DROP FUNCTION allocation_key.seats_are_fit() CASCADE;
DROP FUNCTION allocation_key.next_round() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0003_blocks"),
        ("cases", "0005_brain"),
        ("studies", "0004_charter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdjudicationRound",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("round", models.PositiveIntegerField()),
                ("algorithm", models.CharField(max_length=40)),
                ("seed", models.BinaryField(max_length=32)),
                ("inputs", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "protocol_version",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.protocolversion",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.study",
                    ),
                ),
            ],
            options={
                "db_table": 'allocation_key"."adjudication_round',
            },
        ),
        migrations.CreateModel(
            name="AdjudicationSeat",
            fields=[
                ("token", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField()),
                ("arm", models.TextField()),
                ("decoy", models.BooleanField()),
                (
                    "adjudicator",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="allocation.adjudicationround",
                    ),
                ),
            ],
            options={
                "db_table": 'allocation_key"."adjudication_seat',
            },
        ),
        migrations.AddConstraint(
            model_name="adjudicationround",
            constraint=models.UniqueConstraint(fields=("study", "round"), name="round_once_in_a_study"),
        ),
        migrations.AddConstraint(
            model_name="adjudicationround",
            constraint=models.CheckConstraint(
                condition=models.Q(("round__gte", 1)), name="rounds_count_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjudicationseat",
            constraint=models.UniqueConstraint(
                fields=("round", "adjudicator", "position"), name="seat_has_its_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjudicationseat",
            constraint=models.UniqueConstraint(
                fields=("adjudicator", "case", "arm"), name="pair_once_for_an_adjudicator"
            ),
        ),
        *(
            migrations.RunSQL(SEAL.SEAL.format(table=table), SEAL.UNDO.format(table=table))
            for table in ("adjudication_round", "adjudication_seat")
        ),
        migrations.RunSQL(RULES, UNDO),
    ]
