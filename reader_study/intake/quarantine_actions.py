"""What happens to files that wait for a person: kept, looked at, answered, taken, thrown away, out of time."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases.actions import decide_quality
from reader_study.cases.models import Case, Image
from reader_study.intake import quarantine, queries, staging
from reader_study.intake.deidentification import Answers, Blank
from reader_study.intake.description import STATES, VIEWS, Pixels
from reader_study.intake.examination import Examined, HeaderLine, Known, Look, describe, examine, header, look
from reader_study.intake.models import KeptApart, Upload, UploadedFile
from reader_study.intake.placing import READ, Placed, Sender, case_of, place
from reader_study.intake.reasons import NotTaken, Quarantined, Refused, instead
from reader_study.problems import Conflict, Invalid, Locked
from reader_study.studies.models import Site, Study
from reader_study.studies.queries import protocol_of, takes_files

MAX_BOXES = 200
_WRITTEN_DOWN_AFTER = timedelta(hours=1)  # a transaction that has just sealed a file may still be open
Verdict = UploadedFile.Verdict
_PATH = re.compile(r"([0-9A-F]{4},[0-9A-F]{4}\[\d{1,6}\]\.){0,20}[0-9A-F]{4},[0-9A-F]{4}")
# What a person can say so that the file may yet be taken, by the reason for which it waits.
HELPS: Mapping[str, tuple[str, ...]] = {
    "state_unknown": ("state",),
    "no_patient_id": ("patient_id",),
    "patient_mixed": ("patient_id",),
    "burned_in": ("pixels",),
    "secondary": ("pixels",),
    "second_series": ("replace",),
}


@dataclass(frozen=True)
class Given:
    """What a person says about one file; what is None or empty was not said.

    pixels: "seen" (there is no text) or "blanked", then with boxes. replace: reason why the image that has the
    place is rejected for this one.
    """

    state: str | None = None
    view: str | None = None
    patient_id: str | None = None
    pixels: str | None = None
    blank: Sequence[Blank] = ()
    replace: str = ""


@dataclass(frozen=True)
class Answered:
    """What became of a file after an answer: taken; or kept, with a code of `reasons`."""

    taken: bool
    code: str
    case: Case | None = None


def keep_apart(*, file: UploadedFile, code: str, known: Known) -> KeptApart | None:
    """Encrypt a staged file and write down its key, in the transaction of its verdict. A held one stays as it is.

    None: its bytes are gone, because another copy of it was kept apart before, and decided on since.
    """
    upload = file.upload
    fingerprint = queries.fingerprint(upload.study, file.sha256)
    held = KeptApart.objects.filter(
        study=upload.study, site=upload.site, fingerprint=fingerprint, state=KeptApart.State.HELD
    ).first()
    if held is not None:
        return held
    data = staging.read(upload=upload.id, sha256=file.sha256)
    if data is None:
        return None
    name = quarantine.name_of(upload=upload.id, number=file.number)
    days = protocol_of(upload.study).intake.quarantine_days
    now = timezone.now()
    kept = KeptApart.objects.create(
        id=name,
        study=upload.study,
        site=upload.site,
        upload=upload,
        number=file.number,
        size=file.size,
        fingerprint=fingerprint,
        code=code,
        **_as_row(known),
        wrapped_key=quarantine.seal(data, name=name, study=upload.study_id, site=upload.site_id),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    _record(kept, "intake.kept_apart", None, {"code": code, "days": days})
    return kept


def _as_row(known: Known) -> dict[str, Any]:
    return {
        "description": known.description.line() if known.description else "",
        "subject_key": known.subject_key or None,
        "series_uid": known.series_uid,
    }


def close_taken(*, study: Study, site: Site, fingerprint: bytes, actor: UUID | None) -> None:
    """A file that was kept apart came again and was taken: the copy goes."""
    held = KeptApart.objects.filter(
        study=study, site=site, fingerprint=fingerprint, state=KeptApart.State.HELD
    ).select_for_update()
    for kept in held:
        _close(kept, KeptApart.State.TAKEN, by=None)
        _conclude(kept, Verdict.DUPLICATE, "duplicate", case=None)
        _record(kept, "intake.quarantine_taken", actor, {"sent": "again"})


def _close(kept: KeptApart, state: str, *, by: User | None) -> None:
    """Forget the key, with it the file."""
    kept.state, kept.wrapped_key, kept.answers, kept.subject_key = state, None, None, None
    kept.closed_at, kept.closed_by = timezone.now(), by
    kept.save(
        update_fields=["state", "wrapped_key", "answers", "subject_key", "closed_at", "closed_by", "code"]
    )
    name = kept.id
    transaction.on_commit(lambda: quarantine.shred(name), robust=True)


def _conclude(kept: KeptApart, verdict: str, code: str, *, case: Case | None) -> None:
    """Tell the uploads in which the file was; of several copies one is the file."""
    files = list(kept.files.filter(verdict=Verdict.QUARANTINED).order_by("upload__created_at", "number"))
    for n, file in enumerate(files):
        copy = n > 0 and verdict == Verdict.ACCEPTED
        file.verdict, file.code = (Verdict.DUPLICATE, "duplicate") if copy else (verdict, code)
        file.case = None if copy else case
        file.save(update_fields=["verdict", "code", "case"])
    Upload.objects.filter(pk__in={file.upload_id for file in files}).update(revision=F("revision") + 1)


def _record(kept: KeptApart, action: str, actor: UUID | None, detail: dict[str, Any]) -> None:
    record(
        action=action,
        actor=actor,
        study=kept.study_id,
        subject=f"file {kept.number} of upload {kept.upload_id}",
        detail={"file": str(kept.id), "site": kept.site.code, **detail},
    )


def see_header(*, actor: User, kept_id: UUID, reveal: bool | str) -> Sequence[HeaderLine]:
    """The file's header as it came, for the site's own eyes: written down before it is shown.

    reveal: whether every value will be shown, or the path of the one that will be.

    Raises
    ------
    NotFound
        No such file of the person's own sites.
    Conflict
        code "closed": it is no longer kept; "unreadable": it cannot be read.
    Invalid
        code "path": what shall be revealed is no path of an attribute.
    """
    if isinstance(reveal, str) and not _PATH.fullmatch(reveal):
        raise Invalid("path", _("This is no attribute of a header."))
    data = _seen(actor, kept_id, {"what": "header", "values": reveal})
    try:
        return header(data)
    except NotTaken as reason:
        raise Conflict("no_header", _("The header of this file cannot be shown.")) from reason


def see_frames(*, actor: User, kept_id: UUID, frames: Sequence[int] | None) -> Look:
    """Frames of the picture (all when None), the same way."""
    data = _seen(actor, kept_id, {"what": "picture", "frames": list(frames) if frames is not None else "all"})
    try:
        return look(data, frames=frames)
    except NotTaken as reason:
        raise Conflict("no_picture", _("No picture can be made of this file.")) from reason


def _seen(actor: User, kept_id: UUID, detail: dict[str, Any]) -> bytes:
    with transaction.atomic():
        kept = queries.own_kept_apart(actor, kept_id)
        data = _data_of(kept)
        _record(kept, "intake.quarantine_looked", actor.id, detail)
    return data


def _data_of(kept: KeptApart) -> bytes:
    if kept.wrapped_key is None:
        raise _closed()
    try:
        return quarantine.read(bytes(kept.wrapped_key), name=kept.id, study=kept.study_id, site=kept.site_id)
    except quarantine.Unreadable:
        raise Conflict(
            "unreadable", _("The file cannot be decrypted: its key or its bytes are gone. Send it again.")
        ) from None


def _closed() -> Conflict:
    return Conflict("closed", _("This file is no longer kept: it was taken, discarded, or its time ran out."))


def answer(*, actor: User, kept_id: UUID, given: Given) -> Answered:
    """Say what a file did not say, and let it be examined again; outside a transaction, for that takes time.

    What is said is kept with the file, encrypted, until it goes. A file that is refused with an answer, or that no
    further answer could help, stays kept as it was, and the answer is forgotten: the file may be fine, and the
    answer wrong.

    Raises
    ------
    NotFound, Conflict
        As `see_header`; Conflict too, where an image to be replaced is in use, and with code "no_answer" for a
        file that waits for a reason which nothing said can clear.
    Locked
        The study takes no more files.
    Invalid
        code "answer": nothing was said, or what makes no sense.
    """
    _check(given)
    kept = queries.own_kept_apart(actor, kept_id)
    if not takes_files(kept.study.state):  # asked again where the file gets its place
        raise _locked()
    if instead(kept.code):
        raise Conflict("no_answer", instead(kept.code))
    data, said = _data_of(kept), {**_said_before(kept), **_as_said(given)}
    pseudonyms, answers = queries.pseudonyms_of(kept.study, kept.site), _answers(said)
    try:
        examined = examine(
            data, pseudonyms=pseudonyms, kinds=queries.kinds_wanted(kept.study), answers=answers
        )
    except Refused as reason:
        return Answered(False, reason.code)
    except Quarantined as reason:
        if instead(reason.code):
            return Answered(False, reason.code)
        known = describe(data, pseudonyms=pseudonyms, answers=answers)
        return _kept_on(actor, kept, said, reason.code, known)
    try:
        return _taken(actor, kept, examined, given)
    except Quarantined as reason:
        return _kept_on(actor, kept, said, reason.code, known_by(examined))
    except Refused:  # meanwhile
        raise _locked() from None


def known_by(examined: Examined) -> Known:
    """What is known of a file that passed the examination, and has no place."""
    return Known(examined.description, examined.subject.key, examined.series_uid)


def _locked() -> Locked:
    return Locked("locked", _("The study is locked; it takes no more files."))


def _check(given: Given) -> None:
    said = [given.state, given.view, given.patient_id, given.pixels, given.replace.strip() or None]
    sensible = (
        given.state in (None, *STATES)
        and given.view in (None, *VIEWS)
        and given.pixels in (None, Pixels.SEEN, Pixels.BLANKED)
        and bool(given.blank) == (given.pixels == Pixels.BLANKED)
        and len(given.blank) <= MAX_BOXES
        and all(box.left < box.right and box.top < box.bottom for box in given.blank)
        and (given.patient_id is None or bool(given.patient_id.strip()))
    )
    if not sensible or all(item is None for item in said):
        raise Invalid("answer", _("The answer says nothing, or something that cannot be."))


def _as_said(given: Given) -> dict[str, Any]:
    """What an answer adds to those before, as JSON. A replacement is decided once, not remembered."""
    said: dict[str, Any] = {
        "state": given.state,
        "view": given.view,
        "patient_id": given.patient_id.strip() if given.patient_id else None,
        "pixels": given.pixels,
    }
    if given.pixels:
        said["blank"] = [[box.frame, box.left, box.top, box.right, box.bottom] for box in given.blank]
    return {name: value for name, value in said.items() if value is not None}


def _answers(said: Mapping[str, Any]) -> Answers:
    patient_id = said.get("patient_id")
    return Answers(
        state=said.get("state"),
        view=said.get("view"),
        pixels=Pixels(said.get("pixels", Pixels.UNSEEN)),
        blank=tuple(Blank(*box) for box in said.get("blank", ())),
        patient_id=patient_id.encode() if patient_id else None,
    )


def _said_before(kept: KeptApart) -> dict[str, Any]:
    if kept.answers is None or kept.wrapped_key is None:
        return {}
    text = quarantine.read_note(
        bytes(kept.answers), bytes(kept.wrapped_key), name=kept.id, study=kept.study_id, site=kept.site_id
    )
    said: dict[str, Any] = json.loads(text)
    return said


def _held(kept: KeptApart) -> KeptApart:
    """The row, locked and still held: somebody else may have answered meanwhile."""
    held = KeptApart.objects.select_for_update().get(pk=kept.pk)
    if held.state != KeptApart.State.HELD:
        raise _closed()
    return held


@transaction.atomic
def _kept_on(actor: User, kept: KeptApart, said: dict[str, Any], code: str, known: Known) -> Answered:
    kept = _held(kept)
    place_of_key = {"name": kept.id, "study": kept.study_id, "site": kept.site_id}
    kept.code = code
    kept.answers = quarantine.seal_note(
        json.dumps(said).encode(), bytes(kept.wrapped_key or b""), **place_of_key
    )
    row = _as_row(known)
    for name, value in row.items():
        setattr(kept, name, value)
    kept.save(update_fields=["code", "answers", *row])
    _record(
        kept, "intake.quarantine_answered", actor.id, {"said": sorted(said), "taken": False, "code": code}
    )
    _conclude(kept, Verdict.QUARANTINED, code, case=None)
    return Answered(False, code)


@transaction.atomic
def _taken(actor: User, kept: KeptApart, examined: Examined, given: Given) -> Answered:
    kept = _held(kept)
    sender = Sender(
        upload=kept.upload,
        fingerprint=bytes(kept.fingerprint),
        sent_report=kept.files.order_by("number").values_list("report", flat=True).first(),
        actor=actor.id,
    )
    if given.replace.strip():
        _make_room(actor, examined, kept.study, given.replace)
    found: Placed = place(examined, sender=sender)
    said = sorted(name for name, value in vars(given).items() if value)
    _close(kept, KeptApart.State.TAKEN, by=actor)
    if found.new:
        _conclude(kept, Verdict.ACCEPTED, "", case=found.case)
    else:
        _conclude(kept, Verdict.DUPLICATE, "duplicate", case=None)
    _record(
        kept,
        "intake.quarantine_answered",
        actor.id,
        {"said": said, "taken": True, "case": found.case.subject, "sop_uid": examined.sop_uid},
    )
    return Answered(True, "" if found.new else "duplicate", found.case)


def _make_room(actor: User, examined: Examined, study: Study, reason: str) -> None:
    """Reject the image whose place the file is to have."""
    case = case_of(examined, study=study)
    if case is None or examined.description.kind not in READ:
        return
    image = Image.objects.filter(
        case=case,
        image_set=examined.description.kind,
        state=examined.description.state or "",
        superseded_at=None,
    ).first()
    if image is not None and image.qc != Image.Decision.REJECTED:
        decide_quality(actor=actor, image_id=image.id, decision=Image.Decision.REJECTED, reason=reason)


@transaction.atomic
def discard(*, actor: User, kept_id: UUID, reason: str) -> None:
    """Throw a file away that shall not be taken; it cannot be brought back, but sent again.

    Raises NotFound, Conflict as `see_header`.
    """
    kept = _held(queries.own_kept_apart(actor, kept_id))
    _close(kept, KeptApart.State.DISCARDED, by=actor)
    _conclude(kept, Verdict.REFUSED, "discarded", case=None)
    _record(kept, "intake.quarantine_discarded", actor.id, {"code": kept.code, "reason": reason.strip()})


def expire() -> int:
    """Destroy what nobody answered in the protocol's days; and files on disk of which no row knows a key."""
    due = KeptApart.objects.filter(state=KeptApart.State.HELD, expires_at__lte=timezone.now())
    gone = 0
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            kept = KeptApart.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if kept is None or kept.state != KeptApart.State.HELD:
                continue
            _close(kept, KeptApart.State.EXPIRED, by=None)
            _conclude(kept, Verdict.REFUSED, "expired", case=None)
            _record(kept, "intake.quarantine_expired", None, {"code": kept.code})
            gone += 1
    _clear_disk()
    return gone


def _clear_disk() -> None:
    """Files whose key is forgotten, or was never written down because the verdict was rolled back."""
    names = quarantine.names()
    held = KeptApart.objects.filter(pk__in=names, state=KeptApart.State.HELD).values_list("pk", flat=True)
    for name in set(names) - set(held):
        if quarantine.age(name) > _WRITTEN_DOWN_AFTER:
            quarantine.shred(name)
