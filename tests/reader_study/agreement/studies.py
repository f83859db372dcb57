"""Studies that were read to the end."""

from django.http import HttpResponse
from django.test import Client

from reader_study.accounts.models import Signature
from reader_study.cases.models import Image
from reader_study.reading.draft import Draft as Content
from reader_study.reading.draft import content_sha256
from reader_study.reading.models import Read, ScoreSheet, Unlock
from tests.reader_study.allocation.drafts import PASSWORD, Draft
from tests.reader_study.reading.reads import FORM_VERSION, Desk, opened, scored

MODEL = {"name": "heart-spect-to-pet", "version": "1.0.0", "digest": "b" * 64}
REASON = "All reads are signed"


def finished(*, unsigned: int = 0) -> Draft:
    """Two sites with a case each, two readers: the rows that signed reads leave, but for the last `unsigned`.

    Written to the tables, because each read through the doors is dozens of requests; that way is in
    `read_through_the_doors`.
    """
    study = opened(per_site=(1, 1), readers=2)
    Image.objects.filter(case__study=study.study, image_set="virtual_pet").update(provenance={"model": MODEL})
    for reader in study.readers:
        reads = Read.objects.filter(reader=reader).order_by("session", "position")
        for number, read in enumerate(reads[: 6 - unsigned]):
            content = scored(number % 5)
            keep_sheet(read, content)
    return study


def keep_sheet(read: Read, content: Content, *, step: int = 1, unlock: Unlock | None = None) -> ScoreSheet:
    """What a signature leaves of a step of a read; unlock: the one under which it corrects the first."""
    sha256 = content_sha256(content, form_version=FORM_VERSION)
    reader = read.reader
    signature = Signature.objects.create(
        signer=reader,
        full_name=reader.full_name,
        meaning="amended" if unlock else "authored",
        content_sha256=sha256,
    )
    return ScoreSheet.objects.create(
        read=read,
        step=step,
        version=2 if unlock else 1,
        unlock=unlock,
        form_version=FORM_VERSION,
        scores=content.scores,
        fields=content.fields,
        content_sha256=sha256,
        last_seq=37,
        signature=signature,
    )


def read_through_the_doors() -> Draft:
    """One case, one reader, three reads: scored and signed through the API."""
    study = opened(per_site=(1,), readers=1)
    client = Client()
    client.force_login(study.readers[0])
    desk = Desk(client)
    while token := desk.next():
        desk.read(token)
        desk.finish(token, score="NE")
    return study


def lock(
    client: Client, study: Draft, *, password: str = PASSWORD, reason: str = REASON, **more: str
) -> HttpResponse:
    body = {"password": password, "reason": reason, **more}
    return client.post(f"/api/studies/{study.study.id}/lock", body, "application/json")


def report_address(study: Draft, name: str = "") -> str:
    return f"/api/studies/{study.study.id}/report" + (f"/{name}" if name else "")
