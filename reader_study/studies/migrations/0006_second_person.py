"""The second person of an unblinding never ran the study, and nobody who did has named them.

An investigator gives roles, also to accounts that an invitation of theirs has opened: who approves by such a role may be
the investigator again. Those count whose role an administrator gave, and administrators themselves.
"""

from django.db import migrations

INDEPENDENT = """
CREATE OR REPLACE FUNCTION studies_is_second_person(person uuid, of_study uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT FROM studies_membership m
        WHERE m.study_id = of_study AND m.user_id = person AND m.role IN ('investigator', 'reader', 'adjudicator')
    )
    AND EXISTS (
        SELECT FROM accounts_user u WHERE u.id = person AND u.is_active AND (u.is_staff OR EXISTS (
            SELECT FROM studies_membership m
            WHERE m.study_id = of_study AND m.user_id = person
            AND m.role IN ('monitor', 'statistician') AND m.ended_at IS NULL
            AND NOT EXISTS (
                SELECT FROM studies_membership ran
                WHERE ran.study_id = of_study AND ran.user_id = m.began_by_id AND ran.role = 'investigator'
            )
        ))
    );
$$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION studies_is_second_person(person uuid, of_study uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT studies_runs(person, of_study)
    AND NOT EXISTS (
        SELECT FROM studies_membership m
        WHERE m.study_id = of_study AND m.user_id = person AND m.role IN ('reader', 'adjudicator')
    )
    AND EXISTS (
        SELECT FROM accounts_user u WHERE u.id = person AND u.is_active AND (u.is_staff OR EXISTS (
            SELECT FROM studies_membership m
            WHERE m.study_id = of_study AND m.user_id = person
            AND m.role IN ('monitor', 'statistician') AND m.ended_at IS NULL
        ))
    );
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("studies", "0005_unblinding")]
    operations = [migrations.RunSQL(INDEPENDENT, BEFORE)]
