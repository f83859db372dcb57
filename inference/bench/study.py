"""The study that is timed: one simulated patient's uncorrected SPECT at stress."""

from __future__ import annotations

from inference.cohort.scans import simulate_patient
from inference.volume import Volume

SEED = 20


def simulated_study() -> Volume:
    """Short-axis SPECT [40, 64, 64] at 4 mm; takes some seconds. The same voxels each time."""
    return simulate_patient(seed=SEED, index=0).images["spect"]["stress"]
