"""Many studies through the worker's own job, one after the other: does its memory grow?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from inference.bench.machine import forget_peak, peak_mib
from inference.dicom.write import nm_dataset, to_bytes
from inference.objects import ObjectStore
from inference.translation.job import translate_object
from inference.volume import Volume

EARLY = 10  # studies after which memory should no longer grow


def serve(
    study: Volume,
    *,
    model_digest: str,
    studies: int,
    tell: Callable[[int, float], None],
) -> dict[str, Any]:
    """Translates `studies` studies, each with voxels of its own, and says how much memory the process took.

    tell: called after each study with its number, from 1, and the seconds since the start. Raises JobFailed.
    """
    rng = np.random.default_rng(0)
    forget_peak()
    early, began = 0.0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        store = ObjectStore(Path(folder))
        for number in range(1, studies + 1):
            voxels = study.voxels * rng.uniform(0.98, 1.02, study.voxels.shape).astype(np.float32)
            other = Volume(voxels, study.affine, study.kind)
            header = {"PatientID": f"BENCH-{number:04d}"}
            key = store.put(to_bytes(nm_dataset(other, header=header, state="stress")))
            translate_object(store, input_keys=[key], model_digest=model_digest, settings={})
            tell(number, time.perf_counter() - began)
            if number == min(EARLY, studies):
                early = peak_mib()
    seconds, last = time.perf_counter() - began, peak_mib()
    return {
        "studies": studies,
        "seconds_per_study": round(seconds / studies, 3),
        "peak_mib_early": round(early),
        "early": min(EARLY, studies),
        "peak_mib": round(last),
        "growth": round(last / early, 3),
    }
