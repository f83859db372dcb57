"""Cases that train and test readers, and the scores that those are measured against."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

INSERT_ONLY = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON cases_referencescores
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_referencescores EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER insert_only ON cases_referencescores;
DROP TRIGGER no_truncate ON cases_referencescores;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_quality"),
        ("audit", "0002_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "case",
            "purpose",
            models.CharField(
                choices=[("study", "Study"), ("training", "Training"), ("test", "Test")],
                default="study",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(purpose__in=["study", "training", "test"]), name="case_purpose_is_known"
            ),
        ),
        migrations.CreateModel(
            "ReferenceScores",
            [
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                ("scores", models.JSONField()),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="references",
                        to="cases.case",
                    ),
                ),
            ],
            {
                "constraints": [
                    models.UniqueConstraint(fields=["case", "version"], name="reference_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(version__gte=1), name="reference_versions_count_from_one"
                    ),
                ]
            },
        ),
        migrations.RunSQL(INSERT_ONLY, UNDO),
    ]
