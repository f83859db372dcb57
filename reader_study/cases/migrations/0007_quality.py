"""What the quality control saw and asked, insert-only; an acceptance that nobody confirmed is none.

A study that has somebody for the quality control has its images checked by that role: nobody accepts an image of a
site that he or she coordinates, nor one in which apex, base, axis (the regions of a brain) and state are not confirmed.
Nobody at all accepts an image about which a query is not closed. The triggers compare rows, so they lock the image or
the query first.
"""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

INVARIANTS = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON cases_findings FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_findings EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON cases_sitequery FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_sitequery EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON cases_sitequeryentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_sitequeryentry EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION cases_unclosed(about uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM cases_sitequery q
        WHERE q.image_id = about AND 'closed' IS DISTINCT FROM (
            SELECT e.kind FROM cases_sitequeryentry e WHERE e.query_id = q.id ORDER BY e.number DESC LIMIT 1))
$$;

CREATE FUNCTION cases_acceptance_is_founded() RETURNS trigger LANGUAGE plpgsql AS $$
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
                   WHERE study_id = asked.study_id AND role = 'quality' AND ended_at IS NULL) THEN
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
CREATE TRIGGER acceptance_is_founded BEFORE INSERT OR UPDATE OF qc ON cases_image
    FOR EACH ROW EXECUTE FUNCTION cases_acceptance_is_founded();

CREATE FUNCTION cases_query_is_of_its_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.image_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM cases_image WHERE id = NEW.image_id AND case_id = NEW.case_id
    ) THEN
        RAISE EXCEPTION 'a query is about an image of its case'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_query_is_about_an_image_of_its_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_of_its_case BEFORE INSERT ON cases_sitequery
    FOR EACH ROW EXECUTE FUNCTION cases_query_is_of_its_case();

CREATE FUNCTION cases_query_goes_its_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about uuid;
    before record;
BEGIN
    SELECT image_id INTO about FROM cases_sitequery WHERE id = NEW.query_id FOR UPDATE;
    SELECT kind, number INTO before FROM cases_sitequeryentry
        WHERE query_id = NEW.query_id ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(before.number, 0) + 1 OR (CASE NEW.kind
        WHEN 'asked' THEN before.kind IS NULL
        WHEN 'answered' THEN before.kind IN ('asked', 'reopened')
        WHEN 'reopened' THEN before.kind IN ('answered', 'closed')
        WHEN 'closed' THEN before.kind = 'answered' OR before.kind IN ('asked', 'reopened') AND NEW.text <> ''
        END) IS NOT TRUE THEN
        RAISE EXCEPTION 'a query is asked, answered, asked again or closed, one after the other'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_query_goes_its_way';
    END IF;
    PERFORM FROM cases_image WHERE id = about FOR UPDATE;
    IF NEW.kind IN ('asked', 'reopened') AND EXISTS (
        SELECT FROM cases_image WHERE id = about AND qc = 'accepted'
    ) THEN
        RAISE EXCEPTION 'nothing is asked about an accepted image'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'an_accepted_image_is_not_queried';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_its_way BEFORE INSERT ON cases_sitequeryentry
    FOR EACH ROW EXECUTE FUNCTION cases_query_goes_its_way();
"""
UNDO = """
DROP FUNCTION cases_query_goes_its_way() CASCADE;
DROP FUNCTION cases_query_is_of_its_case() CASCADE;
DROP FUNCTION cases_acceptance_is_founded() CASCADE;
DROP FUNCTION cases_unclosed(uuid) CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_brain"),
        ("studies", "0003_roles"),
        ("audit", "0002_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteQuery",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("state", "Stress and rest in doubt"),
                            ("orientation", "Orientation in doubt"),
                            ("contour", "Apex, base or axis in doubt"),
                            ("artefact", "Motion or another artefact"),
                            ("truncation", "Organ cut off"),
                            ("processing", "Reconstruction or correction"),
                            ("missing", "Image missing or not as in the protocol"),
                            ("subject", "Perhaps of another subject"),
                            ("other", "Something else"),
                        ],
                        max_length=11,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="site_queries",
                        to="cases.case",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="site_queries",
                        to="cases.image",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SiteQueryEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("answered", "Answered"),
                            ("reopened", "Asked again"),
                            ("closed", "Closed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000)),
                ("due_on", models.DateField(null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "query",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="cases.sitequery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Findings",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("confirmed", models.JSONField()),
                ("artefacts", models.JSONField()),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="cases.image"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("image", "number"), name="findings_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed__contained_by", ["apex", "base", "axis", "regions", "state"])
                        ),
                        name="what_is_confirmed_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "artefacts__contained_by",
                                [
                                    "motion",
                                    "extracardiac",
                                    "attenuation",
                                    "truncation",
                                    "counts",
                                    "registration",
                                    "reconstruction",
                                    "other",
                                ],
                            )
                        ),
                        name="artefacts_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("artefacts__contains", ["other"]), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="another_artefact_is_described",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="sitequery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "category__in",
                        [
                            "state",
                            "orientation",
                            "contour",
                            "artefact",
                            "truncation",
                            "processing",
                            "missing",
                            "subject",
                            "other",
                        ],
                    )
                ),
                name="site_query_category_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitequeryentry",
            constraint=models.UniqueConstraint(fields=("query", "number"), name="site_query_entry_once"),
        ),
        migrations.AddConstraint(
            model_name="sitequeryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_on__isnull", False),
                        ("kind__in", ["asked", "reopened"]),
                        models.Q(("text", ""), _negated=True),
                    ),
                    models.Q(
                        ("due_on__isnull", True), ("kind", "answered"), models.Q(("text", ""), _negated=True)
                    ),
                    models.Q(("due_on__isnull", True), ("kind", "closed")),
                    _connector="OR",
                ),
                name="a_site_query_entry_says_something",
            ),
        ),
        migrations.RunSQL(INVARIANTS, UNDO),
    ]
