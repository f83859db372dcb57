"""Further blocks of late cases. What was laid out before a block stays as it is, by the database's own rules.

Django does not find the constraints of a table outside the default schema, so the one-to-one rule goes by its name.
"""

import django.db.models.deletion
from django.db import migrations, models

RULES = """
CREATE FUNCTION allocation_key.next_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.block <> (
        SELECT coalesce(max(block), 0) + 1 FROM allocation_key.allocation WHERE study_id = NEW.study_id
    ) THEN
        RAISE EXCEPTION 'block % does not follow the last one', NEW.block
            USING ERRCODE = 'check_violation', CONSTRAINT = 'blocks_follow_each_other';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER next_block BEFORE INSERT ON allocation_key.allocation
    FOR EACH ROW EXECUTE FUNCTION allocation_key.next_block();

CREATE FUNCTION allocation_key.apart_from_other_blocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT allocation_id AS id FROM added) these
        JOIN allocation_key.allocation a ON a.id = these.id
        JOIN public.audit_entry e
          ON e.study = a.study_id AND e.action = 'allocation.sealed' AND e.subject = a.id::text
    ) THEN
        RAISE EXCEPTION 'this list is sealed: it takes no further read'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_sealed_list_is_complete';
    END IF;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT allocation_id, case_id FROM added) these
        JOIN allocation_key.allocation a ON a.id = these.allocation_id
        JOIN allocation_key.allocation b ON b.study_id = a.study_id AND b.id <> a.id
        JOIN allocation_key.assignment placed ON placed.allocation_id = b.id AND placed.case_id = these.case_id
    ) THEN
        RAISE EXCEPTION 'a case is allocated in one block only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'case_in_one_block';
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT allocation_id, reader_id, min(session) AS first, max(session) AS last
            FROM added GROUP BY allocation_id, reader_id
        ) these
        JOIN allocation_key.allocation a ON a.id = these.allocation_id
        JOIN allocation_key.allocation b ON b.study_id = a.study_id AND b.id <> a.id
        JOIN allocation_key.assignment placed ON placed.allocation_id = b.id AND placed.reader_id = these.reader_id
        WHERE (b.block < a.block AND placed.session >= these.first)
           OR (b.block > a.block AND placed.session <= these.last)
    ) THEN
        RAISE EXCEPTION 'the sessions of a block follow those of the blocks before'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sessions_follow_the_blocks';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER apart_from_other_blocks AFTER INSERT ON allocation_key.assignment
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION allocation_key.apart_from_other_blocks();

-- Whoever may add a member need not be able to enter the schema of the key.
CREATE FUNCTION allocation_key.reader_before_allocation() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM allocation_key.allocation WHERE study_id = NEW.study_id) THEN
        RAISE EXCEPTION 'the reads are allocated: no reader can join'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reader_before_allocation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reader_before_allocation BEFORE INSERT ON studies_membership
    FOR EACH ROW WHEN (NEW.role = 'reader') EXECUTE FUNCTION allocation_key.reader_before_allocation();
"""
UNDO = """
DROP FUNCTION allocation_key.reader_before_allocation() CASCADE;
DROP FUNCTION allocation_key.apart_from_other_blocks() CASCADE;
DROP FUNCTION allocation_key.next_block() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("allocation", "0002_sealed"), ("studies", "0003_roles")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE allocation_key.allocation DROP CONSTRAINT allocation_study_id_key",
                    "ALTER TABLE allocation_key.allocation ADD CONSTRAINT allocation_study_id_key"
                    " UNIQUE (study_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="allocation",
                    name="study",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.study",
                    ),
                )
            ],
        ),
        migrations.AddField(
            model_name="allocation", name="block", field=models.PositiveIntegerField(default=1)
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(fields=("study", "block"), name="block_once_in_a_study"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("block__gte", 1)), name="blocks_count_from_one"
            ),
        ),
        migrations.RunSQL(RULES, UNDO),
    ]
