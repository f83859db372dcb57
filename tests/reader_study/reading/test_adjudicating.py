"""From discordant reads to the adjudicators' desks, and back to what those who run the study may see."""

import json
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from reader_study.allocation import adjudication
from reader_study.allocation.models import AdjudicationSeat, Assignment
from reader_study.audit.models import Entry
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.reading import wall
from reader_study.reading.adjudicating import make_round
from reader_study.reading.amending import preview
from reader_study.reading.models import Read, ReadVolume, Unlock
from reader_study.reading.unlocks import answer_unlock
from reader_study.studies.delegation import end_membership
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import current_protocol
from tests.reader_study.agreement.studies import keep_sheet, lock
from tests.reader_study.allocation.drafts import Draft, keep_pictures
from tests.reader_study.reading.adjudications import (
    RULE,
    SEED,
    adjudicated,
    join,
    made,
    own_reads,
    places,
    read_of,
    sign_all,
)
from tests.reader_study.reading.reads import Desk, answer, scored

pytestmark = pytest.mark.django_db
TWO = {("A-0001", "A"), ("B-0002", "C")}


@pytest.fixture
def read() -> Draft:
    """Twelve pairs, two of them discordant, all signed; one adjudicator."""
    study = adjudicated()
    sign_all(study, discordant=TWO)
    return study


def leave(study: Draft, name: str) -> None:
    member = study.study.memberships.get(user__full_name=name, ended_at=None)
    end_membership(actor=study.investigator, study=study.study, membership_id=member.id, reason="Has left")


def address(study: Draft) -> str:
    return f"/api/studies/{study.study.id}/adjudication"


def test_a_round_takes_the_discordant_pairs_and_draws_decoys_among_those_that_agree(read: Draft) -> None:
    found = made(read)
    assert places(found, decoy=False) == TWO
    assert len(places(found, decoy=True)) == 1  # half of two
    with pytest.raises(Conflict) as nothing:
        made(read)
    assert nothing.value.code == "nothing"


def test_the_adjudicator_gets_the_pictures_that_the_readers_had_and_the_readers_get_nothing(
    read: Draft, signed_in
) -> None:
    before = {reader: Desk(signed_in(reader)).worklist() for reader in read.readers}
    made(read)
    [judge] = read.study.memberships.filter(role=Role.ADJUDICATOR)
    assert len(own_reads(judge.user)) == 3
    shown = (
        "step",
        "set",
        "state",
        "neutral_key",
        "polar_key",
        "contour_key",
        "dims",
        "spacing_mm",
        "base_k",
    )
    for seat in AdjudicationSeat.objects.all():
        theirs = Assignment.objects.filter(case=seat.case_id, arm=seat.arm).first()
        assert theirs
        pictures = [
            sorted(ReadVolume.objects.filter(read=token).values_list(*shown), key=str)
            for token in (seat.token, theirs.token)
        ]
        assert pictures[0] == pictures[1] and len(pictures[0]) == 2
    assert {reader: Desk(signed_in(reader)).worklist() for reader in read.readers} == before


def test_an_adjudicator_reads_and_signs_as_a_reader_does(read: Draft, signed_in) -> None:
    keep_pictures(read.cases)
    made(read)
    judge = read.study.memberships.get(role=Role.ADJUDICATOR).user
    desk = Desk(signed_in(judge))
    [agenda] = desk.worklist()["studies"]
    assert (agenda["purpose"], agenda["title"]) == ("adjudication", "Heart study 7")
    tokens = [str(one.token) for one in own_reads(judge)]
    for token in tokens:
        assert desk.next() == token
        page = desk.read(token)
        assert page.status_code == desk.volume(token).status_code == 200
        assert page.json()["draft"]["scores"] == {state: [None] * 17 for state in ("stress", "rest")}
        assert desk.finish(token, score=2).status_code == 201
    assert desk.next() is None
    assert desk.read(str(Read.objects.filter(reader=read.readers[0])[0].token)).status_code == 404


def test_the_journal_says_that_a_round_was_sealed_and_neither_pair_nor_decoy(read: Draft) -> None:
    found = made(read)
    entry = Entry.objects.get(action=adjudication.SEALED)
    assert entry.detail == {
        "algorithm": "adjudication-1",
        "round": 1,
        "digest": found.digest,
        "protocol": current_protocol(read.study).sha256,
        "reads": 3,
    }
    seats = adjudication.made(found.algorithm, inputs=found.inputs, seed=bytes(found.seed))
    stored = [
        [str(seat.adjudicator_id), seat.position, str(seat.token), str(seat.case_id), seat.arm, seat.decoy]
        for seat in found.seats.order_by("adjudicator", "position")
    ]
    assert adjudication.rows(seats) == stored
    assert adjudication.sealed_digest(seats, algorithm=found.algorithm, inputs=found.inputs) == found.digest
    assert found.inputs["seed"] == bytes(found.seed).hex()  # nobody can try which list has the digest
    signed = {(sheet[2], sheet[3]) for sheet in found.inputs["sheets"]}
    assert len(signed) == 24  # what the rule was applied to, by token and digest


def test_what_the_investigator_sees_is_a_matter_of_counts(read: Draft, signed_in) -> None:
    client = signed_in(read.investigator)
    seen = client.get(address(read)).json()["adjudication"]
    assert (seen["pairs"], seen["read"], seen["waiting"], seen["rounds"]) == (12, 12, 2, [])
    answered = client.post(address(read), {"seed": SEED.hex()}, "application/json")
    assert answered.status_code == 201
    [judge] = [member.user for member in read.study.memberships.filter(role=Role.ADJUDICATOR)]
    keep_sheet(own_reads(judge)[0], scored(2))
    seen = client.get(address(read)).json()["adjudication"]
    assert (seen["waiting"], seen["read"], seen["unfinished"]) == (0, 12, 2)
    [round_] = seen["rounds"]
    assert (round_["round"], round_["reads"], round_["signed"]) == (1, 3, 1)
    assert seen["people"] == [{"full_name": "Judge 1", "here": True, "signed": 1, "total": 3}]
    text = json.dumps(seen)
    telling = {case.subject for case in read.cases} | {str(case.id) for case in read.cases}
    telling |= {str(seat.token) for seat in AdjudicationSeat.objects.all()}
    assert not [word for word in telling if word in text]
    assert set(round_) == {"round", "digest", "algorithm", "made_at", "reads", "signed"}


def test_a_study_without_such_a_rule_has_no_adjudication(signed_in) -> None:
    study = adjudicated(rule=None, adjudicators=0, per_site=(1,))
    assert signed_in(study.investigator).get(address(study)).json() == {"adjudication": None}
    with pytest.raises(Conflict) as refused:
        made(study)
    assert refused.value.code == "no_rule"


def test_only_what_nothing_will_change_of_is_taken(signed_in) -> None:
    """Unsigned, asked to be corrected, being corrected: each waits; a reader who left does not keep a pair waiting."""
    study = adjudicated(readers=3, per_site=(2,))
    first, second, third = ("A-0001", "A"), ("A-0001", "B"), ("A-0002", "C")
    unsigned = read_of(study, first, study.readers[0])
    sign_all(study, discordant=[first, second, third], but=[unsigned])
    correcting = read_of(study, second, study.readers[1])
    Unlock.objects.create(read=correcting, version=1, reason="A slip")
    assert places(made(study), decoy=False) == {third}

    asked = Unlock.objects.get()
    answer_unlock(
        actor=study.investigator, study=study.study, unlock_id=asked.id, approved=True, reason="A slip"
    )
    with pytest.raises(Conflict):
        made(study)
    keep_sheet(correcting, scored(1), unlock=asked)
    assert places(made(study), decoy=False) == {second}

    leave(study, "Reader 1")
    assert places(made(study), decoy=False) == {first}


def test_a_correction_that_ends_the_discordance_ends_the_need() -> None:
    study = adjudicated(per_site=(1,))
    place = ("A-0001", "B")
    sign_all(study, discordant=[place])
    slip = read_of(study, place, study.readers[-1])
    asked = Unlock.objects.create(read=slip, version=1, reason="A slip")
    answer(study)
    keep_sheet(slip, scored(1), unlock=asked)
    with pytest.raises(Conflict) as refused:
        made(study)
    assert refused.value.code == "nothing"


@pytest.mark.parametrize("decoy", [False, True])
def test_a_read_that_was_given_to_adjudication_is_not_corrected_any_more(read: Draft, decoy: bool) -> None:
    """Discordant or decoy alike: else the answer would tell which it is."""
    [place, *_] = places(made(read), decoy=decoy)
    given = read_of(read, place, read.readers[0])
    Unlock.objects.create(read=given, version=1, reason="A slip")
    with pytest.raises(Conflict) as refused:
        answer(read)
    assert refused.value.code == "adjudicated"
    assert not answer(read, approved=False).approved


def test_a_repeat_of_what_was_given_to_adjudication_is_answered_alike() -> None:
    """Else the answers would tell which of two reads is the hidden repeat."""
    study = adjudicated(per_site=(3, 2), sessions=4, repeat_fraction=0.2)
    pairs = [(case.subject, arm) for case in study.cases for arm in "ABC"]
    sign_all(study, discordant=pairs)
    made(study)
    repeat = Assignment.objects.filter(allocation__study=study.study, repetition=1)[0]
    Unlock.objects.create(read_id=repeat.token, version=1, reason="A slip")
    with pytest.raises(Conflict) as refused:
        answer(study)
    assert refused.value.code == "adjudicated"


def test_the_reads_of_others_can_still_be_corrected_and_so_can_an_adjudicators(read: Draft) -> None:
    taken = made(read)
    both = places(taken, decoy=False) | places(taken, decoy=True)
    free = next(
        (case.subject, arm) for case in read.cases for arm in "ABC" if (case.subject, arm) not in both
    )
    Unlock.objects.create(read=read_of(read, free, read.readers[0]), version=1, reason="A slip")
    assert answer(read).approved
    judge = read.study.memberships.get(role=Role.ADJUDICATOR).user
    own = own_reads(judge)[0]
    keep_sheet(own, scored(2))
    Unlock.objects.create(read=own, version=1, reason="A slip")
    assert answer(read).approved


def test_what_an_adjudicator_left_unsigned_goes_to_somebody_else() -> None:
    study = adjudicated(adjudicators=1)
    sign_all(study, discordant=TWO)
    first = made(study)
    judge = study.study.memberships.get(role=Role.ADJUDICATOR).user
    signed, *left = own_reads(judge)
    keep_sheet(signed, scored(2))
    leave(study, "Judge 1")
    with pytest.raises(Conflict) as nobody:
        made(study)
    assert nobody.value.code == "adjudicators"

    other = join(study, "Judge 2")
    second = made(study)
    of_left = {(str(s.case_id), s.arm, s.decoy) for s in first.seats.exclude(token=signed.token)}
    assert {(str(s.case_id), s.arm, s.decoy) for s in second.seats.all()} == of_left
    assert [one.session for one in own_reads(other)] == [2, 2]
    with pytest.raises(Conflict):
        made(study)
    assert len(left) == 2


def test_who_joins_later_gets_reads_of_the_next_round() -> None:
    study = adjudicated(adjudicators=1, per_site=(3,))
    late = read_of(study, ("A-0003", "B"), study.readers[0])
    sign_all(study, discordant=[("A-0001", "A"), ("A-0002", "B"), ("A-0003", "B")], but=[late])
    made(study)
    newcomer = join(study, "Judge 2")
    assert own_reads(newcomer) == []
    keep_sheet(late, scored(1))
    second = made(study)
    assert places(second, decoy=False) == {("A-0003", "B")}
    assert len(own_reads(newcomer)) == 1  # the discordant one or its decoy; the other went to the first


def test_each_of_a_panel_reads_by_himself() -> None:
    study = adjudicated(rule=replace(RULE, mode="panel", panel_size=2), adjudicators=3)
    sign_all(study, discordant=TWO)
    seats = made(study).seats.all()
    assert len(seats) == 3 * 2
    for case, arm in {(seat.case_id, seat.arm) for seat in seats}:
        assert len({s.adjudicator_id for s in seats if (s.case_id, s.arm) == (case, arm)}) == 2
    assert [len(own_reads(m.user)) for m in study.study.memberships.filter(role=Role.ADJUDICATOR)] == [
        2,
        2,
        2,
    ]


def test_hidden_repeats_make_no_pair_discordant() -> None:
    study = adjudicated(per_site=(6,), sessions=4, repeat_fraction=0.2)
    repeats = Assignment.objects.filter(allocation__study=study.study, repetition=1).values("token")
    assert len(repeats) == 2
    for read in Read.objects.filter(study=study.study.id):
        keep_sheet(read, scored(4 if {"token": read.token} in repeats else 0))
    with pytest.raises(Conflict) as refused:
        made(study)
    assert refused.value.code == "nothing"


@pytest.mark.parametrize("who", ["reader", "judge", "stranger"])
def test_only_the_investigator_makes_a_round(read: Draft, who: str) -> None:
    judge = read.study.memberships.get(role=Role.ADJUDICATOR).user
    person = {"reader": read.readers[0], "judge": judge, "stranger": join(adjudicated(), "Judge 9")}[who]
    with pytest.raises(NotFound):
        make_round(actor=person, study=read.study)


def test_a_seed_is_chosen_only_where_all_is_simulated() -> None:
    study = adjudicated(per_site=(1,), simulated=False)
    sign_all(study, discordant=[("A-0001", "A")])
    with pytest.raises(Invalid):
        made(study)
    assert made(study, seed=None).seats.count() == 2


def test_before_reading_and_after_the_lock_nothing_is_adjudicated(read: Draft, signed_in) -> None:
    assert lock(signed_in(read.investigator), read, missing_reads_reason="No time").status_code == 202
    with pytest.raises(Conflict) as refused:
        made(read)
    assert refused.value.code == "state"
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        Read.objects.create(
            token=read.study.id, study_id=read.study.id, reader=read.readers[0], session=9, position=1
        )
    read.study.refresh_from_db()
    assert read.study.state == Study.State.LOCKED


def test_the_rule_is_amended_until_the_first_round(read: Draft) -> None:
    document = current_protocol(read.study).document
    changed = {**document, "adjudication": {**document["adjudication"], "decoy_fraction": 1.0}}
    assert preview(study=read.study, document=changed).amendment.is_allowed
    made(read)
    assert not preview(study=read.study, document=changed).amendment.is_allowed


def test_the_database_keeps_a_round_as_it_was_sealed(read: Draft) -> None:
    found = made(read)
    seat = found.seats.first()
    assert seat
    for change in (
        "UPDATE allocation_key.adjudication_seat SET decoy = NOT decoy",
        "DELETE FROM allocation_key.adjudication_round",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    for name, different in {
        "a_sealed_round_is_complete": {"position": 9, "arm": "B"},
        "pair_once_for_an_adjudicator": {"position": 9},
    }.items():
        copy = {
            "adjudicator_id": seat.adjudicator_id,
            "case_id": seat.case_id,
            "arm": seat.arm,
            "decoy": False,
        }
        with pytest.raises(IntegrityError, match=name if "once" in name else "sealed"), transaction.atomic():
            AdjudicationSeat.objects.create(token=found.id, round=found, **{**copy, **different})


def test_no_reader_adjudicates_and_no_adjudicator_is_given_the_key(read: Draft) -> None:
    with pytest.raises(IntegrityError, match="adjudicat"), transaction.atomic():
        Read.objects.create(
            token=read.study.id,
            study_id=read.study.id,
            reader=read.readers[0],
            purpose="adjudication",
            session=1,
            position=1,
        )
    made(read)
    judge = read.study.memberships.get(role=Role.ADJUDICATOR).user
    for table in ("adjudication_round", "adjudication_seat"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            wall.enter(judge.id)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM allocation_key.{table}")


def test_what_waits_is_due_for_the_investigator_and_the_reads_for_the_adjudicator(
    read: Draft, signed_in
) -> None:
    def due(client: Client) -> dict[str, int]:
        return {item["kind"]: item["count"] for item in client.get("/api/due").json()}

    investigator = signed_in(read.investigator)
    judge = signed_in(read.study.memberships.get(role=Role.ADJUDICATOR).user)
    assert due(investigator)["adjudication"] == 2
    assert due(judge) == {}
    made(read)
    assert "adjudication" not in due(investigator)
    assert due(judge) == {"reads": 3}
