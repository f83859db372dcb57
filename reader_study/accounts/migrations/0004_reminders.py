from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_api_tokens")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="reminders",
            field=models.BooleanField(default=True, help_text="A mail a day while something is due."),
        )
    ]
