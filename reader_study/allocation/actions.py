import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.allocation import queries
from reader_study.allocation.algorithm import NAME, Impossible
from reader_study.allocation.models import Allocation, Assignment
from reader_study.allocation.stream import SEED_BYTES
from reader_study.audit.actions import record
from reader_study.cases.models import Case
from reader_study.cases.queries import readable_cases, withheld_cases
from reader_study.problems import Conflict, Invalid
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import current_protocol, protocol_of, study_for_update


@transaction.atomic
def allocate(*, actor: User, study: Study, seed: bytes | None = None) -> Allocation:
    """Make the read list of a study, once and for all: every complete case, every arm, every reader.

    A seed may be given only where all data is simulated: who knows the seed can make the list.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        The study is no draft, or is allocated already; or code "impossible": the design cannot be allocated.
    Invalid
        A seed was given where none may be.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if study.state != Study.State.DRAFT:
        raise Conflict("not_draft", _("Reading has been opened; nothing can be allocated any more."))
    if Allocation.objects.filter(study=study).exists():
        raise Conflict(
            "allocated", _("The reads of this study are allocated already. The list is never made again.")
        )
    protocol = protocol_of(study)
    if seed is not None and not protocol.simulated:
        raise Invalid("seed", _("A seed can be chosen only in a study of simulated data."))

    seed = seed or secrets.token_bytes(SEED_BYTES)
    withheld = withheld_cases(study)
    inputs = _inputs(study, protocol, [case for case, _reason in withheld])
    try:
        made = queries.made_again(inputs=inputs, seed=seed)
    except Impossible as error:
        raise Conflict("impossible", _sentence(error)) from None
    allocation = Allocation.objects.create(
        study=study,
        protocol_version=current_protocol(study),
        algorithm=NAME,
        seed=seed,
        inputs=inputs,
        withheld=[
            {"case": str(case.id), "subject": case.subject, "reason": reason} for case, reason in withheld
        ],
        digest=made.digest(),
    )
    Assignment.objects.bulk_create(
        Assignment(
            token=placement.token,
            allocation=allocation,
            reader_id=placement.reader,
            session=placement.session,
            position=placement.position,
            case_id=placement.case,
            arm=placement.arm,
            repetition=placement.repetition,
        )
        for placement in made.placements
    )
    record(
        action="allocation.sealed",
        actor=actor.id,
        study=study.id,
        subject=str(allocation.id),
        detail={
            "algorithm": NAME,
            "digest": allocation.digest,
            "protocol": allocation.protocol_version.sha256,
            "reads": len(made.placements),
        },
    )
    return allocation


def _inputs(study: Study, protocol: Protocol, withheld: Iterable[Case]) -> dict[str, Any]:
    """What the algorithm is given, as JSON that is kept: cases are [case, site, arms it can be read in]."""
    arms = [arm.code for arm in protocol.arms]
    complete = [[str(case.case_id), str(case.site_id), arms] for case in readable_cases(study)]
    lacking: list[list[Any]] = [[str(case.id), str(case.site_id), []] for case in withheld]
    readers = study.memberships.filter(role=Role.READER).values_list("user_id", flat=True)
    return {
        "arms": arms,
        "sessions": protocol.sessions,
        "repeat_fraction": protocol.repeat_fraction,
        "cases": sorted(complete + lacking),
        "readers": sorted(map(str, readers)),
    }


def _sentence(error: Impossible) -> str:
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
        "no_cases": _("No case is complete: every arm needs accepted images at stress and rest."),
        "no_readers": _("The study has no reader. Add the readers first."),
        "orders": _(
            "%(cases)s cases in %(arms)s arms are too few to give each of %(readers)s readers an own order."
        ),
    }
    return sentences[error.code] % error.numbers
