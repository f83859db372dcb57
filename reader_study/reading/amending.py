"""Amending a frozen protocol where it meets the reads: what it does to them is said before it is signed, then done."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from reader_study.accounts.models import User
from reader_study.allocation.queries import is_adjudicated
from reader_study.reading.models import Read, ReadingQualification, ReadingStudy
from reader_study.reading.opening import hold_to
from reader_study.reading.standing import standings
from reader_study.studies import amendments, freezing
from reader_study.studies.amendments import Clause
from reader_study.studies.models import ProtocolVersion, Role, Study
from reader_study.studies.protocol import parse
from reader_study.studies.queries import study_for_update


@dataclass(frozen=True)
class Preview:
    """What an amendment would do; `opened`, `signed`: reads of any purpose that there are, and that are signed."""

    amendment: freezing.Amendment
    opened: int
    signed: int


def preview(*, study: Study, document: dict[str, Any]) -> Preview:
    """Raises what `freezing.amendment` raises."""
    reads = standings(Read.objects.filter(study=study.pk))
    return Preview(
        amendment=freezing.amendment(study=study, document=document, **_reached(study)),
        opened=len(reads),
        signed=sum(read.in_force is not None for read in reads),
    )


def clauses(study: Study) -> list[Clause]:
    """What may still be amended. Raises what `freezing.stage_of` raises."""
    return amendments.clauses(stage=freezing.stage_of(study, **_reached(study)))


@transaction.atomic
def amend(*, actor: User, study: Study, **signed: Any) -> ProtocolVersion:
    """Amend the protocol, and what the reading of an open study goes by. Raises what `freezing.amend` raises."""
    # The row first: a round that is being made, or a qualification being opened, would not be seen yet.
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    version = freezing.amend(actor=actor, study=study, **_reached(study), **signed)
    if opened := ReadingStudy.objects.filter(study=study).first():
        hold_to(opened, parse(version.document), protocol_sha256=version.sha256)
    return version


def _reached(study: Study) -> dict[str, Any]:
    """What stands in the way of an amendment: a read was adjudicated; readers are trained and tested."""
    asked = ReadingQualification.objects.filter(study=study.pk)
    return {"adjudicated": is_adjudicated(study), "qualifying": asked.exists()}
