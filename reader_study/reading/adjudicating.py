"""Giving discordant reads to adjudicators: like opening, a place where the key meets the readers' world.

An adjudicator gets reads like any reader's: new tokens, the very pictures that the readers had, the same form. Which
pair a token stands for, and that some of them are decoys, stays with the key.
"""

import secrets
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.allocation import adjudication
from reader_study.allocation.models import AdjudicationRound, AdjudicationSeat
from reader_study.allocation.readlist import Impossible
from reader_study.allocation.stream import SEED_BYTES
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid
from reader_study.reading.models import Read, ReadCine, ReadingStudy, ReadVolume
from reader_study.reading.pairs import Place, Situation, situation_of
from reader_study.studies.charter_conduct import Adjudication
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol, parse
from reader_study.studies.queries import current_protocol, members, study_for_update

Picture = TypeVar("Picture", ReadVolume, ReadCine)


@transaction.atomic
def make_round(*, actor: User, study: Study, seed: bytes | None = None) -> AdjudicationRound:
    """Give the adjudicators what is discordant and complete by now, decoys among it, and what others left unsigned.

    A seed may be given only where all data is simulated: who knows the seed can make the list.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        code "state": the study is not open; "no_rule": its protocol asks for no adjudication; "nothing": nothing
        waits for a round; "adjudicators": there are too few.
    Invalid
        A seed was given where none may be.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    version = current_protocol(study)
    protocol = parse(version.document)
    rule = protocol.adjudication
    if study.state != Study.State.OPEN:
        raise Conflict("state", _("Reads are adjudicated while the study is open for reading."))
    if rule is None:
        raise Conflict("no_rule", _("The protocol asks for no adjudication."))
    if seed is not None and not protocol.simulated:
        raise Invalid("seed", _("A seed can be chosen only in a study of simulated data."))
    situation = situation_of(study, rule)
    if not situation.next_round:
        raise Conflict(
            "nothing",
            _("Nothing waits for adjudication. What is read later can be given in a further round."),
        )
    seed = seed or secrets.token_bytes(SEED_BYTES)
    inputs = _inputs(study, protocol, rule, situation, protocol_sha256=version.sha256)
    inputs["seed"] = seed.hex()
    try:
        seats = adjudication.made(adjudication.NAME, inputs=inputs, seed=seed)
    except Impossible as error:
        raise Conflict(
            "adjudicators",
            _(
                "A read needs %(wanted)s adjudicators who do not have it yet, and there are %(there)s. Invite more."
            )
            % error.numbers,
        ) from None
    made = AdjudicationRound.objects.create(
        study=study,
        round=inputs["round"],
        protocol_version=version,
        algorithm=adjudication.NAME,
        seed=seed,
        inputs=inputs,
        digest=adjudication.sealed_digest(seats, algorithm=adjudication.NAME, inputs=inputs),
    )
    AdjudicationSeat.objects.bulk_create(
        AdjudicationSeat(
            token=seat.token,
            round=made,
            adjudicator_id=seat.adjudicator,
            position=seat.position,
            case_id=seat.case,
            arm=seat.arm,
            decoy=seat.decoy,
        )
        for seat in seats
    )
    _lay_out(study, made.round, seats, situation)
    record(
        action=adjudication.SEALED,
        actor=actor.id,
        study=study.id,
        subject=str(made.id),
        detail={
            "algorithm": made.algorithm,
            "round": made.round,
            "digest": made.digest,
            "protocol": version.sha256,
            "reads": len(seats),
        },
    )
    return made


def _inputs(
    study: Study, protocol: Protocol, rule: Adjudication, situation: Situation, *, protocol_sha256: str
) -> dict[str, Any]:
    """What the algorithm is given and what is sealed with its list, as JSON that is kept: see adjudication.py.

    Adjudicators are named as readers are: by their place in the order of their e-mail addresses.
    """
    subject = dict(study.cases.values_list("id", "subject"))
    last = AdjudicationRound.objects.filter(study=study).aggregate(last=Max("round"))["last"] or 0
    people = members(study, Role.ADJUDICATOR).order_by("user__email").values_list("user_id", flat=True)
    agreeing = [pair for pair in situation.waiting if pair.place not in situation.discordant]

    def named(places: Sequence[Place]) -> list[list[str]]:
        return sorted([subject[case], str(case), arm] for case, arm in places)

    return {
        "round": last + 1,
        "study": str(study.id),
        "protocol": protocol_sha256,
        "rule": rule.as_document(),
        "minimum_distance": protocol.design.minimum_distance,
        "discordant": named(list(situation.discordant)),
        "agreeing": named([pair.place for pair in agreeing]),
        "vacant": sorted(
            [
                subject[one.case_id],
                str(one.case_id),
                one.arm,
                one.decoy,
                one.free,
                sorted(map(str, one.held_by)),
            ]
            for one in situation.vacant
        ),
        "adjudicators": [
            [f"{place:03d}", str(person), _cases_before(study, person)]
            for place, person in enumerate(people, start=1)
        ],
        "sheets": sorted(
            [str(pair.case_id), pair.arm, str(standing.read.token), standing.in_force.content_sha256]
            for pair in situation.waiting
            for standing in pair.standings
            if standing.in_force is not None
        ),
    }


def _cases_before(study: Study, adjudicator: UUID) -> list[str]:
    """The cases of the last round in which somebody had any, in the order in which they were read."""
    seats = AdjudicationSeat.objects.filter(round__study=study, adjudicator=adjudicator)
    last = seats.aggregate(last=Max("round__round"))["last"]
    placed = seats.filter(round__round=last).order_by("position").values_list("case_id", flat=True)
    return [str(case) for case in placed]


def _lay_out(study: Study, number: int, seats: Sequence[adjudication.Seat], situation: Situation) -> None:
    """Write the reads of a round, with the pictures of one of the reads that they are about."""
    opened = ReadingStudy.objects.get(study=study)
    shown = {pair.place: pair.standings[0].read.token for pair in situation.pairs if pair.standings}
    Read.objects.bulk_create(
        Read(
            token=seat.token,
            study=opened,
            reader_id=seat.adjudicator,
            purpose=Read.Purpose.ADJUDICATION,
            session=number,
            position=seat.position,
        )
        for seat in seats
    )
    of_seat = [(seat.token, shown[seat.case, seat.arm]) for seat in seats]
    ReadVolume.objects.bulk_create(_copies(ReadVolume, of_seat))
    ReadCine.objects.bulk_create(_copies(ReadCine, of_seat))


def _copies(model: type[Picture], of_seat: Sequence[tuple[UUID, UUID]]) -> list[Picture]:
    """of_seat: pairs of a new read's token and the read whose pictures it gets."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in ("id", "read_id")]
    of_read: dict[UUID, list[dict[str, Any]]] = {}
    pictures = model._default_manager.filter(read__in={read for _token, read in of_seat})
    for row in pictures.values("read_id", *names):
        of_read.setdefault(row.pop("read_id"), []).append(row)
    return [model(read_id=token, **row) for token, read in of_seat for row in of_read.get(read, [])]
