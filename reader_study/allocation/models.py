"""The sealed list and its seed, in a schema of their own that only the application's role may enter.

Rows are written once and never changed (migration 0002). The references to rows of other schemas are not
enforced by the database: what was allocated stays as it was, and nothing else may depend on this schema.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from reader_study.cases.models import Case
from reader_study.studies.models import ProtocolVersion, Study

SCHEMA = "allocation_key"


def _sealed(table: str) -> str:
    """Django quotes a table's name as a whole: the quotes inside make it two names."""
    return f'{SCHEMA}"."{table}'


def _outside(to: Any, **options: Any) -> Any:
    return models.ForeignKey(to, on_delete=models.PROTECT, db_constraint=False, related_name="+", **options)


class Allocation(models.Model):
    """The one allocation of a study: enough to make the list again, and the digest that sealed it.

    ``inputs`` is what the algorithm was given (study, arms, sessions, repeats, cases with sites, readers) and the
    images of every case in every arm; ``withheld`` are the cases that were left out and why; ``digest`` is of
    the list and the images (queries.sealed_digest).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.OneToOneField(Study, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    protocol_version = _outside(ProtocolVersion)
    algorithm = models.CharField(max_length=40)
    seed = models.BinaryField(max_length=32)
    inputs = models.JSONField()
    withheld = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = _sealed("allocation")


class Assignment(models.Model):
    """The key of one read: which case and arm its token stands for. Repetition 1 is a hidden repeat."""

    token = models.UUIDField(primary_key=True, editable=False)
    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="assignments")
    reader = _outside(settings.AUTH_USER_MODEL)
    session = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    case = _outside(Case)
    arm = models.TextField()
    repetition = models.PositiveSmallIntegerField()

    class Meta:
        db_table = _sealed("assignment")
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "reader", "session", "position"], name="assignment_has_its_place"
            ),
            models.UniqueConstraint(
                fields=["allocation", "reader", "session", "case"], name="case_once_in_a_session"
            ),
            models.UniqueConstraint(
                fields=["allocation", "reader", "case", "arm", "repetition"], name="arm_once_for_a_reader"
            ),
        ]
