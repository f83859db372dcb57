"""The readers' role and the new tables, as in migration 0002; and the two further acts that it may journal."""

from importlib import import_module

from django.db import migrations

wall = import_module("reader_study.reading.migrations.0002_wall")

OWN_UNLOCK = (
    "EXISTS (SELECT FROM reading_unlock u JOIN reading_read r ON r.token = u.read_id"
    " WHERE u.id = unlock_id AND r.reader_id = reading_reader_id())"
)
WALL = {
    "reading_readcine": ("SELECT", wall.OWN_READ),
    "reading_unlock": ("SELECT, INSERT", wall.OWN_READ),
    "reading_unlockanswer": ("SELECT", OWN_UNLOCK),
    "reading_displaycheck": ("SELECT, INSERT", "reader_id = reading_reader_id()"),
}

OWN_ACT = (
    "actor = reading_reader_id() AND ("
    "action IN ('reading.presented', 'reading.signed', 'reading.unlock_requested')"
    " AND EXISTS (SELECT FROM reading_read r WHERE r.token::text = audit_entry.subject"
    " AND r.study_id = audit_entry.study AND r.reader_id = reading_reader_id())"
    " OR action = 'reading.display_checked' AND study IS NULL AND subject = reading_reader_id()::text)"
)
ACTS = "ALTER POLICY own_rows ON audit_entry USING ({own}) WITH CHECK ({own})"


class Migration(migrations.Migration):
    dependencies = [("reading", "0004_chain_of_events")]
    operations = [
        *(
            migrations.RunSQL(
                wall.OPEN.format(table=table, rights=rights, own=own), wall.CLOSE.format(table=table)
            )
            for table, (rights, own) in WALL.items()
        ),
        *(
            migrations.RunSQL(wall.INSERT_ONLY.format(table=table), wall.UNDO_INSERT_ONLY.format(table=table))
            for table in WALL
        ),
        migrations.RunSQL(ACTS.format(own=OWN_ACT), ACTS.format(own=wall.OWN_ACT)),
    ]
