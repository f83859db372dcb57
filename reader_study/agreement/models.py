"""The data lock of a study and the report that is computed from it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.accounts.models import Signature
from reader_study.studies.models import Study


class Lock(models.Model):
    """A study's data as they were when reading ended. Insert-only (migration 0002).

    `sha256` is the digest of the canonical snapshot and its key in the object store: a report, and anybody
    who doubts it, starts from these bytes. The signature stands under the same digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="lock")
    sha256 = models.CharField(max_length=64)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    locked_at = models.DateTimeField()


class Report(models.Model):
    """What is computed from a lock. `files` maps a name to its object key and size.

    `claimed` says that a worker is at it, `lease_until` until when that worker (or, while unclaimed, the queue)
    is waited for. Each claim raises `fence`: who reports under an older one writes nothing. `attempts` counts
    claims since the report was last ordered.
    """

    class State(models.TextChoices):
        COMPUTING = "computing", _("Being computed")
        READY = "ready", _("Report ready")
        FAILED = "failed", _("Could not be computed")

    lock = models.OneToOneField(Lock, on_delete=models.PROTECT, primary_key=True, related_name="report")
    state = models.CharField(max_length=9, choices=State, default=State.COMPUTING)
    files = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    claimed = models.BooleanField(default=False)
    lease_until = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="computing", finished_at=None)
                | Q(state__in=["ready", "failed"], finished_at__isnull=False),
                name="a_finished_report_says_when",
            )
        ]
