import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from reader_study.accounts.models import User
from reader_study.allocation import queries
from reader_study.allocation.algorithm import NAME, Impossible
from reader_study.allocation.models import Allocation, Assignment
from reader_study.allocation.stream import SEED_BYTES
from reader_study.audit.actions import record
from reader_study.cases.models import Case
from reader_study.cases.queries import Lack, readable_cases, withheld_cases
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
    inputs = _inputs(study, protocol, [case for case, _lacks in withheld])
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
        withheld=_withheld(withheld),
        digest=queries.sealed_digest(made, images=inputs["images"]),
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
    """What the algorithm is given and what is sealed with its list, as JSON that is kept.

    Cases are [subject, site, id, arms it can be read in], readers [name, account]. Readers are named by their place
    in the order of their e-mail addresses, so that the same people get the same names in another database.
    """
    arms = [arm.code for arm in protocol.arms]
    complete = readable_cases(study)
    candidates = [(case.case_id, arms) for case in complete] + [(case.id, []) for case in withheld]
    named = {
        id: (subject, site) for id, subject, site in study.cases.values_list("id", "subject", "site__code")
    }
    readers = (
        study.memberships.filter(role=Role.READER).order_by("user__email").values_list("user_id", flat=True)
    )
    return {
        "study": str(study.id),
        "arms": arms,
        "sessions": protocol.sessions,
        "repeat_fraction": protocol.repeat_fraction,
        "cases": sorted([*named[case], str(case), arms] for case, arms in candidates),
        "readers": [[f"{place:03d}", str(reader)] for place, reader in enumerate(readers, start=1)],
        "images": queries.images_of(complete),
    }


def _withheld(cases: Iterable[tuple[Case, list[Lack]]]) -> list[dict[str, Any]]:
    """What is kept of the cases left out: codes for any language, and for the record a sentence in English."""
    with override("en"):
        return [
            {"case": str(case.id), "subject": case.subject, "lacks": lacks, "reason": queries.reason(lacks)}
            for case, lacks in cases
        ]


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
