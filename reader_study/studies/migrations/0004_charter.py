"""The protocol is frozen by a signature before anything is allocated; the study knows when it was allocated."""

import django.db.models.deletion
from django.db import migrations, models

# Studies that were allocated before. The allocation's own tables are of a later floor: on an empty database they are
# not there yet, and then there is nothing to fill.
ALLOCATED = """
DO $$ BEGIN
    IF to_regclass('allocation_key.allocation') IS NOT NULL THEN
        UPDATE studies_study s SET allocated_at = a.created_at FROM allocation_key.allocation a WHERE a.study_id = s.id;
    END IF;
END $$;
SET CONSTRAINTS ALL IMMEDIATE;  -- a table with checks that wait cannot be altered
"""
INVARIANTS = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON studies_chartersignature
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON studies_chartersignature EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER no_truncate ON studies_chartersignature;
DROP TRIGGER insert_only ON studies_chartersignature;
"""
STATES = ["draft", "frozen", "open", "locked", "unblinded"]


class Migration(migrations.Migration):
    dependencies = [("studies", "0003_roles"), ("accounts", "0002_signatures_are_insert_only")]

    operations = [
        migrations.AddField("study", "allocated_at", models.DateTimeField(editable=False, null=True)),
        migrations.RunSQL(ALLOCATED, migrations.RunSQL.noop),
        migrations.AlterField(
            "study",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("frozen", "Protocol frozen"),
                    ("open", "Open for reading"),
                    ("locked", "Locked"),
                    ("unblinded", "Unblinded"),
                ],
                default="draft",
                max_length=9,
            ),
        ),
        migrations.RemoveConstraint("study", "study_state_is_known"),
        migrations.AddConstraint(
            "study",
            models.CheckConstraint(condition=models.Q(("state__in", STATES)), name="study_state_is_known"),
        ),
        migrations.CreateModel(
            name="CharterSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.signature",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charter_signature",
                        to="studies.protocolversion",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(INVARIANTS, UNDO),
    ]
