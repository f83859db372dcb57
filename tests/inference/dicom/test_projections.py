"""Projections and attenuation maps come back from DICOM as they went in; what cannot be reconstructed is refused."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.dicom.projections import (
    Projections,
    attenuation_dataset,
    projections_dataset,
    read_attenuation,
    read_projections,
)
from inference.dicom.read import Unreadable, read_header, read_volume
from inference.dicom.write import nm_dataset, to_bytes
from inference.volume import Kind, Volume

ORBITS = [tuple(-45.0 + 30 * view for view in range(6)), tuple(100.0 - 72 * view for view in range(5))]


def projections(angles: tuple[float, ...] = ORBITS[0], *, windows: int = 2) -> Projections:
    rng = np.random.default_rng(3)
    peak, lower = (rng.poisson(50, (len(angles), 4, 3)).astype(np.float32) for _ in range(2))
    return Projections(
        counts=peak,
        angles_deg=angles,
        radius_mm=235.0,
        bin_mm=6.4,
        slice_mm=5.0,
        centre_mm=(12.0, -7.5, 40.0),
        scatter=lower if windows == 2 else None,
    )


def file_of(written: Projections, change: Callable[[Dataset], None] | None = None) -> bytes:
    ds = projections_dataset(written, header={}, state="rest", seconds_per_view=25)
    if change:
        change(ds)
    return to_bytes(ds)


def tissue() -> Volume:
    voxels = np.random.default_rng(4).uniform(0, 0.0215, (3, 4, 5)).astype(np.float32)
    affine = np.diag([6.4, 6.4, 5.0, 1.0])
    affine[:3, 3] = (-30, -20, 10)
    return Volume(voxels, affine, Kind.TRANSAXIAL)


@pytest.mark.parametrize("windows", [1, 2])
@pytest.mark.parametrize("angles", ORBITS, ids=["towards the left side", "towards the right side"])
def test_projections_come_back_as_they_were_written(angles: tuple[float, ...], windows: int) -> None:
    written = projections(angles, windows=windows)
    read = read_projections(file_of(written))
    np.testing.assert_array_equal(read.counts, written.counts)
    turns = (np.array(read.angles_deg) - written.angles_deg) / 360
    np.testing.assert_allclose(turns, np.rint(turns), atol=1e-9)
    np.testing.assert_allclose(read.centre_mm, written.centre_mm, atol=1e-6)
    assert (read.radius_mm, read.bin_mm, read.slice_mm) == (235.0, 6.4, 5.0)
    if written.scatter is None:
        assert read.scatter is None
    else:
        np.testing.assert_array_equal(read.scatter, written.scatter)


def test_angles_and_rows_follow_the_standard() -> None:
    ds = dcmread(io.BytesIO(file_of(projections())))
    rotation = ds.RotationInformationSequence[0]
    # RAO 45: the detector has gone 225 degrees from the patient's back by his left side, and is on its way back.
    assert (float(rotation.StartAngle), rotation.RotationDirection) == (225.0, "CW")
    assert (float(rotation.AngularStep), float(rotation.ScanArc)) == (30.0, 180.0)
    assert list(ds.ImageType) == ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]
    np.testing.assert_array_equal(ds.pixel_array[0, 0], projections().counts[0, :, -1])  # superior row first
    assert int(ds.CountsAccumulated) == ds.pixel_array.sum()


def test_projections_are_no_volume_and_a_map_of_tissue_is_no_image_of_activity() -> None:
    for data, code in (
        (file_of(projections()), "not_reconstructed"),
        (to_bytes(attenuation_dataset(tissue(), header={}, state=None)), "transmission"),
    ):
        assert not read_header(data).is_uncorrected_spect
        with pytest.raises(Unreadable) as refused:
            read_volume([data])
        assert refused.value.code == code


def test_an_attenuation_map_comes_back_in_its_place_and_unit() -> None:
    data = to_bytes(attenuation_dataset(tissue(), header={}, state="stress"))
    read = read_attenuation(data)
    np.testing.assert_allclose(read.voxels, tissue().voxels, atol=1e-6)
    np.testing.assert_allclose(read.affine, tissue().affine, atol=1e-9)
    mapping = dcmread(io.BytesIO(data)).RealWorldValueMappingSequence[0]
    assert mapping.RealWorldValueSlope * 32_000 == pytest.approx(10 * tissue().voxels.max())


def test_a_map_without_its_unit_or_an_emission_image_is_refused() -> None:
    unitless = attenuation_dataset(tissue(), header={}, state=None)
    del unitless.RealWorldValueMappingSequence
    emission = nm_dataset(tissue(), header={}, state=None)
    for ds, code in ((unitless, "units"), (emission, "not_transmission")):
        with pytest.raises(Unreadable) as refused:
            read_attenuation(to_bytes(ds))
        assert refused.value.code == code


def rotation(keyword: str, value: object) -> Callable[[Dataset], None]:
    return lambda ds: setattr(ds.RotationInformationSequence[0], keyword, value)


def two_detectors(ds: Dataset) -> None:
    ds.DetectorVector = [1, 2] * (len(ds.DetectorVector) // 2)


def no_place(ds: Dataset) -> None:
    ds.DetectorInformationSequence[0].ImagePositionPatient = None


def reconstructed(ds: Dataset) -> None:
    ds.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]


def no_rotation(ds: Dataset) -> None:
    ds.RotationInformationSequence = []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (two_detectors, "frame_order"),
        (no_place, "geometry_missing"),
        (reconstructed, "not_projections"),
        (no_rotation, "header"),
        (rotation("RadialPosition", ["200", "250"]), "orbit"),
        (rotation("RadialPosition", None), "orbit"),
        (rotation("StartAngle", "90"), "orientation"),
    ],
)
def test_projections_that_cannot_be_reconstructed_are_refused_by_name(
    change: Callable[[Dataset], None], code: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_projections(file_of(projections(), change))
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_counts_that_are_no_counts_and_uneven_steps_are_not_written() -> None:
    good = projections(windows=1)
    for counts, angles, why in (
        (good.counts + 0.5, good.angles_deg, "whole numbers"),
        (good.counts + 70_000, good.angles_deg, "whole numbers"),
        (good.counts, (*good.angles_deg[:-1], 170.0), "equally far"),
    ):
        uneven = Projections(counts, angles, good.radius_mm, good.bin_mm, good.slice_mm, good.centre_mm)
        with pytest.raises(ValueError, match=why):
            projections_dataset(uneven, header={}, state=None, seconds_per_view=25)
