"""A quality control, once there, stays: its role ended for a moment does not let anybody accept what nobody confirmed.

As in migration 0007 but for whom it looks for: anybody who has or had the role, not only who has it now.
"""

from django.db import migrations

ACCEPTANCE = """
CREATE OR REPLACE FUNCTION cases_acceptance_is_founded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    wanted jsonb := CASE WHEN NEW.lv IS NULL THEN '["regions", "state"]' ELSE '["apex", "base", "axis", "state"]' END;
BEGIN
    IF NEW.qc <> 'accepted' OR TG_OP = 'UPDATE' AND OLD.qc = 'accepted' THEN
        RETURN NEW;
    END IF;
    IF cases_unclosed(NEW.id) THEN
        RAISE EXCEPTION 'an image with a query that is not closed is not accepted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_accepted_image_is_not_queried';
    END IF;
    SELECT study_id, site_id INTO asked FROM cases_case WHERE id = NEW.case_id;
    IF NOT EXISTS (SELECT FROM studies_membership
                   WHERE study_id = asked.study_id AND role = 'quality'{only}) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM studies_membership
               WHERE study_id = asked.study_id AND user_id = NEW.qc_by_id AND ended_at IS NULL
               AND role = 'coordinator' AND site_id = asked.site_id) THEN
        RAISE EXCEPTION 'nobody accepts images of the own site in a study with a quality control'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_accepts_images_of_the_own_site';
    END IF;
    IF NOT coalesce((SELECT confirmed FROM cases_findings
                     WHERE image_id = NEW.id ORDER BY number DESC LIMIT 1), '[]') @> wanted THEN
        RAISE EXCEPTION 'an image is accepted with its contour and state confirmed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_accepted_image_is_confirmed';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_purpose")]
    operations = [
        migrations.RunSQL(
            ACCEPTANCE.replace("{only}", ""), ACCEPTANCE.replace("{only}", " AND ended_at IS NULL")
        )
    ]
