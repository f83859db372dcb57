"""A seed is a patient, voxel for voxel: in another process, and whether or not corrected images are made too.

The hashes themselves depend on the processor's arithmetic, so two runs are compared; what no noise touches is pinned.
"""

import hashlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from inference.cohort.plan import planned_patient

ROOT = Path(__file__).parents[3]
PROGRAM = """
import hashlib, json, sys
import numpy as np
from inference.cohort.plan import Options
from inference.cohort.scans import simulate_patient

scans = simulate_patient(seed=1, index=0, options=Options(corrections=sys.argv[1] == "corrected"))
hashes = {
    f"{kind} {state}": hashlib.sha256(np.ascontiguousarray(volume.voxels).tobytes()).hexdigest()
    for kind, volumes in scans.images.items()
    for state, volume in volumes.items()
}
ideal = scans.images["ideal"]["stress"].voxels[18:24]
walls = [ideal[:, 20:30, 28:36], ideal[:, 28:36, 20:30], ideal[:, 34:44, 28:36], ideal[:, 28:36, 34:44]]
across = [float(wall.max(1 + number % 2).mean()) for number, wall in enumerate(walls)]
print(json.dumps({"hashes": hashes, "walls": across}))
"""


def simulated(*, corrected: bool) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, "corrected" if corrected else "plain"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return json.loads(out)


@pytest.fixture(scope="module")
def runs() -> tuple[Any, Any]:
    return finished(simulated(corrected=True)), finished(simulated(corrected=False))


def test_two_processes_make_the_same_bits_whether_or_not_corrected_images_are_made(
    runs: tuple[Any, Any],
) -> None:
    corrected, plain = (run["hashes"] for run in runs)
    assert set(plain) == {
        f"{kind} {state}" for kind in ("spect", "pet", "ideal") for state in ("stress", "rest")
    }
    assert plain.items() <= corrected.items()
    assert len(set(corrected.values())) == 10  # five kinds of image, two states: no two alike


def test_seed_one_still_gives_the_heart_it_gave(runs: tuple[Any, Any]) -> None:
    """Fails when patients or their anatomy change: then raise `plan.VERSION`, so that cohorts are not mixed.

    Brightest flow across the anterior, septal, inferior and lateral wall; the man has right coronary disease.
    """
    assert runs[0]["walls"] == pytest.approx([0.93235, 0.99853, 0.63181, 0.95780], rel=1e-3)


def test_the_people_of_a_seed_have_the_hash_that_they_had() -> None:
    """What identifies a patient is his description, to a thousandth: no processor's arithmetic reaches that far."""

    def rounded(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: rounded(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [rounded(one) for one in value]
        return round(value, 3) if isinstance(value, float) else value

    people = [rounded(asdict(planned_patient(seed=1, index=index))) for index in range(24)]
    found = hashlib.sha256(json.dumps(people, sort_keys=True).encode()).hexdigest()
    assert found == "1f43031ad479f3759351c67197a6e4e43fc35cebb4c926baed0b4c4f6f0597a0"
