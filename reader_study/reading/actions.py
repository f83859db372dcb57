"""What a reader does: look at a read for the first time, act on it, sign it.

Single acts are not journaled: the ledger they are written to is itself numbered, chained and insert-only, and the
signature that ends a read puts a hash of what they add up to, which tells neither score nor number, and the end of the
chain into the journal. Nor is the signature of an earlier step: that a read has steps would tell its arm to those who
see the journal.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reader_study.accounts.actions import sign
from reader_study.accounts.models import Signature, User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, Locked, NotFound
from reader_study.reading import draft, queries
from reader_study.reading.chain import next_hash
from reader_study.reading.form import Form
from reader_study.reading.models import DisplayCheck, Event, Presentation, Read, ScoreSheet
from reader_study.reading.queries import Due, ReadState
from reader_study.reading.standing import Standing
from reader_study.reading.wall import not_qualified

AUTHORED = "authored"
AMENDED = "amended"  # what a further version of a signed read is signed as
MEANINGS = (AUTHORED, AMENDED)


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
def present(*, reader: User, token: UUID) -> Due:
    """Hand out a read, and keep when an open one was first looked at; that a signed one is seen again is journaled.

    One that is handed out ahead of its turn is not looked at yet. Raises NotFound when it is not due.
    """
    due = queries.read_for(reader, token)
    if due.state != ReadState.OPEN:
        return due
    if due.standing.amending and due.standing.unlock:
        if not queries.in_the_middle(due):  # once its pictures are there, the ledger of the read says so
            journal("reading.presented", reader=reader, read=due.read, unlock=due.standing.unlock.id)
    else:
        _shown, first = Presentation.objects.get_or_create(read=due.read)
        if first:
            journal("reading.presented", reader=reader, read=due.read)
    return due


@transaction.atomic
def append(*, reader: User, token: UUID, acts: Sequence[Act], step: int | None = None) -> tuple[int, str]:
    """Write acts to the ledger of a read; returns the number and the hash of its last one.

    An act that was kept before is passed over, so that a browser may send again what it had no answer to.
    step: the one that the browser shows, if it says so.

    Raises
    ------
    NotFound
        The read is not the reader's, or not due.
    Locked
        The read is signed.
    Conflict
        code "sequence", with `last_seq`: a number was left out, or is taken by another act; code "step": the step
        was signed meanwhile.
    Invalid
        An act does not fit the form.
    """
    standing = writable_read(reader, token)
    if step not in (None, standing.step):
        raise _another_step()
    read = standing.read
    form = Form.of(read.study.form)
    known: dict[UUID, Event | Act] = {
        event.id: event for event in read.events.filter(id__in=[act.id for act in acts])
    }
    kept, hash_ = queries.ledger_end(read)
    last = kept
    new: list[Event] = []
    for act in acts:
        if act.id in known and _is_same(act, known[act.id]):
            continue
        if act.id in known or act.seq != last + 1:
            raise _out_of_sequence(kept)
        if act.kind == Event.Kind.SCORE:
            form.check_score(state=act.state, segment=act.segment or 0, value=act.value)
        elif act.kind == Event.Kind.FIELD:
            form.check_field(name=act.name, value=act.value)
        event = Event(read=read, **asdict(act))
        event.hash = hash_ = next_hash(hash_, event)
        new.append(event)
        known[act.id], last = act, act.seq
    try:
        with transaction.atomic():
            Event.objects.bulk_create(new)
    except IntegrityError:  # the id is taken by an act of another read
        raise _out_of_sequence(kept) from None
    return last, hash_


@transaction.atomic
def sign_read(
    *, reader: User, token: UUID, password: str, meaning: str, content_sha256: str, last_seq: int, step: int
) -> tuple[Signature, bool]:
    """Sign what the acts of a read add up to; its step is locked by it. Returns whether a further step follows.

    Raises
    ------
    NotFound, Locked
        As for `append`.
    Conflict
        code "step": the browser shows another step; code "sequence": it has not seen the last act; code "content":
        it shows other scores; code "meaning": it takes a correction for a first signature, or the reverse.
    Invalid
        code "incomplete", with `missing`: what must still be answered.
    Forbidden
        code "password".
    """
    standing = writable_read(reader, token)
    read = standing.read
    if step != standing.step:
        raise _another_step()
    kept, chained = queries.ledger_end(read)
    if last_seq != kept:
        raise _out_of_sequence(kept)
    if meaning != (AMENDED if standing.amending else AUTHORED):
        raise Conflict(
            "meaning",
            _("This signature means something else now. Nothing was signed; reload the page."),
        )
    form = Form.of(read.study.form)
    told = draft.fold(form, read.events.order_by("seq"))
    if missing := draft.missing(form, told):
        sentence = ngettext(
            "%(count)s answer is still missing.", "%(count)s answers are still missing.", len(missing)
        )
        raise Invalid("incomplete", sentence % {"count": len(missing)}, missing=missing)
    content = draft.content(form, told)
    digest = draft.content_sha256(content, form_version=form.version)
    if content_sha256 != digest:
        raise Conflict(
            "content",
            _("The scores on your screen are not the saved ones. Nothing was signed; reload the page."),
        )
    signature = sign(signer=reader, password=password, meaning=meaning, content_sha256=digest)
    corrected = standing.in_force
    sheet = ScoreSheet.objects.create(
        read=read,
        step=step,
        version=corrected.version + 1 if corrected else 1,
        form_version=form.version,
        scores=content.scores,
        fields=content.fields,
        content_sha256=digest,
        last_seq=kept,
        signature=signature,
        unlock=standing.unlock,
    )
    more = step < standing.steps
    if not more:
        journal(
            "reading.signed",
            reader=reader,
            read=read,
            version=sheet.version,
            sha256=draft.sealed_sha256(sheet.pk, digest, kept),
            last_hash=chained,
            signature=signature.id,
        )
    return signature, more


@transaction.atomic
def check_display(*, reader: User, answers: dict[str, bool], screen: dict[str, Any]) -> DisplayCheck:
    """Keep what a reader saw of the test pattern. It warns and never bars: any answer is kept."""
    check = DisplayCheck.objects.create(reader=reader, answers=answers, screen=screen)
    record(
        action="reading.display_checked",
        actor=reader.id,
        study=None,
        subject=str(reader.id),
        detail={"answers": answers},
    )
    return check


def hold(token: UUID) -> None:
    """Nobody else writes to this read until the transaction ends."""
    with connection.cursor() as cursor:
        # An advisory lock, because a row lock needs the right to update, which the readers' role has nowhere.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"read {token}"])


def writable_read(reader: User, token: UUID) -> Standing:
    """The read, due and unsigned or opened again, and ours alone until the transaction ends."""
    hold(token)
    due = queries.read_for(reader, token)
    if due.state == ReadState.AHEAD:
        raise NotFound()
    if not due.standing.writable:
        raise Locked("signed", _("This read is signed and can no longer be changed."))
    if due.state == ReadState.SIGNED and due.read.study_id in queries.barred_studies():
        raise not_qualified()  # it was opened again, and the certificate has expired
    return due.standing


def journal(action: str, *, reader: User, read: Read, **detail: Any) -> None:
    """An act of a reader on a read: its study and its token go in, and nothing that differs by arm."""
    record(action=action, actor=reader.id, study=read.study_id, subject=str(read.token), detail=detail)


def _is_same(act: Act, kept: Event | Act) -> bool:
    return all(getattr(act, field.name) == getattr(kept, field.name) for field in fields(Act))


def _out_of_sequence(kept: int) -> Conflict:
    return Conflict(
        "sequence",
        _("The last saved change is number %(kept)s; what was sent does not follow it. Reload the page.")
        % {"kept": kept},
        last_seq=kept,
    )


def _another_step() -> Conflict:
    return Conflict(
        "step", _("This step of the read was signed elsewhere. Nothing was saved; reload the page.")
    )
