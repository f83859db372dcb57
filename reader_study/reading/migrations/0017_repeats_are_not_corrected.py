"""A repeat of a pair that was given to adjudication is not corrected either.

Only the first reads were refused; an investigator who tried learnt which of two reads is the hidden repeat.
"""

from django.db import migrations

CORRECTED = """
CREATE OR REPLACE FUNCTION reading_not_corrected_once_adjudicated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM reading_unlock asked
        JOIN allocation_key.assignment placed ON placed.token = asked.read_id{only}
        JOIN allocation_key.adjudication_seat seat
          ON seat.case_id = placed.case_id AND seat.arm = placed.arm
        WHERE asked.id = NEW.unlock_id
    ) THEN
        RAISE EXCEPTION 'this read was given to adjudication' USING ERRCODE = 'RSADJ';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reading", "0016_failed_since")]
    operations = [
        migrations.RunSQL(
            CORRECTED.replace("{only}", ""), CORRECTED.replace("{only}", " AND placed.repetition = 0")
        )
    ]
