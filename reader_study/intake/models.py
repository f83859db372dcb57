import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.cases.models import Case, Image
from reader_study.studies.models import Site, Study


class Upload(models.Model):
    """A folder that a coordinator sends: a manifest without names, then the files, then their verdicts.

    `revision` grows with every change (it is the ETag); `attempts` is the fence of the worker that holds the
    lease.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        PROCESSING = "processing", _("Processing")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="uploads")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="uploads")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVING)
    manifest_digest = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "site", "created_by", "manifest_digest"],
                condition=Q(state="receiving"),
                name="one_open_upload_of_a_folder",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["receiving", "processing", "done"]), name="upload_state_is_known"
            ),
        ]


class UploadedFile(models.Model):
    """One file of a manifest and what became of it. `sha256` is forgotten when the upload is done."""

    class Verdict(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACCEPTED = "accepted", _("Taken")
        DUPLICATE = "duplicate", _("Known already")
        REFUSED = "refused", _("Refused")
        QUARANTINED = "quarantined", _("Kept apart")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    verdict = models.CharField(max_length=11, choices=Verdict, default=Verdict.PENDING)
    code = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="uploaded_file_number_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["pending", "accepted"], code="")
                | (Q(verdict__in=["duplicate", "refused", "quarantined"]) & ~Q(code="")),
                name="a_file_not_taken_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="accepted") | Q(case__isnull=False), name="an_accepted_file_has_a_case"
            ),
        ]
        indexes = [models.Index(fields=["upload", "sha256"], name="uploaded_file_content")]


class Instance(models.Model):
    """A de-identified DICOM file of a case. All UIDs are the study's own.

    `fingerprint` is keyed: it recognises the original file when it is sent again, and says nothing else.
    `image` is set when the series is complete; `slices` is how many files that takes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="instances")
    image_set = models.CharField(max_length=11, choices=Image.Set)
    state = models.CharField(max_length=6, choices=Image.State)
    state_source = models.CharField(max_length=64, help_text="DICOM attribute that told stress from rest")
    study_uid = models.CharField(max_length=64)
    series_uid = models.CharField(max_length=64)
    sop_uid = models.CharField(max_length=64)
    slices = models.PositiveIntegerField()
    object_key = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, null=True, related_name="instances")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "site", "sop_uid"], name="instance_once"),
            models.UniqueConstraint(fields=["study", "site", "fingerprint"], name="instance_file_once"),
        ]
        indexes = [
            models.Index(fields=["case", "series_uid"], name="instance_series"),
            models.Index(fields=["study", "site", "study_uid"], name="instance_examination"),
        ]
