"""What the workstation needs: image sets and steps of a read, brains, cines, contours, corrections, display checks."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

VENTRICLE_OR_NONE = Q(apex_k__isnull=False, base_k__isnull=False, radius_mm__isnull=False) | Q(
    apex_k=None, base_k=None, radius_mm=None
)


def own_id() -> models.UUIDField:
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def of(model: str, name: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model)


def heart_grid() -> list[int]:
    """What every volume was until now."""
    return [80, 80, 64]


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0002_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveConstraint("readvolume", "slot_once_in_a_read"),
        migrations.RenameField("readvolume", "slot", "state"),
        migrations.AddField("readvolume", "step", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("readvolume", "set", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField(
            "readvolume", "contour_key", models.CharField(blank=True, max_length=64, default=""), False
        ),
        migrations.AlterField("readvolume", "polar_key", models.CharField(blank=True, max_length=64)),
        migrations.AddField("readvolume", "dims", models.JSONField(default=heart_grid), False),
        migrations.AddField("readvolume", "spacing_mm", models.FloatField(default=2), False),
        *(
            migrations.AlterField("readvolume", name, models.FloatField(null=True))
            for name in ("apex_k", "base_k", "radius_mm")
        ),
        migrations.AddConstraint(
            "readvolume",
            models.UniqueConstraint(fields=["read", "step", "set", "state"], name="picture_once_in_a_step"),
        ),
        migrations.AddConstraint(
            "readvolume",
            models.CheckConstraint(condition=VENTRICLE_OR_NONE, name="volume_ventricle_is_whole"),
        ),
        migrations.AddConstraint(
            "readvolume",
            models.CheckConstraint(
                condition=Q(step__gte=1, set__in=[1, 2]), name="volume_step_and_set_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            "readvolume",
            models.CheckConstraint(
                condition=Q(apex_k__isnull=False) | Q(polar_key="", contour_key=""),
                name="only_a_ventricle_has_a_map",
            ),
        ),
        migrations.CreateModel(
            "ReadCine",
            [
                ("id", own_id()),
                ("state", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[("gated", "Gated"), ("projections", "Projections")], max_length=11
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("frames", models.PositiveSmallIntegerField()),
                ("dims", models.JSONField()),
                ("spacing_mm", models.FloatField()),
                ("apex_k", models.FloatField(null=True)),
                ("base_k", models.FloatField(null=True)),
                ("radius_mm", models.FloatField(null=True)),
                ("read", of("reading.read", "cines")),
            ],
            {
                "constraints": [
                    models.UniqueConstraint(fields=["read", "state", "kind"], name="cine_once_in_a_read"),
                    models.CheckConstraint(condition=VENTRICLE_OR_NONE, name="cine_ventricle_is_whole"),
                ]
            },
        ),
        migrations.CreateModel(
            "Unlock",
            [
                ("id", own_id()),
                ("version", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=500)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read", of("reading.read", "unlocks")),
            ],
        ),
        migrations.CreateModel(
            "UnlockAnswer",
            [
                (
                    "unlock",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="reading.unlock",
                    ),
                ),
                ("approved", models.BooleanField()),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", of(settings.AUTH_USER_MODEL, "+")),
            ],
        ),
        migrations.CreateModel(
            "DisplayCheck",
            [
                ("id", own_id()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answers", models.JSONField()),
                ("screen", models.JSONField()),
                ("reader", of(settings.AUTH_USER_MODEL, "display_checks")),
            ],
        ),
        migrations.AddField("scoresheet", "step", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField(
            "scoresheet",
            "unlock",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sheet",
                to="reading.unlock",
            ),
        ),
        migrations.RemoveConstraint("scoresheet", "sheet_version_once"),
        migrations.AddConstraint(
            "scoresheet",
            models.UniqueConstraint(fields=["read", "step", "version"], name="sheet_version_once"),
        ),
        migrations.AddConstraint(
            "scoresheet",
            models.CheckConstraint(
                condition=Q(version=1, unlock=None) | Q(version__gt=1, unlock__isnull=False),
                name="sheet_is_corrected_only_after_an_unlock",
            ),
        ),
        migrations.AddField("event", "hash", models.CharField(max_length=64, default=""), False),
    ]
