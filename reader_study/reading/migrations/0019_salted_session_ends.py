import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """What was answered before has no salt: its digest in the journal stands without one."""

    dependencies = [("reading", "0018_ended_when_signed")]

    operations = [
        migrations.AddField(
            model_name="sessionend",
            name="salt",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="sessionend",
            name="salt",
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True),
        ),
    ]
