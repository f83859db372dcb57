"""Which case and arm a training or test read stands for. The study's cases and these are disjoint by the database's rules."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

SEAL = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON allocation_key.{table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON allocation_key.{table} EXECUTE FUNCTION audit_refuse();
"""
UNSEAL = """
DROP TRIGGER insert_only ON allocation_key.{table};
DROP TRIGGER no_truncate ON allocation_key.{table};
"""
RULES = """
CREATE FUNCTION allocation_key.only_study_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN public.cases_case c ON c.id = added.case_id WHERE c.purpose <> 'study') THEN
        RAISE EXCEPTION 'a case that trains or tests readers is never allocated'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_study_cases_are_allocated';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER only_study_cases AFTER INSERT ON allocation_key.assignment
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION allocation_key.only_study_cases();

CREATE FUNCTION allocation_key.only_cases_of_the_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added
        JOIN allocation_key.qualification q ON q.id = added.qualification_id
        LEFT JOIN public.cases_case c ON c.id = added.case_id AND c.study_id = q.study_id
        WHERE c.purpose IS DISTINCT FROM added.purpose
    ) THEN
        RAISE EXCEPTION 'readers are trained and tested with cases that are there for it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_cases_of_the_purpose_qualify';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER only_cases_of_the_purpose AFTER INSERT ON allocation_key.qualifying_read
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION allocation_key.only_cases_of_the_purpose();

-- Whoever may change a case need not be able to enter the schema of the key.
CREATE FUNCTION allocation_key.purpose_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM allocation_key.assignment WHERE case_id = NEW.id)
       OR EXISTS (SELECT FROM allocation_key.qualification WHERE study_id = NEW.study_id) THEN
        RAISE EXCEPTION 'the case is laid out: it keeps its purpose'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_keeps_its_purpose';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purpose_stays BEFORE UPDATE OF purpose ON cases_case
    FOR EACH ROW WHEN (OLD.purpose IS DISTINCT FROM NEW.purpose)
    EXECUTE FUNCTION allocation_key.purpose_stays();
"""
UNDO = """
DROP FUNCTION allocation_key.purpose_stays() CASCADE;
DROP FUNCTION allocation_key.only_cases_of_the_purpose() CASCADE;
DROP FUNCTION allocation_key.only_study_cases() CASCADE;
"""


def outside(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=to,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0004_adjudication"),
        ("cases", "0008_purpose"),
        ("studies", "0004_charter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            "Qualification",
            [
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("seed", models.BinaryField(max_length=32)),
                ("inputs", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("protocol_version", outside("studies.protocolversion")),
                ("study", outside("studies.study", db_index=False)),
            ],
            {
                "db_table": 'allocation_key"."qualification',
                "constraints": [
                    models.UniqueConstraint(fields=["study"], name="qualification_once_in_a_study")
                ],
            },
        ),
        migrations.CreateModel(
            "QualifyingRead",
            [
                ("token", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(choices=[("training", "Training"), ("test", "Test")], max_length=8),
                ),
                ("attempt", models.PositiveSmallIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("arm", models.TextField()),
                ("case", outside("cases.case")),
                (
                    "qualification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reads",
                        to="allocation.qualification",
                    ),
                ),
                ("reader", outside(settings.AUTH_USER_MODEL)),
            ],
            {
                "db_table": 'allocation_key"."qualifying_read',
                "constraints": [
                    models.UniqueConstraint(
                        fields=["qualification", "reader", "purpose", "attempt", "position"],
                        name="qualifying_read_has_its_place",
                    ),
                    models.UniqueConstraint(
                        fields=["qualification", "reader", "purpose", "attempt", "case"],
                        name="case_once_in_an_attempt",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(SEAL.format(table=table), UNSEAL.format(table=table))
            for table in ("qualification", "qualifying_read")
        ),
        migrations.RunSQL(RULES, UNDO),
    ]
