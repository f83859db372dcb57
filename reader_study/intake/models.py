import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.cases.models import Case, Image
from reader_study.studies.models import Site, Study


class Kind(models.TextChoices):
    """What a file shows; `description.Kind` says the same. Only SPECT and PET become images that are read."""

    SPECT = "spect", _("SPECT")
    GATED_SPECT = "gated_spect", _("gated SPECT")
    PROJECTIONS = "projections", _("projections")
    GATED_PROJECTIONS = "gated_projections", _("gated projections")
    ATTENUATION_MAP = "attenuation_map", _("attenuation map")
    PET = "pet", _("PET")
    GATED_PET = "gated_pet", _("gated PET")
    CT = "ct", _("CT")


class Pixels(models.TextChoices):
    """Whether a person looked for text in the picture; `description.Pixels` says the same."""

    UNSEEN = "unseen", _("not looked at")
    SEEN = "seen", _("a person looked: no text")
    BLANKED = "blanked", _("a person blanked text out")


class Upload(models.Model):
    """Files of one site that came together through one door, then their verdicts.

    A folder is announced by a manifest without names; a delivery (STOW, C-STORE) has none, its `manifest_digest`
    is empty. `revision` grows with every change (it is the ETag); `attempts` is the fence of the worker that holds
    the lease. `peer`: the application entity that sent a delivery. `procedure`: the version of the procedure by
    which the sender says the files were de-identified before they came; a claim.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("Receiving")
        PROCESSING = "processing", _("Processing")
        DONE = "done", _("Done")

    class Door(models.TextChoices):
        BROWSER = "browser", _("Browser")
        SCRIPT = "script", _("Upload command")
        STOW = "stow", _("DICOMweb (STOW-RS)")
        DICOM = "dicom", _("DICOM (C-STORE)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="uploads")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="uploads")
    door = models.CharField(max_length=8, choices=Door, default=Door.BROWSER)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    peer = models.CharField(max_length=64, blank=True)
    procedure = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVING)
    manifest_digest = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "site", "created_by", "manifest_digest"],
                condition=Q(state="receiving") & ~Q(manifest_digest=""),
                name="one_open_upload_of_a_folder",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["receiving", "processing", "done"]), name="upload_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(door="dicom", manifest_digest="") & ~Q(peer="")
                | Q(door="stow", manifest_digest="", created_by__isnull=False)
                | (Q(door__in=["browser", "script"], created_by__isnull=False) & ~Q(manifest_digest="")),
                name="an_upload_has_a_sender",
            ),
        ]


class Report(models.Model):
    """What the procedure did to each attribute of a file: [{path, action, reason}]; tags only, never values.

    Equal reports are stored once. `digest`: SHA-256 over path, tab, action, tab, reason, newline of each entry
    (migration 0003 checks it). Insert-only.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    entries = models.JSONField()


class KeptApart(models.Model):
    """A file that waits for a person of its site: encrypted on disk (`quarantine.py`), its key wrapped here.

    Without `wrapped_key` nobody can read the file; so whoever closes the row shreds the file. `answers` is what
    the person has decided so far, encrypted too: a patient ID may be among it. What is closed stays closed, and
    the day on which it goes never moves (migration 0003). `description`, `subject_key` (the pseudonym that cases
    have too; forgotten in the end) and `series_uid` name nobody: by them the person knows what waits.
    """

    class State(models.TextChoices):
        HELD = "held", _("waits for an answer")
        TAKEN = "taken", _("taken")
        DISCARDED = "discarded", _("discarded by the site")
        EXPIRED = "expired", _("its time ran out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="kept_apart")
    number = models.PositiveIntegerField(help_text="Of the file in its upload")
    size = models.PositiveBigIntegerField()
    fingerprint = models.BinaryField(max_length=32, editable=False)
    code = models.CharField(max_length=40)
    description = models.CharField(max_length=250, blank=True, help_text="Its line, if the file can say it")
    subject_key = models.BinaryField(max_length=16, null=True, editable=False)
    series_uid = models.CharField(max_length=64, blank=True, help_text="The study's own")
    state = models.CharField(max_length=9, choices=State, default=State.HELD)
    wrapped_key = models.BinaryField(max_length=60, null=True, editable=False)
    answers = models.BinaryField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "site", "fingerprint"],
                condition=Q(state="held"),
                name="a_file_is_kept_apart_once",
            ),
            models.CheckConstraint(
                condition=Q(state="held", wrapped_key__isnull=False, closed_at=None, closed_by=None)
                | Q(
                    state__in=["taken", "discarded", "expired"],
                    wrapped_key=None,
                    answers=None,
                    closed_at__isnull=False,
                ),
                name="what_is_not_held_has_no_key",
            ),
            models.CheckConstraint(
                condition=~Q(state="discarded") | Q(closed_by__isnull=False), name="a_person_discards"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="kept_apart_for_a_reason"),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="kept_apart_expiry")]


class UploadedFile(models.Model):
    """One file of an upload and what became of it. `sha256` is forgotten when the upload is done."""

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
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, related_name="+", help_text="What the sender says it did"
    )
    verdict = models.CharField(max_length=11, choices=Verdict, default=Verdict.PENDING)
    code = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    kept_apart = models.ForeignKey(KeptApart, on_delete=models.PROTECT, null=True, related_name="files")

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

    `fingerprint` is keyed: it recognises the file when it is sent again, and says nothing else. `image` is set when
    the series is complete; `slices` is how many files that takes. A companion (gated SPECT, CT, projections, …) has
    no image, and perhaps no state. `state_from`, `view_from`: DICOM keyword, or "coordinator", that told them.

    `procedure`: version of the procedure that made the file, `report` what it did to each attribute, `sent_report`
    what the sender says it had done before. What says how a file was made is never changed (migration 0003).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="instances")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="instances")
    kind = models.CharField(max_length=17, choices=Kind)
    image_set = models.CharField(max_length=12, choices=Image.Set, blank=True)
    state = models.CharField(max_length=10, choices=Image.State, blank=True)
    state_from = models.CharField(max_length=64, blank=True)
    view = models.CharField(max_length=40, blank=True)
    view_from = models.CharField(max_length=64, blank=True)
    pixels = models.CharField(max_length=7, choices=Pixels, default=Pixels.UNSEEN)
    study_uid = models.CharField(max_length=64)
    series_uid = models.CharField(max_length=64)
    sop_uid = models.CharField(max_length=64)
    sop_class = models.CharField(max_length=64, blank=True)
    slices = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField(default=0)
    object_key = models.CharField(max_length=64)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    procedure = models.CharField(max_length=40, blank=True, help_text="Empty before versions were recorded")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="+")
    sent_report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_by_sender = models.BooleanField(default=False)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, null=True, related_name="instances")
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "site", "sop_uid"], name="instance_once"),
            models.UniqueConstraint(fields=["study", "site", "fingerprint"], name="instance_file_once"),
            models.CheckConstraint(
                condition=Q(kind="spect", image_set="spect", state__in=["stress", "rest"])
                | Q(kind="pet", image_set="pet", state__in=["stress", "rest"])
                | Q(kind="spect", image_set__in=["uncorrected", "chang", "ctac"], state="perfusion")
                | Q(
                    kind__in=[
                        "gated_spect", "projections", "gated_projections", "attenuation_map", "gated_pet", "ct",
                    ],
                    image_set="",
                    image=None,
                ),
                name="only_spect_and_pet_become_images",
            ),
            models.CheckConstraint(
                condition=Q(procedure="", report=None) | (~Q(procedure="") & Q(report__isnull=False)),
                name="a_file_has_its_report",
            ),
            models.CheckConstraint(
                condition=Q(pixels__in=["unseen", "seen", "blanked"]), name="pixels_are_seen_or_not"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["case", "series_uid"], name="instance_series"),
            models.Index(fields=["study", "site", "study_uid"], name="instance_examination"),
        ]
