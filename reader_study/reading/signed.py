"""What the analysis is given: signed reads, as they were signed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from reader_study.reading.form import Answer, Score
from reader_study.reading.models import Event, Read, ScoreSheet
from reader_study.reading.timing import Moment, moment, reading_time


@dataclass(frozen=True)
class SignedRead:
    """A signed step of a read: the version in force.

    ``seconds``: active time from the beginning of the read to the last act that was signed. It counts earlier steps
    and versions in, because the later score rests on them; their own is the difference.
    """

    token: UUID
    reader_id: UUID
    session: int
    position: int
    step: int
    version: int
    form_version: int
    scores: dict[str, list[Score]]
    fields: dict[str, Answer]
    content_sha256: str
    signature_id: UUID
    signer: str
    meaning: str
    signed_at: datetime
    seconds: float


def signed_reads(study_id: UUID) -> list[SignedRead]:
    """All reads of the study itself whose last step is signed: that step, by reader, session and position."""
    last = _last_steps(study_id)
    return [step for step in signed_steps(study_id) if step.step == last[step.token]]


def signing_times(study_id: UUID) -> dict[UUID, datetime]:
    """When each read of the study itself was signed to its end, in the version in force; what it says stays there."""
    last = _last_steps(study_id)
    sheets = ScoreSheet.objects.filter(read__study_id=study_id, read__purpose=Read.Purpose.STUDY).order_by(
        "version"
    )
    signed = sheets.values_list("read_id", "step", "signature__signed_at")
    return {token: at for token, step, at in signed if step == last[token]}


def _last_steps(study_id: UUID) -> dict[UUID, int]:
    reads = Read.objects.filter(study=study_id, purpose=Read.Purpose.STUDY)
    steps = reads.annotate(steps=Max("volumes__step")).values_list("token", "steps")
    return {token: number or 1 for token, number in steps}


def signed_steps(study_id: UUID, *, purpose: Read.Purpose = Read.Purpose.STUDY) -> list[SignedRead]:
    """Every signed step of every read for a purpose, also of reads that are not at their end; in order."""
    place = ("read__reader_id", "read__session", "read__position", "read_id", "step")
    sheets = (
        ScoreSheet.objects.filter(read__study_id=study_id, read__purpose=purpose)
        .select_related("read", "signature")
        .order_by(*place, "-version")
        .distinct(*place)
    )
    moments = _moments(study_id, purpose)
    return [
        SignedRead(
            token=sheet.read_id,
            reader_id=sheet.read.reader_id,
            session=sheet.read.session,
            position=sheet.read.position,
            step=sheet.step,
            version=sheet.version,
            form_version=sheet.form_version,
            scores=sheet.scores,
            fields=sheet.fields,
            content_sha256=sheet.content_sha256,
            signature_id=sheet.signature_id,
            signer=sheet.signature.full_name,
            meaning=sheet.signature.meaning,
            signed_at=sheet.signature.signed_at,
            seconds=reading_time(moments[sheet.read_id][: sheet.last_seq]).active,
        )
        for sheet in sheets
    ]


def _moments(study_id: UUID, purpose: Read.Purpose) -> dict[UUID, list[Moment]]:
    """Of every read, one for each event in order: the numbers of events have no gaps."""
    found: dict[UUID, list[Moment]] = defaultdict(list)
    acts = Event.objects.filter(read__study_id=study_id, read__purpose=purpose)
    acts = acts.order_by("read_id", "seq")
    for read_id, elapsed_ms, kind, name, value in acts.values_list(
        "read_id", "elapsed_ms", "kind", "name", "value"
    ).iterator():
        found[read_id].append(moment(elapsed_ms=elapsed_ms, kind=kind, name=name, value=value))
    return found
