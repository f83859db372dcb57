from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON accounts_signature"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "DROP TRIGGER insert_only ON accounts_signature",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON accounts_signature EXECUTE FUNCTION audit_refuse()",
            "DROP TRIGGER no_truncate ON accounts_signature",
        ),
    ]
