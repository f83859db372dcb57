"""After a study's data are locked nobody asks to correct a read."""

from importlib import import_module

from django.db import migrations

fence = import_module("reader_study.agreement.migrations.0003_fence_and_walls")


class Migration(migrations.Migration):
    dependencies = [("agreement", "0003_fence_and_walls"), ("reading", "0005_wall_of_the_workstation")]
    operations = [
        migrations.RunSQL(
            fence.WALL.format("reading_unlock"), "DROP TRIGGER not_after_lock ON reading_unlock"
        )
    ]
