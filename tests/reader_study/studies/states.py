"""Studies in a state that nothing has led to: the database refuses it, and a test of
what a state forbids needs no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from reader_study.accounts.actions import sign
from reader_study.accounts.models import User
from reader_study.studies.freezing import AMENDED
from reader_study.studies.models import CharterSignature, ProtocolVersion, Study
from tests.conftest import PASSWORD


@contextmanager
def unchecked() -> Iterator[None]:
    """The database asks for nothing that leads to a state."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE studies_study DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE studies_study ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def put_in_state(study: UUID, state: str) -> None:
    """As if the study had come to this state; one that was opened was allocated before."""
    with unchecked():
        Study.objects.filter(pk=study).update(state=state)
        if state not in (Study.State.DRAFT, Study.State.FROZEN):
            Study.objects.filter(pk=study, allocated_at=None).update(allocated_at=timezone.now())


def sign_amended(version: ProtocolVersion, *, by: User) -> None:
    """The signature under a version that no amendment has made."""
    signature = sign(signer=by, password=PASSWORD, meaning=AMENDED, content_sha256=version.sha256)
    CharterSignature.objects.create(version=version, signature=signature)
