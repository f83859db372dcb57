"""STOW-RS: what a program stores is told at once, in the sender's own UIDs; nothing else about the study is."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from pydicom import dcmread
from pydicom.dataset import Dataset

from reader_study.accounts.actions import make_token
from reader_study.accounts.models import TokenScope, User
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.intake import processing, staging
from reader_study.intake.doors import stow
from reader_study.intake.models import Instance, Upload
from reader_study.intake.sandbox import SandboxFailed
from reader_study.studies.actions import add_member
from reader_study.studies.models import Role, Study
from tests.reader_study.cases.world import World
from tests.reader_study.intake.hostile import HOSTILE
from tests.reader_study.intake.sending import pet, spect

pytestmark = pytest.mark.django_db(transaction=True)
KIND = 'multipart/related; type="application/dicom"; boundary=--frontier--'


def multipart(files: Sequence[bytes]) -> bytes:
    parts = [b"----frontier--\r\nContent-Type: application/dicom\r\n\r\n" + data + b"\r\n" for data in files]
    return b"".join(parts) + b"----frontier----\r\n"


class Sender:
    """A program with a token."""

    def __init__(self, user: User, study: Study, scope: TokenScope = TokenScope.INTAKE) -> None:
        self.study = study
        _, secret = make_token(owner=user, password=None, scope=scope, study=study.id, label="PACS", days=1)
        self.client = Client(
            headers={"authorization": f"Bearer {secret}", "accept": "application/dicom+json"}
        )

    def post(self, body: bytes, *, below: str = "", kind: str = KIND, query: str = "") -> Any:
        path = f"/api/studies/{self.study.id}/dicomweb/studies{below}{query}"
        return self.client.post(path, body, content_type=kind)

    def store(self, *files: bytes, **more: Any) -> Any:
        return self.post(multipart(files), **more)


@pytest.fixture
def sender(world: World) -> Sender:
    return Sender(world.coordinator_a, world.study)


def uid(data: bytes, keyword: str = "SOPInstanceUID") -> str:
    return str(getattr(dcmread(io.BytesIO(data)), keyword))


def listed(answer: Any, sequence: str) -> list[str]:
    """SOP instance UIDs in a sequence of the answer, as pydicom reads it."""
    found = Dataset.from_json(answer.content.decode())
    return [item.ReferencedSOPInstanceUID for item in found.get(sequence, [])]


def test_files_are_stored_and_named_in_the_answer_as_the_sender_knows_them(
    sender: Sender, world: World
) -> None:
    files = [spect(1), *pet(1)]
    answer = sender.store(*files)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith("application/dicom+json")
    assert listed(answer, "ReferencedSOPSequence") == [uid(data) for data in files]
    assert set(Image.objects.values_list("case__subject", "image_set")) == {
        ("A-0001", "spect"),
        ("A-0001", "pet"),
    }
    assert not Instance.objects.filter(sop_uid__in=[uid(data) for data in files]).exists()
    upload = Upload.objects.get()
    assert (upload.door, upload.state, upload.created_by) == ("stow", "done", world.coordinator_a)
    assert not any(path.is_file() for path in staging.staging().rglob("*"))
    assert "intake.delivery_opened" in Entry.objects.values_list("action", flat=True)


def test_the_same_again_is_stored_already(sender: Sender) -> None:
    data = spect(1)
    assert [sender.store(data).status_code, sender.store(data).status_code] == [200, 200]
    assert Instance.objects.count() == 1


def test_each_file_has_its_own_fate(sender: Sender) -> None:
    taken, held = spect(1), spect(2, BurnedInAnnotation="YES")
    answer = sender.store(HOSTILE["secondary capture"][0](), taken, held, b"no DICOM at all")
    assert answer.status_code == 202
    found = Dataset.from_json(answer.content.decode())
    stored = {
        item.ReferencedSOPInstanceUID: item.get("WarningReason") for item in found.ReferencedSOPSequence
    }
    assert stored == {uid(taken): None, uid(held): 0xB007}
    assert [item.FailureReason for item in found.FailedSOPSequence] == [0x0122]
    assert [item.FailureReason for item in found.OtherFailuresSequence] == [0xC000]
    assert Instance.objects.count() == 1


def test_when_nothing_can_be_stored_the_answer_is_a_conflict(sender: Sender) -> None:
    answer = sender.store(b"text", b"")
    assert answer.status_code == 409
    assert len(Dataset.from_json(answer.content.decode()).OtherFailuresSequence) == 2


def test_an_examination_in_the_address_keeps_others_out(sender: Sender) -> None:
    mine, other = spect(1), spect(2)
    answer = sender.store(mine, other, below=f"/{uid(mine, 'StudyInstanceUID')}")
    assert answer.status_code == 202
    found = Dataset.from_json(answer.content.decode())
    assert listed(answer, "ReferencedSOPSequence") == [uid(mine)]
    assert [item.FailureReason for item in found.FailedSOPSequence] == [0xA900]
    assert Instance.objects.count() == 1


def test_more_than_is_examined_at_once_goes_to_the_worker(
    sender: Sender, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stow, "FILES_AT_ONCE", 1)
    monkeypatch.setattr(stow, "WAIT_SECONDS", 0.0)
    answer = sender.store(spect(1), spect(2))
    assert answer.status_code == 202
    found = Dataset.from_json(answer.content.decode())
    assert [item.WarningReason for item in found.ReferencedSOPSequence] == [0xB007] * 2
    work()
    assert Instance.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        multipart([]),
        multipart([spect(1)])[:-40],
        b"--other--\r\n",
        multipart([b"x"]).replace(b"\r\n", b"\n"),
    ],
)
def test_a_body_that_is_none_is_refused_and_leaves_nothing(sender: Sender, body: bytes) -> None:
    answer = sender.post(body)
    assert answer.status_code == 400 and answer.json()["code"] == "multipart"
    assert not Instance.objects.exists()
    assert not Upload.objects.exclude(state="done").exists()
    assert not any(path.is_file() for path in staging.staging().rglob("*"))


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/dicom", 415), ("multipart/form-data; boundary=x", 415), ("application/json", 415),
     ('multipart/related; type="application/dicom+json"; boundary=x', 415),
     ('multipart/related; type="application/dicom"', 400)],
)  # fmt: skip
def test_another_kind_of_body_is_refused(sender: Sender, kind: str, status: int) -> None:
    assert sender.post(multipart([spect(1)]), kind=kind).status_code == status


def test_the_request_is_bounded(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stow, "MAX_REQUEST_FILES", 2)
    assert sender.store(b"1", b"2", b"3").status_code == 413
    monkeypatch.setattr(stow, "MAX_REQUEST_BYTES", 1000)
    assert sender.store(spect(1)).status_code == 413
    monkeypatch.undo()
    monkeypatch.setattr(stow, "GRACE", -1.0)
    monkeypatch.setattr(stow, "SLOWEST", 10**15)
    assert sender.store(spect(1)).json()["code"] == "too_slow"
    assert not Instance.objects.exists() and not Upload.objects.exclude(state="done").exists()


def test_only_who_sends_for_a_site_stores(world: World, sender: Sender) -> None:
    data = spect(1)
    sender.client.defaults.pop("HTTP_AUTHORIZATION", None)
    assert (
        Client()
        .post(f"/api/studies/{world.study.id}/dicomweb/studies", multipart([data]), content_type=KIND)
        .status_code
        == 401
    )
    other = Sender(world.coordinator_a, world.other_study)
    other.study = world.study
    assert other.store(data).status_code == 404
    assert Sender(world.coordinator_a, world.study, TokenScope.DICOMWEB).store(data).status_code == 403
    for user in (world.investigator, world.monitor, world.reader):
        assert Sender(user, world.study).store(data).status_code == 404
    assert not Upload.objects.exists()


def test_who_coordinates_two_sites_says_for_which(world: World) -> None:
    add_member(
        actor=world.investigator, study=world.study, email=world.coordinator_a.email,
        role=Role.COORDINATOR, site_id=world.site_b.id,
    )  # fmt: skip
    sender = Sender(world.coordinator_a, world.study)
    assert sender.store(spect(1)).json()["code"] == "site"
    assert sender.store(spect(1), query="?site=B").status_code == 200
    assert sender.store(spect(1), query="?site=X").status_code == 404
    assert list(Instance.objects.values_list("site__code", flat=True)) == ["B"]


def test_what_a_busy_machine_cannot_examine_at_once_a_worker_examines_later(
    sender: Sender, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*args: Any, **more: Any) -> Any:
        raise SandboxFailed

    monkeypatch.setattr(processing, "examine", busy)
    answer = sender.store(spect(1))
    assert answer.status_code == 202 and listed(answer, "ReferencedSOPSequence") == [uid(spect(1))]
    monkeypatch.undo()
    processing.process(Upload.objects.get().id)
    assert Instance.objects.count() == 1
