"""Reading the sealed list: a summary for those who run the study, the key only for opening and analysis."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reader_study.allocation.algorithm import Candidate, Design, Placement, ReadList, read_list
from reader_study.allocation.models import Allocation, Assignment
from reader_study.cases.queries import Lack, ReadableCase, phrase
from reader_study.problems import NotFound
from reader_study.studies.models import Study
from reader_study.studies.protocol import parse


@dataclass(frozen=True)
class Summary:
    """What may be known before unblinding: how much was allocated, and the digest that seals it."""

    digest: str
    algorithm: str
    reads: int
    sessions: int
    readers: int
    cases: int
    withheld: list[dict[str, str]]
    created_at: datetime


@dataclass(frozen=True)
class Key:
    """What a token stands for. ``repetition``: 0 the first read of a case in an arm, 1 the hidden repeat."""

    token: UUID
    reader_id: UUID
    session: int
    position: int
    case_id: UUID
    arm: str
    image_set: str
    repetition: int


def allocation_of(study: Study) -> Allocation:
    """Raises NotFound while there is none."""
    allocation = Allocation.objects.filter(study=study).select_related("protocol_version").first()
    if allocation is None:
        raise NotFound()
    return allocation


def summary(allocation: Allocation) -> Summary:
    inputs = allocation.inputs
    return Summary(
        digest=allocation.digest,
        algorithm=allocation.algorithm,
        reads=allocation.assignments.count(),
        sessions=inputs["sessions"],
        readers=len(inputs["readers"]),
        cases=len(inputs["cases"]) - len(allocation.withheld),
        withheld=[
            {"case": case["case"], "subject": case["subject"], "reason": reason(case["lacks"])}
            for case in allocation.withheld
        ],
        created_at=allocation.created_at,
    )


def reason(lacks: Iterable[Lack]) -> str:
    """Why a case is withheld, in the language of whoever asks."""
    return "; ".join(phrase(lack) for lack in lacks)


def images_of(cases: Iterable[ReadableCase]) -> list[dict[str, Any]]:
    """What readers are going to be shown of some cases, as JSON: it is sealed with the list."""
    return [
        {
            "case": str(case.case_id),
            "image_set": image_set,
            "state": state,
            "image": str(image.id),
            "neutral_key": image.neutral_key,
            "polar_key": image.polar_key,
            "lv": image.lv,
        }
        for case in sorted(cases, key=lambda case: case.case_id)
        for (image_set, state), image in sorted(case.images.items())
    ]


def sealed_digest(reads: ReadList, *, images: list[dict[str, Any]]) -> str:
    """SHA-256 of the list and of the pictures it is read in, in hex: what is published while both are sealed."""
    document = {"list": reads.digest(), "images": images}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def assignments(study: Study) -> list[Key]:
    """The whole key, by reader, session and position. It unblinds: only opening and analysis may ask."""
    allocation = allocation_of(study)
    image_sets = {arm.code: arm.image_set.value for arm in parse(allocation.protocol_version.document).arms}
    return [
        Key(
            token=row.token,
            reader_id=row.reader_id,
            session=row.session,
            position=row.position,
            case_id=row.case_id,
            arm=row.arm,
            image_set=image_sets[row.arm],
            repetition=row.repetition,
        )
        for row in allocation.assignments.order_by("reader_id", "session", "position")
    ]


def made_again(*, inputs: dict[str, Any], seed: bytes) -> ReadList:
    """The list that the algorithm makes of recorded inputs and seed."""
    design = Design(
        arms=tuple(inputs["arms"]),
        sessions=inputs["sessions"],
        repeat_fraction=inputs["repeat_fraction"],
    )
    return read_list(
        design=design,
        study=UUID(inputs["study"]),
        candidates=[
            Candidate(case=UUID(case), subject=subject, site=site, arms=frozenset(arms))
            for subject, site, case, arms in inputs["cases"]
        ],
        readers={name: UUID(reader) for name, reader in inputs["readers"]},
        seed=seed,
    )


def stored_list(allocation: Allocation) -> ReadList:
    """The list as it lies in the table."""
    return ReadList(
        placements=tuple(
            Placement(
                token=row.token,
                reader=row.reader_id,
                session=row.session,
                position=row.position,
                case=row.case_id,
                arm=row.arm,
                repetition=row.repetition,
            )
            for row in Assignment.objects.filter(allocation=allocation)
        ),
        withheld=tuple(UUID(case["case"]) for case in allocation.withheld),
    )
