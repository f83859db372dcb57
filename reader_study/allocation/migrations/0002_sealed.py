from django.db import migrations

SEAL = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON allocation_key.{table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON allocation_key.{table} EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER insert_only ON allocation_key.{table};
DROP TRIGGER no_truncate ON allocation_key.{table};
"""


class Migration(migrations.Migration):
    dependencies = [("allocation", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        migrations.RunSQL(SEAL.format(table=table), UNDO.format(table=table))
        for table in ("allocation", "assignment")
    ]
