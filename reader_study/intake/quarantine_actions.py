"""Files that wait for a person: kept, looked at, taken when they come again, thrown away, out of time."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases.models import Case
from reader_study.intake import quarantine, queries, staging
from reader_study.intake.examination import Examined, HeaderLine, Known, Look, header, look
from reader_study.intake.models import KeptApart, Upload, UploadedFile
from reader_study.intake.reasons import NotTaken
from reader_study.problems import Conflict, Invalid
from reader_study.studies.models import Site, Study
from reader_study.studies.queries import protocol_of

_WRITTEN_DOWN_AFTER = timedelta(hours=1)  # a transaction that has just sealed a file may still be open
Verdict = UploadedFile.Verdict
_PATH = re.compile(r"([0-9A-F]{4},[0-9A-F]{4}\[\d{1,6}\]\.){0,20}[0-9A-F]{4},[0-9A-F]{4}")


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
        **as_row(known),
        wrapped_key=quarantine.seal(data, name=name, study=upload.study_id, site=upload.site_id),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record_act(kept, "intake.kept_apart", None, {"code": code, "days": days})
    return kept


def as_row(known: Known) -> dict[str, Any]:
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
        close(kept, KeptApart.State.TAKEN, by=None)
        conclude(kept, Verdict.DUPLICATE, "duplicate", case=None)
        record_act(kept, "intake.quarantine_taken", actor, {"sent": "again"})


def close(kept: KeptApart, state: str, *, by: User | None) -> None:
    """Forget the key, with it the file."""
    kept.state, kept.wrapped_key, kept.answers, kept.subject_key = state, None, None, None
    kept.closed_at, kept.closed_by = timezone.now(), by
    kept.save(
        update_fields=["state", "wrapped_key", "answers", "subject_key", "closed_at", "closed_by", "code"]
    )
    name = kept.id
    transaction.on_commit(lambda: quarantine.shred(name), robust=True)


def conclude(kept: KeptApart, verdict: str, code: str, *, case: Case | None) -> None:
    """Tell the uploads in which the file was; of several copies one is the file."""
    files = list(kept.files.filter(verdict=Verdict.QUARANTINED).order_by("upload__created_at", "number"))
    for n, file in enumerate(files):
        copy = n > 0 and verdict == Verdict.ACCEPTED
        file.verdict, file.code = (Verdict.DUPLICATE, "duplicate") if copy else (verdict, code)
        file.case = None if copy else case
        file.save(update_fields=["verdict", "code", "case"])
    Upload.objects.filter(pk__in={file.upload_id for file in files}).update(revision=F("revision") + 1)


def record_act(kept: KeptApart, action: str, actor: UUID | None, detail: dict[str, Any]) -> None:
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
        data = data_of(kept)
        record_act(kept, "intake.quarantine_looked", actor.id, detail)
    return data


def data_of(kept: KeptApart) -> bytes:
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


def known_by(examined: Examined) -> Known:
    """What is known of a file that passed the examination, and has no place."""
    return Known(examined.description, examined.subject.key, examined.series_uid)


def still_held(kept: KeptApart) -> KeptApart:
    """The row, locked and still held: somebody else may have answered meanwhile."""
    held = KeptApart.objects.select_for_update().get(pk=kept.pk)
    if held.state != KeptApart.State.HELD:
        raise _closed()
    return held


@transaction.atomic
def discard(*, actor: User, kept_id: UUID, reason: str) -> None:
    """Throw a file away that shall not be taken; it cannot be brought back, but sent again.

    Raises NotFound, Conflict as `see_header`.
    """
    kept = still_held(queries.own_kept_apart(actor, kept_id))
    close(kept, KeptApart.State.DISCARDED, by=actor)
    conclude(kept, Verdict.REFUSED, "discarded", case=None)
    record_act(kept, "intake.quarantine_discarded", actor.id, {"code": kept.code, "reason": reason.strip()})


def expire() -> int:
    """Destroy what nobody answered in the protocol's days; and files on disk of which no row knows a key."""
    due = KeptApart.objects.filter(state=KeptApart.State.HELD, expires_at__lte=timezone.now())
    gone = 0
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            kept = KeptApart.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if kept is None or kept.state != KeptApart.State.HELD:
                continue
            close(kept, KeptApart.State.EXPIRED, by=None)
            conclude(kept, Verdict.REFUSED, "expired", case=None)
            record_act(kept, "intake.quarantine_expired", None, {"code": kept.code})
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
