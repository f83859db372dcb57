"""Hearts that a translation can be tried on without simulating a camera: a cohort on disk, and single images."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.model import ModelIdentity
from inference.translation.bundle import write_bundle
from inference.translation.network import Network
from inference.translation.predict import Model
from inference.translation.registry import task_named
from inference.translation.weights import weights_of
from inference.volume import Volume
from tests.inference.heart.phantom import volume as phantom

STATES = ("stress", "rest")
TASK = task_named("heart/spect-to-pet")


def segments(*, inferior: float) -> tuple[float, ...]:
    return tuple(inferior if n in (4, 10, 15) else 1.0 for n in range(1, 18))


def heart(*, inferior: float = 1.0) -> Volume:
    """A ventricle in a faint body, its inferior wall at a share of normal activity."""
    return phantom(segments(inferior=inferior), background=0.05)


def nm_bytes(volume: Volume, *, state: str = "stress", patient: str = "A-0001") -> bytes:
    return to_bytes(nm_dataset(volume, header={"PatientID": patient}, state=state))


def write_cohort(root: Path, *, patients: int, seed: int = 5) -> Path:
    """SPECT dims the inferior wall of everybody; PET shows only what is there: every other patient has a defect."""
    truth = {}
    for number in range(patients):
        patient = f"{number:04d}"
        defect = 0.4 if number % 2 else 1.0
        folder = root / "site-a" / patient
        for state in STATES:
            seen = defect * (0.7 if number % 2 == 0 else 0.9)
            (folder / "SPECT").mkdir(parents=True, exist_ok=True)
            (folder / "SPECT" / f"{state}.dcm").write_bytes(
                nm_bytes(heart(inferior=seen), state=state, patient=patient)
            )
            (folder / "PET" / state).mkdir(parents=True)
            slices = pt_datasets(heart(inferior=defect), header={"PatientID": patient}, state=state)
            for k, ds in enumerate(slices):
                (folder / "PET" / state / f"{k}.dcm").write_bytes(to_bytes(ds))
        values = [100 * value for value in segments(inferior=defect)]
        place = f"site-a/{patient}"
        truth[patient] = {
            "index": number,
            "true_segments": dict.fromkeys(STATES, values),
            "images": {
                "spect": {state: f"{place}/SPECT/{state}.dcm" for state in STATES},
                "pet": {state: f"{place}/PET/{state}" for state in STATES},
            },
        }
    (root / "truth.json").write_text(json.dumps({"simulated": True, "patients": truth}))
    (root / ".cohort.json").write_text(json.dumps({"seed": seed, "sites": 1, "version": 1}))
    return root


def gains(*shares: float) -> Model:
    """A model of the heart whose members multiply by 1 + share and do nothing else."""
    members = []
    for share in shares:
        member = Network(TASK.network).eval()
        bias = member.head.bias
        assert bias is not None
        with torch.no_grad():
            bias[:4] = share
        members.append(member)
    return Model(TASK, ModelIdentity("gains", "1", "0" * 64), tuple(members))


def bundle_of(model: Model, *, folder: Path) -> Path:
    """A bundle with the least card that loading asks for."""
    card = {
        "task": model.task.name,
        "task_version": model.task.version,
        "network": asdict(model.task.network),
    }
    write_bundle(folder, weights=weights_of(model.members), name=folder.name, version="1", card=card, text="")
    return folder


def on_another_grid(volume: Volume) -> Volume:
    """The same image on the matrix and voxels of another camera."""
    spacing = np.array([5.0, 4.5, 6.0])
    affine = volume.affine.copy()
    affine[:3, :3] = volume.affine[:3, :3] / volume.spacing * spacing
    middle = volume.affine @ [31.5, 31.5, 19.5, 1.0]
    affine[:3, 3] = middle[:3] - affine[:3, :3] @ [23.5, 25.5, 12.5]
    return volume.resample(affine, (26, 52, 48))
