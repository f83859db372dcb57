"""Reading the sealed lists: a summary for those who run the study, the key only for opening and analysis."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from reader_study.allocation import export
from reader_study.allocation.models import AdjudicationRound, Allocation, Assignment, Qualification
from reader_study.allocation.readlist import Placement, ReadList
from reader_study.audit.models import Entry
from reader_study.cases.queries import Lack, ReadableCase, cines_of, phrase, readable_cases
from reader_study.problems import NotFound
from reader_study.studies.models import Study
from reader_study.studies.protocol import parse


@dataclass(frozen=True)
class BlockSummary:
    """One block; ``sessions`` and ``readers`` are those that it was made for."""

    block: int
    digest: str
    algorithm: str
    protocol_version: int
    reads: int
    sessions: int
    readers: int
    cases: int
    created_at: datetime


@dataclass(frozen=True)
class Summary:
    """What may be known before unblinding: how much was allocated, and the digests that seal it.

    Counts are of all blocks together; digest, algorithm and time those of the newest. ``further_cases``: complete
    ones that no block has.
    """

    digest: str
    algorithm: str
    reads: int
    sessions: int
    readers: int
    cases: int
    withheld: list[dict[str, str]]
    created_at: datetime
    blocks: list[BlockSummary]
    further_cases: int


@dataclass(frozen=True)
class Key:
    """What a token stands for. ``repetition``: 0 the first read of a case in an arm, 1 the hidden repeat.

    ``steps``: the image sets that each step of the read shows together, in order.
    """

    token: UUID
    reader_id: UUID
    session: int
    position: int
    case_id: UUID
    arm: str
    steps: tuple[tuple[str, ...], ...]
    repetition: int


def blocks_of(study: Study) -> list[Allocation]:
    """All blocks in their order; raises NotFound while there is none."""
    blocks = list(Allocation.objects.filter(study=study).select_related("protocol_version").order_by("block"))
    if not blocks:
        raise NotFound()
    return blocks


def allocation_of(study: Study) -> Allocation:
    """The first block, which every study that is read has. Raises NotFound while there is none."""
    return blocks_of(study)[0]


def allocated_cases(study: Study) -> set[UUID]:
    """The cases of any block."""
    found = Assignment.objects.filter(allocation__study=study).values_list("case_id", flat=True)
    return set(found.distinct())


def is_adjudicated(study: Study) -> bool:
    """Whether any read was given to adjudicators."""
    return AdjudicationRound.objects.filter(study=study).exists()


def is_qualifying(study: Study) -> bool:
    """Whether the qualification of its readers is open: they are trained and tested."""
    return Qualification.objects.filter(study=study).exists()


def last_sessions(study: Study) -> dict[UUID, int]:
    """reader -> the last session that any block gives that reader."""
    found = Assignment.objects.filter(allocation__study=study).values_list("reader_id")
    return dict(found.annotate(last=Max("session")))


def summary(study: Study) -> Summary:
    """Raises NotFound while there is no allocation."""
    blocks = blocks_of(study)
    newest, allocated = blocks[-1], allocated_cases(study)
    parts = [_block_summary(block) for block in blocks]
    return Summary(
        digest=newest.digest,
        algorithm=newest.algorithm,
        reads=sum(part.reads for part in parts),
        sessions=max(last_sessions(study).values()),
        readers=parts[0].readers,
        cases=len(allocated),
        withheld=[
            {"case": case["case"], "subject": case["subject"], "reason": reason(case["lacks"])}
            for case in withheld_of(study)
        ],
        created_at=newest.created_at,
        blocks=parts,
        further_cases=sum(case.case_id not in allocated for case in readable_cases(study)),
    )


def _block_summary(block: Allocation) -> BlockSummary:
    return BlockSummary(
        block=block.block,
        digest=block.digest,
        algorithm=block.algorithm,
        protocol_version=block.protocol_version.version,
        reads=block.assignments.count(),
        sessions=block.inputs["sessions"],
        readers=len(block.inputs["readers"]),
        cases=len(block.inputs["cases"]) - len(block.withheld),
        created_at=block.created_at,
    )


def withheld_of(study: Study) -> list[dict[str, Any]]:
    """The cases that no block took, with what kept them out of the last one that could have: by subject."""
    allocated = {str(case) for case in allocated_cases(study)}
    found = {case["case"]: case for block in blocks_of(study) for case in block.withheld}
    return sorted(
        (case for case in found.values() if case["case"] not in allocated), key=lambda case: case["subject"]
    )


def reason(lacks: Iterable[Lack]) -> str:
    """Why a case is withheld, in the language of whoever asks."""
    return _("; ").join(phrase(lack) for lack in lacks)


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
            "contour_key": image.contour_key,
            "lv": image.lv,
        }
        for case in sorted(cases, key=lambda case: case.case_id)
        for (image_set, state), image in sorted(case.images.items())
    ]


def shown_cines(cases: Iterable[ReadableCase], *, kinds: Collection[str]) -> list[dict[str, Any]]:
    """The moving pictures of these kinds that come with some cases, as JSON: sealed with the list, too."""
    return [
        {"case": str(case.case_id), **asdict(cine), "dims": list(cine.dims)}
        for case in sorted(cases, key=lambda case: case.case_id)
        for cine in (cines_of(case.case_id) if kinds else [])
        if cine.kind in kinds
    ]


def assignments(study: Study) -> list[Key]:
    """The whole key, by reader, session and position. It unblinds: only opening and analysis may ask."""
    return sorted(
        (key for block in blocks_of(study) for key in keys_of(block)),
        key=lambda key: (key.reader_id, key.session, key.position),
    )


def keys_of(block: Allocation) -> list[Key]:
    """The key of one block. It unblinds as the whole does."""
    steps = {
        arm.code: tuple(tuple(image_set.value for image_set in step) for step in arm.steps)
        for arm in parse(block.protocol_version.document).arms
    }
    return [
        Key(
            token=row.token,
            reader_id=row.reader_id,
            session=row.session,
            position=row.position,
            case_id=row.case_id,
            arm=row.arm,
            steps=steps[row.arm],
            repetition=row.repetition,
        )
        for row in block.assignments.order_by("reader_id", "session", "position")
    ]


def exported(study: Study) -> bytes:
    """All blocks as they lie in the tables and the journal, as a file (see export.py). It unblinds."""
    return export.written(study.id, [_exported(block) for block in blocks_of(study)])


def _exported(block: Allocation) -> dict[str, Any]:
    entry = Entry.objects.filter(study=block.study_id, action=export.SEALED, subject=str(block.id)).get()
    previous = Entry.objects.filter(number=entry.number - 1).first()
    return {
        "protocol": block.protocol_version.document,
        "algorithm": block.algorithm,
        "seed": bytes(block.seed).hex(),
        "inputs": block.inputs,
        "withheld": block.withheld,
        "list": _stored_list(block).rows(),
        "digest": block.digest,
        "journal": {
            "previous": bytes(previous.digest).hex() if previous else "",
            "payload": entry.payload,
            "digest": bytes(entry.digest).hex(),
        },
    }


def _stored_list(block: Allocation) -> ReadList:
    """The list as it lies in the table."""
    return ReadList(
        algorithm=block.algorithm,
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
            for row in block.assignments.all()
        ),
        withheld=tuple(UUID(case["case"]) for case in block.withheld),
    )
