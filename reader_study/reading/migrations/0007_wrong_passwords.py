"""A reader's signature asks how many wrong passwords that reader gave; the readers' role sees no others."""

from importlib import import_module

from django.db import migrations

wall = import_module("reader_study.reading.migrations.0002_wall")
TABLE = "accounts_wrongpassword"


class Migration(migrations.Migration):
    dependencies = [("reading", "0006_ended_readers"), ("accounts", "0005_wrong_passwords")]
    operations = [
        migrations.RunSQL(
            wall.OPEN.format(table=TABLE, rights="SELECT", own="person_id = reading_reader_id()"),
            wall.CLOSE.format(table=TABLE),
        )
    ]
