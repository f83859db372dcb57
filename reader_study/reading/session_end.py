"""What a reader is asked at the end of a session, and the one time that it is answered.

Recall ("had you seen a case of this session before?") is asked once about the session, not at each read: there the
question would make the reader look for what is to be forgotten. It is what shows whether washout worked.

The arm is asked for the last LAST_READS reads of the session, a guess for each. Bang's index, and James', compare the
arm that was guessed with the arm that it was, separately in every arm: a guess about the session as a whole is
compared with nothing, because every session mixes the arms. The last reads are a random sample of the arms, as
position and arm are independent by allocation, and the ones that are still remembered. Their pictures are not shown
again: that would be a second look at a case within its washout. Nor is each read asked about when it is signed: from
the first question on, readers would look for signs of the arm. Who does not remember a read says so, and the index
leaves the read out; who remembers it and cannot tell counts as "don't know".
Bang H, Ni L, Davis CE. Assessment of blinding in clinical trials. Control Clin Trials 2004;25:143-56.
James KE et al. An index for assessing blindness in a multi-centre clinical trial. Stat Med 1996;15:1421-34.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.reading import queries
from reader_study.reading.holding import Questions, questions_of
from reader_study.reading.models import ArmGuess, Read, ReadingStudy, SessionEnd
from reader_study.reading.standing import standings
from reader_study.reading.wall import reading_is_over

LAST_READS = (
    6  # with three sessions of three readers 18 guesses an arm: the index to about a quarter either way
)


@dataclass(frozen=True)
class Asked:
    """The questions about a session. reads: position, token, time of signing; guessed: the positions to guess at."""

    study: ReadingStudy
    session: int
    questions: Questions
    reads: list[tuple[int, UUID, datetime]]

    @property
    def guessed(self) -> list[int]:
        return [position for position, _, _ in self.reads[-LAST_READS:]] if self.questions.arms else []


@dataclass(frozen=True)
class Recall:
    """See models.SessionEnd."""

    seen: str
    reads: int | None
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Guess:
    """About the read at a position; arm: a place, from 0, among the arms as they were offered."""

    position: int
    answer: str
    arm: int | None
    confidence: int | None


def asked(reader: User, study_id: UUID, session: int) -> Asked:
    """What the reader is to answer about a session now.

    Raises
    ------
    NotFound
        The session is not finished, not the reader's, answered already, or there is nothing to answer.
    Locked
        code "study_locked": reading of the study has ended.
    """
    mine = Read.objects.filter(reader=reader, study=study_id, purpose=Read.Purpose.STUDY)
    first = mine.select_related("study").first()
    if first is None:
        raise NotFound()
    if not any(s.number == session and s.questions_due for s in queries.agenda(first).sessions):
        raise NotFound()
    if study_id in queries.ended_studies():
        raise reading_is_over()
    signed = [
        (standing.read.position, standing.read.token, standing.first_signed_at)
        for standing in standings(mine.filter(session=session))
    ]
    reads = [(position, token, at) for position, token, at in signed if at is not None]
    ended_at = max(at for _position, _token, at in reads)
    return Asked(first.study, session, questions_of(first.study, ended_at=ended_at), reads)


@transaction.atomic
def answer(
    *,
    reader: User,
    answered_by: UUID,
    study_id: UUID,
    session: int,
    recall: Recall | None,
    guesses: Sequence[Guess],
) -> None:
    """Keep what a reader answers at the end of a session; it is final, and the journal keeps its digest.

    Raises
    ------
    NotFound, Locked
        As for `asked`.
    Conflict
        code "another_reader": somebody else has answered, at a computer where the reader has signed in since.
    Invalid
        code "answers": something that was asked is not answered, or something is answered that was not asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"end {reader.id} {study_id}"]
        )
    what = asked(reader, study_id, session)
    if answered_by != reader.id:
        raise Conflict(
            "another_reader",
            _(
                "Somebody else is signed in here now, and these are not their answers. Nothing was saved: sign out in"
                " the other tab, and sign in there as before."
            ),
        )
    _check(what, recall, guesses)
    tokens = {position: token for position, token, _at in what.reads}
    end = SessionEnd(
        id=uuid4(),
        study=what.study,
        reader=reader,
        session=session,
        seen=recall.seen if recall else "",
        seen_reads=recall.reads if recall else None,
        seen_positions=list(recall.positions) if recall else [],
        guesses_asked=len(guesses),
    )
    try:
        with transaction.atomic():
            end.save(force_insert=True)
    except IntegrityError:  # answered on another computer a moment ago
        raise NotFound() from None
    ArmGuess.objects.bulk_create(
        ArmGuess(
            end=end,
            read_id=tokens[guess.position],
            answer=guess.answer,
            arm="" if guess.arm is None else what.questions.arms[guess.arm][0],
            confidence=guess.confidence,
        )
        for guess in guesses
    )
    said = {"recall": recall and asdict(recall), "guesses": [asdict(guess) for guess in guesses]}
    record(
        action="reading.session_ended",
        actor=reader.id,
        study=study_id,
        subject=str(end.id),
        # Only a digest: nobody knows the answers before unblinding.
        detail={"session": session, "sha256": _digest({"salt": str(end.salt), **said})},
    )


def answers_of(study_id: UUID) -> list[SessionEnd]:
    """Everything that was answered in a study, with the guesses in the order of reading. For the lock alone."""
    guesses = ArmGuess.objects.select_related("read").order_by("read__position")
    ends = SessionEnd.objects.filter(study=study_id).prefetch_related(Prefetch("guesses", guesses))
    return list(ends.order_by("reader_id", "session"))


def unanswered_of(study_id: UUID) -> list[tuple[UUID, int]]:
    """(reader, session) of every finished session whose questions wait."""
    return [
        (reader.id, session.number)
        for reader in queries.progress(study_id)
        for session in reader.sessions
        if session.questions_due
    ]


def _check(what: Asked, recall: Recall | None, guesses: Sequence[Guess]) -> None:
    positions = {position for position, _token, _at in what.reads}
    is_recall_whole = (recall is not None) == what.questions.recall and (
        recall is None
        or (
            set(recall.positions) <= positions
            and len(set(recall.positions)) == len(recall.positions) <= (recall.reads or 0) <= len(positions)
            and (recall.seen == SessionEnd.Seen.YES) == (recall.reads is not None)
        )
    )
    are_guesses_whole = [guess.position for guess in guesses] == what.guessed and all(
        (guess.answer == ArmGuess.Answer.ARM) == (guess.arm is not None) == (guess.confidence is not None)
        and (guess.arm is None or guess.arm < len(what.questions.arms))
        for guess in guesses
    )
    if not (is_recall_whole and are_guesses_whole):
        raise Invalid(
            "answers", _("Answer every question about the session; the numbers of the reads must be its own.")
        )


def _digest(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
