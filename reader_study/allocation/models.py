"""The sealed lists and their seeds, in a schema of their own that only the application's role may enter.

Rows are written once and never changed (migrations 0002 and 0004); a later block has new cases and later sessions
(0003). The references to rows of other schemas are not enforced by the database: what was allocated stays as it
was, and nothing else may depend on this schema.

Here lies, too, which case and arm a read stands for by which a reader is trained or tested (migration 0005): such
cases are never allocated, and a case that was laid out keeps its purpose.
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
    """One block of a study's allocation: enough to make its list again, and the digest that sealed it.

    Block 1 is made before reading begins, a further one of cases that came later. ``inputs`` is what the algorithm
    was given and the pictures that are read (see sealing.py); ``withheld`` are the cases that were left out and why;
    ``digest`` is `sealing.sealed_digest`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = _outside(Study, db_index=False)
    block = models.PositiveIntegerField(default=1)
    protocol_version = _outside(ProtocolVersion)
    algorithm = models.CharField(max_length=40)
    seed = models.BinaryField(max_length=32)
    inputs = models.JSONField()
    withheld = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = _sealed("allocation")
        constraints = [
            models.UniqueConstraint(fields=["study", "block"], name="block_once_in_a_study"),
            models.CheckConstraint(condition=models.Q(block__gte=1), name="blocks_count_from_one"),
        ]


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


class AdjudicationRound(models.Model):
    """Reads that are adjudicated together: enough to make their list again, and the digest that sealed it.

    ``inputs`` say which pairs of a case and an arm were discordant and which were not: see adjudication.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = _outside(Study, db_index=False)
    round = models.PositiveIntegerField()
    protocol_version = _outside(ProtocolVersion)
    algorithm = models.CharField(max_length=40)
    seed = models.BinaryField(max_length=32)
    inputs = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = _sealed("adjudication_round")
        constraints = [
            models.UniqueConstraint(fields=["study", "round"], name="round_once_in_a_study"),
            models.CheckConstraint(condition=models.Q(round__gte=1), name="rounds_count_from_one"),
        ]


class AdjudicationSeat(models.Model):
    """The key of one adjudicator's read: which case and arm its token stands for, and whether readers agreed on it."""

    token = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(AdjudicationRound, on_delete=models.PROTECT, related_name="seats")
    adjudicator = _outside(settings.AUTH_USER_MODEL)
    position = models.PositiveIntegerField()
    case = _outside(Case)
    arm = models.TextField()
    decoy = models.BooleanField()

    class Meta:
        db_table = _sealed("adjudication_seat")
        constraints = [
            models.UniqueConstraint(fields=["round", "adjudicator", "position"], name="seat_has_its_place"),
            models.UniqueConstraint(
                fields=["adjudicator", "case", "arm"], name="pair_once_for_an_adjudicator"
            ),
        ]


class Qualification(models.Model):
    """The opened qualification of a study's readers: the secret seed of every order, and what is shown.

    ``inputs``: the arms with their steps, and the images and cines of every training and test case as they were when
    it was opened. ``digest``: SHA-256 of inputs and seed together.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = _outside(Study, db_index=False)
    protocol_version = _outside(ProtocolVersion)
    seed = models.BinaryField(max_length=32)
    inputs = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = _sealed("qualification")
        constraints = [models.UniqueConstraint(fields=["study"], name="qualification_once_in_a_study")]


class QualifyingRead(models.Model):
    """The key of one training or test read: which case and arm its token stands for."""

    token = models.UUIDField(primary_key=True, editable=False)
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="reads")
    reader = _outside(settings.AUTH_USER_MODEL)
    purpose = models.CharField(max_length=8, choices=[("training", "Training"), ("test", "Test")])
    attempt = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    case = _outside(Case)
    arm = models.TextField()

    class Meta:
        db_table = _sealed("qualifying_read")
        constraints = [
            models.UniqueConstraint(
                fields=["qualification", "reader", "purpose", "attempt", "position"],
                name="qualifying_read_has_its_place",
            ),
            models.UniqueConstraint(
                fields=["qualification", "reader", "purpose", "attempt", "case"],
                name="case_once_in_an_attempt",
            ),
        ]
