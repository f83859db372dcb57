"""The PhysioNet set, in files of its layout made here, becomes short-axis studies that agree with its masks."""

import json
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from inference.__main__ import main
from inference.dicom.read import read_header, read_volume
from inference.physionet.dataset import patients_of
from inference.physionet.nifti import NotNifti, read_nifti
from inference.volume import Kind
from tests.inference.heart.phantom import one_defect
from tests.inference.physionet.made import SIZE, chest, dicom, nifti, write_set


def test_the_set_becomes_short_axis_studies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "set", tmp_path / "out"
    write_set(source, [one_defect(10), one_defect(8)], lost_order=(2,))
    (source / "DICOM" / "003").mkdir()
    (source / "DICOM" / "003" / "003.dcm").write_bytes(b"\0" * 128 + b"DICMnonsense")
    assert main(["physionet", str(source), "--out", str(out)]) == 0
    said = [json.loads(line) for line in (out / "patients.jsonl").read_text().splitlines()]
    assert [(one["patient"], one["sex"], one["age"]) for one in said] == [("1", "F", "51"), ("2", "F", "52")]
    for one, (segment, order) in zip(said, [(10, "header"), (8, "k")], strict=True):
        assert np.argmin(one["segments"]) + 1 == segment
        assert "reoriented" in one["flags"]
        mask = one["mask"]
        assert mask["order"] == order
        assert mask["centre_mm"] < 8 and mask["distance_mm"] < 4 and mask["near"] > 0.9
        data = (out / one["file"]).read_bytes()
        header = read_header(data)
        assert (header.state, header.view, header.patient_id) == (
            "rest",
            "short_axis",
            f"PHYSIONET-{int(one['patient']):03}",
        )
        assert read_volume([data]).kind is Kind.SHORT_AXIS
        assert dcmread(out / one["file"]).SourceImageSequence
    assert "mask" in capsys.readouterr().out
    assert main(["physionet", str(source), "--out", str(out)]) == 2  # not empty any more


def test_patients_are_known_by_their_numbers_wherever_the_files_lie(tmp_path: Path) -> None:
    lying, wall = chest([1.0] * 17)
    data, mask = dicom(lying, patient="P7"), nifti(wall, lying.affine)
    for name in ("a/patient_7/NM0001.dcm", "flat-12.dcm"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for name in ("masks/007.nii.gz", "masks/12.nii.gz", "masks/8.nii.gz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(mask)
    found = [(one.number, [path.name for path in one.masks]) for one in patients_of(tmp_path)]
    assert found == [("7", ["007.nii.gz"]), ("12", ["12.nii.gz"])]


def test_the_file_of_the_camera_is_read_as_it_lies() -> None:
    lying, _ = chest([1.0] * 17)
    read = read_volume([dicom(lying, patient="P1")])
    assert (read.kind, read.voxels.shape, read.flags) == (Kind.TRANSAXIAL, SIZE, ())
    np.testing.assert_allclose(read.affine, lying.affine, atol=1e-6)
    assert read.voxels.min() == -3
    assert np.corrcoef(read.voxels.ravel(), lying.voxels.ravel())[0, 1] > 0.9999


def test_nothing_to_import_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "set").mkdir()
    assert main(["physionet", str(tmp_path / "set"), "--out", str(tmp_path / "out")]) == 1
    assert "no reconstructed NM study" in capsys.readouterr().err


def test_a_mask_is_read_with_its_place_and_what_is_none_is_refused() -> None:
    inside = np.random.default_rng(1).random((3, 4, 5)) > 0.5
    affine = np.array([[0, -4.0, 0, 10], [3.0, 0, 0, 20], [0, 0, 5.0, 30], [0, 0, 0, 1]])
    mask = read_nifti(nifti(inside, affine))
    np.testing.assert_array_equal(mask.values, inside)
    np.testing.assert_allclose(mask.affine, affine)
    np.testing.assert_allclose(read_nifti(nifti(inside, None)).affine, np.diag([-4.0, -4.0, 4.0, 1.0]))
    whole = nifti(inside, affine)
    for data in (b"", b"\x1f\x8b", whole[:-20], b"n+1" * 200, whole[:40]):
        with pytest.raises(NotNifti):
            read_nifti(data)
