"""The one currency of the package: voxels, where they lie in the patient, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

Voxels = NDArray[np.float32]
Affine = NDArray[np.float64]


class Kind(StrEnum):
    """What the axes of a volume mean."""

    SHORT_AXIS = "short_axis"
    TRANSAXIAL = "transaxial"


@dataclass(frozen=True, eq=False)
class Volume:
    """A scalar image in the patient.

    voxels: float32 [k, j, i]. Short axis: k apex -> base, j anterior -> inferior, i septal -> lateral.
        Transaxial: as the affine says.
    affine: float64 [4, 4], takes (i, j, k, 1) of a voxel centre to LPS millimetres.
    flags: what a person should know about how this volume was read, e.g. "geometry_unverified".
    """

    voxels: Voxels
    affine: Affine
    kind: Kind
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        voxels = np.ascontiguousarray(self.voxels, dtype=np.float32)
        affine = np.array(self.affine, dtype=np.float64)
        if voxels.ndim != 3 or 0 in voxels.shape:
            raise ValueError(f"voxels must be three-dimensional and not empty, not {voxels.shape}")
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-9:
            raise ValueError("affine must be an invertible, finite 4 x 4 matrix")
        object.__setattr__(self, "voxels", voxels)
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "kind", Kind(self.kind))

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Millimetres between voxel centres along i, j, k: the order of affine columns, not of array axes."""
        i, j, k = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(i), float(j), float(k)

    def at(self, points_mm: NDArray[np.float64]) -> Voxels:
        """Trilinear samples at LPS points [..., 3] in mm; 0 outside the volume."""
        inverse = np.linalg.inv(self.affine)
        index = points_mm @ inverse[:3, :3].T + inverse[:3, 3]
        return self._at_index(np.moveaxis(index[..., ::-1], -1, 0))

    def resample(self, affine: Affine, shape: tuple[int, int, int]) -> Volume:
        """The same image on another grid (shape is [k, j, i]); trilinear, 0 outside."""
        step = np.linalg.inv(self.affine) @ np.asarray(affine, dtype=np.float64)
        k, j, i = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in shape), indexing="ij", sparse=True)
        index = np.stack([step[r, 0] * i + step[r, 1] * j + step[r, 2] * k + step[r, 3] for r in (2, 1, 0)])
        return Volume(self._at_index(index), affine, self.kind, self.flags)

    def _at_index(self, index: NDArray[np.float64]) -> Voxels:
        # grid-constant: a point a rounding error beyond the last voxel centre still sees that voxel
        sampled = map_coordinates(
            self.voxels, index.reshape(3, -1), output=np.float32, order=1, mode="grid-constant", cval=0.0
        )
        return np.asarray(sampled, dtype=np.float32).reshape(index.shape[1:])
