"""The data of a study as one plain document, from which alone a report is computed.

It holds what the analysis needs and an auditor asks for: protocol, sealed allocation, every version of every
signed read, which reads are missing and why, the images that were read with their quality decision and uptake, and
where the journal stood. Patients are pseudonyms; readers are named.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from reader_study.accounts.models import User
from reader_study.allocation.queries import allocation_of, assignments
from reader_study.audit.queries import head
from reader_study.cases.models import Case, Image
from reader_study.reading.models import Presentation, ReadVolume, ScoreSheet
from reader_study.reading.queries import signed_reads
from reader_study.studies.models import Study
from reader_study.studies.protocol import parse

SCHEMA = "reader-study/lock/1"


def missing_reads(study: Study, *, reason: str) -> dict[str, Any] | None:
    """The allocated reads that are not signed, and why; None when all are. Tells no arm: it is journaled."""
    signed = {read.token for read in signed_reads(study.id)}
    reads = [
        {
            "token": str(key.token),
            "reader": str(key.reader_id),
            "session": key.session,
            "position": key.position,
        }
        for key in assignments(study)
        if key.token not in signed
    ]
    return {"reason": reason, "reads": reads} if reads else None


def snapshot(
    *, study: Study, actor: User, reason: str, at: datetime, missing: dict[str, Any] | None
) -> dict[str, Any]:
    """Everything in a fixed order, JSON types only: the same data give the same canonical bytes.

    missing: see `missing_reads`.
    """
    allocation = allocation_of(study)
    number, head_digest = head()
    version = allocation.protocol_version
    keys = assignments(study)
    cases = {key.case_id for key in keys}
    images = _images_read(study, cases)
    return {
        "schema": SCHEMA,
        "simulated": parse(version.document).simulated,
        "study": {"id": str(study.id), "title": study.title},
        "lock": {"reason": reason, "locked_at": _utc(at), "locked_by": actor.full_name},
        "journal": {"number": number, "digest": head_digest},
        "protocol": {"version": version.version, "sha256": version.sha256, "document": version.document},
        "allocation": {
            "digest": allocation.digest,
            "algorithm": allocation.algorithm,
            "entries": [
                {
                    "token": str(key.token),
                    "reader": str(key.reader_id),
                    "session": key.session,
                    "position": key.position,
                    "case": str(key.case_id),
                    "arm": key.arm,
                    "repetition": key.repetition,
                }
                for key in keys
            ],
        },
        "sites": [{"code": site.code, "name": site.name} for site in study.sites.order_by("code")],
        "readers": _readers({key.reader_id for key in keys}),
        "cases": [
            {"id": str(case.id), "subject": case.subject, "site": case.site.code}
            for case in Case.objects.filter(pk__in=cases)
            .select_related("site")
            .order_by("site__code", "subject")
        ],
        "withheld": _withheld(allocation.withheld),
        "reads": _reads(study),
        "missing_reads": missing,
        "images": [
            {
                "id": str(image.id),
                "case": str(image.case_id),
                "image_set": image.image_set,
                "state": image.state,
                "neutral_key": image.neutral_key,
                "qc": {"decision": image.qc, "reason": image.qc_reason, "at": _utc(image.qc_at)},
            }
            for image in images
        ],
        "values": [
            {
                "case": str(image.case_id),
                "image_set": image.image_set,
                "state": image.state,
                "segments": image.segments,
            }
            for image in images
        ],
        "models": _models(images),
    }


def _readers(ids: set[UUID]) -> list[dict[str, str]]:
    people = User.objects.filter(pk__in=ids).order_by("full_name", "id")
    return [
        {"id": str(person.id), "code": f"R{number}", "name": person.full_name}
        for number, person in enumerate(people, start=1)
    ]


def _withheld(cases: list[dict[str, str]]) -> list[dict[str, str]]:
    found = Case.objects.filter(pk__in=[case["case"] for case in cases])
    sites = {str(case): code for case, code in found.values_list("id", "site__code")}
    return [
        {"subject": case["subject"], "site": sites[case["case"]], "reason": case["reason"]}
        for case in sorted(cases, key=lambda case: case["subject"])
    ]


def _reads(study: Study) -> list[dict[str, Any]]:
    """All versions; `in_force` marks the one that counts, with the active reading time of its read."""
    in_force = {read.token: read for read in signed_reads(study.id)}
    shown = Presentation.objects.filter(read__study_id=study.id)
    first_shown = dict(shown.values_list("read_id", "at"))
    sheets = (
        ScoreSheet.objects.filter(read__study_id=study.id)
        .select_related("signature")
        .order_by("read_id", "version")
    )
    return [
        {
            "token": str(sheet.read_id),
            "version": sheet.version,
            "in_force": counts,
            "form_version": sheet.form_version,
            "scores": sheet.scores,
            "fields": sheet.fields,
            "content_sha256": sheet.content_sha256,
            "first_shown_at": _utc(first_shown.get(sheet.read_id)),
            "signature": {
                "id": str(sheet.signature_id),
                "name": sheet.signature.full_name,
                "meaning": sheet.signature.meaning,
                "at": _utc(sheet.signature.signed_at),
            },
            "seconds": in_force[sheet.read_id].seconds if counts else None,
        }
        for sheet in sheets
        for counts in [in_force[sheet.read_id].version == sheet.version]
    ]


def _images_read(study: Study, cases: set[UUID]) -> list[Image]:
    """The images whose volumes the readers were given, also where one was replaced later."""
    shown = ReadVolume.objects.filter(read__study_id=study.id).values("neutral_key")
    found: dict[tuple[UUID, str, str], Image] = {}
    for image in (
        Image.objects.filter(case__in=cases, status=Image.Status.READY, neutral_key__in=shown)
        .select_related("case__site")
        .order_by("case__site__code", "case__subject", "image_set", "state", "-created_at")
    ):
        found.setdefault((image.case_id, image.image_set, image.state), image)
    return list(found.values())


def _models(images: list[Image]) -> list[dict[str, str]]:
    """What computed the virtual images."""
    known: dict[str, dict[str, str]] = {}
    for image in images:
        model = image.provenance.get("model")
        if model:
            known[model["digest"]] = {name: model[name] for name in ("name", "version", "digest")}
    return [known[digest] for digest in sorted(known)]


def _utc(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
