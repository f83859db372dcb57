"""Chang's correction as the worker does it: of a stored object, always the same, and marked as no network's."""

import io
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from inference.correct.method import CHANG
from inference.dicom.read import read_header
from inference.dicom.write import nm_dataset, to_bytes
from inference.objects import ObjectStore
from inference.translation.correcting import correct_object
from inference.translation.job import JobFailed
from inference.volume import Kind, Volume


def head(shape: tuple[int, int, int] = (24, 32, 32), corrected: tuple[str, ...] = ()) -> bytes:
    k, j, i = np.indices(shape) - (np.array(shape).reshape(3, 1, 1, 1) - 1) / 2
    voxels = ((k / 10) ** 2 + (j / 13) ** 2 + (i / 11) ** 2 < 1).astype(np.float32)
    volume = Volume(voxels, np.diag([6.0, 6.0, 6.0, 1.0]), Kind.TRANSAXIAL)
    header = {"PatientID": "A-0001", "SOPInstanceUID": "1.2.3"}
    return to_bytes(nm_dataset(volume, header=header, state=None, organ="brain", corrected=corrected))


def test_the_same_object_gives_the_same_one(tmp_path: Path) -> None:
    made = []
    for place in ("first", "second"):
        store = ObjectStore(tmp_path / place)
        manifest = correct_object(store, input_keys=[store.put(head())], settings={})
        made.append((manifest["output_name"], store.get(manifest["output_key"])))
        assert manifest["model"] == {"name": "chang", "version": "1", "digest": CHANG.digest}
        assert manifest["uncertainty_key"] == ""
    assert made[0] == made[1]
    header = read_header(made[0][1])
    assert header.attenuation_corrected and not header.ai_generated
    assert (header.patient_id, header.body_part, header.modality) == ("A-0001", "BRAIN", "NM")
    assert "Chang" in dcmread(io.BytesIO(made[0][1])).DerivationDescription


@pytest.mark.parametrize(
    ("data", "asked", "code"),
    [
        (head(corrected=("ATTN",)), {}, "not_translatable"),
        (head((24, 32, 30)), {}, "not_translatable"),
        (head(), {"mu": 0.1}, "settings"),
        (b"no DICOM", {}, "not_dicom"),
    ],
)
def test_what_cannot_be_corrected_says_why(
    tmp_path: Path, data: bytes, asked: dict[str, float], code: str
) -> None:
    store = ObjectStore(tmp_path)
    with pytest.raises(JobFailed) as failed:
        correct_object(store, input_keys=[store.put(data)], settings=asked)
    assert failed.value.code == code and failed.value.message
