"""The readers' role: what it may do, and that it finds only one reader's rows.

A role belongs to the whole server, so another database (of a test) may have made it a moment ago.

Every policy is a pair, because the application's own role need not own the tables: a permissive one lets everybody
with a grant in, a restrictive one narrows the readers' role to the reader named in app.reader. When that is not
set, it is NULL, equals nothing, and nothing is found.
"""

from django.db import migrations

ROLE = """
DO $$
BEGIN
    BEGIN
        CREATE ROLE reading_reader NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    -- Since PostgreSQL 16 whoever makes a role may not become it without being told so.
    EXECUTE format('GRANT reading_reader TO %I', current_user);
END $$;

CREATE FUNCTION reading_reader_id() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('app.reader', true), '')::uuid $$;

GRANT EXECUTE ON FUNCTION reading_reader_id() TO reading_reader;
"""
UNDO_ROLE = """
DROP FUNCTION reading_reader_id();
"""

# A reader's acts on own reads, in that reader's name; a further act is a further migration.
OWN_ACT = (
    "actor = reading_reader_id() AND action IN ('reading.presented', 'reading.signed')"
    " AND EXISTS (SELECT FROM reading_read r WHERE r.token::text = audit_entry.subject"
    " AND r.study_id = audit_entry.study AND r.reader_id = reading_reader_id())"
)

# table: (what the role may do, whose row it is)
OWN_READ = "EXISTS (SELECT FROM reading_read r WHERE r.token = read_id AND r.reader_id = reading_reader_id())"
WALL = {
    "reading_read": ("SELECT", "reader_id = reading_reader_id()"),
    "reading_readingstudy": (
        "SELECT",
        "EXISTS (SELECT FROM reading_read r"
        " WHERE r.study_id = reading_readingstudy.study_id AND r.reader_id = reading_reader_id())",
    ),
    "reading_readvolume": ("SELECT", OWN_READ),
    "reading_presentation": ("SELECT, INSERT", OWN_READ),
    "reading_event": ("SELECT, INSERT", OWN_READ),
    "reading_scoresheet": ("SELECT, INSERT", OWN_READ),
    "accounts_signature": ("SELECT, INSERT", "signer_id = reading_reader_id()"),
    "audit_entry": ("INSERT", OWN_ACT),
}
OPEN = """
GRANT {rights} ON {table} TO reading_reader;
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY granted ON {table} USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON {table} AS RESTRICTIVE TO reading_reader USING ({own}) WITH CHECK ({own});
"""
CLOSE = """
DROP POLICY own_rows ON {table};
DROP POLICY granted ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON {table} FROM reading_reader;
"""

INSERT_ONLY = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION audit_refuse();
"""
UNDO_INSERT_ONLY = """
DROP TRIGGER insert_only ON {table};
DROP TRIGGER no_truncate ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0001_initial"),
        ("accounts", "0002_signatures_are_insert_only"),
        ("audit", "0002_chain"),
    ]
    operations = [
        migrations.RunSQL(ROLE, UNDO_ROLE),
        *(
            migrations.RunSQL(OPEN.format(table=table, rights=rights, own=own), CLOSE.format(table=table))
            for table, (rights, own) in WALL.items()
        ),
        *(
            migrations.RunSQL(INSERT_ONLY.format(table=table), UNDO_INSERT_ONLY.format(table=table))
            for table in WALL
            if table.startswith("reading_")
        ),
    ]
