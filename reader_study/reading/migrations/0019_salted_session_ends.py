import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reading", "0018_ended_when_signed")]

    operations = [
        migrations.AddField(
            model_name="sessionend",
            name="salt",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
    ]
