"""The wall is traced as one smooth surface: no patches with sharp edges on the map, no teeth on the contour."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.cohort.plan import Mix, Options
from inference.cohort.scans import Scans, simulate_patient
from inference.heart.neutral import neutral_volume
from inference.heart.polar import in_per_cent, wall_of
from inference.heart.sampling import ANGLES, RINGS, RINGS_A_BAND, Wall
from inference.heart.segments import segment_values
from inference.heart.surface import wall_surface
from inference.heart.ventricle import find_left_ventricle
from inference.physics.patient import STATES, State
from inference.volume import Volume
from tests.inference.heart.phantom import RADIUS_MM, Ball, one_defect, volume

# Neighbouring rays are 2 to 4 mm apart: a larger step is a wall that stands across the surface it belongs to.
STEP_MM = 2.0
# Points. The tracers' own distribution, without camera and noise, differs by up to 6 from what lies round it.
PATCH = 8.0
# Small hearts, their apical inferior walls dim beside hot gut: one without disease, one with an inferior defect.
HEARTS = ((9002, 3, Mix.NORMAL), (9001, 9, Mix.REFERRED))


@cache
def scans(seed: int, index: int, mix: Mix) -> Scans:
    return simulate_patient(seed=seed, index=index, options=Options(mix=mix))


def met(image: Volume) -> Wall:
    return wall_of(neutral_volume(image, find_left_ventricle(image)))


def largest_step(distance_mm: NDArray[np.float32]) -> float:
    around = np.abs(distance_mm - np.roll(distance_mm, 1, axis=1))
    return float(max(around.max(), np.abs(np.diff(distance_mm, axis=0)).max()))


def largest_patch(polar: NDArray[np.float32]) -> float:
    """By how much the oddest pixel differs from the median of the eight round it."""
    wide = np.pad(np.pad(polar, ((1, 1), (0, 0)), mode="edge"), ((0, 0), (1, 1)), mode="wrap")
    moves = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    neighbours = [wide[i : i + polar.shape[0], j : j + polar.shape[1]] for i, j in moves]
    return float(np.abs(polar - np.median(neighbours, axis=0)).max())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("heart", HEARTS, ids=["normal", "inferior defect"])
def test_an_attenuated_wall_has_neither_teeth_nor_patches(heart: tuple[int, int, Mix], state: State) -> None:
    simulated = scans(*heart)
    wall = met(simulated.images["spect"][state])
    assert largest_step(wall.distance_mm) < STEP_MM
    assert largest_patch(in_per_cent(wall.activity)) < PATCH
    assert largest_patch(in_per_cent(met(simulated.images["ideal"][state]).activity)) < PATCH


def test_an_inferior_defect_of_an_attenuated_heart_stays_one() -> None:
    simulated = scans(*HEARTS[1])
    values = segment_values(in_per_cent(met(simulated.images["spect"]["stress"]).activity))
    assert set(np.argsort(simulated.true_segments["stress"])[:2] + 1) == {10, 15}
    assert max(values[9], values[14]) < 70


@pytest.mark.parametrize("remaining", [0.1, 0.5, 1.0])
def test_a_hot_organ_at_the_wall_does_not_draw_the_surface_outwards(remaining: float) -> None:
    gut = Ball(lateral_mm=0, inferior_mm=58, basal_mm=36, radius_mm=24, activity=2.0)
    beside = met(volume(one_defect(10, remaining=remaining), background=0.1, fwhm_mm=12.0, balls=(gut,)))
    assert np.abs(beside.distance_mm[RINGS_A_BAND:] - RADIUS_MM).max() < 5.0
    assert largest_step(beside.distance_mm) < STEP_MM


OFFSETS = np.arange(-18, 14) * 0.8
SEARCHED = np.ones((RINGS, len(OFFSETS)), dtype=bool)


def profile_of(middle_mm: NDArray[np.float64], *, height: float = 1.0) -> NDArray[np.float32]:
    """What rays show of a wall whose middle lies there [ring, angle], seen at 12 mm."""
    return (height * np.exp(-((OFFSETS - middle_mm[..., None]) ** 2) / 52)).astype(np.float32)


def waving() -> NDArray[np.float64]:
    theta = np.radians((np.arange(ANGLES) + 0.5) * 5)
    rising = np.linspace(0, 1, RINGS)[:, None]
    return 3 * rising * np.cos(2 * theta) - 4 * (1 - rising)


def test_a_smooth_wall_is_traced_where_it_is() -> None:
    assert np.abs(wall_surface(profile_of(waving()), OFFSETS, SEARCHED) - waving()).max() < 0.6


def test_where_rays_meet_nothing_or_a_neighbour_the_surface_goes_on_as_round_about() -> None:
    profile = profile_of(waving())
    profile[8:14, 20:32] = np.linspace(0, 1, len(OFFSETS), dtype=np.float32)  # only rises: no maximum
    profile[15:20, 50:60] = profile_of(np.full((5, 10), 9.0), height=1.5)  # a hot neighbour's
    assert np.abs(wall_surface(profile, OFFSETS, SEARCHED) - waving()).max() < 1.2


def test_where_nothing_shows_the_wall_it_lies_at_the_fitted_radius() -> None:
    assert not wall_surface(np.zeros((RINGS, ANGLES, len(OFFSETS)), np.float32), OFFSETS, SEARCHED).any()
