"""What readers and adjudicators signed, as a lock keeps it: JSON types only, in a fixed order."""

from datetime import datetime
from typing import Any

from reader_study.reading.models import Presentation, Read, ScoreSheet
from reader_study.reading.signed import signed_steps
from reader_study.studies.models import Study


def sheets_of(study: Study, *, purpose: Read.Purpose) -> list[dict[str, Any]]:
    """All versions of all steps of the reads for a purpose; `in_force` marks the one of a step that counts, with its
    active reading time.

    id, last_seq: with them the digest that the journal has of a signature can be checked (reading/draft.py,
    `sealed_sha256`); last_seq is the number of the last act that was signed.
    reason: why a signed step was corrected by this version; empty for the first.
    """
    in_force = {(signed.token, signed.step): signed for signed in signed_steps(study.id, purpose=purpose)}
    shown = Presentation.objects.filter(read__study_id=study.id)
    first_shown = dict(shown.values_list("read_id", "at"))
    sheets = (
        ScoreSheet.objects.filter(read__study_id=study.id, read__purpose=purpose)
        .select_related("signature", "unlock")
        .order_by("read_id", "step", "version")
    )
    return [
        {
            "id": str(sheet.pk),
            "token": str(sheet.read_id),
            "step": sheet.step,
            "version": sheet.version,
            "in_force": counts,
            "reason": sheet.unlock.reason if sheet.unlock else "",
            "form_version": sheet.form_version,
            "scores": sheet.scores,
            "fields": sheet.fields,
            "content_sha256": sheet.content_sha256,
            "last_seq": sheet.last_seq,
            "first_shown_at": utc(first_shown.get(sheet.read_id)),
            "signature": {
                "id": str(sheet.signature_id),
                "name": sheet.signature.full_name,
                "meaning": sheet.signature.meaning,
                "at": utc(sheet.signature.signed_at),
            },
            "seconds": counting.seconds if counts else None,
        }
        for sheet in sheets
        for counting in [in_force[sheet.read_id, sheet.step]]
        for counts in [counting.version == sheet.version]
    ]


def utc(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
