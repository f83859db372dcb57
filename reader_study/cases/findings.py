"""What somebody sees in an image when deciding about it: what is confirmed, which artefacts, a free note."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases.models import OF_BRAIN, Image
from reader_study.cases.quality_models import CONFIRMED_OF_BRAIN, CONFIRMED_OF_HEART, Findings
from reader_study.problems import Invalid
from reader_study.studies.screening import screened

NOTE = 500  # characters


@dataclass(frozen=True)
class Seen:
    """confirmed: of Findings.Confirmed; artefacts: of Findings.Artefact, `other` with a note."""

    confirmed: Sequence[str]
    artefacts: Sequence[str] = ()
    note: str = ""


def to_confirm(image_set: str) -> Sequence[str]:
    """What has to be confirmed of an image before it is accepted."""
    return CONFIRMED_OF_BRAIN if image_set in OF_BRAIN else CONFIRMED_OF_HEART


def in_force(images: Iterable[UUID]) -> dict[UUID, Findings]:
    """image -> its newest findings, of those that have any."""
    found = Findings.objects.filter(image__in=images).select_related("by").order_by("image", "number")
    return {findings.image_id: findings for findings in found}


def is_confirmed(findings: Findings | None, image_set: str) -> bool:
    return findings is not None and set(to_confirm(image_set)) <= set(findings.confirmed)


def record_findings(*, actor: User, image: Image, seen: Seen) -> Findings:
    """Write down what was seen; the same again adds nothing. The caller holds the image locked.

    Raises
    ------
    Invalid
        code "confirmed": it is not of this organ; "note": another artefact without a word about it; "identifiers".
    """
    if not set(seen.confirmed) <= set(to_confirm(image.image_set)):
        raise Invalid("confirmed", _("This cannot be confirmed of this image."))
    artefacts = [code for code in Findings.Artefact.values if code in seen.artefacts]
    confirmed = [code for code in to_confirm(image.image_set) if code in seen.confirmed]
    note = screened(seen.note)
    if Findings.Artefact.OTHER in artefacts and not note:
        raise Invalid("note", _("Please describe the other artefact in a few words."))
    last = in_force([image.id]).get(image.id)
    if last and (last.confirmed, last.artefacts, last.note, last.by_id) == (
        confirmed,
        artefacts,
        note,
        actor.id,
    ):
        return last
    number = Findings.objects.filter(image=image).aggregate(last=Max("number"))["last"] or 0
    findings = Findings.objects.create(
        image=image, number=number + 1, confirmed=confirmed, artefacts=artefacts, note=note, by=actor
    )
    record(
        action="cases.findings_recorded",
        actor=actor.id,
        study=image.case.study_id,
        subject=image.case.subject,
        detail={
            "image": str(image.id),
            "image_set": image.image_set,
            "state": image.state,
            "number": findings.number,
            "confirmed": confirmed,
            "artefacts": artefacts,
        },
    )
    return findings
