"""The reader's whole world. No column here knows an arm, a site, a case or a DICOM file; see opening.py.

Every table is insert-only (migration 0002). What changes, a draft or the state of a read or session, is
computed from rows that do not.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.studies.models import Study


class ReadingStudy(models.Model):
    """What readers may know of a study, copied from the protocol when reading was opened."""

    study = models.OneToOneField(Study, on_delete=models.PROTECT, primary_key=True, related_name="+")
    title = models.CharField(max_length=200)
    simulated = models.BooleanField()
    form = models.JSONField()
    display = models.JSONField()
    washout_days = models.PositiveIntegerField()
    opened_at = models.DateTimeField(default=timezone.now)


class Read(models.Model):
    """One read of one reader: a random token and a place in that reader's order."""

    token = models.UUIDField(primary_key=True, editable=False)
    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="reads")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reads")
    session = models.PositiveIntegerField()
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "reader", "session", "position"], name="read_has_its_place"
            )
        ]


class ReadVolume(models.Model):
    """The pictures of one slot (stress, rest) of a read: names in the object store, and where the heart lies.

    ``apex_k`` and ``base_k`` count slices of the neutral grid, ``radius_mm`` is that of the mid wall.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="volumes")
    slot = models.CharField(max_length=12)
    neutral_key = models.CharField(max_length=64)
    polar_key = models.CharField(max_length=64)
    apex_k = models.FloatField()
    base_k = models.FloatField()
    radius_mm = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["read", "slot"], name="slot_once_in_a_read")]


class Presentation(models.Model):
    """The first time a read was shown."""

    read = models.OneToOneField(Read, on_delete=models.PROTECT, primary_key=True, related_name="presentation")
    at = models.DateTimeField(default=timezone.now)


class Event(models.Model):
    """One act of a reader, numbered by the browser without gaps. A draft is the sum of its events."""

    class Kind(models.TextChoices):
        SCORE = "score"
        FIELD = "field"
        VIEW = "view"

    id = models.UUIDField(primary_key=True)  # the browser's own, so that sending twice is writing once
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    state = models.CharField(max_length=12, blank=True)
    segment = models.PositiveSmallIntegerField(null=True)
    name = models.CharField(max_length=40, blank=True)
    value = models.JSONField(null=True)
    elapsed_ms = models.BigIntegerField()
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["read", "seq"], name="event_number_once"),
            models.CheckConstraint(
                condition=(Q(kind="score", segment__isnull=False) & ~Q(state="") & Q(name=""))
                | (Q(kind__in=["field", "view"], segment__isnull=True, state="") & ~Q(name="")),
                name="event_says_what_it_changes",
            ),
        ]


class ScoreSheet(models.Model):
    """The signed scores of a read. A read that has one is locked; a correction would be a further version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="sheets")
    version = models.PositiveIntegerField()
    form_version = models.PositiveIntegerField()
    scores = models.JSONField()
    fields = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    last_seq = models.PositiveIntegerField()
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["read", "version"], name="sheet_version_once")]
