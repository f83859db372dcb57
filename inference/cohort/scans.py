"""One patient through the scanners: stress and rest, uncorrected SPECT and corrected PET, in short axis."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.cohort.plan import Stream, planned_patient, stream
from inference.physics import pet, spect
from inference.physics.anatomy import Tracer, build_anatomy
from inference.physics.camera import Camera
from inference.physics.patient import STATES, Patient, State
from inference.physics.short_axis import affine, as_operator_sees, reorient
from inference.physics.ventricle import frame_of, true_segments
from inference.volume import Kind, Volume


@dataclass(frozen=True)
class Scans:
    """What the scanners saw, and what there was to see.

    The volumes are [40, 64, 64] at 4 mm, centred on the heart: SPECT within the operator's error, PET and
    `ideal` (the tracer's own distribution: no camera, no noise) exactly. Their affines say where the patient
    lay in each scanner, so voxels of two scans correspond by index, never by millimetres.
    `true_segments`: 17 values a state, per cent of the best perfused wall.
    """

    patient: Patient
    spect: dict[State, Volume]
    pet: dict[State, Volume]
    ideal: dict[State, Volume]
    true_segments: dict[State, list[float]]


def simulate_patient(*, seed: int, index: int) -> Scans:
    """Patient `index` of cohort `seed`; the same numbers give the same voxels, bit for bit.

    Runs on one thread whatever torch is set to: sums in another order would be other voxels, and spinning
    threads make it slower by far. Run several patients in several processes.
    """
    patient = planned_patient(seed=seed, index=index)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return scan(patient, noise=stream(seed=seed, index=index, of=Stream.NOISE))
    finally:
        torch.set_num_threads(threads)


def scan(patient: Patient, *, noise: np.random.Generator) -> Scans:
    """Simulate, reconstruct and reorient; about 3 CPU seconds, 0.7 GB."""
    body = spect.BODY
    anatomy = build_anatomy(patient, side=body.side, slices=body.slices, voxel_mm=body.voxel_mm)

    def both(tracer: Tracer) -> Tensor:
        return torch.from_numpy(np.stack([anatomy.activity[state, tracer] for state in STATES]))

    acquired = spect.acquire(
        both("spect"),
        torch.from_numpy(anatomy.attenuation["spect"]),
        counts=[patient.study(state).spect_counts for state in STATES],
        camera=Camera(),
        rng=noise,
    )
    spect_body = spect.reconstruct(acquired)
    pet_body = pet.scan(both("pet"), torch.from_numpy(anatomy.attenuation["pet"]), rng=noise)
    heart = frame_of(patient.ventricle)
    scans: dict[str, dict[State, Volume]] = {"spect": {}, "pet": {}, "ideal": {}}
    for place, state in enumerate(STATES):
        study = patient.study(state)
        seen = as_operator_sees(heart, tilt_deg=study.operator_tilt_deg, shift_mm=study.operator_shift_mm)
        for name, volumes, grid, frame, table in (
            ("spect", spect_body, spect.CAMERA, seen, study.spect_table_mm),
            ("pet", pet_body, pet.IMAGE, heart, study.pet_table_mm),
            ("ideal", both("pet"), body, heart, (0.0, 0.0, 0.0)),
        ):
            voxel = (grid.slice_mm, grid.voxel_mm, grid.voxel_mm)
            voxels = reorient(volumes[place : place + 1], frame, voxel_mm=voxel)[0].numpy()
            scans[name][state] = Volume(voxels, affine(frame, table_mm=table), Kind.SHORT_AXIS)
    return Scans(
        patient=patient,
        spect=scans["spect"],
        pet=scans["pet"],
        ideal=scans["ideal"],
        true_segments={state: true_segments(patient, state) for state in STATES},
    )
