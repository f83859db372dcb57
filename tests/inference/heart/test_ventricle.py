"""The left ventricle is found where it is, beside hot organs too, or the result carries a flag."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from inference.heart.neutral import neutral_volume
from inference.heart.polar import wall_of
from inference.heart.sampling import ANGLES, RINGS
from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
from inference.physics.head import Raster, activity
from inference.physics.head_patient import mean_head
from inference.volume import Kind, Volume
from tests.inference.heart.phantom import RADIUS_MM, SHAPE, WALL_MM, Ball, Shape, one_defect, volume

LIVER = Ball(lateral_mm=-25, inferior_mm=81, basal_mm=40, radius_mm=50, activity=2.0)  # touches the wall
LAD = [0.2 if n in (1, 2, 7, 8, 13, 14, 17) else 1.0 for n in range(1, 18)]
RCA = [0.3 if n in (3, 4, 9, 10, 15) else 1.0 for n in range(1, 18)]


def errors(lv: LeftVentricle, shape: Shape) -> dict[str, float]:
    """Distance of the found axis at mid height, of apex and base along it, and of the radius, in mm."""
    apex = np.array(shape.apex_mm)
    along = (lv.base_mm - lv.apex_mm) / lv.length_mm
    middle = lv.apex_mm + along * (apex[2] + shape.length_mm / 2 - lv.apex_mm[2]) / along[2]
    return {
        "axis": float(np.hypot(*(middle - apex)[:2])),
        "apex": abs(float(lv.apex_mm[2] - apex[2])),
        "base": abs(float(lv.base_mm[2] - apex[2] - shape.length_mm)),
        "radius": abs(lv.radius_mm - shape.radius_mm),
    }


@pytest.mark.parametrize("fwhm_mm", [8.0, 14.0])
@pytest.mark.parametrize(
    "shape", [Shape(), Shape((100.0, 150.0, 30.0), 36.0, 100.0), Shape(radius_mm=19.0, length_mm=56.0)]
)
def test_size_and_place_are_found_within_a_voxel(shape: Shape, fwhm_mm: float) -> None:
    lv = find_left_ventricle(volume(background=0.1, fwhm_mm=fwhm_mm, shape=shape))
    assert max(errors(lv, shape).values()) < 4.5
    assert errors(lv, shape)["axis"] < 1.5
    assert lv.flags == ()


@pytest.mark.parametrize("fwhm_mm", [8.0, 14.0])
@pytest.mark.parametrize("activity", [0.8, 1.5, 3.0])
@pytest.mark.parametrize("segments", [[1.0] * 17, RCA, LAD])
def test_a_hot_liver_that_touches_the_wall_is_not_taken_for_the_heart(
    segments: list[float], activity: float, fwhm_mm: float
) -> None:
    liver = Ball(LIVER.lateral_mm, LIVER.inferior_mm, LIVER.basal_mm, LIVER.radius_mm, activity)
    lv = find_left_ventricle(volume(segments, background=0.1, noise=0.1, fwhm_mm=fwhm_mm, balls=(liver,)))
    found = errors(lv, Shape())
    assert found["axis"] < 2.5
    assert max(found["apex"], found["base"]) < 8.0
    assert "hot_neighbour" in lv.flags or activity < 2.0


@pytest.mark.parametrize("fwhm_mm", [8.0, 14.0])
def test_a_lost_apex_moves_the_ventricles_end_by_less_than_the_walls_thickness(fwhm_mm: float) -> None:
    lv = find_left_ventricle(volume(one_defect(17, remaining=0.1), background=0.1, fwhm_mm=fwhm_mm))
    assert errors(lv, Shape())["apex"] < WALL_MM


def test_where_nothing_is_met_on_the_axis_the_apex_is_flagged() -> None:
    lv = find_left_ventricle(volume(one_defect(17, remaining=0.1), background=0.05))
    assert set(lv.flags) - {"low_confidence"} == {"apex_uncertain"}


def test_a_stack_that_runs_from_base_to_apex_in_spite_of_its_header_is_flagged() -> None:
    right = volume(background=0.1)
    lv = find_left_ventricle(Volume(right.voxels[::-1], right.affine, Kind.SHORT_AXIS))
    assert "apex_base_reversed" in lv.flags


@pytest.mark.parametrize("fwhm_mm", [8.0, 14.0])
@pytest.mark.parametrize("radius_mm", [22, 30, 40, 50])
def test_a_solid_organ_alone_is_not_ventricle_like(radius_mm: float, fwhm_mm: float) -> None:
    organ = Ball(0, 0, 30, radius_mm, 1.0)
    alone = volume([0.0] * 17, background=0.1, fwhm_mm=fwhm_mm, balls=(organ,))
    assert "not_ventricle_like" in find_left_ventricle(alone).flags


def test_noise_a_flat_volume_and_a_head_are_not_ventricle_like() -> None:
    noise = np.random.default_rng(2).poisson(5, SHAPE)
    raster = Raster(side=64, slices=40, voxel_mm=4.0)
    uptake = gaussian_filter(activity(mean_head("perfusion"), raster), 1.2)
    for voxels in (noise, np.ones(SHAPE), uptake):
        found = find_left_ventricle(Volume(voxels.astype(np.float32), volume().affine, Kind.SHORT_AXIS))
        assert "not_ventricle_like" in found.flags


def test_a_small_heart_seen_through_blur_is_like_a_ventricle() -> None:
    small = volume(background=0.2, fwhm_mm=16.0, shape=Shape(radius_mm=17.0, length_mm=60.0))
    assert "not_ventricle_like" not in find_left_ventricle(small).flags


def test_a_ventricle_that_is_cut_off_is_flagged() -> None:
    whole = volume(background=0.1)
    cut = find_left_ventricle(Volume(whole.voxels[:26], whole.affine, Kind.SHORT_AXIS))
    assert "base_outside" in cut.flags


@pytest.mark.parametrize(
    ("voxels", "kind"),
    [
        (volume().voxels, Kind.TRANSAXIAL),
        (np.zeros(SHAPE, dtype=np.float32), Kind.SHORT_AXIS),
        (np.full(SHAPE, np.nan, dtype=np.float32), Kind.SHORT_AXIS),
        (np.eye(1, SHAPE[0], 39, dtype=np.float32).T[:, :, None] * np.ones((64, 64)), Kind.SHORT_AXIS),
        (volume().voxels[:10], Kind.SHORT_AXIS),
    ],
)
def test_what_cannot_hold_a_ventricle_is_refused(voxels: np.ndarray, kind: Kind) -> None:
    with pytest.raises(VentricleNotFound):
        find_left_ventricle(Volume(voxels, volume().affine, kind))


@pytest.mark.parametrize("factor", [(2, 1, 1), (1, 2, 2)])
def test_another_grid_gives_the_same_place(factor: tuple[int, int, int]) -> None:
    coarse = volume(background=0.1)
    k, j, i = factor
    affine = coarse.affine @ np.diag([1 / i, 1 / j, 1 / k, 1.0])
    fine = coarse.resample(affine, tuple(n * f for n, f in zip(SHAPE, factor, strict=True)))
    expected, found = find_left_ventricle(coarse), find_left_ventricle(fine)
    np.testing.assert_allclose(found.apex_mm, expected.apex_mm, atol=2.5)
    np.testing.assert_allclose(found.base_mm, expected.base_mm, atol=2.5)
    np.testing.assert_allclose(found.robust_max, expected.robust_max, rtol=0.03)


@pytest.mark.parametrize("spacing_mm", [3.0, 5.0, 6.4, 7.0])
def test_a_ventricle_is_found_on_voxels_of_3_to_7_mm(spacing_mm: float) -> None:
    fine = volume(background=0.1)
    step = spacing_mm / 4
    shape = tuple(int(n / step) for n in SHAPE)
    other = fine.resample(fine.affine @ np.diag([step, step, step, 1.0]), (shape[0], shape[1], shape[2]))
    found = errors(find_left_ventricle(other), Shape())
    assert found["axis"] < 2.0
    assert max(found.values()) < 5.5


def test_the_contour_follows_the_wall_and_bridges_what_is_lost() -> None:
    whole, lost = volume(background=0.1), volume(one_defect(10, remaining=0.1), background=0.05)
    contours = [
        wall_of(neutral_volume(study, find_left_ventricle(study))).distance_mm for study in (whole, lost)
    ]
    for contour in contours:
        assert contour.shape == (RINGS, ANGLES)
        assert np.abs(contour[6:] - RADIUS_MM).max() < 4.0
    assert np.abs(np.diff(contours[1], axis=1)).max() < 1.5


def test_a_heart_is_believed_more_than_what_only_resembles_one() -> None:
    solid = volume([0.0] * 17, background=0.1, balls=(Ball(0, 0, 30, 40, 1.0),))
    heart = find_left_ventricle(volume(background=0.1, fwhm_mm=14.0))
    assert 0 <= find_left_ventricle(solid).confidence < heart.confidence <= 1
