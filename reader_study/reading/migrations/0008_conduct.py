"""What readers are held to, as an amendment may change it: a row a time. The readers' role sees that of its studies."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

WALL = """
GRANT SELECT ON reading_readingconduct TO reading_reader;
ALTER TABLE reading_readingconduct ENABLE ROW LEVEL SECURITY;
CREATE POLICY granted ON reading_readingconduct USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON reading_readingconduct AS RESTRICTIVE TO reading_reader USING (
    EXISTS (SELECT FROM reading_read r
            WHERE r.study_id = reading_readingconduct.study_id AND r.reader_id = reading_reader_id()));
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON reading_readingconduct
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON reading_readingconduct EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER no_truncate ON reading_readingconduct;
DROP TRIGGER insert_only ON reading_readingconduct;
DROP POLICY own_rows ON reading_readingconduct;
DROP POLICY granted ON reading_readingconduct;
"""


class Migration(migrations.Migration):
    dependencies = [("reading", "0007_wrong_passwords")]
    operations = [
        migrations.CreateModel(
            name="ReadingConduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("washout_days", models.PositiveIntegerField()),
                ("conduct", models.JSONField()),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conducts",
                        to="reading.readingstudy",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(WALL, UNDO),
    ]
