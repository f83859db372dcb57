"""An independent reader, dcm2niix, puts every voxel of what we write where we say it is in the patient."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from inference.dicom.derived import Role, derived_nm
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.model import ModelIdentity
from inference.physionet.nifti import Nifti, read_nifti
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import lopsided
from tests.inference.dicom.sent import SCANNED, as_files, transaxial

JUDGE = shutil.which("dcm2niix")
MODEL = ModelIdentity(name="heart-spect-to-pet", version="1.0", digest="a1" * 32)
HEADER = {"PatientID": "A-0007", "PatientName": "A-0007", "StudyInstanceUID": "2.25.77"}

pytestmark = pytest.mark.skipif(JUDGE is None, reason="dcm2niix is not installed")


def derived(volume: Volume, role: Role) -> list[bytes]:
    source = dcmread(io.BytesIO(to_bytes(nm_dataset(lopsided(), header=HEADER, state="stress"))))
    return [to_bytes(derived_nm(volume, source=source, model=MODEL, name="5e" * 32, role=role))]


def brain(volume: Volume) -> list[bytes]:
    source = nm_dataset(volume, header=HEADER, state=None, organ="brain")
    read = dcmread(io.BytesIO(to_bytes(source)))
    return [to_bytes(derived_nm(volume, source=read, model=MODEL, name="6e" * 32, title="vCTAC"))]


OWN_GRID = Volume(lopsided().voxels[1:, :9, 2:], lopsided().affine, Kind.SHORT_AXIS)
WRITTEN: dict[str, tuple[Volume, Callable[[Volume], list[bytes]]]] = {
    "virtual PET": (lopsided(), lambda volume: derived(volume, "image")),
    "virtual PET on a grid of its own": (OWN_GRID, lambda volume: derived(volume, "image")),
    "its uncertainty": (lopsided(), lambda volume: derived(volume, "uncertainty")),
    "translated brain": (transaxial(), brain),
    "SPECT": (lopsided(), lambda volume: [to_bytes(nm_dataset(volume, header=HEADER, state="rest"))]),
    "PET": (
        lopsided(),
        lambda volume: as_files(pt_datasets(volume, header={**HEADER, **SCANNED}, state="rest")),
    ),
}


def converted(files: list[bytes], folder: Path) -> Nifti:
    """What dcm2niix makes of these files; it must be one volume."""
    source, target = folder / "dicom", folder / "nifti"
    for made in (source, target):
        made.mkdir()
    for number, data in enumerate(files):
        (source / f"{number}.dcm").write_bytes(data)
    command = [str(JUDGE), "-f", "image", "-z", "n", "-b", "n", "-o", str(target), str(source)]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    (made_file,) = target.iterdir()
    return read_nifti(made_file.read_bytes())


@pytest.mark.parametrize("kind", list(WRITTEN))
def test_voxels_and_affine_are_ours(kind: str, tmp_path: Path) -> None:
    volume, files = WRITTEN[kind]
    read = converted(files(volume), tmp_path)
    # dcm2niix turns the rows round; the patient is the same.
    turned, affine = read.values[:, ::-1], read.affine.copy()
    affine[:3, 3] += (read.values.shape[1] - 1) * affine[:3, 1]
    affine[:3, 1] *= -1
    np.testing.assert_allclose(affine, volume.affine, atol=1e-3)
    assert turned.shape == volume.voxels.shape
    factor = volume.voxels.max() / turned.max()  # NM stores counts up to a factor
    np.testing.assert_allclose(turned * factor, volume.voxels, atol=0.6 * volume.voxels.max() / 32_000)
