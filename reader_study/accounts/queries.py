import hashlib
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from reader_study.accounts.models import ApiToken, User


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def token_of(secret: str) -> ApiToken | None:
    """The token with this secret, if it holds: not expired, not revoked, its owner's account active."""
    holding = ApiToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), owner__is_active=True)
    return holding.select_related("owner").filter(digest=digest_of(secret)).first()


def own_tokens(user: User, study: UUID) -> QuerySet[ApiToken]:
    """Somebody's tokens for a study, newest first, those that hold no more too."""
    return user.tokens.filter(study=study).order_by("-created_at")
