"""The data of a study as one plain document, from which alone a report is computed.

It holds what the analysis needs and an auditor asks for: protocol as amended, sealed allocation, every version of every
signed read, which reads are missing and why, what was adjudicated, what readers answered at the end of
sessions, the images that were read with their quality decision and uptake, and where the journal stood. Patients are
pseudonyms; readers are named.
"""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from reader_study.accounts.models import User
from reader_study.agreement import adjudication
from reader_study.agreement.sheets import sheets_of, utc
from reader_study.agreement.unblinding import emergency_unblinded
from reader_study.allocation.queries import assignments, blocks_of, withheld_of
from reader_study.audit.queries import head
from reader_study.cases.models import Case, Image
from reader_study.reading.models import Read, ReadVolume
from reader_study.reading.session_end import answers_of, unanswered_of
from reader_study.reading.signed import signing_times
from reader_study.studies.models import Study
from reader_study.studies.protocol import parse
from reader_study.studies.queries import amendments_of, current_protocol

SCHEMA = "reader-study/lock/1"


def unfinished_readers(study: Study) -> list[dict[str, Any]]:
    """Who has not signed all that the allocation gives: also the reads of a block that was never opened."""
    done = signing_times(study.id)
    total: Counter[UUID] = Counter()
    signed: Counter[UUID] = Counter()
    for key in assignments(study):
        total[key.reader_id] += 1
        signed[key.reader_id] += key.token in done
    people = User.objects.filter(pk__in=[reader for reader in total if signed[reader] < total[reader]])
    return [
        {"reader": person.full_name, "signed": signed[person.id], "total": total[person.id]}
        for person in people.order_by("full_name", "id")
    ]


def missing_reads(study: Study, *, reason: str) -> dict[str, Any] | None:
    """The allocated reads that are not signed, and why, and what of the adjudication is not done; None when all is.

    Tells no arm: it is journaled.
    """
    signed = signing_times(study.id)
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
    pending = adjudication.pending(study)
    missing = {"reason": reason, "reads": reads, **({"adjudication": pending} if pending else {})}
    return missing if reads or pending else None


def snapshot(
    *, study: Study, actor: User, reason: str, at: datetime, missing: dict[str, Any] | None
) -> dict[str, Any]:
    """Everything in a fixed order, JSON types only: the same data give the same canonical bytes.

    Digest, algorithm and protocol of the allocation are those of its first block, which was fixed before the first
    read; the protocol itself is the version in force.
    missing: see `missing_reads`.
    """
    blocks = blocks_of(study)
    allocation = blocks[0]
    number, head_digest = head()
    version = current_protocol(study)
    keys = assignments(study)
    cases = {key.case_id for key in keys}
    images = _images_read(study, cases)
    adjudicated = adjudication.adjudicated(study)
    opened = emergency_unblinded(study)
    return {
        "schema": SCHEMA,
        "simulated": parse(version.document).simulated,
        "study": {"id": str(study.id), "title": study.title},
        "lock": {"reason": reason, "locked_at": utc(at), "locked_by": actor.full_name},
        "journal": {"number": number, "digest": head_digest},
        "protocol": {"version": version.version, "sha256": version.sha256, "document": version.document},
        "amendments": _amendments(study),
        "allocation": {
            "protocol_sha256": allocation.protocol_version.sha256,
            "digest": allocation.digest,
            "algorithm": allocation.algorithm,
            "blocks": [
                {
                    "block": block.block,
                    "digest": block.digest,
                    "algorithm": block.algorithm,
                    "sealed_at": utc(block.created_at),
                }
                for block in blocks
            ],
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
        "withheld": _withheld(withheld_of(study)),
        "reads": sheets_of(study, purpose=Read.Purpose.STUDY),
        "missing_reads": missing,
        "images": [
            {
                "id": str(image.id),
                "case": str(image.case_id),
                "image_set": image.image_set,
                "state": image.state,
                "neutral_key": image.neutral_key,
                "qc": {"decision": image.qc, "reason": image.qc_reason, "at": utc(image.qc_at)},
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
        "models": _made_by(Image.Source.TRANSLATION, images),
        "corrections": _made_by(Image.Source.CORRECTION, images),
        **({"adjudication": adjudicated} if adjudicated else {}),
        **({"emergency_unblinded": opened} if opened else {}),
        **_session_ends(study),
    }


def _amendments(study: Study) -> list[dict[str, Any]]:
    """What was amended in the frozen protocol, when, why, by whom; `state`: of the study, frozen or open."""
    entries = amendments_of(study)
    people = dict(
        User.objects.filter(pk__in=[e.actor for e in entries if e.actor]).values_list("pk", "full_name")
    )
    return [
        {
            "version": entry.detail["version"],
            "sha256": entry.detail["sha256"],
            "at": utc(entry.at),
            "by": people[entry.actor] if entry.actor else None,
            "state": entry.detail["state"],
            "reason": entry.detail["reason"],
            "paths": entry.detail["paths"],
        }
        for entry in entries
    ]


def _readers(ids: set[UUID]) -> list[dict[str, str]]:
    people = User.objects.filter(pk__in=ids).order_by("full_name", "id")
    return [
        {"id": str(person.id), "code": f"R{number}", "name": person.full_name}
        for number, person in enumerate(people, start=1)
    ]


def _withheld(cases: list[dict[str, Any]]) -> list[dict[str, str]]:
    found = Case.objects.filter(pk__in=[case["case"] for case in cases])
    sites = {str(case): code for case, code in found.values_list("id", "site__code")}
    return [
        {"subject": case["subject"], "site": sites[case["case"]], "reason": case["reason"]}
        for case in sorted(cases, key=lambda case: case["subject"])
    ]


def _session_ends(study: Study) -> dict[str, Any]:
    """What readers answered at the end of sessions, and which are not answered; nothing where nothing was asked."""
    answers, unanswered = answers_of(study.id), unanswered_of(study.id)
    if not answers and not unanswered:
        return {}
    return {
        "session_ends": {
            "answers": [
                {
                    "id": str(end.id),
                    "salt": end.salt and str(end.salt),
                    "reader": str(end.reader_id),
                    "session": end.session,
                    "at": utc(end.at),
                    "seen": end.seen,
                    "seen_reads": end.seen_reads,
                    "seen_positions": end.seen_positions,
                    "guesses": [
                        {
                            "token": str(guess.read_id),
                            "answer": guess.answer,
                            "arm": guess.arm,
                            "confidence": guess.confidence,
                        }
                        for guess in end.guesses.all()
                    ],
                }
                for end in answers
            ],
            "unanswered": [
                {"reader": str(reader), "session": session} for reader, session in sorted(unanswered)
            ],
        }
    }


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


def _made_by(source: Image.Source, images: list[Image]) -> list[dict[str, str]]:
    """What computed images: AI models the virtual ones, a correction by formula those that it corrected."""
    known: dict[str, dict[str, str]] = {}
    for image in images:
        model = image.provenance.get("model")
        if model and image.source == source:
            known[model["digest"]] = {name: model[name] for name in ("name", "version", "digest")}
    return [known[digest] for digest in sorted(known)]
