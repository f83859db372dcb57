"""The map says which segment has lost activity, and says the same however the study was stored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from inference.dicom.read import read_volume
from inference.dicom.write import nm_dataset, to_bytes
from inference.heart.frame import NEUTRAL_SHAPE, axis_grid, base_k, sample_mm
from inference.heart.neutral import FULL_SCALE, Neutral, neutral_volume
from inference.heart.polar import decode, encode, polar_map
from inference.heart.sampling import ANGLES, RINGS, activity_at, trace_wall
from inference.heart.segments import (
    SEGMENT_NAMES,
    TERRITORIES,
    ring_weights,
    scores_from_uptake,
    segment_index,
    segment_values,
)
from inference.heart.ventricle import find_left_ventricle
from inference.volume import Volume
from tests.inference.dicom.hearts import MIRRORS, stored_as
from tests.inference.heart.phantom import Ball, Shape, one_defect, volume

LIVER = (Ball(lateral_mm=-15, inferior_mm=55, basal_mm=30, radius_mm=22, activity=1.5),)
HOTTER = (Ball(lateral_mm=-15, inferior_mm=55, basal_mm=30, radius_mm=22, activity=2.0),)


def neutral_of(study: Volume) -> Neutral:
    return neutral_volume(study, find_left_ventricle(study))


def values_of(study: Volume) -> np.ndarray:
    return segment_values(polar_map(neutral_of(study)))


@pytest.mark.parametrize(
    ("seen", "fwhm_mm"),
    [
        pytest.param("clean", 8.0, marks=pytest.mark.science),
        ("background and noise", 14.0),
        pytest.param("hot liver", 14.0, marks=pytest.mark.science),
        pytest.param("hotter liver", 8.0, marks=pytest.mark.science),
        ("hotter liver", 14.0),
    ],
)
def test_each_of_17_single_segment_defects_is_found_in_its_segment(seen: str, fwhm_mm: float) -> None:
    around = {
        "clean": {},
        "background and noise": {"background": 0.1, "noise": 0.1},
        "hot liver": {"background": 0.1, "noise": 0.1, "balls": LIVER},
        "hotter liver": {"background": 0.1, "noise": 0.1, "balls": HOTTER},
    }[seen]
    normal = values_of(volume(fwhm_mm=fwhm_mm, **around))
    for segment in range(1, 18):
        ratio = values_of(volume(one_defect(segment), fwhm_mm=fwhm_mm, **around)) / normal
        assert ratio.argmin() + 1 == segment
        # A defect of 50 % is seen milder than it is, because its neighbours shine into it.
        assert 0.5 < ratio.min() < 0.8


@pytest.mark.parametrize(("fwhm_mm", "least"), [(8.0, 94.0), (14.0, 90.0)])
def test_a_uniform_ventricle_is_flat_but_for_the_blur_at_its_base(fwhm_mm: float, least: float) -> None:
    values = values_of(volume(fwhm_mm=fwhm_mm))
    assert values.min() > least
    assert values.max() < 101


def test_every_encoding_of_a_study_gives_identical_values() -> None:
    segments = [0.4 if n in (2, 11) else 1.0 for n in range(1, 18)]
    study = volume(segments, background=0.1)
    results = []
    for mirror in MIRRORS:
        stored = stored_as(study, mirror=mirror, transposed=mirror in ("i", "jk"))
        neutral = neutral_of(read_volume([to_bytes(nm_dataset(stored, header={}, state="stress"))]))
        values = segment_values(polar_map(neutral))
        assert set(values.argsort()[:2] + 1) == {2, 11}
        results.append((neutral.to_bytes(), neutral.lv, values.tolist()))
    assert all(result == results[0] for result in results)


def test_a_defect_turned_by_thirty_degrees_towards_the_septum_moves_that_way() -> None:
    ramp = np.zeros(NEUTRAL_SHAPE, dtype=np.uint16)
    k, j, i = np.indices(NEUTRAL_SHAPE)
    theta = np.degrees(np.arctan2(-(i - 39.5), -(j - 39.5))) % 360
    ring = np.abs(np.hypot(i - 39.5, j - 39.5) * 2 - 26) < 6
    ramp[ring & (k > 8)] = 20_000
    defect = np.abs((theta - 120 + 180) % 360 - 180) < 15
    ramp[ring & (k > 8) & defect] = 5_000
    polar = polar_map(Neutral(ramp, {"apex_k": 8, "base_k": 44.0, "radius_mm": 26.0}))
    assert abs((polar[15].argmin() + 0.5) * 5 - 120) < 15


def test_a_study_turned_by_thirty_degrees_towards_the_septum_moves_a_septal_defect_on() -> None:
    study = volume(one_defect(9, remaining=0.2), background=0.05)
    x, y, _ = Shape().apex_mm
    k, j, i = (np.arange(n) * 4.0 for n in study.voxels.shape)
    lateral, inferior = i[None, :] - x, j[:, None] - y
    theta = np.arctan2(-lateral, -inferior) - np.radians(30)
    across = np.hypot(lateral, inferior)
    row, column = (y - across * np.cos(theta)) / 4, (x - across * np.sin(theta)) / 4
    turned = np.stack(
        [map_coordinates(plane, [row, column], order=1, mode="nearest") for plane in study.voxels]
    )
    middles = []
    for one in (study, Volume(turned, study.affine, study.kind)):
        mid = polar_map(neutral_of(one))[12:18].mean(axis=0)
        lost = np.flatnonzero(mid < (mid.min() + mid.max()) / 2)
        middles.append((lost + 0.5).mean() * 5)
    assert abs(middles[0] - 120) < 6
    assert abs(middles[1] - middles[0] - 30) < 4


def test_one_slice_more_or_less_at_the_base_changes_little() -> None:
    neutral = neutral_of(volume(background=0.1))
    for step in (-2, 2):  # 4 mm
        other = Neutral(neutral.voxels, {**neutral.lv, "base_k": neutral.lv["base_k"] + step})
        assert np.abs(segment_values(polar_map(other)) - segment_values(polar_map(neutral))).max() < 5.0


def test_the_cap_of_a_small_heart_keeps_its_value_where_its_apex_is_placed_six_mm_too_deep() -> None:
    small = Shape(radius_mm=15.0, length_mm=56.0)
    study = volume(fwhm_mm=16.0, background=0.05, shape=small)
    apex, base = np.add(small.apex_mm, (0, 0, -6.0)), np.add(small.apex_mm, (0, 0, small.length_mm))
    wall = trace_wall(
        sample_mm(study, axis_grid(apex, base)), base_k=base_k(small.length_mm + 6), radius_mm=small.radius_mm
    )
    assert segment_values(wall.activity)[16] > 0.95 * wall.activity.max()


def test_activity_that_only_rises_outwards_does_not_fill_a_defect() -> None:
    segments = one_defect(10, remaining=0.3)
    alone = values_of(volume(segments, background=0.1))[9]
    beside = values_of(volume(segments, background=0.1, balls=(Ball(0, 81, 36, 50, 1.5),)))[9]
    assert beside < alone + 12


def test_another_volume_is_read_where_the_first_one_met_its_wall() -> None:
    neutral = neutral_of(volume(one_defect(10), background=0.1))
    voxels = neutral.voxels.astype(np.float32)
    place = {"base_k": neutral.lv["base_k"], "radius_mm": neutral.lv["radius_mm"]}
    wall = trace_wall(voxels, **place)
    np.testing.assert_allclose(activity_at(voxels, wall.distance_mm, **place), wall.activity, rtol=1e-4)
    np.testing.assert_allclose(
        activity_at(voxels * 0.25, wall.distance_mm, **place), wall.activity / 4, rtol=1e-4
    )


def test_an_empty_ventricle_gives_an_empty_map() -> None:
    empty = Neutral(
        np.zeros(NEUTRAL_SHAPE, dtype=np.uint16), {"apex_k": 8, "base_k": 44.0, "radius_mm": 26.0}
    )
    assert not polar_map(empty).any()


def test_the_neutral_volume_has_one_size_one_scale_and_the_axis_in_the_middle() -> None:
    neutral = neutral_of(volume(background=0.1))
    assert len(neutral.to_bytes()) == 819_200
    assert neutral.voxels.dtype == np.dtype("<u2")
    assert set(neutral.lv) == {"apex_k", "base_k", "radius_mm"}
    assert neutral.lv["apex_k"] == 8
    assert 0.9 * FULL_SCALE < np.quantile(neutral.voxels[12:40], 0.999) < 1.1 * FULL_SCALE
    middle = neutral.voxels[26].astype(float)
    assert middle[39:41, 39:41].mean() < 0.4 * middle.max()


def test_a_brighter_camera_gives_the_same_neutral_bytes() -> None:
    study = volume(background=0.1)
    brighter = Volume(study.voxels * 8, study.affine, study.kind)
    assert neutral_of(brighter).to_bytes() == neutral_of(study).to_bytes()


def test_a_map_survives_encoding() -> None:
    polar = polar_map(neutral_of(volume()))
    data = encode(polar)
    assert len(data) == 3_456
    np.testing.assert_allclose(decode(data), polar, atol=0.002)


def test_segments_follow_the_standard_numbering() -> None:
    index = segment_index()
    assert index.shape == (RINGS, ANGLES)
    degrees = {
        "anterior": 0,
        "anteroseptal": 60,
        "inferoseptal": 120,
        "inferior": 180,
        "inferolateral": 240,
        "anterolateral": 300,
    }
    for ring, level in ((23, "basal"), (12, "mid")):
        for wall, angle in degrees.items():
            for near in (-29, 0, 29):
                segment = index[ring, (angle + near) % 360 // 5]
                assert SEGMENT_NAMES[segment - 1] == f"{level} {wall}"
    for wall, angle in {"anterior": 0, "septal": 90, "inferior": 180, "lateral": 270}.items():
        assert SEGMENT_NAMES[index[6, (angle + 40) % 360 // 5] - 1] == f"apical {wall}"
    assert set(index[:6].ravel()) == {17}
    assert sorted(sum(TERRITORIES.values(), ())) == list(range(1, 18))


def test_a_segment_is_the_area_weighted_mean_of_its_samples() -> None:
    polar = np.random.default_rng(4).random((RINGS, ANGLES), dtype=np.float32)
    weight = np.repeat(ring_weights()[:, None], ANGLES, axis=1)
    for segment in (1, 9, 14, 17):
        where = segment_index() == segment
        expected = (polar * weight)[where].sum() / weight[where].sum()
        assert segment_values(polar)[segment - 1] == pytest.approx(expected)


@given(st.lists(st.floats(0, 130), min_size=17, max_size=17))
def test_scores_fall_with_uptake_and_start_below_the_first_threshold(values: list[float]) -> None:
    scores = scores_from_uptake(np.array(values), (70, 50, 30, 10))
    for value, score in zip(values, scores, strict=True):
        assert score == (
            0 if value >= 70 else 1 if value >= 50 else 2 if value >= 30 else 3 if value >= 10 else 4
        )


def test_a_known_summed_score_comes_from_known_uptake() -> None:
    uptake = np.array([80.0] * 12 + [65.0, 45.0, 25.0, 5.0, 70.0])
    assert scores_from_uptake(uptake, (70, 50, 30, 10)).sum() == 1 + 2 + 3 + 4


def test_thresholds_that_do_not_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="fall"):
        scores_from_uptake(np.zeros(17), (10, 30, 50, 70))
