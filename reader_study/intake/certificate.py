"""What was done to the files of one case, for the ethics file: no identifier, and the same facts give the same bytes.

`document` gathers the facts from the rows that processing wrote; `certificate_pdf` sets them as pages.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydicom.uid import UID

from reader_study.cases.models import Case
from reader_study.intake.certificate_acts import acts_of, sender_of
from reader_study.intake.deidentification import options_claimed
from reader_study.intake.description import COORDINATOR, Pixels
from reader_study.intake.grounds import reason_text
from reader_study.intake.models import Instance, KeptApart, Report, UploadedFile
from reader_study.intake.reporting import name_at
from reader_study.studies.queries import protocol_of

FORMAT = 2
_ORDER = ("removed", "changed", "kept")


def document(case: Case) -> dict[str, Any]:
    """The certificate as JSON can hold it, without the words of a language (see `words`).

    as_of: when the last of its facts became one; files: every file that was stored for the case, in the order of
    their arrival, `sha256` of what is stored; acts: see `certificate_acts`; attributes: what became of each, "site"
    as the sender reported it, "server" as it was done here, with the number of files; reports: the whole reports by
    digest.
    """
    instances = list(
        Instance.objects.filter(case=case)
        .select_related("upload__created_by")
        .order_by("received_at", "sop_uid")
    )
    digests = {digest for i in instances for digest in (i.report_id, i.sent_report_id) if digest}
    reports: dict[str, Any] = dict(Report.objects.filter(pk__in=digests).values_list("pk", "entries"))
    site, server = (
        _attributes(instances, reports, "sent_report_id"),
        _attributes(instances, reports, "report_id"),
    )
    acts, protocol = acts_of(case, instances), protocol_of(case.study)
    return {
        "certificate": FORMAT,
        "simulated": protocol.simulated,
        "study": {"id": str(case.study_id), "title": case.study.title},
        "site": {"code": case.site.code, "name": case.site.name},
        "case": str(case.id),
        "subject": case.subject,
        "as_of": max(
            (*(i.received_at.isoformat() for i in instances), *(act["at"] for act in acts)),
            default=case.created_at.isoformat(),
        ),
        "quarantine_days": protocol.intake.quarantine_days,
        "procedures": sorted({i.procedure for i in instances if i.procedure}),
        "options": _options(instances),
        "files": [_file(instance) for instance in instances],
        "attributes": {"site": site, "server": server},
        "people": _people(case, instances),
        "acts": acts,
        "reports": {digest: reports[digest] for digest in sorted(reports)},
    }


def words(certificate: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the keys of a certificate mean, in the language in force."""
    rows = (*certificate["attributes"]["site"], *certificate["attributes"]["server"])
    meanings = {code: str(meaning) for pixels in Pixels for code, meaning in options_claimed(pixels)}
    return {
        "reasons": {row["reason"]: reason_text(row["reason"]) for row in rows},
        "options": {option["code"]: meanings[option["code"]] for option in certificate["options"]},
    }


def digest_of(certificate: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the certificate as JSON with sorted keys, without spaces, in UTF-8: see `CHECK`."""
    text = json.dumps(certificate, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# How anybody computes the digest of the JSON document that was handed out.
CHECK = "jq -cjS .certificate FILE.json | sha256sum"


def _file(instance: Instance) -> dict[str, Any]:
    upload = instance.upload
    return {
        "sop_uid": instance.sop_uid,
        "series_uid": instance.series_uid,
        "sop_class": UID(instance.sop_class).name if instance.sop_class else "",
        "kind": instance.kind,
        "state": instance.state,
        "state_from": instance.state_from,
        "view": instance.view,
        "view_from": instance.view_from,
        "pixels": instance.pixels,
        "sha256": instance.object_key,
        "size": instance.size,
        "procedure": instance.procedure,
        "report": instance.report_id,
        "sent_report": instance.sent_report_id,
        "sealed_by_sender": instance.sealed_by_sender,
        "sender_procedure": upload.procedure if upload else "",
        "received_at": instance.received_at.isoformat(),
        "upload": str(upload.id) if upload else None,
        "door": upload.door if upload else "",
        "sender": sender_of(upload) if upload else "",
    }


def _options(instances: Sequence[Instance]) -> list[dict[str, Any]]:
    """The options of PS3.15 Annex E that the files claim in (0012,0064), with the number of files."""
    files = Counter(code for i in instances for code, _ in options_claimed(Pixels(i.pixels)))
    return [{"code": code, "files": count} for code, count in sorted(files.items())]


def _attributes(
    instances: Sequence[Instance], reports: Mapping[str, Any], which: str
) -> list[dict[str, Any]]:
    """Each attribute, what was done to it and why, and in how many files; what was removed comes first."""
    times = Counter(digest for i in instances if (digest := getattr(i, which)))
    files: Counter[tuple[str, str, str]] = Counter()
    for digest, count in times.items():
        for key in {(e["path"], e["action"], e["reason"]) for e in reports[digest]}:
            files[key] += count
    ordered = sorted(files, key=lambda key: (_ORDER.index(key[1]), key[0], key[2]))
    return [
        {"path": path, "name": name_at(path), "action": action, "reason": reason, "files": files[key]}
        for key in ordered
        for path, action, reason in [key]
    ]


def _people(case: Case, instances: Sequence[Instance]) -> dict[str, int]:
    """What persons of the site looked at and decided, in numbers of files."""
    taken = UploadedFile.objects.filter(case=case, kept_apart__state=KeptApart.State.TAKEN)
    return {
        "pixels_seen": sum(i.pixels == Pixels.SEEN for i in instances),
        "pixels_blanked": sum(i.pixels == Pixels.BLANKED for i in instances),
        "pixels_unseen": sum(i.pixels == Pixels.UNSEEN for i in instances),
        "state_decided": sum(i.state_from == COORDINATOR for i in instances),
        "view_decided": sum(i.view_from == COORDINATOR for i in instances),
        "released_from_quarantine": taken.count(),
    }
