from django.db import migrations, models


def forget(apps, schema_editor):
    """The index is read anew: it says nothing that the files do not."""
    apps.get_model("interop", "IndexedFile").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("interop", "0001_initial")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AddField(
            model_name="indexedfile",
            name="study_date",
            field=models.CharField(blank=True, default="", max_length=8),
            preserve_default=False,
        ),
    ]
