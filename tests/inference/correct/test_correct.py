"""From files to corrected files: the same correction as the simulator's own, and every refusal in one sentence."""

import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.__main__ import main
from inference.correct import ctac
from inference.correct.chang import chang_corrected
from inference.correct.command import Refused, correct_by_guess, correct_by_map
from inference.dicom.projections import Projections, attenuation_dataset, projections_dataset
from inference.dicom.read import Unreadable, read_header, read_volume
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.physics import correction, spect
from inference.physics.camera import STANDARD, Camera
from inference.physics.projector import CollimatorProjector, Grid, to_columns
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import lopsided

HEADER = {
    "PatientID": "A-1",
    "StudyInstanceUID": "2.25.5",
    "FrameOfReferenceUID": "2.25.6",
    "SeriesNumber": 31,
}
TABLE_MM = (4.0, -11.0, 23.0)


def grid_affine(grid: Grid) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    affine = np.diag([grid.voxel_mm, grid.voxel_mm, grid.slice_mm, 1.0])
    middle = (np.array([grid.side, grid.side, grid.slices]) - 1) / 2
    affine[:3, 3] = np.array(TABLE_MM) - np.diag(affine)[:3] * middle
    return affine


def disc(grid: Grid, radius_mm: float, *, off_mm: float = 0.0) -> torch.Tensor:
    """[z, y, x]: 1 within a cylinder along the body."""
    across = (torch.arange(grid.side) - (grid.side - 1) / 2) * grid.voxel_mm
    y, x = torch.meshgrid(across, across, indexing="ij")
    return (torch.hypot(x - off_mm, y) < radius_mm).float().expand(grid.slices, -1, -1).clone()


def files(grid: Grid, counts: torch.Tensor, tissue: torch.Tensor, **options: object) -> tuple[bytes, bytes]:
    """Projections and map, with header elements of the map from `options`."""
    written = Projections(
        counts=counts.numpy(),
        angles_deg=tuple(math.degrees(angle) for angle in spect.ORBIT),
        radius_mm=STANDARD.radius_mm,
        bin_mm=grid.voxel_mm,
        slice_mm=grid.slice_mm,
        centre_mm=TABLE_MM,
    )
    mu = Volume(tissue.numpy(), grid_affine(grid), Kind.TRANSAXIAL)
    views = projections_dataset(written, header=HEADER, state="stress", seconds_per_view=25)
    return (
        to_bytes(views),
        to_bytes(attenuation_dataset(mu, header={**HEADER, "SeriesNumber": 41, **options}, state="stress")),
    )


@pytest.fixture(scope="module")
def scanned() -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy counts of a hot rod in a body, on the camera's own grid, and the body."""
    grid = spect.CAMERA
    tissue = 0.015 * disc(grid, 150)
    activity = 0.2 * disc(grid, 150) + disc(grid, 40, off_mm=60)
    seen = spect.seen_by(STANDARD).attenuated(to_columns(tissue[None])).forward(to_columns(activity[None]))
    return torch.poisson(seen * 30, generator=torch.Generator().manual_seed(1)), tissue


def test_files_are_corrected_as_the_simulator_corrects_its_own_counts(
    scanned: tuple[torch.Tensor, torch.Tensor], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts, tissue = scanned
    paths = [tmp_path / name for name in ("views.dcm", "mu.dcm", "made/ctac.dcm")]
    for path, data in zip(paths, files(spect.CAMERA, counts, tissue), strict=False):
        path.write_bytes(data)
    given = [
        f"--{name}={path}" for name, path in zip(("projections", "attenuation", "out"), paths, strict=True)
    ]
    assert main(["correct", "ctac", *given]) == 0
    assert capsys.readouterr().out.strip() == str(paths[2])
    data = paths[2].read_bytes()
    read = read_volume([data])
    free = spect.Acquisition(counts, torch.zeros_like(counts), STANDARD)
    expected = correction.ctac(free, tissue, scatter_error=0.0)[0].numpy()
    scale = expected.sum() / read.voxels.sum()
    np.testing.assert_allclose(read.voxels * scale, expected, atol=2e-3 * expected.max())
    np.testing.assert_allclose(read.affine, grid_affine(spect.CAMERA), atol=1e-6)
    header = read_header(data)
    assert (header.attenuation_corrected, header.view, header.state) == (True, "transaxial", "stress")
    ds = dcmread(io.BytesIO(data))
    assert ds.CorrectedImage == "ATTN" and "no scatter correction" in ds.DerivationDescription
    assert (ds.PatientID, ds.StudyInstanceUID, ds.FrameOfReferenceUID) == ("A-1", "2.25.5", "2.25.6")
    assert len(ds.SourceImageSequence) == 2 and float(ds.RotationInformationSequence[0].StartAngle) == 225


def test_a_scatter_window_takes_out_what_it_counted() -> None:
    grid = Grid(side=32, slices=6, voxel_mm=12.8, slice_mm=12.8)
    tissue, activity = 0.015 * disc(grid, 150), disc(grid, 60)
    model = CollimatorProjector(grid, spect.ORBIT, camera=Camera())
    counts = 50 * model.attenuated(to_columns(tissue[None])).forward(to_columns(activity[None]))
    scatter = torch.full_like(counts, float(counts.mean()))
    rest = Projections(
        counts=(counts + scatter).numpy(),
        angles_deg=tuple(math.degrees(angle) for angle in spect.ORBIT),
        radius_mm=240.0,
        bin_mm=12.8,
        slice_mm=12.8,
        centre_mm=TABLE_MM,
    )
    windowed = Projections(**{**vars(rest), "scatter": (scatter / ctac.SCATTER_RATIO).numpy()})
    mu = Volume(tissue.numpy(), grid_affine(grid), Kind.TRANSAXIAL)
    cold = (disc(grid, 130) - disc(grid, 100)).numpy() > 0
    hot = disc(grid, 30).numpy() > 0
    without, corrected = (
        image[cold].mean() / image[hot].mean()
        for image in (ctac.corrected(one, mu).voxels for one in (rest, windowed))
    )
    assert corrected < without / 5


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ({"PatientID": "A-2"}, "not known to be of one patient"),
        ({"FrameOfReferenceUID": "2.25.7"}, "different frames of reference"),
    ],
)
def test_a_map_of_somebody_or_somewhere_else_is_refused(
    scanned: tuple[torch.Tensor, torch.Tensor], option: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        correct_by_map(*files(spect.CAMERA, *scanned, **option))


def test_what_is_no_projection_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "image.dcm"
    image.write_bytes(to_bytes(nm_dataset(lopsided(), header={}, state=None)))
    out = tmp_path / "out.dcm"
    assert main(["correct", "ctac", f"--projections={image}", f"--attenuation={image}", f"--out={out}"]) == 1
    assert capsys.readouterr().err.strip() == "This is not an NM file of projections (TOMO, EMISSION)."
    assert not out.exists()


def head(radius_mm: float = 95.0) -> Volume:
    grid = Grid(side=64, slices=3, voxel_mm=4.0, slice_mm=4.0)
    return Volume(disc(grid, radius_mm).numpy(), grid_affine(grid), Kind.TRANSAXIAL)


def head_file(change: Callable[[Dataset], None] | None = None, **header: object) -> bytes:
    ds = nm_dataset(head(), header=header, state=None, organ="brain")
    if change:
        change(ds)
    return to_bytes(ds)


def test_chang_s_factors_are_those_of_a_water_cylinder() -> None:
    """Radius 95 mm and 5 mm of skin, 0.012/mm: 3.32 in the middle, 1.89 at the rim (Chang 1978)."""
    made = chang_corrected(head(), mu_per_mm=0.012, threshold=0.5)
    row = made.voxels[1, 32]
    assert row[31:33].mean() == pytest.approx(3.32, rel=0.03)
    assert row[8] == pytest.approx(1.89, rel=0.08)  # 94 mm from the middle


def test_a_brain_is_corrected_on_its_own_grid_and_says_how(tmp_path: Path) -> None:
    image, out = tmp_path / "nac.dcm", tmp_path / "chang.dcm"
    image.write_bytes(head_file(PatientID="B-1"))
    assert main(["correct", "chang", str(image), "--mu=0.01", f"--out={out}"]) == 0
    ds = dcmread(out)
    assert (ds.CorrectedImage, ds.PatientID, ds.BodyPartExamined) == ("ATTN", "B-1", "BRAIN")
    assert "zeroth order, 0.01/mm" in ds.DerivationDescription
    read = read_volume([out.read_bytes()])
    np.testing.assert_allclose(read.affine, head().affine, atol=1e-6)
    with pytest.raises(Refused, match="already"):
        correct_by_guess(out.read_bytes(), mu_per_mm=0.012, threshold=0.1)


def half_a_turn(ds: Dataset) -> None:
    rotation = Dataset()
    rotation.ScanArc = "180"
    ds.RotationInformationSequence = Sequence([rotation])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            to_bytes(nm_dataset(lopsided(), header={}, state=None)),
            "this is a short-axis image: give the transaxial image",
        ),
        (to_bytes(pt_datasets(lopsided(), header={}, state=None)[0]), "for NM images"),
        (head_file(half_a_turn), "over 360 degrees"),
        (head_file(PixelSpacing=["4", "5"]), "square"),
    ],
)
def test_what_chang_s_correction_is_not_for_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises((Refused, Unreadable), match=reason):
        correct_by_guess(data, mu_per_mm=0.012, threshold=0.1)


@pytest.mark.parametrize(("mu", "threshold"), [(0.12, 0.1), (0.0, 0.1), (0.012, 1.0)])
def test_a_coefficient_in_another_unit_is_refused(mu: float, threshold: float) -> None:
    with pytest.raises(Refused, match="1/mm"):
        correct_by_guess(head_file(), mu_per_mm=mu, threshold=threshold)


def test_what_lies_there_already_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "image.dcm"
    image.write_bytes(b"the only copy")
    assert main(["correct", "chang", str(image), "--out", str(image)]) == 1
    assert "exists already" in capsys.readouterr().err and image.read_bytes() == b"the only copy"


def test_a_missing_file_and_a_folder_are_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.dcm"
    assert main(["correct", "chang", str(tmp_path), f"--out={out}"]) == 1
    assert capsys.readouterr().err == f"{tmp_path} is a folder; give one file of it.\n"
    assert main(["correct", "chang", str(tmp_path / "absent.dcm"), f"--out={out}"]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'absent.dcm'}: no such file or directory\n"
    (tmp_path / "file").write_text("")
    assert main(["correct", "chang", str(tmp_path), f"--out={tmp_path / 'file' / 'out.dcm'}"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_image_that_a_network_made_is_not_corrected() -> None:
    ds = nm_dataset(lopsided(), header={"SyntheticData": "YES"}, state=None)
    with pytest.raises(Refused, match="made by a network"):
        correct_by_guess(to_bytes(ds), mu_per_mm=0.012, threshold=0.1)
