import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from reader_study.studies.models import Site, Study


class Peer(models.Model):
    """A hospital's system that may send by DICOM C-STORE, and what it sends for: one study, one site.

    `called`: the application entity title that we answer to for this peer alone; made here, hard to guess, never
    used again. `calling`: the title under which the hospital's system calls. Where given, the call must come from
    one of `networks` (CIDR), and over TLS with a client certificate of one of `certificates` (SHA-256, hex).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    called = models.CharField(max_length=16, unique=True)
    calling = models.CharField(max_length=16)
    networks = models.JSONField(default=list, blank=True)
    certificates = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(called="") & ~Q(calling=""), name="a_peer_has_both_titles")
        ]
