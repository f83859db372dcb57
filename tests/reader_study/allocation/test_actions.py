"""Sealing the read list of a study."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation

from reader_study.allocation import queries
from reader_study.allocation.actions import allocate
from reader_study.allocation.models import Allocation, Assignment
from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies.actions import add_member
from reader_study.studies.charter_conduct import Design
from reader_study.studies.models import Role, Study
from reader_study.studies.templates import TEMPLATES
from tests.reader_study.allocation.drafts import Draft, draft, frozen, user
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
SEED = bytes(range(32))


@pytest.fixture
def planned() -> Draft:
    return frozen(per_site=(2, 2), readers=2)


def seal(planned: Draft, **options: object) -> Allocation:
    return allocate(actor=planned.investigator, study=planned.study, **options)


def test_every_reader_gets_every_case_in_every_image_set(planned):
    seal(planned)
    keys = queries.assignments(planned.study)
    assert Counter((k.reader_id, k.case_id, k.steps) for k in keys) == Counter(
        (reader.id, case.id, ((image_set,),))
        for reader in planned.readers
        for case in planned.cases
        for image_set in ("spect", "virtual_pet", "pet")
    )


def test_the_journal_gets_the_digest_and_neither_list_nor_seed(planned):
    allocation = seal(planned, seed=SEED)
    entry = Entry.objects.get(action="allocation.sealed")
    assert entry.detail == {
        "algorithm": "williams-mixed-2",
        "block": 1,
        "digest": allocation.digest,
        "protocol": allocation.protocol_version.sha256,
        "reads": 4 * 3 * 2,
    }
    assert entry.study == planned.study.id
    assert entry.actor == planned.investigator.id


def test_two_studies_get_two_seeds():
    one, other = seal(frozen(title="One")), seal(frozen(title="Other"))
    assert bytes(one.seed) != bytes(other.seed)
    assert len(bytes(one.seed)) == 32


def test_a_study_is_allocated_only_once(planned):
    seal(planned)
    with pytest.raises(Conflict) as refusal:
        seal(planned)
    assert refusal.value.code == "allocated"
    assert Allocation.objects.count() == 1


def test_only_a_frozen_study_is_allocated(planned):
    with pytest.raises(Conflict) as refusal:
        seal(draft(title="Not signed yet"))
    assert refusal.value.code == "not_frozen"
    put_in_state(planned.study.pk, Study.State.OPEN)
    with pytest.raises(Conflict) as refusal:
        seal(planned)
    assert refusal.value.code == "state"


@pytest.mark.parametrize("role", [Role.READER, Role.MONITOR, None])
def test_only_the_investigator_allocates(planned, role):
    other = user("Otto Other")
    if role:
        add_member(actor=planned.investigator, study=planned.study, email=other.email, role=role)
    with pytest.raises(NotFound):
        allocate(actor=other, study=planned.study)


def test_a_seed_cannot_be_chosen_where_patients_are_real():
    planned = frozen(simulated=False)
    with pytest.raises(Invalid) as refusal:
        seal(planned, seed=SEED)
    assert refusal.value.code == "seed"
    assert seal(planned).digest


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"per_site": ()}, "complete"), ({"readers": 0}, "no reader")],
)
def test_an_impossible_design_is_refused_with_the_reason(changes, code):
    with pytest.raises(Conflict) as refusal:
        seal(frozen(**changes))
    assert refusal.value.code == "impossible"
    assert code in refusal.value.message


def test_a_case_with_a_rejected_image_is_withheld_from_all_arms_and_said_so(planned):
    case = planned.cases[1]
    Image.objects.filter(case=case, image_set="pet", state="rest").update(qc="rejected", qc_reason="Motion")
    seal(planned)
    found = queries.summary(planned.study)
    assert (found.cases, found.reads) == (3, 3 * 3 * 2)
    assert [(w["case"], w["subject"]) for w in found.withheld] == [(str(case.id), "A-0002")]
    assert "rejected" in found.withheld[0]["reason"]
    assert case.id not in {key.case_id for key in queries.assignments(planned.study)}


def test_a_withheld_case_says_why_in_the_language_of_whoever_asks(planned):
    """The record itself is English whatever language it was made in."""
    Image.objects.filter(case=planned.cases[0], image_set="pet", state="rest").update(
        qc="rejected", qc_reason="x"
    )
    with translation.override("ja"):
        allocation = seal(planned)
        (japanese,) = queries.summary(planned.study).withheld
    (english,) = queries.summary(planned.study).withheld
    assert english["reason"] == allocation.withheld[0]["reason"] == "PET rest: rejected in the quality check"
    assert "PET" in japanese["reason"]
    assert "rejected" not in japanese["reason"]


def test_two_studies_with_one_seed_are_read_in_one_order(planned):
    """As on two machines: every identifier differs, the names of subjects are the same."""
    other = frozen(per_site=(2, 2), readers=2, title="The same again")
    seal(planned, seed=SEED)
    seal(other, seed=SEED)
    one, two = (
        [
            (key.reader_id, key.session, key.position, key.arm, Case.objects.get(pk=key.case_id).subject)
            for key in queries.assignments(study)
        ]
        for study in (planned.study, other.study)
    )
    assert one == two


def test_the_pictures_of_every_allocated_case_are_sealed_with_the_list(planned):
    allocation = seal(planned)
    assert allocation.inputs["images"] == [
        {
            "case": str(image.case_id),
            "image_set": image.image_set,
            "state": image.state,
            "image": str(image.id),
            "neutral_key": image.neutral_key,
            "polar_key": image.polar_key,
            "contour_key": image.contour_key,
            "lv": image.lv,
        }
        for image in Image.objects.order_by("case_id", "image_set", "state")
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {} SET {} WHERE true",
        "DELETE FROM {}",
    ],
)
@pytest.mark.parametrize(
    ("table", "change"),
    [("allocation_key.allocation", "seed = ''"), ("allocation_key.assignment", "arm = 'C'")],
)
def test_the_database_refuses_to_change_a_sealed_list(planned, table, change, sql):
    seal(planned)
    with (
        pytest.raises(DatabaseError, match="insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table, change))


def tampered(table: str, change: str) -> None:
    """Change rows as somebody could who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
        cursor.execute(f"UPDATE {table} SET {change}")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")


def test_verification_makes_the_list_again(planned, capsys):
    allocation = seal(planned)
    call_command("allocation_verify", str(planned.study.id))
    assert allocation.digest in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("allocation_key.assignment", "arm = 'D' WHERE token = %s"),
        ("allocation_key.assignment", "position = position + 100 WHERE token = %s"),
        ("allocation_key.allocation", "seed = decode(repeat('00', 32), 'hex')"),
        ("allocation_key.allocation", "digest = repeat('0', 64)"),
        (
            "allocation_key.allocation",
            """inputs = jsonb_set(inputs, '{images,0,neutral_key}', '"another picture"')""",
        ),
        ("allocation_key.allocation", """inputs = jsonb_set(inputs, '{sessions}', '4')"""),
    ],
)
def test_verification_finds_a_change(planned, table, change):
    seal(planned, seed=SEED)
    token = Assignment.objects.filter(arm="A").first().token
    tampered(table, change.replace("%s", f"'{token}'"))
    with pytest.raises(CommandError, match="another list"):
        call_command("allocation_verify", str(planned.study.id))


def test_the_api_gives_the_summary_and_nothing_that_unblinds(planned, signed_in):
    client: Client = signed_in(planned.investigator)
    address = f"/api/studies/{planned.study.id}/allocation"
    assert client.get(address).status_code == 404
    made = client.post(address, {"seed": SEED.hex()}, "application/json")
    assert made.status_code == 201
    assert client.get(address).json() == made.json()
    assert set(made.json()) == {
        "digest", "algorithm", "reads", "sessions", "readers", "cases", "withheld", "created_at", "blocks",
        "further_cases",
    }  # fmt: skip
    body = made.content.decode()
    assert SEED.hex() not in body
    assert not any(str(key.token) in body for key in queries.assignments(planned.study))


@pytest.mark.parametrize("seed", ["", "00", "g" * 64, "0" * 65])
def test_a_malformed_seed_is_refused(planned, signed_in, seed):
    answer = signed_in(planned.investigator).post(
        f"/api/studies/{planned.study.id}/allocation", {"seed": seed}, "application/json"
    )
    assert answer.status_code == 400
    assert not Allocation.objects.exists()


def test_a_reader_finds_no_allocation(planned, signed_in):
    seal(planned)
    reader = signed_in(planned.readers[0])
    assert reader.get(f"/api/studies/{planned.study.id}/allocation").status_code == 404
    assert reader.post(f"/api/studies/{planned.study.id}/allocation").status_code == 404


def test_an_incomplete_design_with_repeats_follows_the_protocol():
    design = Design(kind="balanced_incomplete", readers_per_case=2, minimum_distance=1)
    planned = frozen(per_site=(6, 6), readers=3, sessions=4, repeat_fraction=0.125, design=design)
    allocation = seal(planned)
    assert (allocation.inputs["readers_per_case"], allocation.inputs["minimum_distance"]) == (2, 1)
    keys = queries.assignments(planned.study)
    first = [key for key in keys if not key.repetition]
    assert Counter(Counter((key.case_id, key.arm) for key in first).values()) == {2: 12 * 3}
    assert Counter(key.reader_id for key in first) == {reader.id: 8 * 3 for reader in planned.readers}
    assert Counter(key.reader_id for key in keys if key.repetition) == {
        reader.id: 1 for reader in planned.readers
    }
    call_command("allocation_verify", str(planned.study.id))


def test_too_few_readers_for_the_design_are_said_so():
    design = Design(kind="balanced_incomplete", readers_per_case=3)
    with pytest.raises(Conflict) as refusal:
        seal(frozen(readers=2, design=design))
    assert "3 readers per case" in refusal.value.message


def test_one_reader_alone_differs_with_nobody_and_is_not_adjudicated():
    rule = TEMPLATES["kawakubo_replica"](title="", reader_title="", simulated=True).adjudication
    planned = frozen(per_site=(2,), readers=1, adjudication=rule)
    with pytest.raises(Conflict, match="at least 2 readers, and the study has 1") as refusal:
        seal(planned)
    assert refusal.value.code == "readers"
    assert not Allocation.objects.exists()


def test_a_distance_that_no_session_can_keep_is_said_so():
    with pytest.raises(Conflict) as refusal:
        seal(frozen(per_site=(2, 2), design=Design(minimum_distance=3)))
    assert "at most 2" in refusal.value.message
