import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.accounts.models import Signature


def new_pseudonym_key() -> bytes:
    return secrets.token_bytes(32)


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("Site coordinator")
    QUALITY = "quality", _("Image quality control")
    READER = "reader", _("Reader")
    ADJUDICATOR = "adjudicator", _("Adjudicator")
    INVESTIGATOR = "investigator", _("Principal investigator")
    MONITOR = "monitor", _("Monitor")
    STATISTICIAN = "statistician", _("Statistician")


# Who may not know arms or sites. Each stands alone in a study (migration 0003).
BLIND = frozenset({Role.READER, Role.ADJUDICATOR})


class Site(models.Model):
    """A hospital. It may take part in several studies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=120)


class Study(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        FROZEN = "frozen", _("Protocol frozen")
        OPEN = "open", _("Open for reading")
        LOCKED = "locked", _("Locked")
        UNBLINDED = "unblinded", _("Unblinded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    sites = models.ManyToManyField(Site, through="Participation")
    # Key of this study's pseudonyms, UIDs and date shifts: two studies cannot be linked by them.
    pseudonym_key = models.BinaryField(max_length=32, default=new_pseudonym_key, editable=False)
    # When its reads were allocated; until then readers can join and the whole protocol can be amended.
    allocated_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "frozen", "open", "locked", "unblinded"]),
                name="study_state_is_known",
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


class CharterSignature(models.Model):
    """The principal investigator's signature under a version of the protocol, over its SHA-256.

    A draft has none; the version that is frozen and every amendment after it have one. Insert-only (migration 0004).
    """

    version = models.OneToOneField(
        ProtocolVersion, on_delete=models.PROTECT, related_name="charter_signature"
    )
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")


class Membership(models.Model):
    """What a person may do, or could once do, in one study: all rows together are its delegation log.

    A blind role stands alone: any other role sees arms, sites or scores. A membership ends and is never removed, and
    nothing else about it changes (migration 0003).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True)
    began_at = models.DateTimeField(default=timezone.now)
    # None: the administrator who founded the study, or the system.
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "user", "role", "site"],
                condition=Q(ended_at=None),
                name="membership_in_force_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(role="coordinator", site__isnull=False)
                | (~Q(role="coordinator") & Q(site__isnull=True)),
                name="only_a_coordinator_has_a_site",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_reason="")
                | (Q(ended_at__gte=F("began_at")) & Q(ended_by__isnull=False) & ~Q(ended_reason="")),
                name="a_membership_ends_with_who_and_why",
            ),
        ]


class Invitation(models.Model):
    """A role of a study that waits for a person to take it; the account is made when they do.

    Only the SHA-256 of the link's secret is kept. Sent again, it has another secret, and the older link is dead.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        EXPIRED = "expired", _("Expired")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    full_name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    role = models.CharField(max_length=12, choices=Role)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "email", "role", "site"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_waits_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_ends_one_way"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invited_role_is_known"),
            models.CheckConstraint(
                condition=Q(role="coordinator", site__isnull=False)
                | (~Q(role="coordinator") & Q(site__isnull=True)),
                name="only_a_coordinator_is_invited_for_a_site",
            ),
        ]

    @property
    def state(self) -> State:
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        return self.State.WAITING if timezone.now() < self.expires_at else self.State.EXPIRED


class UnblindingRequest(models.Model):
    """The investigator asks a second person for the key: of the locked study, or of one case while it is read.

    ``case`` belongs to a later floor and is a bare id, as is ``lock_sha256``, the digest of the data lock. ``sha256``
    is what both people sign (see unblinding.py). Insert-only, as is the answer; both are checked (migration 0005).
    """

    class Scope(models.TextChoices):
        STUDY = "study"
        CASE = "case"

    class State(models.TextChoices):
        WAITING = "waiting"
        EXPIRED = "expired"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="unblinding_requests")
    scope = models.CharField(max_length=5, choices=Scope)
    case = models.UUIDField(null=True)
    subject = models.CharField(max_length=20, blank=True)
    lock_sha256 = models.CharField(max_length=64, blank=True)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(scope="study", case=None, subject="") & ~Q(lock_sha256=""))
                | (Q(scope="case", case__isnull=False, lock_sha256="") & ~Q(subject="")),
                name="unblinding_is_of_a_lock_or_a_case",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("requested_at")), name="an_unblinding_request_expires"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="unblinding_is_asked_for_a_reason"),
        ]

    @property
    def state(self) -> State:
        # The other end of a one-to-one raises where there is nothing.
        answer: UnblindingAnswer | None = getattr(self, "answer", None)
        if answer is not None:
            return self.State(answer.kind)
        return self.State.WAITING if timezone.now() < self.expires_at else self.State.EXPIRED


class UnblindingAnswer(models.Model):
    """What became of a request, once: a second person approved or refused it, or the requester took it back."""

    class Kind(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    request = models.OneToOneField(
        UnblindingRequest, on_delete=models.PROTECT, primary_key=True, related_name="answer"
    )
    kind = models.CharField(max_length=9, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="approved", signature__isnull=False)
                | Q(kind__in=["refused", "withdrawn"], signature=None),
                name="an_approval_is_signed",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="unblinding_is_answered_for_a_reason"),
        ]
