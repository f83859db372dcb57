"""Tokens of programs that send files: who may have one, and where it opens."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from reader_study.accounts.actions import make_token
from reader_study.accounts.authentication import BearerToken
from reader_study.accounts.models import ApiToken, TokenScope, User
from reader_study.cases.queries import UNBLINDED
from reader_study.intake.models import Upload
from reader_study.studies.models import Role
from reader_study.studies.queries import study_for

_ROLES: Mapping[TokenScope, tuple[Role, ...]] = {
    TokenScope.INTAKE: (Role.COORDINATOR,),
    TokenScope.DICOMWEB: tuple(UNBLINDED),
}


class IntakeToken(BearerToken):
    """A program sends files into the study of its token, as the coordinator who made it."""

    scope: ClassVar[TokenScope | None] = TokenScope.INTAKE

    def study_of(self, arguments: Mapping[str, Any]) -> UUID | None:
        if "upload_id" in arguments:
            return Upload.objects.filter(pk=arguments["upload_id"]).values_list("study_id", flat=True).first()
        return super().study_of(arguments)


def token_for_study(
    *, owner: User, study_id: UUID, scope: TokenScope, label: str, days: int, password: str | None
) -> tuple[ApiToken, str]:
    """A new token and its secret, for who has a role of that purpose in the study; see `make_token`.

    Raises
    ------
    NotFound
        The person has no such role, or there is no such study.
    """
    study = study_for(owner, study_id, *_ROLES[scope])
    return make_token(owner=owner, password=password, scope=scope, study=study.id, label=label, days=days)
