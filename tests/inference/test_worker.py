"""What the worker says to the other side, and what it leaves in the object store."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from inference.dicom.read import read_header, read_volume
from inference.dicom.write import nm_dataset, to_bytes
from inference.objects import ObjectStore
from inference.translation.bundle import SHIPPED, read_bundle
from inference.translation.files import output_name
from inference.translation.grid import SHAPE
from inference.translation.weights import installed_model, model_of
from inference.worker import app, translate
from tests.inference.translation.simulated import heart, nm_bytes, on_another_grid

MODEL = read_bundle(SHIPPED / "heart-spect-to-pet").model
GATED = ["DERIVED", "PRIMARY", "RECON GATED TOMO", "EMISSION"]
JOB = "3c3f6c1e-1a7c-4f0b-9f0a-0d1c1f8f3b11"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    monkeypatch.setenv("OBJECT_STORE", str(tmp_path))
    while _next_message() is not None:
        pass
    return ObjectStore(tmp_path)


def _next_message() -> tuple[str, list[Any]] | None:
    """The oldest message that waits for the web application: its task and its arguments."""
    with app.connection_for_read() as connection:
        message = connection.default_channel.basic_get("default", no_ack=True)
        if message is None:
            return None
        return message.headers["task"], connection.default_channel.message_to_python(message).payload[0]


def work(
    input_keys: list[str], *, digest: str = MODEL.digest, settings: dict[str, Any] | None = None
) -> tuple[str, list[Any]]:
    """Runs the task as the worker does; checks the first message, returns the second."""
    translate(JOB, 2, input_keys, digest, settings or {})
    assert _next_message() == ("translation.started", [JOB, 2])
    answer = _next_message()
    assert answer is not None and _next_message() is None
    assert answer[1][:2] == [JOB, 2]
    return answer[0], answer[1][2:]


def test_a_translation_ends_in_a_manifest_that_says_how_to_make_it_again(store: ObjectStore) -> None:
    key = store.put(nm_bytes(heart(inferior=0.6)))
    task, (manifest,) = work([key])
    assert task == "translation.record_manifest"
    assert manifest["input_keys"] == [key] and manifest["settings"] == {}
    assert manifest["model"] == {"name": MODEL.name, "version": MODEL.version, "digest": MODEL.digest}
    assert manifest["members"] == len(model_of(read_bundle(SHIPPED / "heart-spect-to-pet")).members)
    assert manifest["flags"] == []
    assert manifest["output_name"] == output_name(
        input_keys=[key], model=installed_model(MODEL.digest), settings={}
    )
    assert store.key_of(manifest["output_name"]) == manifest["output_key"]
    assert manifest["seconds"] > 0 and manifest["device"] and manifest["torch"] and manifest["started_at"]


def test_the_output_is_the_source_seen_differently_and_says_that_it_is_synthetic(store: ObjectStore) -> None:
    source = nm_bytes(heart(inferior=0.6), state="rest", patient="A-0007")
    _, (manifest,) = work([store.put(source)])
    made = store.get(manifest["output_key"])
    header, from_source = read_header(made), read_header(source)
    assert header.ai_generated and not from_source.ai_generated
    assert (header.patient_id, header.state, header.modality) == ("A-0007", "rest", "NM")
    assert header.study_uid == from_source.study_uid and header.sop_uid != from_source.sop_uid
    ds = dcmread(io.BytesIO(made))
    assert ds.ImageType[0] == "DERIVED" and ds.SyntheticData == "YES"
    assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == from_source.sop_uid
    assert list(ds.ContributingEquipmentSequence[0].SoftwareVersions) == [MODEL.version, MODEL.digest]
    assert "SYNTHETIC" in ds.ImageComments


def test_the_output_lies_on_the_grid_of_the_ventricle_whatever_that_of_its_source(store: ObjectStore) -> None:
    volumes = []
    for source in (heart(inferior=0.6), on_another_grid(heart(inferior=0.6))):
        _, (manifest,) = work([store.put(nm_bytes(source))])
        volumes.append(read_volume([store.get(manifest["output_key"])]))
    first, second = volumes
    assert first.voxels.shape == second.voxels.shape == SHAPE
    assert np.linalg.norm(first.affine[:3, 3] - second.affine[:3, 3]) < 4.0
    inner = (slice(6, 30), slice(14, 50), slice(14, 50))
    assert np.corrcoef(first.voxels[inner].ravel(), second.voxels[inner].ravel())[0, 1] > 0.95


def test_the_uncertainty_of_several_members_lies_beside_the_image_on_its_grid(store: ObjectStore) -> None:
    _, (manifest,) = work([store.put(nm_bytes(heart(inferior=0.6)))])
    key = manifest["uncertainty_key"]
    assert bool(key) == (manifest["members"] > 1)
    if key:
        image, spread = (store.get(one) for one in (manifest["output_key"], key))
        assert np.allclose(read_volume([spread]).affine, read_volume([image]).affine)
        assert read_header(spread).ai_generated and read_header(spread).patient_id == "A-0001"
        assert read_header(spread).series_uid != read_header(image).series_uid


def test_the_same_call_on_two_machines_gives_the_same_bytes(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = nm_bytes(heart(inferior=0.6))
    _, (first,) = work([store.put(source)])
    other = ObjectStore(tmp_path / "other")
    monkeypatch.setenv("OBJECT_STORE", str(other.root))
    _, (second,) = work([other.put(source)])
    assert second["output_name"] == first["output_name"]
    assert other.get(second["output_key"]) == store.get(first["output_key"])


def test_a_repeated_call_hands_back_the_first_object(store: ObjectStore) -> None:
    key = store.put(nm_bytes(heart()))
    _, (first,) = work([key])
    _, (second,) = work([key])
    assert second["output_key"] == first["output_key"]


def saying(**attributes: object) -> bytes:
    """A heart whose file says this of itself."""
    return to_bytes(nm_dataset(heart(), header={"PatientID": "A-0001", **attributes}, state="stress"))


def _damaged(store: ObjectStore) -> list[str]:
    key = store.put(b"was whole")
    store.path(key).write_bytes(b"is not")
    return [key]


@pytest.mark.parametrize(
    ("inputs", "changes", "code"),
    [
        (lambda store: ["0" * 64], {}, "input_missing"),
        (_damaged, {}, "input_corrupt"),
        (lambda store: ["not a key"], {}, "input_corrupt"),
        (lambda store: [], {}, "input"),
        (lambda store: [store.put(b"not DICOM")], {}, "not_dicom"),
        (lambda store: [store.put(saying(CorrectedImage=["ATTN"]))], {}, "not_translatable"),
        (lambda store: [store.put(saying(SyntheticData="YES"))], {}, "not_translatable"),
        (lambda store: [store.put(saying(BodyPartExamined="BRAIN"))], {}, "not_translatable"),
        (lambda store: [store.put(saying(ImageType=GATED))], {}, "not_translatable"),
        (lambda store: [store.put(nm_bytes(heart()))], {"digest": "0" * 64}, "model"),
        (lambda store: [store.put(nm_bytes(heart()))], {"settings": {"dose": 2}}, "settings"),
    ],
)
def test_what_cannot_be_done_is_reported_in_one_sentence(
    store: ObjectStore, inputs: Any, changes: dict[str, Any], code: str
) -> None:
    task, (reported, message) = work(inputs(store), **changes)
    assert (task, reported) == ("translation.record_failure", code)
    assert message[0].isupper() and message.endswith(".") and "\n" not in message


def test_an_unexpected_error_is_reported_too(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OBJECT_STORE")
    task, (code, message) = work(["0" * 64])
    assert (task, code) == ("translation.record_failure", "unexpected")
    assert message == "The worker failed unexpectedly (KeyError)."


def test_the_worker_loads_neither_the_web_application_nor_a_database() -> None:
    """The queue's library looks at some of Django's types by itself, if Django is installed; nothing else may."""
    foreign = {"django.db", "django.conf", "reader_study"}
    code = f"import sys, inference.worker; sys.exit(bool({foreign} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True, env={"BROKER_URL": "memory://"})


def test_messages_are_json_and_lost_work_comes_back() -> None:
    assert app.conf.accept_content == ["json"] and app.conf.task_serializer == "json"
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
