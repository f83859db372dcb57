"""What a rotating camera counted, view by view, and the map of the tissue round the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Projections:
    """One tomographic acquisition with parallel holes.

    counts: float32 [view, bin, slice]; bins run along (cos a, sin a, 0) of the view's angle a in LPS, slices
        from inferior to superior.
    angles_deg: where the detector stood: 0 anterior, 90 at the patient's left side.
    radius_mm: from the axis of rotation to the collimator.
    centre_mm: the point of the patient (LPS) that lies on the axis, midway between the outer slices.
    """

    counts: NDArray[np.float32]
    angles_deg: tuple[float, ...]
    radius_mm: float
    bin_mm: float
    slice_mm: float
    centre_mm: tuple[float, float, float]

    def __post_init__(self) -> None:
        counts = np.ascontiguousarray(self.counts, dtype=np.float32)
        if counts.ndim != 3 or 0 in counts.shape:
            raise ValueError(f"counts must be [view, bin, slice] and not empty, not {counts.shape}")
        if len(self.angles_deg) != len(counts):
            raise ValueError(f"{len(counts)} views need as many angles, not {len(self.angles_deg)}")
        object.__setattr__(self, "counts", counts)
