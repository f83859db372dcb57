from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agreement", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON agreement_lock"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "DROP TRIGGER insert_only ON agreement_lock",
        )
    ]
