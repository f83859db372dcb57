"""The study that is timed: one simulated patient's uncorrected SPECT at stress."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from inference.volume import Volume

SEED = 20


def simulated_study() -> Volume:
    """Short-axis SPECT [40, 64, 64] at 4 mm; takes some seconds. The same voxels each time.

    Made in a process of its own: what a simulation leaves in memory is not the translation's.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_simulated).result()


def _simulated() -> Volume:
    from inference.cohort.scans import simulate_patient  # noqa: PLC0415 loads the simulator in the child alone

    return simulate_patient(seed=SEED, index=0).images["spect"]["stress"]
