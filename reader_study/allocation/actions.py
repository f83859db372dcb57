import hashlib
import secrets
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from reader_study.accounts.models import User
from reader_study.allocation import queries
from reader_study.allocation.export import SEALED
from reader_study.allocation.models import Allocation, Assignment
from reader_study.allocation.readlist import Impossible
from reader_study.allocation.sealing import ALGORITHM, made, sealed_digest
from reader_study.allocation.stream import SEED_BYTES
from reader_study.audit.actions import record
from reader_study.cases.models import Case, Cine
from reader_study.cases.queries import Lack, ReadableCase, readable_cases, withheld_cases
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies.freezing import mark_allocated
from reader_study.studies.models import ProtocolVersion, Role, Study
from reader_study.studies.protocol import Protocol, parse
from reader_study.studies.queries import current_protocol, members, roles_of, study_for, study_for_update

MAY_EXPORT = (Role.INVESTIGATOR, Role.MONITOR, Role.STATISTICIAN)


@transaction.atomic
def allocate(*, actor: User, study: Study, seed: bytes | None = None) -> Allocation:
    """Make a block of the read list, once and for all: every complete case that no block has yet.

    The first is made before the study is opened; while it is open, a further one takes the cases that came late.
    It leaves alone what was laid out before: its sessions follow those that each reader has.

    A seed may be given only where all data is simulated: who knows the seed can make the list.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        code "allocated": the first block is made and reading is not open; "state": nothing is allocated in this
        state; "qualification": that of the readers is not open; "readers": nobody could differ and be adjudicated;
        "impossible": the design cannot be allocated; "cines": a moving picture is not ready yet.
    Invalid
        A seed was given where none may be.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    number = _block_to_make(study)
    version = current_protocol(study)
    protocol = parse(version.document)
    if seed is not None and not protocol.simulated:
        raise Invalid("seed", _("A seed can be chosen only in a study of simulated data."))
    if number == 1:
        _require_what_cannot_follow(study, protocol)

    seed = seed or secrets.token_bytes(SEED_BYTES)
    allocated = queries.allocated_cases(study)
    left_out = [(case, lacks) for case, lacks in withheld_cases(study) if case.id not in allocated]
    complete = [case for case in readable_cases(study) if case.case_id not in allocated]
    _require_no_cine_in_the_making(study, complete, protocol)
    inputs = _inputs(study, version, complete, [case for case, _lacks in left_out], block=number)
    inputs["seed"] = seed.hex()
    try:
        reads = made(ALGORITHM, inputs=inputs, seed=seed)
    except Impossible as error:
        raise Conflict("impossible", why_impossible(error, later_block=number > 1)) from None
    withheld = _withheld(left_out)
    block = Allocation.objects.create(
        study=study,
        block=number,
        protocol_version=version,
        algorithm=ALGORITHM,
        seed=seed,
        inputs=inputs,
        withheld=withheld,
        digest=sealed_digest(reads, inputs=inputs, withheld=withheld),
    )
    Assignment.objects.bulk_create(
        Assignment(
            token=placement.token,
            allocation=block,
            reader_id=placement.reader,
            session=placement.session,
            position=placement.position,
            case_id=placement.case,
            arm=placement.arm,
            repetition=placement.repetition,
        )
        for placement in reads.placements
    )
    if number == 1:
        mark_allocated(study=study)
    record(
        action=SEALED,
        actor=actor.id,
        study=study.id,
        subject=str(block.id),
        detail={
            "algorithm": ALGORITHM,
            "block": number,
            "digest": block.digest,
            "protocol": version.sha256,
            "reads": len(reads.placements),
        },
    )
    return block


@transaction.atomic
def export_list(*, actor: User | None, study: Study) -> bytes:
    """The sealed lists of an unblinded study with seeds and inputs, as a file that anybody can check; journaled.

    actor: None where somebody exports at the server itself.

    Raises
    ------
    NotFound
        The actor may not see the study's results (a statistician: not yet), or nothing is allocated.
    Conflict
        code "state": the study is not unblinded, and the file would unblind it.
    """
    if actor is not None:
        study = study_for(actor, study.pk, *MAY_EXPORT)
    if study.state != Study.State.UNBLINDED:
        if actor is not None and not roles_of(actor, study) & {Role.INVESTIGATOR, Role.MONITOR}:
            raise NotFound()
        raise Conflict("state", _("The sealed list can be exported once the study is unblinded."))
    file = queries.exported(study)
    record(
        action="allocation.exported",
        actor=actor.id if actor else None,
        study=study.id,
        subject=str(study.id),
        detail={"sha256": hashlib.sha256(file).hexdigest()},
    )
    return file


def _block_to_make(study: Study) -> int:
    """Which block may be made now."""
    there = Allocation.objects.filter(study=study).count()
    if study.state == Study.State.OPEN and there:
        return there + 1
    if study.state == Study.State.DRAFT:
        raise Conflict("not_frozen", _("Freeze and sign the protocol before the reads are allocated."))
    if study.state != Study.State.FROZEN:
        raise Conflict("state", _("Nothing can be allocated in this state of the study."))
    if there:
        raise Conflict(
            "allocated",
            _(
                "The reads of this study are allocated already, and the list is never made again. Cases that come"
                " later are allocated once the study is open."
            ),
        )
    return 1


def _require_what_cannot_follow(study: Study, protocol: Protocol) -> None:
    """Once reads are allocated no reader joins, and no case changes its purpose: a lack of these would be for good."""
    if protocol.qualification is not None and not queries.is_qualifying(study):
        raise Conflict(
            "qualification",
            _(
                "The protocol asks for qualified readers. Open their qualification first: once the reads are"
                " allocated no further case can train or test them."
            ),
        )
    readers = members(study, Role.READER).count()
    if protocol.adjudication is not None and readers < protocol.fewest_readers:
        raise Conflict(
            "readers",
            _(
                "Reads are adjudicated where readers differ: that takes at least %(wanted)s readers, and the study has"
                " %(readers)s. Once the reads are allocated none can join."
            )
            % {"readers": readers, "wanted": protocol.fewest_readers},
        )


def _inputs(
    study: Study,
    version: ProtocolVersion,
    complete: Collection[ReadableCase],
    left_out: Iterable[Case],
    *,
    block: int,
) -> dict[str, Any]:
    """What the algorithm is given and what is sealed with its list, as JSON that is kept: see sealing.py.

    Readers are named by their place in the order of their e-mail addresses, so that the same people get the same
    names in another database.
    """
    protocol = parse(version.document)
    arms = [arm.code for arm in protocol.arms]
    candidates = [(case.case_id, arms) for case in complete] + [(case.id, []) for case in left_out]
    named = {
        id: (subject, site) for id, subject, site in study.cases.values_list("id", "subject", "site__code")
    }
    last_session = queries.last_sessions(study)
    readers: Iterable[UUID] = (
        members(study, Role.READER).order_by("user__email").values_list("user_id", flat=True)
    )
    return {
        "block": block,
        "study": str(study.id),
        "protocol": version.sha256,
        "arms": arms,
        "sessions": protocol.sessions,
        "repeat_fraction": protocol.repeat_fraction,
        "readers_per_case": protocol.design.readers_per_case,
        "minimum_distance": protocol.design.minimum_distance,
        "cases": sorted([*named[case], str(case), arms] for case, arms in candidates),
        "readers": [
            [f"{place:03d}", str(reader), last_session.get(reader, 0)]
            for place, reader in enumerate(readers, start=1)
        ],
        "images": queries.images_of(complete),
        "cines": queries.shown_cines(complete, kinds=protocol.display.cine),
    }


def _require_no_cine_in_the_making(
    study: Study, complete: Iterable[ReadableCase], protocol: Protocol
) -> None:
    """What is shown is sealed, so a moving picture that would be ready a minute later would never be shown."""
    unfinished = Cine.objects.filter(
        case__in=[case.case_id for case in complete],
        kind__in=protocol.display.cine,
        status__in=[Cine.Status.WAITING, Cine.Status.DERIVING],
        superseded_at=None,
    )
    subjects = sorted(set(unfinished.values_list("case__subject", flat=True)))
    if subjects:
        raise Conflict(
            "cines",
            _("Moving pictures are still being prepared of: %(subjects)s. Allocate when they are ready.")
            % {"subjects": ", ".join(subjects)},
        )


def _withheld(cases: Iterable[tuple[Case, list[Lack]]]) -> list[dict[str, Any]]:
    """What is kept of the cases left out: codes for any language, and for the record a sentence in English."""
    with override("en"):
        return [
            {"case": str(case.id), "subject": case.subject, "lacks": lacks, "reason": queries.reason(lacks)}
            for case, lacks in cases
        ]


def why_impossible(error: Impossible, *, later_block: bool = False) -> str:
    """The sentence of a design that cannot be allocated."""
    if later_block and error.code == "no_cases":
        return _("No further case is complete: every arm needs accepted images in every state.")
    sentences = {
        "sessions": _(
            "%(arms)s arms need at least %(arms)s sessions, because a case is read once in a session;"
            " the protocol has %(sessions)s."
        ),
        "repeat_sessions": _("Hidden repeats with %(arms)s arms need at least %(needed)s sessions."),
        "repeats": _(
            "The protocol asks for %(wanted)s hidden repeats, but only %(possible)s cases have a free session"
            " after they were read. Add a session or lower the share of repeats."
        ),
        "no_cases": _("No case is complete: every arm needs accepted images in every state."),
        "readers_per_case": _(
            "The protocol asks for %(wanted)s readers per case, but the study has %(readers)s readers."
        ),
        "distance": _(
            "The protocol asks for %(wanted)s reads between two reads of a case, but the shortest session allows"
            " at most %(possible)s. Shorten the distance or add cases."
        ),
        "no_readers": _("The study has no reader. Add the readers first."),
        "orders": _(
            "%(cases)s cases in %(arms)s arms are too few to give each of %(readers)s readers an own order."
        ),
    }
    return sentences[error.code] % error.numbers
