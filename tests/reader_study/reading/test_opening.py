"""Opening a study: the reads cross the wall, the key does not."""

import pytest
from django.db import connection

from reader_study.accounts.models import Signature
from reader_study.allocation.actions import allocate
from reader_study.allocation.models import Allocation
from reader_study.allocation.queries import assignments
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.problems import Conflict, Forbidden, NotFound
from reader_study.reading.models import Read, ReadingStudy, ReadVolume
from reader_study.reading.opening import MEANING, open_study
from reader_study.studies.actions import add_member
from reader_study.studies.models import ProtocolVersion, Role, Study
from reader_study.studies.queries import protocol_of
from tests.reader_study.allocation.drafts import PASSWORD, Draft, complete_case, draft, frozen, user
from tests.reader_study.reading.reads import opened
from tests.reader_study.studies.states import sign_amended

pytestmark = pytest.mark.django_db


@pytest.fixture
def allocated() -> Draft:
    planned = frozen(per_site=(1, 1), readers=2)
    allocate(actor=planned.investigator, study=planned.study)
    return planned


def open_it(planned: Draft, **changes: object) -> ReadingStudy:
    return open_study(
        **{
            "actor": planned.investigator,
            "study": planned.study,
            "password": PASSWORD,
            "reason": "All cases are in",
            **changes,
        }
    )


def untouched(planned: Draft) -> bool:
    planned.study.refresh_from_db()
    return planned.study.state == Study.State.FROZEN and not Read.objects.exists()


def test_every_assignment_becomes_a_read_with_the_pictures_of_its_case_and_arm(allocated):
    open_it(allocated)
    keys = assignments(allocated.study)
    assert len(keys) == Read.objects.count() == 2 * 3 * 2
    for key in keys:
        read = Read.objects.get(token=key.token)
        assert (read.reader_id, read.session, read.position) == (key.reader_id, key.session, key.position)
        ((image_set,),) = key.steps
        for state in ("stress", "rest"):
            image = Image.objects.get(case=key.case_id, image_set=image_set, state=state)
            volume = ReadVolume.objects.get(read=read, state=state)
            assert (volume.neutral_key, volume.polar_key) == (image.neutral_key, image.polar_key)
            assert (volume.apex_k, volume.base_k, volume.radius_mm) == (8, image.lv["base_k"], 22.5)


def test_no_column_of_the_readers_world_names_an_arm_a_site_a_case_or_dicom(allocated):
    """But for what a reader is asked to guess at the end of a session, and guessed: no table knows what it was."""
    guessing = {("reading_readingconduct", "arms"), ("reading_armguess", "arm")}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_name LIKE 'reading\\_%%'"
        )
        columns = set(cursor.fetchall())
    assert ("reading_readvolume", "neutral_key") in columns
    names = ("arm", "site", "case", "dicom", "image")
    assert {column for column in columns for word in names if word in column[1]} == guessing


def test_the_investigator_signs_the_digest_of_the_sealed_list_and_the_journal_says_so(allocated):
    open_it(allocated)
    digest = Allocation.objects.get().digest
    signature = Signature.objects.get(meaning=MEANING)
    assert (signature.signer, signature.content_sha256) == (allocated.investigator, digest)
    entry = Entry.objects.get(action="reading.study_opened")
    assert entry.actor == allocated.investigator.id
    assert entry.detail == {
        "allocation": digest,
        "reads": 12,
        "signature": str(signature.id),
        "reason": "All cases are in",
    }
    assert not untouched(allocated)


def test_a_wrong_password_opens_nothing(allocated):
    with pytest.raises(Forbidden):
        open_it(allocated, password="another password")
    assert untouched(allocated)


@pytest.mark.parametrize("role", [Role.READER, Role.MONITOR])
def test_only_the_investigator_opens(allocated, role):
    other = allocated.readers[0]
    if role != Role.READER:
        other = user("Otto Other")
        add_member(actor=allocated.investigator, study=allocated.study, email=other.email, role=role)
    with pytest.raises(NotFound):
        open_it(allocated, actor=other)
    assert untouched(allocated)


def test_an_unallocated_study_is_not_opened():
    planned = frozen()
    with pytest.raises(Conflict) as refusal:
        open_it(planned)
    assert refusal.value.code == "not_allocated"


def test_a_draft_is_not_opened():
    with pytest.raises(Conflict) as refusal:
        open_it(draft())
    assert refusal.value.code == "not_frozen"


def test_a_study_is_opened_once(allocated):
    open_it(allocated)
    with pytest.raises(Conflict):
        open_it(allocated)
    assert Read.objects.count() == 12


def test_a_protocol_that_changed_after_the_allocation_is_not_opened(allocated):
    document = protocol_of(allocated.study).as_document()
    forged = ProtocolVersion.objects.create(
        study=allocated.study, version=2, document={**document, "sessions": 4}, sha256="0" * 64, reason="x"
    )
    sign_amended(forged, by=allocated.investigator)
    with pytest.raises(Conflict) as refusal:
        open_it(allocated)
    assert refusal.value.code == "protocol_changed"
    assert untouched(allocated)


def test_a_case_that_lost_an_image_after_the_allocation_stops_the_opening(allocated):
    Image.objects.filter(case=allocated.cases[0], image_set="pet").delete()
    with pytest.raises(Conflict) as refusal:
        open_it(allocated)
    assert refusal.value.code == "case_incomplete"
    assert untouched(allocated)


@pytest.mark.parametrize(
    "change",
    [
        {"neutral_key": "a" * 64},
        {"polar_key": "a" * 64},
        {"lv": {"apex_k": 8, "base_k": 30.0, "radius_mm": 22.5}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_picture_that_changed_after_the_allocation_stops_the_opening(allocated, change):
    Image.objects.filter(case=allocated.cases[1], image_set="pet", state="rest").update(**change)
    with pytest.raises(Conflict) as refusal:
        open_it(allocated)
    assert refusal.value.code == "images_changed"
    assert allocated.cases[1].subject in refusal.value.message
    assert allocated.cases[0].subject not in refusal.value.message
    assert untouched(allocated)


def test_a_case_that_became_complete_after_the_allocation_is_simply_not_read(allocated):
    site = allocated.study.sites.get(code="A")
    late = complete_case(allocated.study, site, 9)
    open_it(allocated)
    assert late.id not in {key.case_id for key in assignments(allocated.study)}


def test_the_api_opens_for_the_investigator_and_is_not_there_for_a_reader(allocated, signed_in):
    address = f"/api/studies/{allocated.study.id}/opening"
    body = {"password": PASSWORD, "reason": "All cases are in"}
    reader = signed_in(allocated.readers[0]).post(address, body, "application/json")
    assert reader.status_code == 404
    answer = signed_in(allocated.investigator).post(address, body, "application/json")
    assert (answer.status_code, answer.json()["reads"]) == (201, 12)


def test_progress_is_by_reader_and_session_and_never_by_arm(signed_in):
    study = opened(per_site=(1,), readers=2)
    address = f"/api/studies/{study.study.id}/progress"
    waiting = {"signed": 0, "total": 1, "state": "waiting", "opens_at": None, "questions_due": False}
    told = signed_in(study.investigator).get(address).json()
    assert told == {
        "readers": [
            {
                "id": str(reader.id),
                "full_name": reader.full_name,
                "signed": 0,
                "total": 3,
                "sessions": [
                    {"number": 1, **waiting, "state": "open"},
                    {"number": 2, **waiting},
                    {"number": 3, **waiting},
                ],
                "has_left": False,
                "per_week": None,
                "ends_at": None,
            }
            for reader in study.readers
        ],
        "sessions": [
            {"number": number, "signed": 0, "total": 2, "readers": 2, "finished": 0} for number in (1, 2, 3)
        ],
        "sites": [
            {
                "code": "A",
                "name": "Hospital A",
                "cases": 1,
                "allocated": 1,
                "withheld": 0,
                "queries": 0,
                "overdue": 0,
                "signed": 0,
                "total": 6,
            }
        ],
        "missing": 0,
        "ends_at": None,
    }
    assert signed_in(study.readers[0]).get(address).status_code == 404


def test_before_opening_there_is_no_progress_yet(signed_in):
    planned = draft()
    told = signed_in(planned.investigator).get(f"/api/studies/{planned.study.id}/progress").json()
    assert (told["readers"], told["sessions"], told["ends_at"]) == ([], [], None)
    assert {site["allocated"] + site["total"] for site in told["sites"]} == {0}
