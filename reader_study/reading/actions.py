"""What a reader does: look at a read for the first time, act on it, sign it.

Single acts are not journaled: the ledger they are written to is itself numbered and insert-only, and the
signature that ends a read puts the hash of what they add up to into the journal.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reader_study.accounts.actions import sign
from reader_study.accounts.models import Signature, User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, Locked
from reader_study.reading import draft, queries
from reader_study.reading.form import Form
from reader_study.reading.models import Event, Presentation, Read, ScoreSheet

MEANING = "authored"


@dataclass(frozen=True)
class Act:
    """An event as the browser sends it; see models.Event."""

    id: UUID
    seq: int
    kind: str
    elapsed_ms: int
    at: datetime
    state: str = ""
    segment: int | None = None
    name: str = ""
    value: Any = None


@transaction.atomic
def present(*, reader: User, token: UUID) -> Read:
    """Hand out a read, and keep when an open one was first looked at. Raises NotFound when it is not due."""
    read = queries.read_for(reader, token)
    if queries.sheet_of(read) is None:
        _shown, first = Presentation.objects.get_or_create(read=read)
        if first:
            _journal("reading.presented", reader=reader, read=read)
    return read


@transaction.atomic
def append(*, reader: User, token: UUID, acts: Sequence[Act]) -> int:
    """Write acts to the ledger of a read and return the number of its last one.

    An act that was kept before is passed over, so that a browser may send again what it had no answer to.

    Raises
    ------
    NotFound
        The read is not the reader's, or not due.
    Locked
        The read is signed.
    Conflict
        code "sequence", with `last_seq`: a number was left out, or is taken by another act.
    Invalid
        An act does not fit the form.
    """
    read = _open_read(reader, token)
    form = Form.of(read.study.form)
    known = dict(read.events.filter(id__in=[act.id for act in acts]).values_list("id", "seq"))
    last = kept = queries.last_seq(read)
    new: list[Event] = []
    for act in acts:
        if known.get(act.id) == act.seq:
            continue
        if act.id in known or act.seq != last + 1:
            raise _out_of_sequence(kept)
        if act.kind == Event.Kind.SCORE:
            form.check_score(state=act.state, segment=act.segment or 0, value=act.value)
        elif act.kind == Event.Kind.FIELD:
            form.check_field(name=act.name, value=act.value)
        new.append(Event(read=read, **asdict(act)))
        known[act.id] = last = act.seq
    try:
        with transaction.atomic():
            Event.objects.bulk_create(new)
    except IntegrityError:  # the id is taken by an act of another read
        raise _out_of_sequence(kept) from None
    return last


@transaction.atomic
def sign_read(*, reader: User, token: UUID, password: str, content_sha256: str, last_seq: int) -> Signature:
    """Sign what the acts of a read add up to; the read is locked by it.

    Raises
    ------
    NotFound, Locked
        As for `append`.
    Conflict
        code "sequence": the browser has not seen the last act; code "content": it shows other scores.
    Invalid
        code "incomplete", with `missing`: what must still be answered.
    Forbidden
        code "password".
    """
    read = _open_read(reader, token)
    kept = queries.last_seq(read)
    if last_seq != kept:
        raise _out_of_sequence(kept)
    form = Form.of(read.study.form)
    content = draft.fold(form, read.events.order_by("seq"))
    if missing := draft.missing(form, content):
        sentence = ngettext(
            "%(count)s answer is still missing.", "%(count)s answers are still missing.", len(missing)
        )
        raise Invalid("incomplete", sentence % {"count": len(missing)}, missing=missing)
    digest = draft.content_sha256(content, form_version=form.version)
    if content_sha256 != digest:
        raise Conflict(
            "content",
            _("The scores on your screen are not the saved ones. Nothing was signed; reload the page."),
        )
    signature = sign(signer=reader, password=password, meaning=MEANING, content_sha256=digest)
    sheet = ScoreSheet.objects.create(
        read=read,
        version=1,
        form_version=form.version,
        scores=content.scores,
        fields=content.fields,
        content_sha256=digest,
        last_seq=kept,
        signature=signature,
    )
    _journal(
        "reading.signed",
        reader=reader,
        read=read,
        version=sheet.version,
        content_sha256=digest,
        last_seq=kept,
        signature=signature.id,
    )
    return signature


def _open_read(reader: User, token: UUID) -> Read:
    """The read, due and unsigned, and ours alone until the transaction ends."""
    with connection.cursor() as cursor:
        # An advisory lock, because a row lock needs the right to update, which the readers' role has nowhere.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"read {token}"])
    read = queries.read_for(reader, token)
    if queries.sheet_of(read) is not None:
        raise Locked("signed", _("This read is signed and can no longer be changed."))
    return read


def _out_of_sequence(kept: int) -> Conflict:
    return Conflict(
        "sequence",
        _("The last saved change is number %(kept)s; what was sent does not follow it. Reload the page.")
        % {"kept": kept},
        last_seq=kept,
    )


def _journal(action: str, *, reader: User, read: Read, **detail: Any) -> None:
    record(action=action, actor=reader.id, study=read.study_id, subject=str(read.token), detail=detail)
