"""A beat is shown where the ungated image shows the heart, whatever its own grid, and tells no camera from another."""

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from inference.heart.beat import BeatElsewhere, neutral_beat
from inference.heart.frame import base_k
from inference.heart.neutral import FULL_SCALE, neutral_volume
from inference.heart.polar import wall_of
from inference.heart.sampling import trace_wall
from inference.heart.ventricle import LeftVentricle, find_left_ventricle
from inference.volume import Kind, Volume
from tests.inference.heart.phantom import Shape, one_defect, volume

FRAMES = 8


@cache
def frames() -> tuple[Volume, ...]:
    """A ventricle whose wall moves inwards by 4 mm and out again."""
    moved = [2 * (1 - np.cos(2 * np.pi * n / FRAMES)) for n in range(FRAMES)]
    return tuple(
        volume(one_defect(10), background=0.1, shape=Shape(radius_mm=28 - float(mm)), fwhm_mm=10)
        for mm in moved
    )


def sum_of(beat: tuple[Volume, ...]) -> Volume:
    return Volume(np.sum([one.voxels for one in beat], axis=0), beat[0].affine, beat[0].kind)


@cache
def ungated() -> tuple[Volume, LeftVentricle]:
    image = sum_of(frames())
    return image, find_left_ventricle(image)


def changed(affine: np.ndarray) -> tuple[Volume, ...]:
    return tuple(Volume(one.voxels, affine, one.kind) for one in frames())


def test_the_frames_add_up_to_the_neutral_volume_of_the_ungated_image() -> None:
    image, lv = ungated()
    shown = neutral_beat(frames(), image, lv)
    assert (shown.shape, shown.dtype) == ((FRAMES, 64, 80, 80), np.dtype("<u2"))
    still = neutral_volume(image, lv).voxels.astype(float)
    bright = still > 0.3 * FULL_SCALE
    ratio = shown.mean(axis=0)[bright] / still[bright]
    assert ratio == pytest.approx(1.0, abs=0.02)


def test_the_wall_moves_and_comes_back() -> None:
    image, lv = ungated()
    shown = neutral_beat(frames(), image, lv).astype(np.float32)
    place = {"base_k": base_k(lv.length_mm), "radius_mm": lv.radius_mm}
    radius = [float(trace_wall(one, **place).distance_mm[8:20].mean()) for one in shown]
    assert np.argmin(radius) == FRAMES // 2
    assert radius[0] - radius[FRAMES // 2] == pytest.approx(4.0, abs=0.8)
    assert radius[1] == pytest.approx(radius[-1], abs=0.01)


@pytest.mark.parametrize("number", [8, 16])
def test_as_many_frames_as_the_beat_has(number: int) -> None:
    image, lv = ungated()
    assert len(neutral_beat(frames() * (number // FRAMES), image, lv)) == number


def test_a_brighter_camera_gives_the_same_bytes() -> None:
    image, lv = ungated()
    brighter = tuple(Volume(one.voxels * 8, one.affine, one.kind) for one in frames())
    assert neutral_beat(brighter, image, lv).tobytes() == neutral_beat(frames(), image, lv).tobytes()


def test_a_finer_grid_cut_close_to_the_heart_shows_the_same() -> None:
    image, lv = ungated()
    finer = image.affine.copy()
    finer[:3, :3] *= 0.75
    finer[:3, 3] = (image.affine @ [8.0, 7.0, 3.0, 1.0])[:3]
    cut = tuple(one.resample(finer, (48, 64, 64)) for one in frames())
    one, other = (neutral_beat(beat, image, lv).astype(float) for beat in (frames(), cut))
    near = np.s_[:, 6:44, 20:60, 20:60]
    assert np.abs(one[near] - other[near]).mean() < 0.02 * FULL_SCALE


@pytest.mark.parametrize("lost", ["position", "grid"])
def test_frames_whose_header_places_them_elsewhere_are_laid_where_their_heart_is(lost: str) -> None:
    image, lv = ungated()
    affine = image.affine.copy()
    affine[:3, 3] += 60.0
    beat = changed(affine)
    if lost == "grid":  # and cut otherwise, so that the image's own grid is no answer either
        start = image.affine.copy()
        start[:3, 3] = (image.affine @ [6.0, 5.0, 2.0, 1.0])[:3]
        beat = tuple(
            Volume(one.resample(start, (36, 52, 52)).voxels, affine, Kind.SHORT_AXIS) for one in frames()
        )
    straight, found = neutral_beat(frames(), image, lv), neutral_beat(beat, image, lv)
    assert np.abs(straight.astype(float) - found).mean() < 0.03 * FULL_SCALE


def test_a_stronger_filter_is_no_other_heart() -> None:
    image, lv = ungated()
    soft = tuple(Volume(gaussian_filter(one.voxels, 1.2), one.affine, one.kind) for one in frames())
    shown = neutral_beat(soft, image, lv)
    assert wall_of(neutral_volume(image, lv)).activity.mean() == pytest.approx(
        np.quantile(shown.mean(axis=0), 0.99), rel=0.25
    )


def test_another_heart_is_refused() -> None:
    image, lv = ungated()
    small = Shape(radius_mm=17.0, length_mm=58.0)
    with pytest.raises(BeatElsewhere):
        neutral_beat([volume(background=0.1, shape=small)] * FRAMES, image, lv)


def test_frames_without_activity_are_refused() -> None:
    image, lv = ungated()
    dark = [Volume(np.zeros_like(image.voxels), image.affine, image.kind)] * FRAMES
    with pytest.raises(BeatElsewhere):
        neutral_beat(dark, image, lv)
