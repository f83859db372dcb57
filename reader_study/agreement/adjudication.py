"""What of a study's adjudication goes into its lock, and what of it is not done. Only the lock may know of pairs."""

from typing import Any

from reader_study.accounts.models import User
from reader_study.agreement.sheets import sheets_of, utc
from reader_study.allocation.models import AdjudicationRound, AdjudicationSeat
from reader_study.reading.models import Read
from reader_study.reading.pairs import Place, Situation, rule_of, situation_of
from reader_study.reading.standing import standings
from reader_study.studies.models import Study


def pending(study: Study) -> dict[str, Any] | None:
    """What is not done; None when all is, or where nothing is adjudicated. Tells no arm and no decoy.

    reads: of rounds, without which a pair is not adjudicated by as many as the protocol asks for.
    waiting: how many discordant pairs no round took, also those of which a reader could still sign something else.
    """
    situation = _situation(study)
    if situation is None or not (situation.unsigned or situation.unadjudicated):
        return None
    unsigned: set[Place] = {(pair.case_id, pair.arm) for pair in situation.unsigned}
    signed = _signed(study)
    reads = [
        {
            "token": str(seat.token),
            "adjudicator": str(seat.adjudicator_id),
            "round": seat.round.round,
            "position": seat.position,
        }
        for seat in _seats(study)
        if seat.token not in signed and (seat.case_id, seat.arm) in unsigned
    ]
    return {"reads": reads, "waiting": len(situation.unadjudicated)}


def adjudicated(study: Study) -> dict[str, Any] | None:
    """Rounds, what each read stands for, and every version that was signed; None where nothing was discordant.

    waiting: the discordant pairs that no round took, by what their readers had signed when reading ended.
    """
    situation = _situation(study)
    if situation is None or not (situation.taken or situation.unadjudicated):
        return None
    seats = _seats(study)
    rule = rule_of(study)
    people = User.objects.filter(pk__in={seat.adjudicator_id for seat in seats}).order_by("full_name", "id")
    rounds = (
        AdjudicationRound.objects.filter(study=study).select_related("protocol_version").order_by("round")
    )
    return {
        "rule": rule.as_document() if rule else None,
        "rounds": [
            {
                "round": made.round,
                "digest": made.digest,
                "algorithm": made.algorithm,
                "protocol_sha256": made.protocol_version.sha256,
                "sealed_at": utc(made.created_at),
            }
            for made in rounds
        ],
        "adjudicators": [
            {"id": str(person.id), "code": f"J{number}", "name": person.full_name}
            for number, person in enumerate(people, start=1)
        ],
        "seats": [
            {
                "token": str(seat.token),
                "adjudicator": str(seat.adjudicator_id),
                "round": seat.round.round,
                "position": seat.position,
                "case": str(seat.case_id),
                "arm": seat.arm,
                "decoy": seat.decoy,
            }
            for seat in seats
        ],
        "reads": sheets_of(study, purpose=Read.Purpose.ADJUDICATION),
        "waiting": sorted([str(case), arm] for case, arm in situation.unadjudicated),
    }


def _situation(study: Study) -> Situation | None:
    rule = rule_of(study)
    return situation_of(study, rule) if rule else None


def _seats(study: Study) -> list[AdjudicationSeat]:
    seats = AdjudicationSeat.objects.filter(round__study=study).select_related("round")
    return list(seats.order_by("round__round", "adjudicator", "position"))


def _signed(study: Study) -> set[Any]:
    reads = Read.objects.filter(study=study.pk, purpose=Read.Purpose.ADJUDICATION)
    return {standing.read.token for standing in standings(reads) if standing.in_force is not None}
