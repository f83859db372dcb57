"""The template head: where brain, nuclei, ventricles, bone and air lie, as signed distances in millimetres.

Template frame: LPS, origin between the thalami, one person of middle size. Negative distances are inside.
Simplified on purpose: ellipsoids and planes of a size that a gamma camera can tell apart, not an atlas.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.physics.patient import Triple

Array = NDArray[np.floating]

LOBES = ("frontal", "temporal", "parietal", "occipital")
REGIONS = (*LOBES, "cerebellum", "caudate", "putamen", "thalamus", "white")

# (centre, radii) of the left one of a pair; the right is its mirror image.
CAUDATE = ((13.0, -16.0, 8.0), (6.5, 12.0, 10.0))
PUTAMEN = ((27.0, -4.0, 2.0), (6.0, 17.0, 10.0))
THALAMUS = ((11.0, 16.0, 4.0), (9.0, 13.0, 9.0))
_CEREBELLUM = ((22.0, 46.0, -44.0), (27.0, 26.0, 19.0))
_TEMPORAL = ((43.0, -6.0, -24.0), (23.0, 42.0, 22.0))
_VENTRICLE = ((8.0, 4.0, 18.0), (5.0, 30.0, 7.0))
_CEREBRUM = ((0.0, 0.0, 4.0), (66.0, 84.0, 64.0))
_DEEP = ((0.0, 4.0, 4.0), (60.0, 42.0, 26.0))
_MASTOID = ((56.0, 28.0, -52.0), (11.0, 14.0, 16.0))
_MAXILLARY = ((24.0, -62.0, -62.0), (13.0, 15.0, 16.0))
_FRONTAL_SINUS = ((0.0, -93.0, -2.0), (18.0, 5.0, 11.0))
_NASAL = ((0.0, -66.0, -52.0), (11.0, 24.0, 20.0))
_GLAND = ((56.0, 2.0, -66.0), (10.0, 15.0, 18.0))
_HALF_FISSURE_MM = 1.5
_FLUID_MM = 3.0
_STEM = (22.0, 12.0)


@dataclass(frozen=True)
class Points:
    """Template coordinates of some voxels, one array each."""

    x: Array
    y: Array
    z: Array

    def near(self, centre: Triple, reach: Triple) -> NDArray[np.intp]:
        """Which points lie in a box of half sides `reach` round `centre`."""
        inside = np.abs(self.z - centre[2]) < reach[2]
        inside &= np.abs(self.y - centre[1]) < reach[1]
        inside &= np.abs(self.x - centre[0]) < reach[0]
        return np.flatnonzero(inside)

    def at(self, chosen: NDArray[np.intp]) -> "Points":
        return Points(self.x[chosen], self.y[chosen], self.z[chosen])

    def folded(self) -> "Points":
        """All points on the left side: the template is symmetric."""
        return Points(np.abs(self.x), self.y, self.z)


def ellipsoid(points: Points, centre: Triple, radii: Triple) -> Array:
    """Signed distance, to first order right near the surface."""
    x, y, z = (
        (axis - middle) / radius for axis, middle, radius in zip(_axes(points), centre, radii, strict=True)
    )
    reach = np.sqrt(x * x + y * y + z * z)
    slope = np.sqrt((x / radii[0]) ** 2 + (y / radii[1]) ** 2 + (z / radii[2]) ** 2)
    return np.where(reach < 0.1, (reach - 1) * min(radii), reach * (reach - 1) / np.maximum(slope, 1e-6))


def _axes(points: Points) -> tuple[Array, Array, Array]:
    return points.x, points.y, points.z


def cerebrum(points: Points) -> Array:
    """Both hemispheres with their temporal lobes, apart from each other above and around the deep part."""
    left = points.folded()
    base = -20 + 0.2 * np.clip(-points.y - 20, 0, 60)
    hemispheres = np.minimum(
        np.maximum(ellipsoid(left, *_CEREBRUM), base - points.z), ellipsoid(left, *_TEMPORAL)
    )
    fissure = np.minimum(_HALF_FISSURE_MM - left.x, ellipsoid(left, *_DEEP))
    return np.maximum(hemispheres, fissure)


def cerebellum(points: Points) -> Array:
    return ellipsoid(points.folded(), *_CEREBELLUM)


def stem(points: Points) -> Array:
    return np.maximum(np.hypot(points.x, points.y - _STEM[0]) - _STEM[1], points.z + 12)


def ventricles(points: Points, size: float) -> Array:
    """Both lateral ventricles and the third; wider, not longer, in those who have lost tissue."""
    centre, (wide, long, high) = _VENTRICLE
    lateral = ellipsoid(
        points.folded(), (centre[0] + 2 * (size - 1), *centre[1:]), (wide * size, long, high * size)
    )
    third = np.maximum(np.abs(points.x) - 2 * size, ellipsoid(points, (0.0, 12.0, 0.0), (8.0, 16.0, 12.0)))
    return np.minimum(lateral, third)


def cranium(points: Points) -> Array:
    """The inner table of the skull: a little fluid round the brain; open below, towards the spine."""
    left = points.folded()
    brain = np.minimum(ellipsoid(left, *_CEREBRUM), ellipsoid(left, *_TEMPORAL))
    return np.minimum(np.minimum(brain, cerebellum(points)), stem(points)) - _FLUID_MM


def skin(points: Points, *, shell_mm: float) -> Array:
    """The surface of the head: `shell_mm` of bone and skin round the vault; face and neck below it."""
    (_, _, z), (wide, long, high) = _CEREBRUM
    grown = shell_mm + _FLUID_MM
    vault = ellipsoid(points, (0.0, 0.0, z), (wide + grown, long + grown, high + grown))
    below = np.hypot(points.x / (wide + grown - 4), (points.y + 4) / (long + grown - 6))
    lower = np.maximum((below - 1) * (wide + grown), points.z - z)
    return np.minimum(vault, lower)


def air(points: Points, size: float) -> Array:
    left = points.folded()
    spaces = [
        ellipsoid(left, centre, (radii[0] * size, radii[1] * size, radii[2] * size))
        for centre, radii in (_MAXILLARY, _FRONTAL_SINUS, _NASAL)
    ]
    return np.minimum.reduce(spaces)


def mastoid(points: Points) -> Array:
    return ellipsoid(points.folded(), *_MASTOID)


def glands(points: Points) -> Array:
    """Parotid glands and the lining of the nose: hot with many tracers, and not brain."""
    return np.minimum(ellipsoid(points.folded(), *_GLAND), ellipsoid(points, *_NASAL))


def lobe(points: Points) -> NDArray[np.int8]:
    """Number of the lobe in `LOBES` that owns a point of the cerebrum."""
    outside = np.abs(points.x)
    temporal = (points.z < -4 + 0.1 * points.y) & (outside > 18) & (points.y > -50) & (points.y < 36)
    occipital = points.y > 44 + 0.35 * np.clip(points.z, -20, 60)
    parietal = points.y > 18 - 0.35 * (50 - points.z)
    number = np.select([temporal, occipital, parietal & (points.z > -4)], [1, 3, 2], default=0)
    # Below the Sylvian fissure and behind the temporal lobe nothing is frontal.
    number[(number == 0) & (points.y > 20)] = 3
    return number.astype(np.int8)


def folds(points: Points, phases: tuple[Triple, Triple], depth: float) -> Array:
    """1 on the crown of a gyrus, 1 - `depth` in a sulcus: three plane waves, mirrored, each side with its phases."""
    left = points.folded()
    mine = np.where(points.x[None] > 0, *(np.array(side, np.float32)[:, None] for side in phases))
    directions = ((0.26, 0.10, 0.04), (-0.06, 0.27, 0.08), (0.04, -0.08, 0.25))
    waves = sum(
        np.cos(left.x * a + left.y * b + left.z * c + phase)
        for (a, b, c), phase in zip(directions, mine, strict=True)
    )
    return 1 - depth * np.clip(0.5 + 0.5 * waves, 0, 1)
