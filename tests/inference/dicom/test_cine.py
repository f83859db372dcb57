"""Projections are shown view after view round the patient, however the camera and its file took them."""

import io
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.dicom.cine import FULL_SCALE, Cine, neutral_views, read_cine
from inference.dicom.projections import attenuation_dataset
from inference.dicom.read import Unreadable
from inference.dicom.write import set_pixels, to_bytes
from tests.inference.dicom.test_projections import file_of, projections, tissue


def camera(**changes: Any) -> Dataset:
    ds = dcmread(io.BytesIO(file_of(projections())))
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def shown() -> np.ndarray:
    """The photopeak as the camera shows it, in the order of rising DICOM angles, which is the other way round."""
    return projections().counts.transpose(0, 2, 1)[:, ::-1][::-1]


def test_the_photopeak_comes_view_after_view() -> None:
    cine = read_cine(to_bytes(camera()))
    np.testing.assert_array_equal(cine.counts, shown())
    assert cine.angles_deg == (75.0, 105.0, 135.0, 165.0, 195.0, 225.0)
    assert cine.pixel_mm == (5.0, 6.4)


def test_two_detectors_are_one_orbit() -> None:
    """The second stands 90 degrees before the first, and both turn by half of the orbit."""
    ds = camera()
    first, second = ds.DetectorInformationSequence[0], Dataset()
    first.StartAngle, second.StartAngle = "225", "135"
    ds.DetectorInformationSequence.append(second)
    ds.DetectorVector = ([1] * 3 + [2] * 3) * 2
    ds.AngularViewVector = [1, 2, 3] * 4
    cine = read_cine(to_bytes(ds))
    np.testing.assert_array_equal(cine.counts, shown())
    assert cine.angles_deg == (75.0, 105.0, 135.0, 165.0, 195.0, 225.0)


def test_an_orbit_across_the_back_is_not_torn() -> None:
    ds = camera()
    ds.RotationInformationSequence[0].StartAngle = "60"
    cine = read_cine(to_bytes(ds))
    np.testing.assert_array_equal(cine.counts, shown())
    assert cine.angles_deg == (270.0, 300.0, 330.0, 360.0, 390.0, 420.0)


def test_time_slots_are_added_up() -> None:
    ds = camera(NumberOfEnergyWindows=1)
    stored = np.frombuffer(ds.PixelData, "<u2").reshape(12, ds.Rows, ds.Columns)[:6]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "GATED TOMO", "EMISSION"]
    ds.NumberOfFrames = 24
    ds.EnergyWindowVector = ds.DetectorVector = ds.RotationVector = [1] * 24
    ds.AngularViewVector = [1 + n // 4 for n in range(24)]
    ds.TimeSlotVector = [1 + n % 4 for n in range(24)]
    set_pixels(ds, np.repeat(stored, 4, axis=0))
    np.testing.assert_array_equal(read_cine(to_bytes(ds)).counts, 4 * shown())


def test_without_angles_the_views_stay_in_their_order() -> None:
    cine = read_cine(to_bytes(camera(RotationInformationSequence=None)))
    np.testing.assert_array_equal(cine.counts, shown()[::-1])
    assert cine.angles_deg is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"]}, "not_projections"),
        ({"AngularViewVector": [1, 2]}, "header"),
        ({"AngularViewVector": [1] * 2 + [2] * 10}, "slice_missing"),
        ({"PixelSpacing": None}, "geometry_missing"),
        ({"PixelData": b"\0\0"}, "pixels"),
    ],
)
def test_what_is_no_cine_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_cine(to_bytes(camera(**change)))
    assert refused.value.code == code and refused.value.message.endswith(".")


def test_a_map_of_tissue_is_none() -> None:
    with pytest.raises(Unreadable):
        read_cine(to_bytes(attenuation_dataset(tissue(), header={}, state=None)))


class TestNeutralViews:
    """What a reader is shown: one matrix, one pixel, one scale, whatever the camera's."""

    @staticmethod
    def body(matrix: int, pixel_mm: float, views: int = 12) -> Cine:
        """A hot ball that goes round the axis, seen by a camera of this matrix; each pixel counts its own area."""
        at = (np.arange(matrix) - (matrix - 1) / 2) * pixel_mm
        side = 120 * np.sin(2 * np.pi * np.arange(views) / views)
        away = np.hypot(at[None, :, None] - 30, at[None, None, :] - side[:, None, None])
        counts = (0.2 + np.exp(-((away / 30) ** 2))) * pixel_mm**2
        return Cine(counts.astype(np.float32), None, (pixel_mm, pixel_mm))

    def test_they_have_one_size_and_scale(self) -> None:
        shown = neutral_views(self.body(64, 6.4))
        assert (shown.shape, shown.dtype) == ((12, 64, 64), np.dtype("<u2"))
        assert np.quantile(shown, 0.995) == pytest.approx(FULL_SCALE, rel=1e-3)

    @pytest.mark.parametrize(("matrix", "pixel_mm"), [(128, 3.2), (128, 4.4), (64, 8.6), (256, 2.4)])
    def test_another_matrix_or_zoom_shows_the_same(self, matrix: int, pixel_mm: float) -> None:
        expected = neutral_views(self.body(64, 6.4)).astype(float)
        shown = neutral_views(self.body(matrix, pixel_mm)).astype(float)
        inner = np.s_[:, 2:-2, 2:-2]
        assert np.abs(shown - expected)[inner].max() < 0.06 * FULL_SCALE

    def test_a_brighter_camera_gives_the_same_bytes(self) -> None:
        one = self.body(64, 6.4)
        brighter = Cine(one.counts * 4, one.angles_deg, one.pixel_mm)
        assert neutral_views(brighter).tobytes() == neutral_views(one).tobytes()

    def test_what_a_small_field_does_not_see_is_black(self) -> None:
        small = self.body(64, 6.4)
        shown = neutral_views(Cine(small.counts[:, 14:50], None, small.pixel_mm))
        assert not shown[:, :14].any() and not shown[:, 50:].any() and shown[:, 20].all()

    @pytest.mark.parametrize("views", [7, 361])
    def test_too_few_or_too_many_are_no_cine(self, views: int) -> None:
        with pytest.raises(Unreadable) as refused:
            neutral_views(Cine(np.ones((views, 4, 4), np.float32), None, (6.4, 6.4)))
        assert refused.value.code == "views"

    def test_nothing_counted_is_no_cine(self) -> None:
        with pytest.raises(Unreadable) as refused:
            neutral_views(Cine(np.zeros((60, 64, 64), np.float32), None, (6.4, 6.4)))
        assert refused.value.code == "no_counts"
