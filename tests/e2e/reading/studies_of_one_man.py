"""One simulated man three times: `python -m tests.e2e.reading.studies_of_one_man` adds three studies to `studies.py`'s.

His heart and his camera are the same each time. Normal: a low diaphragm. Defect: the same body, and the territory of
the right coronary artery short of blood at stress. Attenuated: no disease, and a diaphragm so high that it takes
the inferior wall's photons at stress and at rest. All are uncorrected SPECT from simulated counts.
"""

import json
from dataclasses import replace

import torch

from inference.cohort.plan import Mix, Options, Stream, planned_patient, stream
from inference.cohort.scans import scan
from inference.physics.camera import STANDARD
from inference.physics.patient import STATES, Lesion, Patient
from tests.e2e.reading.studies import READERS, begin, heart, show
from tests.e2e.reading.studies_named import ATTENUATED, DEFECT, NORMAL
from tests.reader_study.allocation.drafts import draft

SEED, INDEX = 5, 3
LOW_DOME_MM, HIGH_DOME_MM = 10.0, 65.0
REVERSIBLE = Lesion(
    territory="RCA",
    theta_deg=185.0,
    half_width_deg=50.0,
    height=0.42,
    half_height=0.5,
    stress=0.75,
    rest=0.0,
)


def main() -> None:
    man = planned_patient(seed=SEED, index=INDEX, options=Options(mix=Mix.NORMAL, sex="M"))
    studies = {
        NORMAL: _diaphragm(man, LOW_DOME_MM),
        DEFECT: replace(_diaphragm(man, LOW_DOME_MM), lesions=(REVERSIBLE,)),
        ATTENUATED: _diaphragm(man, HIGH_DOME_MM),
    }
    print(json.dumps({title: _opened(title, patient) for title, patient in studies.items()}))


def _diaphragm(man: Patient, dome_mm: float) -> Patient:
    higher = dome_mm - man.torso.dome_mm
    torso = replace(man.torso, dome_mm=dome_mm, right_dome_mm=man.torso.right_dome_mm + higher)
    return replace(man, torso=torso)


def _opened(title: str, patient: Patient) -> str:
    """Readers see another title, the same of all three, which does not tell one from another."""
    made = draft(title=title, per_site=(1,), readers=READERS)
    show(made, _scanned(patient))
    begin(made)
    return str(made.study.pk)


def _scanned(patient: Patient) -> dict[str, dict[str, object]]:
    # Spinning threads would cost many times the work.
    torch.set_num_threads(1)
    scans = scan(
        patient,
        camera=STANDARD,
        corrections=False,
        sorting=None,
        noise=stream(seed=SEED, index=INDEX, of=Stream.NOISE),
        misfortune=stream(seed=SEED, index=INDEX, of=Stream.CORRECTION),
        scatter_noise=stream(seed=SEED, index=INDEX, of=Stream.SCATTER_WINDOW),
    )
    pictures = {state: heart(scans.images["spect"][state]) for state in STATES}
    for picture in pictures.values():
        del picture["voxels"]  # nothing moves in these
    return pictures


if __name__ == "__main__":
    main()
