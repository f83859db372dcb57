"""Unblinding takes two people: a request, an answer, and no study that is unblinded without an approved request.

The triggers lock the study's row first, as every act on a study does: two answers at once cannot both pass, and no role
ends while it is looked at. An answer says when it was given, and an approval counts only within the request's time.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

INVARIANTS = """
CREATE FUNCTION studies_runs(person uuid, of_study uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM studies_membership m
        WHERE m.study_id = of_study AND m.user_id = person AND m.role = 'investigator' AND m.ended_at IS NULL
    );
$$;
CREATE FUNCTION studies_is_second_person(person uuid, of_study uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
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

CREATE FUNCTION studies_unblinding_is_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_in text;
BEGIN
    SELECT state INTO now_in FROM studies_study WHERE id = NEW.study_id FOR UPDATE;
    IF now_in <> (CASE NEW.scope WHEN 'study' THEN 'locked' ELSE 'open' END) THEN
        RAISE EXCEPTION 'a study is unblinded when it is locked, one case while it is open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'unblinding_has_its_state';
    END IF;
    IF NOT studies_runs(NEW.requester_id, NEW.study_id) THEN
        RAISE EXCEPTION 'the investigator asks for unblinding'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'the_investigator_asks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_asked BEFORE INSERT ON studies_unblindingrequest
    FOR EACH ROW EXECUTE FUNCTION studies_unblinding_is_asked();

CREATE FUNCTION studies_unblinding_is_answered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked studies_unblindingrequest%ROWTYPE;
    now_in text;
BEGIN
    SELECT * INTO asked FROM studies_unblindingrequest WHERE id = NEW.request_id;
    SELECT state INTO now_in FROM studies_study WHERE id = asked.study_id FOR UPDATE;
    IF NEW.kind = 'withdrawn' THEN
        IF NEW.by_id <> asked.requester_id THEN
            RAISE EXCEPTION 'only who has asked takes it back'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'the_requester_withdraws';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.by_id = asked.requester_id OR NOT studies_is_second_person(NEW.by_id, asked.study_id) THEN
        RAISE EXCEPTION 'a second person answers, who does not run the study and has not read in it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_second_person_answers';
    END IF;
    IF NEW.kind <> 'approved' THEN
        RETURN NEW;
    END IF;
    IF NEW.at < asked.requested_at OR NEW.at >= asked.expires_at THEN
        RAISE EXCEPTION 'the request has expired'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_in_time';
    END IF;
    IF now_in <> (CASE asked.scope WHEN 'study' THEN 'locked' ELSE 'open' END) THEN
        RAISE EXCEPTION 'a study is unblinded when it is locked, one case while it is open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'unblinding_has_its_state';
    END IF;
    IF NOT studies_runs(asked.requester_id, asked.study_id) THEN
        RAISE EXCEPTION 'who asked does not run the study any more'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'the_investigator_asks';
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_signature s
        WHERE s.id = NEW.signature_id AND s.signer_id = NEW.by_id AND s.content_sha256 = asked.sha256
    ) THEN
        RAISE EXCEPTION 'who approves signs what was asked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_approval_is_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_answered BEFORE INSERT ON studies_unblindinganswer
    FOR EACH ROW EXECUTE FUNCTION studies_unblinding_is_answered();

CREATE FUNCTION studies_unblinded_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM studies_unblindingrequest r JOIN studies_unblindinganswer a ON a.request_id = r.id
        WHERE r.study_id = NEW.id AND r.scope = 'study' AND a.kind = 'approved'
    ) THEN
        RAISE EXCEPTION 'a study is unblinded by two people'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'unblinded_by_two';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER unblinded_by_two BEFORE UPDATE OF state ON studies_study
    FOR EACH ROW WHEN (NEW.state = 'unblinded' AND OLD.state <> 'unblinded')
    EXECUTE FUNCTION studies_unblinded_by_two();

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON studies_unblindingrequest
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON studies_unblindingrequest EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON studies_unblindinganswer
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON studies_unblindinganswer EXECUTE FUNCTION audit_refuse();
"""
UNDO = """
DROP TRIGGER no_truncate ON studies_unblindinganswer;
DROP TRIGGER insert_only ON studies_unblindinganswer;
DROP TRIGGER no_truncate ON studies_unblindingrequest;
DROP TRIGGER insert_only ON studies_unblindingrequest;
DROP FUNCTION studies_unblinded_by_two() CASCADE;
DROP FUNCTION studies_unblinding_is_answered() CASCADE;
DROP FUNCTION studies_unblinding_is_asked() CASCADE;
DROP FUNCTION studies_is_second_person(uuid, uuid);
DROP FUNCTION studies_runs(uuid, uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_wrong_passwords"),
        ("audit", "0002_chain"),
        ("studies", "0004_charter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UnblindingRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("scope", models.CharField(choices=[("study", "Study"), ("case", "Case")], max_length=5)),
                ("case", models.UUIDField(null=True)),
                ("subject", models.CharField(blank=True, max_length=20)),
                ("lock_sha256", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(max_length=500)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.signature"
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unblinding_requests",
                        to="studies.study",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UnblindingAnswer",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="studies.unblindingrequest",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.signature",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="unblindingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("case", None),
                        ("scope", "study"),
                        ("subject", ""),
                        models.Q(("lock_sha256", ""), _negated=True),
                    ),
                    models.Q(
                        ("case__isnull", False),
                        ("lock_sha256", ""),
                        ("scope", "case"),
                        models.Q(("subject", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="unblinding_is_of_a_lock_or_a_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="unblindingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("requested_at"))),
                name="an_unblinding_request_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="unblindingrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="unblinding_is_asked_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="unblindinganswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "approved"), ("signature__isnull", False)),
                    models.Q(("kind__in", ["refused", "withdrawn"]), ("signature", None)),
                    _connector="OR",
                ),
                name="an_approval_is_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="unblindinganswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="unblinding_is_answered_for_a_reason"
            ),
        ),
        migrations.RunSQL(INVARIANTS, UNDO),
    ]
