"""How far a reader is on the way to reading in a study: training, attempts at the test, certificate.

Asked behind the wall, where a reader finds only what is the reader's own, and by those who run a study.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.problems import NotFound
from reader_study.reading.form import Form, Score
from reader_study.reading.models import (
    Certificate,
    FurtherAttempt,
    Read,
    ReadingQualification,
    ReadingStudy,
    ReadReference,
    ScoreSheet,
    TestResult,
)
from reader_study.reading.standing import Standing, standings

QUALIFYING = (Read.Purpose.TRAINING, Read.Purpose.TEST)


class State(StrEnum):
    WAITING = "waiting"  # nothing is laid out
    TRAINING = "training"
    TEST = "test"
    QUALIFIED = "qualified"
    EXPIRED = "expired"  # until the next attempt is laid out
    FAILED = "failed"  # all attempts are used up


@dataclass(frozen=True)
class Desk:
    """Reads that were laid out together: how many there are, and how many of them are signed."""

    signed: int = 0
    total: int = 0

    @property
    def finished(self) -> bool:
        return 0 < self.total == self.signed


@dataclass(frozen=True)
class Attempt:
    """``number`` counts all of the reader's attempts in the study; ``result`` is None until the last read is signed."""

    number: int
    desk: Desk
    result: TestResult | None


@dataclass(frozen=True)
class Qualifying:
    """One reader in one study. ``certificate``: the newest; ``further``: attempts that were granted since then."""

    study: ReadingStudy
    asked: ReadingQualification
    training: Desk
    attempts: list[Attempt]
    certificate: Certificate | None
    further: int
    now: datetime

    @property
    def valid_until(self) -> datetime | None:
        """Of the newest certificate; None without one, or where it is for good.

        A test failed after it ends it, also where the protocol comes to say that certificates are valid for longer.
        """
        if self.certificate is None:
            return None
        results = [attempt.result for attempt in self.since_certificate]
        ends = [result.at for result in results if result is not None and not result.passed]
        if self.asked.valid_days is not None:
            ends.append(self.certificate.issued_at + timedelta(days=self.asked.valid_days))
        return min(ends, default=None)

    @property
    def is_qualified(self) -> bool:
        until = self.valid_until
        return self.certificate is not None and (until is None or until > self.now)

    @property
    def since_certificate(self) -> list[Attempt]:
        """The attempts that count now: those after the newest certificate."""
        passed = self.certificate.result.attempt if self.certificate else 0
        return [attempt for attempt in self.attempts if attempt.number > passed]

    @property
    def allowed(self) -> int:
        """How many attempts there may be now, those that were made among them."""
        return self.asked.attempts + self.further

    @property
    def current(self) -> int:
        return len(self.since_certificate)

    @property
    def state(self) -> State:
        if self.is_qualified:
            return State.QUALIFIED
        if made := self.since_certificate:
            used_up = made[-1].result is not None and len(made) >= self.allowed
            return State.FAILED if used_up else State.TEST
        if self.certificate is not None:
            return State.EXPIRED
        if self.training.finished:
            return State.TEST
        return State.TRAINING if self.training.total else State.WAITING


@dataclass(frozen=True)
class Feedback:
    """An own signed training read beside the reference: of each state, the scores of every segment."""

    read: Read
    form: Form
    own: dict[str, list[Score]]
    reference: dict[str, list[Score]]


def of_reader(reader: User) -> list[Qualifying]:
    """In all studies that ask for it and in which something was laid out for the reader, oldest study first."""
    reads = Read.objects.filter(reader=reader)
    asked = _asked(ReadingStudy.objects.filter(reads__in=reads))
    found = _qualifying(asked, reads)
    return [found[reader.pk, study] for study in asked if (reader.pk, study) in found]


def of_study(study_id: UUID, readers: Iterable[UUID]) -> dict[UUID, Qualifying]:
    """Of each of some readers of a study; empty where it asks nothing, or nothing was opened yet."""
    asked = _asked(ReadingStudy.objects.filter(pk=study_id))
    if not asked:
        return {}
    found = _qualifying(asked, Read.objects.filter(study=study_id))
    nothing = Qualifying(asked[study_id].study, asked[study_id], Desk(), [], None, 0, timezone.now())
    return {reader: found.get((reader, study_id), nothing) for reader in readers}


def feedback(reader: User, token: UUID) -> Feedback:
    """Raises NotFound unless it is an own training read that is signed."""
    read = Read.objects.filter(reader=reader, token=token, purpose=Read.Purpose.TRAINING).first()
    standing = next(iter(standings(Read.objects.filter(pk=token).select_related("study"))), None)
    reference = ReadReference.objects.filter(read=token).first()
    if read is None or standing is None or standing.in_force is None or reference is None:
        raise NotFound()
    own = ScoreSheet.objects.values_list("scores", flat=True).get(pk=standing.in_force.pk)
    return Feedback(standing.read, Form.of(standing.read.study.form), own, reference.scores)


def _asked(studies: QuerySet[ReadingStudy]) -> dict[UUID, ReadingQualification]:
    """What each study asks now, oldest study first."""
    newest = ReadingQualification.objects.filter(study__in=studies).select_related("study")
    rows = newest.order_by("study", "-id").distinct("study")
    return {row.study_id: row for row in sorted(rows, key=lambda row: row.study.opened_at)}


def _qualifying(
    asked: dict[UUID, ReadingQualification], reads: QuerySet[Read]
) -> dict[tuple[UUID, UUID], Qualifying]:
    """(reader, study) -> how far, of whom something was laid out."""
    desks: dict[tuple[UUID, UUID], dict[tuple[str, int], list[Standing]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for standing in standings(reads.filter(study__in=asked, purpose__in=QUALIFYING)):
        read = standing.read
        desks[read.reader_id, read.study_id][read.purpose, read.attempt].append(standing)
    results = {
        (result.reader_id, result.study_id, result.attempt): result
        for result in TestResult.objects.filter(study__in=asked)
    }
    certificates = {
        (certificate.reader_id, certificate.study_id): certificate
        for certificate in Certificate.objects.filter(study__in=asked)
        .select_related("result")
        .order_by("issued_at", "number")
    }
    further = list(FurtherAttempt.objects.filter(study__in=asked))
    now = timezone.now()
    found = {}
    for (reader, study), of_one in desks.items():
        certificate = certificates.get((reader, study))
        since = certificate.issued_at if certificate else datetime.min.replace(tzinfo=now.tzinfo)
        attempts = sorted(number for purpose, number in of_one if purpose == Read.Purpose.TEST)
        found[reader, study] = Qualifying(
            study=asked[study].study,
            asked=asked[study],
            training=_desk(of_one.get((Read.Purpose.TRAINING, 1), [])),
            attempts=[
                Attempt(n, _desk(of_one[Read.Purpose.TEST, n]), results.get((reader, study, n)))
                for n in attempts
            ],
            certificate=certificate,
            further=sum(
                (one.reader_id, one.study_id) == (reader, study) and one.at > since for one in further
            ),
            now=now,
        )
    return found


def _desk(found: list[Standing]) -> Desk:
    return Desk(sum(standing.in_force is not None for standing in found), len(found))
