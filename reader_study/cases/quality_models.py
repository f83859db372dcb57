"""Tables of the quality control: what was seen in an image, and what was asked of its site."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# What has to be confirmed before an image is accepted.
CONFIRMED_OF_HEART = ("apex", "base", "axis", "state")
CONFIRMED_OF_BRAIN = ("regions", "state")


class Findings(models.Model):
    """What somebody saw in an image when deciding about it. Seen again, it has more; none is ever changed (0007).

    The newest is in force: with all that its organ has to have in `confirmed`, the image may be accepted.
    """

    class Confirmed(models.TextChoices):
        APEX = "apex", _("apex")
        BASE = "base", _("base")
        AXIS = "axis", _("long axis")
        REGIONS = "regions", _("regions of the brain")
        STATE = "state", _("stress or rest as stated")

    class Artefact(models.TextChoices):
        MOTION = "motion", _("motion")
        EXTRACARDIAC = "extracardiac", _("activity outside of the organ")
        ATTENUATION = "attenuation", _("attenuation")
        TRUNCATION = "truncation", _("organ cut off")
        COUNTS = "counts", _("low counts")
        REGISTRATION = "registration", _("misregistration with CT")
        RECONSTRUCTION = "reconstruction", _("reconstruction")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey("cases.Image", on_delete=models.PROTECT, related_name="findings")
    number = models.PositiveSmallIntegerField()
    confirmed = models.JSONField()
    artefacts = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "number"], name="findings_number_once"),
            models.CheckConstraint(
                condition=Q(confirmed__contained_by=["apex", "base", "axis", "regions", "state"]),
                name="what_is_confirmed_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    artefacts__contained_by=[
                        "motion",
                        "extracardiac",
                        "attenuation",
                        "truncation",
                        "counts",
                        "registration",
                        "reconstruction",
                        "other",
                    ]
                ),
                name="artefacts_are_known",
            ),
            models.CheckConstraint(
                condition=~Q(artefacts__contains=["other"]) | ~Q(note=""),
                name="another_artefact_is_described",
            ),
        ]


class SiteQuery(models.Model):
    """A question of the quality control to the site of a case, about one image or about the case as a whole.

    Its history is `entries`, and its state what the last of them says: neither is ever changed (0007).
    """

    class Category(models.TextChoices):
        STATE = "state", _("Stress and rest in doubt")
        ORIENTATION = "orientation", _("Orientation in doubt")
        CONTOUR = "contour", _("Apex, base or axis in doubt")
        ARTEFACT = "artefact", _("Motion or another artefact")
        TRUNCATION = "truncation", _("Organ cut off")
        PROCESSING = "processing", _("Reconstruction or correction")
        MISSING = "missing", _("Image missing or not as in the protocol")
        SUBJECT = "subject", _("Perhaps of another subject")
        OTHER = "other", _("Something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="site_queries")
    image = models.ForeignKey("cases.Image", on_delete=models.PROTECT, null=True, related_name="site_queries")
    category = models.CharField(max_length=11, choices=Category)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    category__in=[
                        "state",
                        "orientation",
                        "contour",
                        "artefact",
                        "truncation",
                        "processing",
                        "missing",
                        "subject",
                        "other",
                    ]
                ),
                name="site_query_category_is_known",
            )
        ]


class SiteQueryEntry(models.Model):
    """One step of a query: asked by the quality control, answered by the site, asked again or closed."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("Asked")
        ANSWERED = "answered", _("Answered")
        REOPENED = "reopened", _("Asked again")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    query = models.ForeignKey(SiteQuery, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=1000, blank=True)
    due_on = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["query", "number"], name="site_query_entry_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["asked", "reopened"], due_on__isnull=False) & ~Q(text="")
                | Q(kind="answered", due_on__isnull=True) & ~Q(text="")
                | Q(kind="closed", due_on__isnull=True),
                name="a_site_query_entry_says_something",
            ),
        ]
