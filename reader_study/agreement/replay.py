"""Seeing a signed read again as it was read: only after unblinding, when the key is no secret any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.allocation.queries import Key, allocation_of, assignments
from reader_study.audit.queries import entries_of
from reader_study.cases.models import Case
from reader_study.problems import Conflict, NotFound
from reader_study.reading.chain import first_broken
from reader_study.reading.contents import cines, slots
from reader_study.reading.display import display_of
from reader_study.reading.draft import sealed_sha256
from reader_study.reading.form import Form
from reader_study.reading.models import Event, Read, ScoreSheet
from reader_study.reading.standing import Standing, standings
from reader_study.reading.timing import ReadingTime, moment, reading_time
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import parse
from reader_study.studies.queries import study_for


@dataclass(frozen=True)
class Replay:
    """One signed read in a list: who read what, in which arm. ``arm`` is the label."""

    token: UUID
    reader: str
    session: int
    position: int
    subject: str
    arm: str
    steps: int
    versions: int
    signed_at: datetime | None


@dataclass(frozen=True)
class Sheet:
    """A signed version of a step. ``time``: from the beginning of the read to its last act; see SignedRead."""

    step: int
    version: int
    last_seq: int
    scores: dict[str, Any]
    fields: dict[str, Any]
    content_sha256: str
    full_name: str
    meaning: str
    signed_at: datetime
    reason: str
    time: ReadingTime


def unblinded_study(user: User, study_id: UUID) -> Study:
    """The study, for its investigator.

    Raises
    ------
    NotFound
        The user is not the investigator of the study.
    Conflict
        code "state": the study is not unblinded yet.
    """
    study = study_for(user, study_id, Role.INVESTIGATOR)
    if study.state != Study.State.UNBLINDED:
        raise Conflict("state", _("Reads can be seen again once the study is unblinded."))
    return study


def replays(study: Study) -> list[Replay]:
    """All signed reads, by reader, session and position."""
    signed = standings(
        Read.objects.filter(study=study.pk, purpose=Read.Purpose.STUDY, sheets__isnull=False)
        .distinct()
        .select_related("reader")
    )
    listed = _listed(study, [standing for standing in signed if standing.in_force is not None])
    return sorted(listed, key=lambda replay: (replay.reader, replay.session, replay.position))


def replay(study: Study, token: UUID) -> dict[str, Any]:
    """Everything of one signed read, in the order in which it happened. Raises NotFound."""
    read = signed_read(study, token)
    [standing] = standings(Read.objects.filter(token=token).select_related("reader"))
    [listed] = _listed(study, [standing])
    form = Form.of(read.study.form)
    events = list(read.events.order_by("seq"))
    volumes = list(read.volumes.all())
    return {
        "read": listed,
        "form": form,
        "display": display_of(read.study.display),
        "slots": [
            {**slot, "step": step}
            for step in range(1, standing.steps + 1)
            for slot in slots(form, [volume for volume in volumes if volume.step == step])
        ],
        "cines": cines(form, list(read.cines.all())),
        "events": events,
        "first_broken": _first_broken(standing, events),
        "sheets": [_sheet(sheet, events) for sheet in _sheets(read)],
    }


def signed_read(study: Study, token: UUID) -> Read:
    """The read, if it is of this study and signed to its end. Raises NotFound."""
    found = standings(
        Read.objects.filter(study=study.pk, purpose=Read.Purpose.STUDY, token=token).select_related("study")
    )
    if not found or found[0].in_force is None:
        raise NotFound()
    return found[0].read


def _first_broken(standing: Standing, events: list[Event]) -> int | None:
    """The first act from which on the ledger is not proven to be the one that was signed; None when all of it is.

    A chain that was cut off, or written anew from some act on, is whole in itself. The journal stands outside: it
    keeps how far the ledger went at the signature that ended the read, and at each correction, and its hash there.
    Acts after the last of them, of a correction that was not signed, have only the chain.
    """
    token, study = standing.read.token, standing.read.study_id
    broken = first_broken(token, events)
    whole = len(events) if broken is None else broken - 1
    sheets = {sheet.version: sheet for sheet in standing.sheets if sheet.step == standing.steps}
    journaled = entries_of(study).filter(action="reading.signed", subject=str(token))
    seals = {entry.detail["version"]: entry.detail for entry in journaled}
    proven = 0
    for version in sorted(sheets.keys() | seals.keys()):
        sheet, seal = sheets.get(version), seals.get(version)
        if sheet is None or seal is None or not _is_sealed(sheet, seal):
            return proven + 1
        if sheet.last_seq > whole:
            return whole + 1
        if events[sheet.last_seq - 1].hash != seal["last_hash"]:
            return proven + 1
        proven = sheet.last_seq
    return broken


def _is_sealed(sheet: ScoreSheet, seal: dict[str, Any]) -> bool:
    if "last_seq" not in seal:
        return bool(seal["sha256"] == sealed_sha256(sheet.pk, sheet.content_sha256, sheet.last_seq))
    # An older journal says it, and one that is older still has a digest that can be tried out.
    sealed = sealed_sha256(sheet.pk, sheet.content_sha256, None) if "sha256" in seal else sheet.content_sha256
    return (sheet.last_seq, sealed) == (seal["last_seq"], seal.get("sha256", seal.get("content_sha256")))


def _listed(study: Study, signed: list[Standing]) -> list[Replay]:
    keys: dict[UUID, Key] = {key.token: key for key in assignments(study)}
    subjects = dict(Case.objects.filter(study=study).values_list("id", "subject"))
    protocol = parse(allocation_of(study).protocol_version.document)
    return [
        Replay(
            token=standing.read.token,
            reader=standing.read.reader.full_name,
            session=standing.read.session,
            position=standing.read.position,
            subject=subjects[key.case_id],
            arm=protocol.arm(key.arm).label,
            steps=standing.steps,
            versions=standing.in_force.version if standing.in_force else 0,
            signed_at=standing.first_signed_at,
        )
        for standing in signed
        for key in [keys[standing.read.token]]
    ]


def _sheets(read: Read) -> list[ScoreSheet]:
    return list(read.sheets.select_related("signature", "unlock").order_by("last_seq", "step", "version"))


def _sheet(sheet: ScoreSheet, events: list[Event]) -> Sheet:
    until = (
        moment(elapsed_ms=event.elapsed_ms, kind=event.kind, name=event.name, value=event.value)
        for event in events[: sheet.last_seq]
    )
    return Sheet(
        step=sheet.step,
        version=sheet.version,
        last_seq=sheet.last_seq,
        scores=sheet.scores,
        fields=sheet.fields,
        content_sha256=sheet.content_sha256,
        full_name=sheet.signature.full_name,
        meaning=sheet.signature.meaning,
        signed_at=sheet.signature.signed_at,
        reason=sheet.unlock.reason if sheet.unlock else "",
        time=reading_time(until),
    )
