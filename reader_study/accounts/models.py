import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person. What somebody may do in a study is a membership of that study, never a flag here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("Administers accounts; sees no study by it."))
    invited_at = models.DateTimeField(default=timezone.now)
    reminders = models.BooleanField(default=True, help_text=_("A mail a day while something is due."))

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]


class Signature(models.Model):
    """An electronic signature: who, when, what it means, and the exact content it stands under.

    Insert-only (migration 0002); the database says when, and in which name (migration 0006). 21 CFR 11.50: printed
    name, date and time, meaning; 11.70: bound to its record, here by `content_sha256`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signatures")
    full_name = models.CharField(max_length=120)
    meaning = models.CharField(max_length=60)
    content_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=timezone.now)


class WrongPassword(models.Model):
    """A password that was refused, kept for a day; the journal keeps those of people for good.

    `address` is the SHA-256 of the e-mail address that was given: what was typed may be no account's, or a secret.
    """

    class Door(models.TextChoices):
        SIGN_IN = "sign_in"
        SIGNATURE = "signature"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=64)
    door = models.CharField(max_length=9, choices=Door)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["address", "door", "at"], name="wrong_by_address")]


class TokenScope(models.TextChoices):
    """What a program may do in its owner's name; a view that names none of these takes no token."""

    INTAKE = "intake", _("Send files")
    DICOMWEB = "dicomweb", _("Read images by DICOMweb")


class ApiToken(models.Model):
    """A key for a program: its owner's rights in one study, for one purpose, until it expires or is revoked.

    Only the SHA-256 of the secret is kept: the secret has 256 random bits, so nothing slower is needed. `study` is
    a bare id, because an account knows no study.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    scope = models.CharField(max_length=8, choices=TokenScope)
    study = models.UUIDField()
    label = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=["intake", "dicomweb"]), name="token_scope_is_known"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="a_token_expires"),
        ]
