from django.db import migrations

# Here and not where states are: the lock is of a later floor than the study.
LOCKED = """
CREATE FUNCTION agreement_locked_by_a_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM agreement_lock l WHERE l.study_id = NEW.id) THEN
        RAISE EXCEPTION 'a study is locked by the lock of its data'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_by_a_lock';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locked_by_a_lock BEFORE UPDATE OF state ON studies_study
    FOR EACH ROW WHEN (NEW.state = 'locked' AND OLD.state <> 'locked')
    EXECUTE FUNCTION agreement_locked_by_a_lock();
"""


class Migration(migrations.Migration):
    dependencies = [("agreement", "0005_no_new_reads"), ("studies", "0007_one_way")]
    operations = [migrations.RunSQL(LOCKED, "DROP FUNCTION agreement_locked_by_a_lock() CASCADE")]
