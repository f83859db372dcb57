"""The worker's side of the DICOM receiver: what arrived becomes deliveries, one open one per peer.

A hospital's system opens an association per file, per series or per night: a delivery ends when nothing more came for
a while. Whatever lies in the receiver's folder is taken as bytes from outside: regular files only, names not trusted.
"""

import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reader_study.audit.actions import record
from reader_study.intake import actions
from reader_study.intake.doors import queries
from reader_study.intake.doors.admission import publish
from reader_study.intake.doors.models import Peer
from reader_study.intake.models import Upload
from reader_study.problems import Conflict, Locked, NotFound, TooLarge

logger = logging.getLogger(__name__)
FILES_AT_ONCE = 2_000  # then the other peers have their turn


def collect() -> int:
    """Tell the receiver its peers, take what arrived, end the deliveries to which nothing came; how many files.

    One process at a time: while another collects, this returns 0. So does an installation without a receiver,
    which has no folder for one.
    """
    spool = Path(settings.DICOM_SPOOL)
    if not spool.is_dir():
        return 0
    with _alone(spool) as alone:
        if not alone:
            return 0
        publish(spool, queries.admitted())
        taken = sum(_collect_from(folder) for folder in _folders(spool / "arrived"))
        _end_quiet_ones()
    return taken


@contextmanager
def _alone(spool: Path) -> Iterator[bool]:
    with (spool / ".collecting").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _folders(arrived: Path) -> list[Path]:
    if not arrived.is_dir():
        return []
    return sorted(path for path in arrived.iterdir() if path.is_dir() and not path.is_symlink())


def _collect_from(folder: Path) -> int:
    names = sorted(os.listdir(folder))[:FILES_AT_ONCE]
    peer = _peer(folder.name)
    if not names or peer is None:
        return 0
    taken = 0
    for name in names:
        try:
            taken += _collect(folder / name, peer)
        except (Locked, NotFound):
            _drop(folder, names, peer)
            break
    return taken


def _peer(name: str) -> Peer | None:
    try:
        return Peer.objects.select_related("study", "site", "created_by").filter(pk=UUID(name)).first()
    except ValueError:
        return None


def _collect(path: Path, peer: Peer) -> int:
    """Take one file into the peer's delivery; 0 for what is no file. It goes only when it has been taken.

    Should this process die in between, the file is taken twice, and the second one is a duplicate.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return 0
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return 0
    with os.fdopen(descriptor, "rb") as body:
        delivery = actions.open_delivery(
            study=peer.study, site=peer.site, door=Upload.Door.DICOM, actor=None, peer=peer.calling
        )
        try:
            actions.take_file(upload=delivery, body=body)
        except Conflict:  # ended between the two steps: in the next turn it goes into a new one
            return 0
        except TooLarge:
            if delivery.files.exists():  # full: the next one takes it
                actions.complete_delivery(upload=delivery)
                return 0
            logger.warning("a file of peer %s is too large and was not taken", peer.id)
    path.unlink(missing_ok=True)
    return 1


def _drop(folder: Path, names: list[str], peer: Peer) -> None:
    """The study takes no more files: nothing that names a patient may go on lying here."""
    with transaction.atomic():
        record(
            action="intake.delivery_dropped",
            actor=None,
            study=peer.study_id,
            subject=f"peer {peer.id}",
            detail={"site": peer.site.code, "files": len(names)},
        )
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _end_quiet_ones() -> None:
    quiet_since = timezone.now() - timedelta(seconds=settings.DICOM_QUIET_SECONDS)
    quiet = Upload.objects.filter(
        door=Upload.Door.DICOM, state=Upload.State.RECEIVING, lease_until__lt=quiet_since
    )
    for upload in quiet:
        actions.complete_delivery(upload=upload)
