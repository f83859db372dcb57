"""What a search needs to know of stored DICOM files, and the scores of a locked study for other systems."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.agreement.models import Lock


class IndexedFile(models.Model):
    """The header of one stored DICOM file: a function of the bytes under `object_key`, and of nothing else.

    Whose file it is and who may see it stands with the cases; a row here can be made again at any time.
    `metadata` is the DICOM JSON model (PS3.18 F.2) without bulk data, whose addresses are relative to the instance.
    """

    object_key = models.CharField(max_length=64, primary_key=True)
    study_uid = models.CharField(max_length=64)
    series_uid = models.CharField(max_length=64)
    sop_uid = models.CharField(max_length=64)
    sop_class = models.CharField(max_length=64)
    transfer_syntax = models.CharField(max_length=64)
    modality = models.CharField(max_length=16, blank=True)
    patient_id = models.CharField(max_length=64, blank=True)
    study_date = models.CharField(max_length=8, blank=True)
    series_number = models.BigIntegerField(null=True)
    instance_number = models.BigIntegerField(null=True)
    metadata = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["study_uid", "series_uid", "sop_uid"], name="indexed_file_uids"),
        ]


class ScoreExport(models.Model):
    """The scores of a lock as DICOM SR and FHIR. The same lock gives the same bytes; `files`: name -> key and size.

    `attempts` counts tries; `lease_until` says until when the current one is waited for.
    """

    class State(models.TextChoices):
        COMPUTING = "computing", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be prepared")

    lock = models.OneToOneField(Lock, on_delete=models.PROTECT, primary_key=True, related_name="score_export")
    state = models.CharField(max_length=9, choices=State, default=State.COMPUTING)
    files = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="computing", finished_at=None)
                | Q(state__in=["ready", "failed"], finished_at__isnull=False),
                name="a_finished_score_export_says_when",
            )
        ]
