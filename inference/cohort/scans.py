"""One patient through the scanners: stress and rest, SPECT with and without correction and PET, in short axis."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from scipy.ndimage import shift as moved
from torch import Tensor
from torch.nn import functional

from inference.cohort.plan import REFERRED, Options, Stream, planned_patient, shifted, stream
from inference.dicom.projections import Projections
from inference.physics import pet, spect
from inference.physics.anatomy import Tracer, build_anatomy
from inference.physics.camera import STANDARD, Camera
from inference.physics.correction import chang, ctac
from inference.physics.gating import gate
from inference.physics.patient import STATES, Patient, State
from inference.physics.projector import Grid
from inference.physics.short_axis import affine, as_operator_sees, reorient
from inference.physics.ventricle import RELAXED, frame_of, true_segments
from inference.volume import Kind, Volume

# How far CT and emission lie apart (mm, standard deviation along z, y, x): breathing, mostly along the body.
_MISREGISTRATION_MM = (3.0, 1.5, 1.5)
# Standard deviation of the relative error of a scatter estimate.
_SCATTER_ERROR = 0.08
# A scatter window counts this many times what scatters into the photopeak (Jaszczak 1984, J Nucl Med 25:893).
_SCATTER_WINDOW = 2.0
# Lung in 1/mm is above this, air is not.
_LEAST_BODY = 0.002


@dataclass(frozen=True)
class Scans:
    """What the scanners saw, and what there was to see.

    images: by kind ("spect" is uncorrected, "pet", "ideal"; with corrections "chang" and "ctac") and state. The
    volumes are [40, 64, 64] at 4 mm, centred on the heart: SPECT within the operator's error, PET and "ideal" (the
    tracer's own distribution: no camera, no noise) exactly. Their affines say where the patient lay in each
    scanner, so voxels of two scans correspond by index, never by millimetres.
    projections: the counts of each state. attenuation: in 1/mm on the camera's grid as CT saw it, transaxial, laid
    where the patient lay at each state's scan.
    true_segments: 17 values a state, per cent of the best perfused wall.
    gated: uncorrected frames of one beat by state, like the images; empty unless asked for.
    """

    patient: Patient
    images: dict[str, dict[State, Volume]]
    projections: dict[State, Projections]
    attenuation: dict[State, Volume]
    true_segments: dict[State, list[float]]
    gated: dict[State, tuple[Volume, ...]] = field(default_factory=dict)


def simulate_patient(
    *, seed: int, index: int, camera: Camera = STANDARD, options: Options = REFERRED
) -> Scans:
    """Patient `index` of cohort `seed`; the same arguments give the same voxels, bit for bit.

    Runs on one thread whatever torch is set to: sums in another order would be other voxels, and spinning
    threads make it slower by far. Run several patients in several processes.
    """
    patient = planned_patient(seed=seed, index=index, options=options)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return scan(
            patient,
            camera=shifted(camera, options.shift),
            corrections=options.corrections,
            sorting=stream(seed=seed, index=index, of=Stream.GATE) if options.gated else None,
            noise=stream(seed=seed, index=index, of=Stream.NOISE),
            misfortune=stream(seed=seed, index=index, of=Stream.CORRECTION),
            scatter_noise=stream(seed=seed, index=index, of=Stream.SCATTER_WINDOW),
        )
    finally:
        torch.set_num_threads(threads)


def scan(
    patient: Patient,
    *,
    camera: Camera,
    corrections: bool,
    sorting: np.random.Generator | None,
    noise: np.random.Generator,
    misfortune: np.random.Generator,
    scatter_noise: np.random.Generator,
) -> Scans:
    """Simulate, reconstruct and reorient; about 3 CPU seconds (5 with corrections), 0.7 GB.

    misfortune: how CT and emission come to lie apart, and by how much the scatter estimate errs. sorting: which count
    falls into which frame of the beat; None for no gated images.
    """
    body = spect.BODY
    anatomy = build_anatomy(patient, side=body.side, slices=body.slices, voxel_mm=body.voxel_mm)

    def both(tracer: Tracer) -> Tensor:
        return torch.from_numpy(np.stack([anatomy.activity[state, tracer] for state in STATES]))

    tissue = torch.from_numpy(anatomy.attenuation["spect"])
    acquired = spect.acquire(
        both("spect"),
        tissue,
        counts=[patient.study(state).spect_counts for state in STATES],
        camera=camera,
        rng=noise,
    )
    attenuation = _as_ct_saw(functional.avg_pool3d(tissue[None], 2)[0], misfortune)
    made: dict[str, tuple[Tensor, Grid]] = {
        "spect": (spect.reconstruct(acquired), spect.CAMERA),
        "pet": (pet.scan(both("pet"), torch.from_numpy(anatomy.attenuation["pet"]), rng=noise), pet.IMAGE),
        "ideal": (both("pet"), body),
    }
    if corrections:
        error = misfortune.normal(0, _SCATTER_ERROR)
        made["chang"] = chang(acquired, (attenuation > _LEAST_BODY).float()), spect.CAMERA
        made["ctac"] = ctac(acquired, attenuation, scatter_error=error), spect.CAMERA
    return Scans(
        patient=patient,
        images={kind: _in_short_axis(patient, kind, *image) for kind, image in made.items()},
        projections={state: _projections(patient, state, acquired, scatter_noise) for state in STATES},
        attenuation={state: _transaxial(patient, state, attenuation) for state in STATES},
        true_segments={state: true_segments(patient, state) for state in STATES},
        gated={} if sorting is None else _gated(patient, acquired, both("spect"), tissue, sorting),
    )


def _gated(
    patient: Patient, acquired: spect.Acquisition, whole: Tensor, tissue: Tensor, sorting: np.random.Generator
) -> dict[State, tuple[Volume, ...]]:
    body = spect.BODY
    at_rest = (replace(RELAXED, share=1.0),)
    relaxed = build_anatomy(
        patient, side=body.side, slices=body.slices, voxel_mm=body.voxel_mm, beat=at_rest
    ).activity
    found: dict[State, tuple[Volume, ...]] = {}
    for place, state in enumerate(STATES):
        frames = gate(
            acquired,
            place=place,
            whole=whole[place],
            relaxed=torch.from_numpy(relaxed[state, "spect"]),
            attenuation=tissue,
            rng=sorting,
        )
        images = spect.reconstruct(frames)
        found[state] = tuple(
            _reoriented(patient, "gated", state, images[slot : slot + 1], spect.CAMERA)
            for slot in range(len(images))
        )
    return found


def _as_ct_saw(attenuation: Tensor, misfortune: np.random.Generator) -> Tensor:
    """[z, y, x], moved by what lies between a breath held for CT and free breathing in the gamma camera."""
    apart = misfortune.normal(0, _MISREGISTRATION_MM) / spect.CAMERA.voxel_mm
    return torch.from_numpy(moved(attenuation.numpy(), apart, order=1, mode="nearest"))


def _projections(
    patient: Patient, state: State, acquired: spect.Acquisition, scatter_noise: np.random.Generator
) -> Projections:
    grid = spect.CAMERA
    place = STATES.index(state)
    own = slice(place * grid.slices, (place + 1) * grid.slices)
    lower = scatter_noise.poisson(_SCATTER_WINDOW * acquired.scatter[..., own].double().numpy())
    return Projections(
        counts=acquired.counts[..., own].numpy(),
        angles_deg=tuple(math.degrees(angle) for angle in spect.ORBIT),
        radius_mm=acquired.camera.radius_mm,
        bin_mm=grid.voxel_mm,
        slice_mm=grid.slice_mm,
        centre_mm=patient.study(state).spect_table_mm,
        scatter=lower.astype(np.float32),
    )


def _transaxial(patient: Patient, state: State, attenuation: Tensor) -> Volume:
    grid = spect.CAMERA
    step = np.array([grid.voxel_mm, grid.voxel_mm, grid.slice_mm])
    placed = np.diag([*step, 1.0])
    placed[:3, 3] = (
        patient.study(state).spect_table_mm - step * (np.array([grid.side, grid.side, grid.slices]) - 1) / 2
    )
    return Volume(attenuation.numpy(), placed, Kind.TRANSAXIAL)


def _in_short_axis(patient: Patient, kind: str, volumes: Tensor, grid: Grid) -> dict[State, Volume]:
    return {
        state: _reoriented(patient, kind, state, volumes[place : place + 1], grid)
        for place, state in enumerate(STATES)
    }


def _reoriented(patient: Patient, kind: str, state: State, volume: Tensor, grid: Grid) -> Volume:
    """[1, z, y, x] -> short axis as the operator (for PET and truth: nobody) set it, where the patient lay."""
    heart = frame_of(patient.ventricle)
    study = patient.study(state)
    seen = as_operator_sees(heart, tilt_deg=study.operator_tilt_deg, shift_mm=study.operator_shift_mm)
    frame, table = {
        "pet": (heart, study.pet_table_mm),
        "ideal": (heart, (0.0, 0.0, 0.0)),
    }.get(kind, (seen, study.spect_table_mm))
    voxel = (grid.slice_mm, grid.voxel_mm, grid.voxel_mm)
    voxels = reorient(volume, frame, voxel_mm=voxel)[0].numpy()
    return Volume(voxels, affine(frame, table_mm=table), Kind.SHORT_AXIS)
