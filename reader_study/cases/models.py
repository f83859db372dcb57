import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.studies.models import Site, Study


class Case(models.Model):
    """A subject of the study as one site sent it. `subject_key` says nothing without the study's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cases")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cases")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=20, help_text="The study's own name for the subject, e.g. A-0001")
    subject_key = models.BinaryField(max_length=32, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "site", "number"], name="case_number_once"),
            models.UniqueConstraint(fields=["study", "subject"], name="case_subject_once"),
            models.UniqueConstraint(fields=["study", "subject_key"], name="case_subject_key_once"),
        ]


class Image(models.Model):
    """One image set of a case in one state: its DICOM objects, and what was derived from them for reading.

    A replaced image stays, with `superseded_at`. `attempts` counts tries to derive; `lease_until` says until
    when the current one is waited for.

    `geometry_by` and `geometry_at`: who looked and found apex, septum and inferior wall where the volume has them;
    an image whose header could not prove it is not accepted without.

    What a model computed may come with its uncertainty: `uncertainty_dicom_key` as the worker made it, the others
    derived on the image's own neutral grid and scale. No reader is ever given it.
    """

    class Set(models.TextChoices):
        SPECT = "spect", _("SPECT")
        VIRTUAL_PET = "virtual_pet", _("Virtual PET")
        PET = "pet", _("PET")

    class State(models.TextChoices):
        STRESS = "stress", _("stress")
        REST = "rest", _("rest")

    class Source(models.TextChoices):
        UPLOAD = "upload", _("Upload")
        TRANSLATION = "translation", _("Computed")

    class Status(models.TextChoices):
        DERIVING = "deriving", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Cannot be used")

    class Decision(models.TextChoices):
        PENDING = "pending", _("To be checked")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="images")
    image_set = models.CharField(max_length=11, choices=Set)
    state = models.CharField(max_length=6, choices=State)
    source = models.CharField(max_length=11, choices=Source)
    dicom_keys = models.JSONField(help_text="Object keys of the de-identified DICOM files")
    provenance = models.JSONField(default=dict)

    status = models.CharField(max_length=8, choices=Status, default=Status.DERIVING)
    code = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    neutral_key = models.CharField(max_length=64, blank=True)
    polar_key = models.CharField(max_length=64, blank=True)
    lv = models.JSONField(null=True)
    segments = models.JSONField(null=True, help_text="17 values, % of the maximum")
    flags = models.JSONField(default=list)
    uncertainty_dicom_key = models.CharField(max_length=64, blank=True)
    uncertainty_neutral_key = models.CharField(max_length=64, blank=True)
    uncertainty_polar_key = models.CharField(max_length=64, blank=True)
    uncertainty_segments = models.JSONField(null=True, help_text="17 values, points of % of the maximum")

    qc = models.CharField(max_length=8, choices=Decision, default=Decision.PENDING)
    qc_reason = models.CharField(max_length=500, blank=True)
    qc_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    qc_at = models.DateTimeField(null=True)

    geometry_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    geometry_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "image_set", "state"],
                condition=Q(superseded_at=None),
                name="one_current_image_for_each_place",
            ),
            models.CheckConstraint(
                condition=Q(image_set__in=["spect", "virtual_pet", "pet"]) & Q(state__in=["stress", "rest"]),
                name="image_place_is_known",
            ),
            models.CheckConstraint(
                condition=Q(image_set="virtual_pet", source="translation")
                | (~Q(image_set="virtual_pet") & Q(source="upload")),
                name="only_virtual_pet_is_computed",
            ),
            models.CheckConstraint(
                condition=Q(status="deriving", neutral_key="", polar_key="")
                | Q(status="failed", neutral_key="", polar_key="")
                | (
                    Q(status="ready", code="", lv__isnull=False, segments__isnull=False)
                    & ~Q(neutral_key="")
                    & ~Q(polar_key="")
                ),
                name="a_ready_image_can_be_read",
            ),
            models.CheckConstraint(
                condition=Q(uncertainty_dicom_key="") | Q(image_set="virtual_pet"),
                name="only_virtual_pet_is_uncertain",
            ),
            models.CheckConstraint(
                condition=Q(
                    uncertainty_neutral_key="", uncertainty_polar_key="", uncertainty_segments__isnull=True
                )
                | (
                    Q(status="ready", uncertainty_segments__isnull=False)
                    & ~Q(uncertainty_dicom_key="")
                    & ~Q(uncertainty_neutral_key="")
                    & ~Q(uncertainty_polar_key="")
                    & ~Q(uncertainty_neutral_key=F("neutral_key"))
                    & ~Q(uncertainty_polar_key=F("polar_key"))
                ),
                name="a_derived_uncertainty_is_whole_and_no_image",
            ),
            models.CheckConstraint(
                condition=Q(qc="pending", qc_by=None, qc_at=None)
                | Q(
                    qc__in=["accepted", "rejected"], status="ready", qc_by__isnull=False, qc_at__isnull=False
                ),
                name="only_a_ready_image_is_decided_on",
            ),
            models.CheckConstraint(
                condition=Q(geometry_by=None, geometry_at=None)
                | Q(status="ready", geometry_by__isnull=False, geometry_at__isnull=False),
                name="only_a_ready_image_shows_its_geometry",
            ),
            models.CheckConstraint(
                condition=~Q(qc="rejected") | ~Q(qc_reason=""), name="a_rejection_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["status", "lease_until"], name="image_overdue")]
