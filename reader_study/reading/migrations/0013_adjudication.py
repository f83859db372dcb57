"""What adjudication means for reads: who may have one, and that what was given to it is not corrected any more."""

from django.db import migrations

ADJUDICATORS = """
CREATE FUNCTION reading_read_of_an_adjudicator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM studies_membership
        WHERE study_id = NEW.study_id AND user_id = NEW.reader_id AND role = 'adjudicator' AND ended_at IS NULL
    ) THEN
        RAISE EXCEPTION 'only an adjudicator of the study adjudicates'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'adjudicators_adjudicate';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_an_adjudicator BEFORE INSERT ON reading_read
    FOR EACH ROW WHEN (NEW.purpose = 'adjudication') EXECUTE FUNCTION reading_read_of_an_adjudicator();
"""
# The rule was applied to what was signed; were that corrected, the round would rest on scores that no longer stand.
# A code of its own, because the verb that answers a reader's request must not be able to reach the key.
CORRECTED = """
CREATE FUNCTION reading_not_corrected_once_adjudicated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM reading_unlock asked
        JOIN allocation_key.assignment placed ON placed.token = asked.read_id AND placed.repetition = 0
        JOIN allocation_key.adjudication_seat seat
          ON seat.case_id = placed.case_id AND seat.arm = placed.arm
        WHERE asked.id = NEW.unlock_id
    ) THEN
        RAISE EXCEPTION 'this read was given to adjudication' USING ERRCODE = 'RSADJ';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_once_adjudicated BEFORE INSERT ON reading_unlockanswer
    FOR EACH ROW WHEN (NEW.approved) EXECUTE FUNCTION reading_not_corrected_once_adjudicated();
"""


class Migration(migrations.Migration):
    dependencies = [("reading", "0010_purposes"), ("allocation", "0004_adjudication")]
    operations = [
        migrations.RunSQL(ADJUDICATORS, "DROP FUNCTION reading_read_of_an_adjudicator() CASCADE"),
        migrations.RunSQL(CORRECTED, "DROP FUNCTION reading_not_corrected_once_adjudicated() CASCADE"),
    ]
