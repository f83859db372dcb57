"""The contour that is kept: where the polar map met the wall, in bytes that a reader's page can draw."""

import json
from pathlib import Path

import numpy as np
import pytest

from inference.heart.contour import decode, encode
from inference.heart.neutral import neutral_volume
from inference.heart.polar import in_per_cent, polar_map, wall_of
from inference.heart.sampling import ANGLES, RINGS, RINGS_A_BAND, activity_at, ring_heights
from inference.heart.ventricle import find_left_ventricle
from tests.inference.heart.phantom import RADIUS_MM, WALL_MM, one_defect, volume


def test_a_contour_survives_in_hundredths_of_a_millimetre() -> None:
    distance = np.linspace(0, 655.35, RINGS * ANGLES, dtype=np.float32).reshape(RINGS, ANGLES)
    data = encode(distance)
    assert len(data) == 3_456
    np.testing.assert_allclose(decode(data), distance, atol=0.0051)


def test_rings_come_first_and_the_low_byte_before_the_high_one() -> None:
    distance = np.zeros((RINGS, ANGLES), dtype=np.float32)
    distance[1, 2] = 25.88  # 2,588 hundredths: 0x0a1c
    data = encode(distance)
    assert data[2 * (ANGLES + 2) :][:2] == b"\x1c\x0a"


def test_the_contour_lies_in_the_wall() -> None:
    study = volume(fwhm_mm=8.0, background=0.1)
    wall = wall_of(neutral_volume(study, find_left_ventricle(study)))
    kept = decode(encode(wall.distance_mm))
    assert np.abs(kept[RINGS_A_BAND:] - RADIUS_MM).max() < WALL_MM / 2


@pytest.mark.parametrize("segment", [4, 10, 17])
def test_the_map_is_what_lies_on_its_contour(segment: int) -> None:
    study = volume(one_defect(segment), background=0.1, noise=0.05)
    neutral = neutral_volume(study, find_left_ventricle(study))
    there = activity_at(
        neutral.voxels.astype(np.float32),
        decode(encode(wall_of(neutral).distance_mm)),
        base_k=neutral.lv["base_k"],
        radius_mm=neutral.lv["radius_mm"],
    )
    np.testing.assert_allclose(in_per_cent(there), polar_map(neutral), atol=0.1)


VECTORS = Path(__file__).parents[3] / "frontend/src/reader/heart/contour.vectors.json"


def surface(distance_mm: np.ndarray, lv: dict[str, float]) -> np.ndarray:
    """[3 (i, j, k), ring, angle] in voxels; rays start in the dome's centre, or above it on the axis."""
    radius = lv["radius_mm"]
    height = ring_heights((lv["base_k"] - lv["apex_k"]) * 2, radius)[:, None]
    dome = height < radius
    tilt = np.where(dome, np.arccos(np.clip(1 - height / radius, -1, 1)), np.pi / 2)
    turn = np.radians(5 * np.arange(ANGLES) + 2.5)[None]
    return np.stack(
        [
            39.5 - distance_mm * np.sin(tilt) * np.sin(turn) / 2,
            39.5 - distance_mm * np.sin(tilt) * np.cos(turn) / 2,
            lv["apex_k"] + (np.where(dome, radius, height) - distance_mm * np.cos(tilt)) / 2,
        ]
    )


def test_the_page_lays_the_contour_where_it_was_read() -> None:
    """The points that the page's own tests compare with are these."""
    vector = json.loads(VECTORS.read_text(encoding="utf-8"))
    distance = np.array(vector["distances"]).reshape(RINGS, ANGLES) / 100
    points = surface(distance, vector["lv"])
    for place, point in vector["points"].items():
        ring, angle = map(int, place.split())
        np.testing.assert_allclose(points[:, ring, angle], point, atol=1e-3)
    heights = np.broadcast_to(np.arange(64.0)[:, None, None], (64, 80, 80)).astype(np.float32)
    read = activity_at(heights, distance, base_k=vector["lv"]["base_k"], radius_mm=vector["lv"]["radius_mm"])
    np.testing.assert_allclose(read, points[2], atol=1e-3)
