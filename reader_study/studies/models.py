import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_pseudonym_key() -> bytes:
    return secrets.token_bytes(32)


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("Site coordinator")
    READER = "reader", _("Reader")
    INVESTIGATOR = "investigator", _("Principal investigator")
    MONITOR = "monitor", _("Monitor")


class Site(models.Model):
    """A hospital. It may take part in several studies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=120)


class Study(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open for reading")
        LOCKED = "locked", _("Locked")
        UNBLINDED = "unblinded", _("Unblinded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    sites = models.ManyToManyField(Site, through="Participation")
    # Key of this study's pseudonyms, UIDs and date shifts: two studies cannot be linked by them.
    pseudonym_key = models.BinaryField(max_length=32, default=new_pseudonym_key, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "locked", "unblinded"]), name="study_state_is_known"
            )
        ]


class Participation(models.Model):
    study = models.ForeignKey(Study, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "site"], name="site_takes_part_once")]


class ProtocolVersion(models.Model):
    """The charter of a study as data. A change is a new version; none is ever edited (migration 0002)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="protocol_versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "version"], name="protocol_version_once")]


class Membership(models.Model):
    """What a person may do in one study. A reader may do nothing else in it: any other role sees arms or sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "user", "role", "site"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(role="coordinator", site__isnull=False)
                | (~Q(role="coordinator") & Q(site__isnull=True)),
                name="only_a_coordinator_has_a_site",
            ),
        ]
