"""Lesions that are kept, filled in or made up: each place of the cortex against its mirror image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference.brain.measures import contrast
from inference.brain.regions import BrainRegions, points_of
from inference.physics.head_patient import BrainLesion
from inference.physics.head_shape import Points, cerebrum, ellipsoid
from inference.physics.patient import Triple
from inference.volume import Volume, Voxels

# A place is called a lesion if it has lost this share against the other side; below the other it is none. What lies
# between is not judged.
CALLED, CLEAR = 0.15, 0.10
_SITE_RADIUS_MM = 12.0
_SITE_DEPTH_MM = 9.0
_AZIMUTHS_DEG = (20, 50, 80, 110, 140, 165)  # from the front, to the left
_HEIGHTS_MM = (2.0, 24.0, 46.0)
_SURFACE_MM = ((66.0, 84.0, 64.0), 4.0)
_FEWEST_VOXELS = 8


@dataclass(frozen=True, eq=False)
class Places:
    """Voxels of a place, and of its mirror image, bool [k, j, i]."""

    here: NDArray[np.bool_]
    mirror: NDArray[np.bool_]

    def contrast(self, voxels: Voxels) -> float:
        """The share of uptake lost here against the mirror."""
        return contrast(voxels, self.here, self.mirror)


def lesion_places(volume: Volume, regions: BrainRegions, lesion: BrainLesion) -> Places | None:
    """Where a simulated lesion lies in the image, by the fitted template; None if too little of it is brain."""
    return _places(_in_template(volume, regions), lesion.centre_mm, lesion.radii_mm)


def site_places(volume: Volume, regions: BrainRegions) -> list[Places]:
    """The same places of the left cortex in every head, each with its mirror image."""
    points = _in_template(volume, regions)
    radii = (_SITE_RADIUS_MM,) * 3
    found = [_places(points, centre, radii) for centre in _sites()]
    return [place for place in found if place is not None]


def asymmetries(voxels: Voxels, sites: list[Places]) -> NDArray[np.float64]:
    """Loss of the weaker side against the other at each site; negative where it is the left side that is weaker."""
    loss = np.array([site.contrast(voxels) for site in sites])
    return np.where(loss > 0, -loss, 1 - 1 / (1 - loss))


def made_up(seen: NDArray[np.float64], truth: NDArray[np.float64]) -> int:
    """Sites called a lesion that are clear in truth, or lie on the other side there."""
    return int(((np.abs(seen) >= CALLED) & ((np.abs(truth) < CLEAR) | (seen * truth < 0))).sum())


def filled_in(seen: NDArray[np.float64], truth: NDArray[np.float64]) -> int:
    """Sites that are lesions in truth and look clear."""
    return int(((np.abs(truth) >= CALLED) & (seen * np.sign(truth) < CLEAR)).sum())


def _in_template(volume: Volume, regions: BrainRegions) -> Points:
    inverse = np.linalg.inv(regions.to_image)
    points = points_of(volume) @ inverse[:3, :3].T + inverse[:3, 3]
    return Points(points[..., 0], points[..., 1], points[..., 2])


def _places(points: Points, centre: Triple, radii: Triple) -> Places | None:
    brain = cerebrum(points) < 0
    here, mirror = (
        brain & (ellipsoid(points, (side * centre[0], *centre[1:]), radii) < 0) for side in (1.0, -1.0)
    )
    # Across the middle a place is its own mirror image.
    here, mirror = here & (points.x * centre[0] > 0), mirror & (points.x * centre[0] < 0)
    if min(here.sum(), mirror.sum()) < _FEWEST_VOXELS:
        return None
    return Places(np.asarray(here), np.asarray(mirror))


@cache
def _sites() -> tuple[Triple, ...]:
    (wide, long, high), middle = _SURFACE_MM
    found = []
    for z in _HEIGHTS_MM:
        ring = np.sqrt(1 - ((z - middle) / high) ** 2)
        for azimuth in np.radians(_AZIMUTHS_DEG):
            x = (wide * ring - _SITE_DEPTH_MM) * np.sin(azimuth)
            y = -(long * ring - _SITE_DEPTH_MM) * np.cos(azimuth)
            found.append((float(max(x, _SITE_RADIUS_MM)), float(y), z))
    return tuple(found)
