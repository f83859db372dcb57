import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.celery import app
from reader_study.intake import queries, staging
from reader_study.intake.models import Upload, UploadedFile
from reader_study.problems import Conflict, Invalid, Locked, NotFound
from reader_study.studies.models import Site, Study

MAX_FILE_BYTES = 64 << 20
MAX_FILES = 20_000
MAX_UPLOAD_BYTES = 16 << 30
ABANDONED_AFTER = timedelta(hours=24)
Verdict = UploadedFile.Verdict


@dataclass(frozen=True)
class Announced:
    """A line of a manifest: the n-th file of the folder, its size in bytes and its SHA-256 in hex."""

    n: int
    size: int
    sha256: str


def open_upload(
    *, actor: User, study: Study, files: Sequence[Announced], site_id: UUID | None
) -> tuple[Upload, list[str]]:
    """Announce a folder; returns the upload and the digests whose bytes are still wanted.

    The same folder again, while its upload still receives, is the same upload: so a broken one goes on.

    Raises
    ------
    NotFound
        The person coordinates no site of the study.
    Invalid
        code "site": the person coordinates several, and named none of them; "manifest": numbers repeat, or
        too much.
    """
    site = _site(actor, study, site_id)
    _check_open(study)
    if len({file.n for file in files}) != len(files):
        raise Invalid("manifest", _("Two files of the manifest have the same number."))
    if sum(file.size for file in files) > MAX_UPLOAD_BYTES:
        raise Invalid("manifest", _("This is more than one upload may hold. Send the folder in parts."))
    lines = "\n".join(
        f"{file.n} {file.size} {file.sha256}" for file in sorted(files, key=lambda file: file.n)
    )
    digest = hashlib.sha256(lines.encode()).hexdigest()
    with transaction.atomic():
        upload, new = Upload.objects.get_or_create(
            study=study, site=site, created_by=actor, manifest_digest=digest, state=Upload.State.RECEIVING
        )
        if new:
            UploadedFile.objects.bulk_create(_announced(upload, file) for file in files)
            record(
                action="intake.upload_opened",
                actor=actor.id,
                study=study.id,
                subject=f"upload {upload.id}",
                detail={"site": site.code, "files": len(files), "bytes": sum(file.size for file in files)},
            )
    wanted = dict.fromkeys(
        upload.files.filter(verdict=Verdict.PENDING).order_by("number").values_list("sha256", flat=True)
    )
    known = queries.known_files(study=study, site=site, sha256s=list(wanted))
    staged = (sha256 for sha256 in wanted if staging.is_staged(upload=upload.id, sha256=sha256))
    have = {*known, *staged}
    return upload, [sha256 for sha256 in wanted if sha256 not in have]


def _announced(upload: Upload, file: Announced) -> UploadedFile:
    """A file that need not even be sent has its verdict at once."""
    code = "empty" if file.size == 0 else "too_large" if file.size > MAX_FILE_BYTES else ""
    verdict = Verdict.REFUSED if code else Verdict.PENDING
    return UploadedFile(
        upload=upload, number=file.n, size=file.size, sha256=file.sha256, verdict=verdict, code=code
    )


def _site(actor: User, study: Study, site_id: UUID | None) -> Site:
    sites = queries.uploading_sites(actor, study)
    found = list(sites.filter(pk=site_id) if site_id else sites)
    if not found:
        raise NotFound()
    if len(found) > 1:
        raise Invalid("site", _("You coordinate several sites. Say for which of them the files are."))
    return found[0]


def _check_open(study: Study) -> None:
    if study.state not in (Study.State.DRAFT, Study.State.OPEN):
        raise Locked("locked", _("The study is locked; it takes no more files."))


def receive_blob(*, actor: User, upload_id: UUID, sha256: str, body: staging.Readable) -> bool:
    """Take the bytes of an announced file; False if they are here already. Outside a transaction: slow.

    Raises
    ------
    NotFound
        No such upload of the person's sites, or no such file in its manifest.
    Conflict
        code "not_receiving": the upload was completed; "digest": other bytes than announced.
    TooLarge
        More bytes than announced.
    """
    upload = queries.own_upload(actor, upload_id)
    file = upload.files.filter(sha256=sha256, verdict=Verdict.PENDING).first()
    if file is None:
        raise NotFound()
    _check_receiving(upload)
    if staging.is_staged(upload=upload.id, sha256=sha256):
        return False
    with (
        staging.received(upload=upload.id, sha256=sha256, size=file.size, body=body) as temporary,
        transaction.atomic(),
    ):
        # It may have been completed, or even closed and cleared, while the bytes came in.
        _check_receiving(Upload.objects.select_for_update().get(pk=upload.pk))
        staging.keep(temporary, upload=upload.id, sha256=sha256)
    return True


def _check_receiving(upload: Upload) -> None:
    if upload.state != Upload.State.RECEIVING:
        raise Conflict("not_receiving", _("This upload is complete. Start a new one to send more files."))


@transaction.atomic
def complete_upload(*, actor: User, upload_id: UUID) -> Upload:
    """Everything was sent: the files are processed after the commit. Saying it again changes nothing."""
    queries.own_upload(actor, upload_id)
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    if upload.state != Upload.State.RECEIVING:
        return upload
    _check_open(upload.study)
    upload.state = Upload.State.PROCESSING
    upload.revision += 1
    upload.lease_until = timezone.now()
    upload.save(update_fields=["state", "revision", "lease_until"])
    record(
        action="intake.upload_completed",
        actor=actor.id,
        study=upload.study_id,
        subject=f"upload {upload.id}",
        detail={},
    )
    transaction.on_commit(lambda: send_process(upload.id), robust=True)
    return upload


def send_process(upload_id: UUID) -> None:
    app.send_task("intake.process", [str(upload_id)])


@transaction.atomic
def finish_upload(*, upload_id: UUID) -> None:
    """Close an upload: what has no verdict never arrived. Its staged bytes and its digests go."""
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    if upload.state == Upload.State.DONE:
        return
    upload.files.filter(verdict=Verdict.PENDING).update(verdict=Verdict.REFUSED, code="not_received")
    upload.files.update(sha256="")
    upload.state, upload.finished_at = Upload.State.DONE, timezone.now()
    upload.revision += 1
    upload.save(update_fields=["state", "finished_at", "revision"])
    record(
        action="intake.upload_processed",
        actor=None,
        study=upload.study_id,
        subject=f"upload {upload.id}",
        detail=queries.counts(upload),
    )
    transaction.on_commit(lambda: staging.clear(upload=upload.id), robust=True)


def sweep() -> None:
    """Send again what a dead worker left; close what nobody completed for a day; remove what outlived its upload."""
    now = timezone.now()
    for upload in Upload.objects.filter(state=Upload.State.PROCESSING, lease_until__lt=now):
        send_process(upload.id)
    for upload in Upload.objects.filter(state=Upload.State.RECEIVING, created_at__lt=now - ABANDONED_AFTER):
        finish_upload(upload_id=upload.id)
    staged = staging.staged_uploads()
    living = Upload.objects.filter(pk__in=staged).exclude(state=Upload.State.DONE)
    for upload_id in set(staged) - set(living.values_list("pk", flat=True)):
        staging.clear(upload=upload_id)
