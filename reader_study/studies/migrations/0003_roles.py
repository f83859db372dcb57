"""Seven roles; memberships that end and are never removed; invitations.

A blind role stands alone in a study, now and against what was before: who once saw arms, sites or scores never reads
in it, and who has read sees none of these before it is unblinded. A statistician sees nothing before the lock. The
trigger compares rows, so it locks the study's row first: two additions at once cannot both pass.
"""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

# Those that stood before have begun when the journal says, or else when their study was founded.
BEGUN = """
UPDATE studies_membership m SET began_at = s.created_at FROM studies_study s WHERE s.id = m.study_id;
UPDATE studies_membership m SET began_at = e.at, began_by_id = e.actor
FROM audit_entry e
WHERE e.action = 'studies.member_added' AND e.study = m.study_id AND e.subject = m.user_id::text
AND e.detail->>'role' = m.role
AND e.detail->>'site' IS NOT DISTINCT FROM (SELECT code FROM studies_site WHERE id = m.site_id);
SET CONSTRAINTS ALL IMMEDIATE;  -- a table with checks that wait cannot be altered
"""
INVARIANTS = """
DROP TRIGGER reader_only ON studies_membership;
DROP FUNCTION studies_reader_only();

CREATE FUNCTION studies_blind_alone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    blind CONSTANT text[] := ARRAY['reader', 'adjudicator'];
    is_unblinded boolean;
BEGIN
    SELECT state = 'unblinded' INTO is_unblinded FROM studies_study WHERE id = NEW.study_id FOR UPDATE;
    IF EXISTS (
        SELECT FROM studies_membership m
        WHERE m.study_id = NEW.study_id AND m.user_id = NEW.user_id AND m.role <> NEW.role
        AND (m.role = ANY (blind) OR NEW.role = ANY (blind))
        AND (m.ended_at IS NULL
             OR CASE WHEN NEW.role = ANY (blind) THEN m.role <> 'statistician' ELSE NOT is_unblinded END)
    ) THEN
        RAISE EXCEPTION 'who reads or adjudicates holds no other role in the same study, then or later'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'blind_role_stands_alone';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blind_alone BEFORE INSERT ON studies_membership
    FOR EACH ROW EXECUTE FUNCTION studies_blind_alone();

CREATE FUNCTION studies_membership_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
       OR (NEW.id, NEW.study_id, NEW.user_id, NEW.role, NEW.site_id, NEW.began_at, NEW.began_by_id)
          IS DISTINCT FROM
          (OLD.id, OLD.study_id, OLD.user_id, OLD.role, OLD.site_id, OLD.began_at, OLD.began_by_id) THEN
        RAISE EXCEPTION 'a membership ends once, and nothing else about it changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_only_ends';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_ends BEFORE UPDATE ON studies_membership
    FOR EACH ROW EXECUTE FUNCTION studies_membership_only_ends();
CREATE TRIGGER never_removed BEFORE DELETE ON studies_membership
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON studies_membership EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER no_truncate ON studies_membership;
DROP TRIGGER never_removed ON studies_membership;
DROP FUNCTION studies_membership_only_ends() CASCADE;
DROP FUNCTION studies_blind_alone() CASCADE;

CREATE FUNCTION studies_reader_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM studies_study WHERE id = NEW.study_id FOR UPDATE;
    IF EXISTS (SELECT FROM studies_membership m WHERE m.study_id = NEW.study_id AND m.user_id = NEW.user_id
               AND m.id <> NEW.id AND (m.role = 'reader') <> (NEW.role = 'reader')) THEN
        RAISE EXCEPTION 'a reader holds no other role in the same study'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reader_holds_no_other_role';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reader_only BEFORE INSERT OR UPDATE ON studies_membership
    FOR EACH ROW EXECUTE FUNCTION studies_reader_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0002_invariants"),
        ("audit", "0002_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.EmailField(max_length=254)),
                ("full_name", models.CharField(max_length=120)),
                ("language", models.CharField(choices=[("en", "English"), ("ja", "Japanese")], max_length=2)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinator", "Site coordinator"),
                            ("quality", "Image quality control"),
                            ("reader", "Reader"),
                            ("adjudicator", "Adjudicator"),
                            ("investigator", "Principal investigator"),
                            ("monitor", "Monitor"),
                            ("statistician", "Statistician"),
                        ],
                        max_length=12,
                    ),
                ),
                ("invited_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("mailed_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_once",
        ),
        migrations.AddField(
            model_name="membership",
            name="began_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="membership",
            name="began_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="ended_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("coordinator", "Site coordinator"),
                    ("quality", "Image quality control"),
                    ("reader", "Reader"),
                    ("adjudicator", "Adjudicator"),
                    ("investigator", "Principal investigator"),
                    ("monitor", "Monitor"),
                    ("statistician", "Statistician"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("study", "user", "role", "site"),
                name="membership_in_force_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "coordinator",
                            "quality",
                            "reader",
                            "adjudicator",
                            "investigator",
                            "monitor",
                            "statistician",
                        ],
                    )
                ),
                name="role_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None), ("ended_reason", "")),
                    models.Q(
                        ("ended_at__gte", models.F("began_at")),
                        ("ended_by__isnull", False),
                        models.Q(("ended_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_membership_ends_with_who_and_why",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="site",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="studies.site"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="studies.study"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                fields=("study", "email", "role", "site"),
                name="invitation_waits_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at", None), ("withdrawn_at", None), _connector="OR"),
                name="invitation_ends_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "coordinator",
                            "quality",
                            "reader",
                            "adjudicator",
                            "investigator",
                            "monitor",
                            "statistician",
                        ],
                    )
                ),
                name="invited_role_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "coordinator"), ("site__isnull", False)),
                    models.Q(models.Q(("role", "coordinator"), _negated=True), ("site__isnull", True)),
                    _connector="OR",
                ),
                name="only_a_coordinator_is_invited_for_a_site",
            ),
        ),
        migrations.RunSQL(BEGUN, migrations.RunSQL.noop),
        migrations.RunSQL(INVARIANTS, UNDO),
    ]
