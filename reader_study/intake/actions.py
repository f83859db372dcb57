import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.celery import app
from reader_study.intake import queries, reports, staging
from reader_study.intake.description import Kind
from reader_study.intake.models import Upload, UploadedFile
from reader_study.intake.places import Place, places_to_fill
from reader_study.problems import Conflict, Invalid, Locked, NotFound, TooLarge
from reader_study.studies.models import Site, Study
from reader_study.studies.queries import protocol_of, takes_files

MAX_FILE_BYTES = 64 << 20
MAX_FILES = 20_000
MAX_UPLOAD_BYTES = 16 << 30
ABANDONED_AFTER = timedelta(hours=24)
DELIVERED_AFTER = timedelta(minutes=10)
Door = Upload.Door
Verdict = UploadedFile.Verdict


@dataclass(frozen=True)
class Announced:
    """A line of a manifest: the n-th file of the folder, its size in bytes and its SHA-256 in hex.

    report: digest of what the sender did to the file before, if it says so.
    """

    n: int
    size: int
    sha256: str
    report: str = ""


def open_upload(
    *,
    actor: User,
    study: Study,
    files: Sequence[Announced],
    site_id: UUID | None,
    door: Door = Door.BROWSER,
    procedure: str = "",
    reports_sent: Mapping[str, reports.Entries] | None = None,
) -> tuple[Upload, list[str]]:
    """Announce a folder; returns the upload and the digests whose bytes are still wanted.

    The same folder again, while its upload still receives, is the same upload: so a broken one goes on.
    procedure, reports_sent: what the sender says it has done to the files, the reports by digest.

    Raises
    ------
    NotFound
        The person coordinates no site of the study.
    Invalid
        code "site": the person coordinates several, and named none of them; "manifest": numbers repeat, or
        too much; "report": see `reports.check`, or a file names a report that is not there.
    """
    told = reports_sent or {}
    site = _site(actor, study, site_id)
    _check_open(study)
    if len({file.n for file in files}) != len(files):
        raise Invalid("manifest", _("Two files of the manifest have the same number."))
    if sum(file.size for file in files) > MAX_UPLOAD_BYTES:
        raise Invalid("manifest", _("This is more than one upload may hold. Send the folder in parts."))
    reports.check_procedure(procedure)
    reports.check(told)
    if any(file.report and file.report not in told for file in files):
        raise Invalid("report", _("A file of the manifest names a report that is not in it."))
    lines = "\n".join(
        f"{file.n} {file.size} {file.sha256}" for file in sorted(files, key=lambda file: file.n)
    )
    digest = hashlib.sha256(lines.encode()).hexdigest()
    with transaction.atomic():
        upload, new = Upload.objects.get_or_create(
            study=study,
            site=site,
            created_by=actor,
            manifest_digest=digest,
            state=Upload.State.RECEIVING,
            defaults={"door": door, "procedure": procedure},
        )
        if new:
            reports.keep(told.values())
            UploadedFile.objects.bulk_create(_announced(upload, file) for file in files)
            record(
                action="intake.upload_opened",
                actor=actor.id,
                study=study.id,
                subject=f"upload {upload.id}",
                detail={
                    "site": site.code,
                    "door": door,
                    "files": len(files),
                    "bytes": sum(file.size for file in files),
                },
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
        upload=upload,
        number=file.n,
        size=file.size,
        sha256=file.sha256,
        report_id=file.report or None,
        verdict=verdict,
        code=code,
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
    if not takes_files(study.state):
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


@dataclass(frozen=True)
class Terms:
    """What a site needs to de-identify its files before they leave it. key: of the site's pseudonyms, 32 bytes."""

    site: Site
    key: bytes
    kinds: Sequence[Kind]
    places: Sequence[Place]
    quarantine_days: int


@transaction.atomic
def give_terms(*, actor: User, study: Study, site_id: UUID | None) -> Terms:
    """Hand the key of a site's pseudonyms to who coordinates it. Raises as `open_upload` about the site."""
    site = _site(actor, study, site_id)
    record(
        action="intake.key_given",
        actor=actor.id,
        study=study.id,
        subject=f"site {site.code}",
        detail={},
    )
    return Terms(
        site=site,
        key=queries.pseudonyms_of(study, site).key,
        kinds=queries.kinds_wanted(study),
        places=places_to_fill(protocol_of(study)),
        quarantine_days=protocol_of(study).intake.quarantine_days,
    )


def _delivery(study: Study, site: Site, door: Door, actor: User | None, peer: str) -> Upload | None:
    """What a peer has begun to deliver; an application entity may open an association for each file."""
    if door != Door.DICOM:
        return None
    begun = Upload.objects.filter(
        study=study, site=site, door=door, created_by=actor, peer=peer, state=Upload.State.RECEIVING
    )
    return begun.select_for_update().first()


@transaction.atomic
def open_delivery(*, study: Study, site: Site, door: Door, actor: User | None, peer: str = "") -> Upload:
    """Begin to take files one by one that nobody announced. The door has proven who sends, and for which site.

    What a DICOM peer has begun and not completed goes on.

    actor: None for a peer without an account, known by `peer`, its application entity title.

    Raises
    ------
    NotFound
        The site takes no part in the study.
    Locked
        The study takes no more files.
    """
    if not study.sites.filter(pk=site.pk).exists():
        raise NotFound()
    _check_open(study)
    begun = _delivery(study, site, door, actor, peer)
    if begun is not None:
        return begun
    upload = Upload.objects.create(study=study, site=site, door=door, created_by=actor, peer=peer)
    record(
        action="intake.delivery_opened",
        actor=actor.id if actor else None,
        study=study.id,
        subject=f"upload {upload.id}",
        detail={"site": site.code, "door": door, "peer": peer},
    )
    return upload


def take_file(*, upload: Upload, body: staging.Readable) -> UploadedFile:
    """Take one file of a delivery: on disk, hashed and numbered when this returns. Outside a transaction: slow.

    Raises
    ------
    TooLarge
        The file, or the delivery with it, is larger than may be, or has too many files.
    Conflict
        code "not_receiving": the delivery was completed.
    """
    with (
        staging.received_unannounced(upload=upload.id, most=MAX_FILE_BYTES, body=body) as arrived,
        transaction.atomic(),
    ):
        held = Upload.objects.select_for_update().get(pk=upload.pk)
        _check_receiving(held)
        so_far = held.files.aggregate(last=Max("number"), size=Sum("size"))
        number = 0 if so_far["last"] is None else so_far["last"] + 1
        if number >= MAX_FILES or (so_far["size"] or 0) + arrived.size > MAX_UPLOAD_BYTES:
            raise TooLarge("too_large", _("This is more than one upload may hold. Send the rest in another."))
        # Who goes on sending is not given up: see `sweep`.
        Upload.objects.filter(pk=held.pk).update(lease_until=timezone.now())
        file = UploadedFile(upload=held, number=number, size=arrived.size, sha256=arrived.sha256)
        if arrived.size == 0:
            file.verdict, file.code = Verdict.REFUSED, "empty"
        else:
            staging.keep(arrived.path, upload=held.id, sha256=arrived.sha256)
        file.save(force_insert=True)
    return file


@transaction.atomic
def complete_delivery(*, upload: Upload, send: bool = True) -> None:
    """All files of a delivery came. Saying it again changes nothing.

    send: False when the caller itself calls `processing.process` after the commit; should it die, the sweep sends.
    """
    held = Upload.objects.select_for_update().get(pk=upload.pk)
    if held.state == Upload.State.RECEIVING:
        _begin_processing(held, actor=held.created_by_id, send=send)


def _begin_processing(upload: Upload, *, actor: UUID | None, send: bool = True) -> None:
    upload.state = Upload.State.PROCESSING
    upload.revision += 1
    upload.lease_until = timezone.now()
    upload.save(update_fields=["state", "revision", "lease_until"])
    record(
        action="intake.upload_completed",
        actor=actor,
        study=upload.study_id,
        subject=f"upload {upload.id}",
        detail={},
    )
    if send:
        transaction.on_commit(lambda: send_process(upload.id), robust=True)


@transaction.atomic
def complete_upload(*, actor: User, upload_id: UUID) -> Upload:
    """Everything was sent: the files are processed after the commit. Saying it again changes nothing."""
    queries.own_upload(actor, upload_id)
    upload = Upload.objects.select_for_update().get(pk=upload_id)
    if upload.state != Upload.State.RECEIVING:
        return upload
    _check_open(upload.study)
    _begin_processing(upload, actor=actor.id)
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
    """Send again what a dead worker left; close what nobody completed for a day; remove what outlived its upload.

    A delivery that nobody completed is processed: its files came whole, and whoever sent them was told so.
    """
    now = timezone.now()
    for upload in Upload.objects.filter(state=Upload.State.PROCESSING, lease_until__lt=now):
        send_process(upload.id)
    receiving = Upload.objects.filter(state=Upload.State.RECEIVING)
    for upload in receiving.filter(manifest_digest="", lease_until__lt=now - DELIVERED_AFTER):
        complete_delivery(upload=upload)
    for upload in receiving.exclude(manifest_digest="").filter(created_at__lt=now - ABANDONED_AFTER):
        finish_upload(upload_id=upload.id)
    staged = staging.staged_uploads()
    living = Upload.objects.filter(pk__in=staged).exclude(state=Upload.State.DONE)
    for upload_id in set(staged) - set(living.values_list("pk", flat=True)):
        staging.clear(upload=upload_id)
