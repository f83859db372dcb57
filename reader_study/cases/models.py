import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.cases import quality_models  # noqa: F401  # its tables are of this app, too
from reader_study.studies.models import Site, Study

OF_HEART = ["spect", "virtual_pet", "pet"]
OF_BRAIN = ["uncorrected", "chang", "virtual_ctac", "ctac"]


class Case(models.Model):
    """A subject of the study as one site sent it. `subject_key` says nothing without the study's key.

    Only a case whose purpose is the study is ever allocated; the others train and test readers. Once a case is laid
    out for one purpose it keeps it (migration allocation/0005).
    """

    class Purpose(models.TextChoices):
        STUDY = "study", _("Study")
        TRAINING = "training", _("Training")
        TEST = "test", _("Test")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cases")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cases")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=20, help_text="The study's own name for the subject, e.g. A-0001")
    subject_key = models.BinaryField(max_length=32, editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.STUDY)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "site", "number"], name="case_number_once"),
            models.UniqueConstraint(fields=["study", "subject"], name="case_subject_once"),
            models.UniqueConstraint(fields=["study", "subject_key"], name="case_subject_key_once"),
            models.CheckConstraint(
                condition=Q(purpose__in=["study", "training", "test"]), name="case_purpose_is_known"
            ),
        ]


class ReferenceScores(models.Model):
    """What a training or test case is measured against; the newest version holds. Insert-only (migration 0008).

    ``scores``: state -> one score per segment of the form, index 0 = segment 1; "NE" where there is no truth.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="references")
    version = models.PositiveIntegerField()
    scores = models.JSONField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="reference_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="reference_versions_count_from_one"),
        ]


class Image(models.Model):
    """One image set of a case in one state: its DICOM objects, and what was derived from them for reading.

    A replaced image stays, with `superseded_at`. `attempts` counts tries to derive; `lease_until` says until
    when the current one is waited for.

    `geometry_by` and `geometry_at`: who looked and found apex, septum and inferior wall where the volume has them;
    an image whose header could not prove it is not accepted without.

    What a model computed may come with its uncertainty: `uncertainty_dicom_key` as the worker made it, the others
    derived on the image's own neutral grid and scale. No reader is ever given it.

    A brain has no ventricle: neither `lv` nor polar map; its segments are regions.

    `contour_key`: where the polar map met the wall; empty for an image that was prepared before it was kept.
    `provenance["tracing"]`: by which version of the tracing; an image without it was traced by the first.
    """

    class Set(models.TextChoices):
        SPECT = "spect", _("SPECT")
        VIRTUAL_PET = "virtual_pet", _("Virtual PET")
        PET = "pet", _("PET")
        UNCORRECTED = "uncorrected", _("Uncorrected")
        CHANG = "chang", _("Chang")
        VIRTUAL_CTAC = "virtual_ctac", _("Virtual CTAC")
        CTAC = "ctac", _("CTAC")

    class State(models.TextChoices):
        STRESS = "stress", _("stress")
        REST = "rest", _("rest")
        PERFUSION = "perfusion", _("perfusion")

    class Source(models.TextChoices):
        UPLOAD = "upload", _("Upload")
        TRANSLATION = "translation", _("Computed")
        CORRECTION = "correction", _("Corrected here")

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
    image_set = models.CharField(max_length=12, choices=Set)
    state = models.CharField(max_length=10, choices=State)
    source = models.CharField(max_length=11, choices=Source)
    dicom_keys = models.JSONField(help_text="Object keys of the de-identified DICOM files")
    provenance = models.JSONField(default=dict)

    status = models.CharField(max_length=8, choices=Status, default=Status.DERIVING)
    code = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    neutral_key = models.CharField(max_length=64, blank=True)
    polar_key = models.CharField(max_length=64, blank=True)
    contour_key = models.CharField(max_length=64, blank=True)
    lv = models.JSONField(null=True)
    segments = models.JSONField(null=True, help_text="17 (heart) or 12 values (brain), % of the maximum")
    flags = models.JSONField(default=list)
    uncertainty_dicom_key = models.CharField(max_length=64, blank=True)
    uncertainty_neutral_key = models.CharField(max_length=64, blank=True)
    uncertainty_polar_key = models.CharField(max_length=64, blank=True)
    uncertainty_segments = models.JSONField(null=True, help_text="As many, points of % of the maximum")

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
                condition=Q(image_set__in=OF_HEART, state__in=["stress", "rest"])
                | Q(image_set__in=OF_BRAIN, state="perfusion"),
                name="image_place_is_known",
            ),
            models.CheckConstraint(
                condition=Q(image_set__in=["virtual_pet", "virtual_ctac"], source="translation")
                | Q(image_set__in=["spect", "pet", "uncorrected", "chang", "ctac"], source="upload")
                | Q(image_set="chang", source="correction"),
                name="what_is_virtual_is_computed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["deriving", "failed"], neutral_key="", polar_key="")
                | (
                    Q(status="ready", code="", segments__isnull=False)
                    & ~Q(neutral_key="")
                    & (
                        (Q(image_set__in=OF_HEART, lv__isnull=False) & ~Q(polar_key=""))
                        | Q(image_set__in=OF_BRAIN, lv__isnull=True, polar_key="")
                    )
                ),
                name="a_ready_image_can_be_read",
            ),
            models.CheckConstraint(
                condition=Q(contour_key="") | (Q(status="ready") & ~Q(polar_key="")),
                name="a_contour_belongs_to_a_polar_map",
            ),
            models.CheckConstraint(
                condition=Q(uncertainty_dicom_key="") | Q(image_set__in=["virtual_pet", "virtual_ctac"]),
                name="only_what_is_virtual_is_uncertain",
            ),
            models.CheckConstraint(
                condition=Q(
                    uncertainty_neutral_key="", uncertainty_polar_key="", uncertainty_segments__isnull=True
                )
                | (
                    Q(status="ready", uncertainty_segments__isnull=False)
                    & ~Q(uncertainty_dicom_key="")
                    & ~Q(uncertainty_neutral_key="")
                    & ~Q(uncertainty_neutral_key=F("neutral_key"))
                    & (
                        Q(polar_key="", uncertainty_polar_key="")
                        | (~Q(uncertainty_polar_key="") & ~Q(uncertainty_polar_key=F("polar_key")))
                    )
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


class Cine(models.Model):
    """Moving pictures of a case in one state: a beat of the heart, or the camera's views round the patient.

    Made of companions, for eyes only; the same in every arm. A beat lies on the neutral grid of the state's SPECT,
    which is `placed_by`: until that is ready the beat is `waiting`, and when it gives way so does the beat, and
    another waits for the next. `attempts`, `lease_until` and `superseded_at` as those of an image.
    """

    class Kind(models.TextChoices):
        GATED = "gated", _("Beating heart")
        PROJECTIONS = "projections", _("Raw views")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for the SPECT")
        DERIVING = "deriving", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Cannot be used")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="cines")
    state = models.CharField(max_length=10, choices=Image.State)
    kind = models.CharField(max_length=11, choices=Kind)
    dicom_keys = models.JSONField(help_text="Object keys of the de-identified DICOM files")
    placed_by = models.ForeignKey(Image, on_delete=models.PROTECT, null=True, related_name="cines")

    status = models.CharField(max_length=8, choices=Status, default=Status.DERIVING)
    code = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    key = models.CharField(max_length=64, blank=True)
    frames = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "state", "kind"],
                condition=Q(superseded_at=None),
                name="one_current_cine_for_each_place",
            ),
            models.CheckConstraint(condition=Q(kind__in=["gated", "projections"]), name="cine_kind_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "deriving", "failed"], key="", frames=None)
                | (Q(status="ready", code="", frames__isnull=False) & ~Q(key="")),
                name="a_ready_cine_can_be_shown",
            ),
            models.CheckConstraint(
                condition=Q(kind="projections", placed_by=None) & ~Q(status="waiting")
                | Q(kind="gated", status="waiting", placed_by=None)
                | (Q(kind="gated", placed_by__isnull=False) & ~Q(status="waiting")),
                name="a_beat_is_placed_by_its_spect",
            ),
        ]
        indexes = [models.Index(fields=["status", "lease_until"], name="cine_overdue")]
