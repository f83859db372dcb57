"""Blocks of late cases: added while a study is open, never touching what was sealed before."""

from collections import defaultdict

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from reader_study.allocation import queries
from reader_study.allocation.actions import allocate
from reader_study.allocation.export import verify
from reader_study.allocation.models import Allocation, Assignment
from reader_study.allocation.sealing import made, sealed_digest
from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.problems import Conflict
from reader_study.studies.delegation import end_membership
from reader_study.studies.models import Membership, Role, Study
from tests.reader_study.allocation.drafts import Draft, complete_case, frozen
from tests.reader_study.studies.second_person import unblind
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading() -> Draft:
    """Allocated and, for this floor, open."""
    planned = frozen(per_site=(2, 2), readers=2)
    allocate(actor=planned.investigator, study=planned.study)
    to(planned, Study.State.OPEN)
    return planned


def to(planned: Draft, *states: Study.State) -> None:
    for state in states:
        if state == Study.State.UNBLINDED:
            unblind(planned.study, investigator=planned.investigator)
        else:
            put_in_state(planned.study.pk, state)
    planned.study.refresh_from_db()


def late(planned: Draft, *numbers: int, code: str = "A") -> list[Case]:
    site = planned.study.sites.get(code=code)
    return [complete_case(planned.study, site, number) for number in numbers]


def further(planned: Draft, **options: object) -> Allocation:
    return allocate(actor=planned.investigator, study=planned.study, **options)


def rows(study: Study) -> set[tuple]:
    return set(Assignment.objects.filter(allocation__study=study).values_list())


def test_a_further_block_takes_the_late_cases_and_changes_nothing_that_was_laid_out(reading):
    before = rows(reading.study)
    cases = late(reading, 3, 4)
    block = further(reading)
    assert block.block == 2
    assert before < rows(reading.study)
    added = queries.keys_of(block)
    assert {key.case_id for key in added} == {case.id for case in cases}
    assert len(added) == 2 * 3 * 2


def test_its_sessions_follow_those_of_each_reader(reading):
    late(reading, 3, 4)
    first, block = queries.allocation_of(reading.study), further(reading)
    had: defaultdict[object, set[int]] = defaultdict(set)
    for key in queries.keys_of(first):
        had[key.reader_id].add(key.session)
    for reader in reading.readers:
        assert {key.session for key in queries.keys_of(block) if key.reader_id == reader.id} == {4, 5, 6}
        assert had[reader.id] == {1, 2, 3}


def test_each_block_has_a_seed_and_a_digest_of_its_own_in_the_journal(reading):
    late(reading, 3)
    one, two = queries.allocation_of(reading.study), further(reading)
    assert bytes(one.seed) != bytes(two.seed)
    sealed = Entry.objects.filter(action="allocation.sealed").order_by("number")
    assert [(entry.detail["block"], entry.detail["digest"]) for entry in sealed] == [
        (1, one.digest), (2, two.digest),
    ]  # fmt: skip
    assert one.digest != two.digest


def test_nobody_can_try_which_list_has_the_digest(reading):
    """Of a case, its arms and the tokens there are few lists; the digest covers the seed, too, which nobody has."""
    late(reading, 3)
    block = further(reading)
    assert verify(queries.exported(reading.study))[1].digest == block.digest
    listed = made(block.algorithm, inputs=block.inputs, seed=bytes(block.seed))
    known = {name: value for name, value in block.inputs.items() if name != "seed"}
    assert bytes(block.seed).hex() not in str(known)
    assert sealed_digest(listed, inputs=known, withheld=block.withheld) != block.digest


def test_the_same_chosen_seed_gives_other_tokens_in_another_block():
    planned = frozen(per_site=(2, 2), readers=2)
    allocate(actor=planned.investigator, study=planned.study, seed=bytes(32))
    to(planned, Study.State.OPEN)
    late(planned, 3, 4)
    further(planned, seed=bytes(32))
    assert len({key.token for key in queries.assignments(planned.study)}) == 6 * 3 * 2


def test_without_a_late_case_there_is_nothing_to_allocate(reading):
    with pytest.raises(Conflict) as refusal:
        further(reading)
    assert refusal.value.code == "impossible"
    assert "No further case" in refusal.value.message


def test_a_late_case_that_lacks_an_image_waits_for_the_next_block(reading):
    first, second = late(reading, 3, 4)
    images = Image.objects.filter(case=second, image_set="pet", state="rest")
    images.update(qc="rejected", qc_reason="Motion")
    further(reading)
    assert [case["case"] for case in queries.withheld_of(reading.study)] == [str(second.id)]
    assert queries.summary(reading.study).further_cases == 0
    images.update(qc="accepted", qc_reason="")
    assert queries.summary(reading.study).further_cases == 1
    assert further(reading).block == 3
    assert queries.withheld_of(reading.study) == []
    assert first.id in queries.allocated_cases(reading.study)


def test_an_allocated_case_that_lost_an_image_is_in_no_block_again(reading):
    Image.objects.filter(case=reading.cases[0], state="rest").delete()
    late(reading, 3)
    block = further(reading)
    assert str(reading.cases[0].id) not in {case for _, _, case, _ in block.inputs["cases"]}


def test_a_reader_who_has_left_gets_no_late_case(reading):
    gone = Membership.objects.get(user=reading.readers[0], role=Role.READER)
    end_membership(
        actor=reading.investigator,
        study=reading.study,
        membership_id=gone.id,
        reason="Moved to another hospital",
    )
    late(reading, 3)
    assert {key.reader_id for key in queries.keys_of(further(reading))} == {reading.readers[1].id}


def test_the_summary_counts_all_blocks_and_lists_each(reading, signed_in):
    late(reading, 3, 4)
    client = signed_in(reading.investigator)
    address = f"/api/studies/{reading.study.id}/allocation"
    assert client.get(address).json()["further_cases"] == 2
    made = client.post(address, {}, "application/json")
    assert made.status_code == 201
    found = made.json()
    assert (found["cases"], found["reads"], found["sessions"], found["further_cases"]) == (6, 36, 6, 0)
    assert [(block["block"], block["cases"], block["reads"]) for block in found["blocks"]] == [
        (1, 4, 24), (2, 2, 12),
    ]  # fmt: skip
    assert found["digest"] == found["blocks"][1]["digest"]


@pytest.mark.parametrize("states", [(Study.State.LOCKED,), (Study.State.LOCKED, Study.State.UNBLINDED)])
def test_after_the_lock_nothing_is_allocated(reading, states):
    late(reading, 3)
    to(reading, *states)
    with pytest.raises(Conflict) as refusal:
        further(reading)
    assert refusal.value.code == "state"


def copied(of: Allocation, **changes: object) -> Allocation:
    return Allocation(
        **{
            "study": of.study,
            "protocol_version": of.protocol_version,
            "algorithm": of.algorithm,
            "seed": bytes(of.seed),
            "inputs": of.inputs,
            "withheld": [],
            "digest": of.digest,
            **changes,
        }
    )


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_database_numbers_blocks_without_gap_or_double(reading, number):
    first = queries.allocation_of(reading.study)
    with pytest.raises(IntegrityError), transaction.atomic():
        copied(first, block=number).save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"case": 0, "session": 9}, "case_in_one_block"),
        ({"case": 1, "session": 3}, "sessions_follow_the_blocks"),
    ],
)
def test_the_database_refuses_a_read_that_touches_an_earlier_block(reading, change, rule):
    first = queries.allocation_of(reading.study)
    block = copied(first, block=2)
    block.save(force_insert=True)
    case = [reading.cases[0], *late(reading, 3)][change["case"]]
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Assignment.objects.create(
            token="0a8a5f5e-4c4f-4f6e-9d0e-7d2f1f3b8a11",
            allocation=block,
            reader=reading.readers[0],
            session=change["session"],
            position=1,
            case=case,
            arm="A",
            repetition=0,
        )
    assert refusal.value.__cause__.diag.constraint_name == rule


def test_the_database_adds_no_read_to_a_sealed_list(reading):
    (case,) = late(reading, 3)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Assignment.objects.create(
            token="0a8a5f5e-4c4f-4f6e-9d0e-7d2f1f3b8a11",
            allocation=queries.allocation_of(reading.study),
            reader=reading.readers[0],
            session=9,
            position=1,
            case=case,
            arm="A",
            repetition=0,
        )
    assert refusal.value.__cause__.diag.constraint_name == "a_sealed_list_is_complete"


def test_the_database_lets_no_reader_join_after_the_allocation(reading):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Membership.objects.create(study=reading.study, user=reading.investigator, role=Role.READER)
    assert refusal.value.__cause__.diag.constraint_name in {
        "reader_before_allocation",
        "blind_role_stands_alone",
    }


def test_all_blocks_are_exported_once_unblinded_and_the_file_verifies(reading, signed_in, tmp_path, capsys):
    late(reading, 3, 4)
    further(reading)
    address = f"/api/studies/{reading.study.id}/allocation/list"
    assert signed_in(reading.investigator).get(address).status_code == 409
    to(reading, Study.State.LOCKED, Study.State.UNBLINDED)
    assert signed_in(reading.readers[0]).get(address).status_code == 404
    answer = signed_in(reading.investigator).get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    file = tmp_path / "allocation.json"
    file.write_bytes(answer.content)
    call_command("allocation_verify", file=file)
    assert capsys.readouterr().out.count("as sealed") == 2
    assert Entry.objects.filter(action="allocation.exported", actor=reading.investigator.id).count() == 1
    file.write_bytes(
        answer.content.replace(b'"repetition":0', b'"repetition":1').replace(b"A-0003", b"A-0033")
    )
    with pytest.raises(CommandError):
        call_command("allocation_verify", file=file)


def test_the_server_exports_as_well_and_not_before(reading, tmp_path):
    file = tmp_path / "allocation.json"
    with pytest.raises(CommandError, match="unblinded"):
        call_command("allocation_export", str(reading.study.id), str(file))
    assert not file.exists()
    to(reading, Study.State.LOCKED, Study.State.UNBLINDED)
    call_command("allocation_export", str(reading.study.id), str(file))
    call_command("allocation_verify", file=file)
    assert Entry.objects.get(action="allocation.exported").actor is None


def test_verification_finds_a_block_that_the_journal_did_not_seal(reading):
    first = queries.allocation_of(reading.study)
    copied(first, block=2).save(force_insert=True)
    with pytest.raises(CommandError, match="no entry"):
        call_command("allocation_verify", str(reading.study.id))
