"""One head through the scanner, and the cohort of heads as a hospital's folders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.brain.contour import THRESHOLD
from inference.correct.chang import chang_corrected
from inference.physics import head_scan
from inference.physics.head import activity, attenuation, moved, regions
from inference.physics.head_patient import TRACERS, Calibration, HeadPatient, Tracer, sample_head
from inference.volume import Kind, Volume

# Raise it when the same seed no longer gives the same heads.
VERSION = 2
HeadImage = Literal["nac", "chang", "ctac", "short"]
HEAD_IMAGES: tuple[HeadImage, ...] = get_args(HeadImage)
# Broad-beam values of soft tissue in 1/mm, because scatter stays in the image; set before any test.
CHANG_MU: dict[Tracer, float] = {"perfusion": 0.012, "dat": 0.011}
# By the number of the hospital, whatever the cohort: a scanner keeps its errors. They scatter by 0.5 % (what a CT is
# accepted with: water within 5 to 7 HU) and by 3 % (an assumption about estimates from a second energy window).
CALIBRATIONS = (
    Calibration(1.004, 0.97),
    Calibration(0.995, 1.02),
    Calibration(1.002, 1.04),
    Calibration(0.993, 0.99),
    Calibration(1.006, 1.01),
    Calibration(0.999, 0.96),
)
# What the corrected reconstruction shows of a point without noise, near enough: for `ideal` alone.
IDEAL_FWHM_MM = 11.5


class _Stream(IntEnum):
    """Separate random numbers for separate things; apart from those of hearts."""

    HEAD = 100
    NOISE = 101


@dataclass(frozen=True, eq=False)
class HeadScans:
    """What the scanner saw, and what there was to see; all on one grid of 4 mm, transaxial, in counts per mm.

    images: nac (uncorrected), chang, ctac (CT, collimator and scatter in the model; the CT a little displaced and
    wrong), short (as ctac, from another scan of a fifth of the time, times five). noise_free: as ctac, without
    noise. exact: that with the CT in place and neither attenuation nor scatter wrong. ideal: the tracer itself at the
    resolution of ctac. labels: int8, the region of each voxel as `physics.head.regions` numbers them.
    """

    patient: HeadPatient
    images: dict[HeadImage, Volume]
    noise_free: Volume
    exact: Volume
    ideal: Volume
    labels: NDArray[np.int8]


def planned_head(*, seed: int, index: int, sites: int) -> HeadPatient:
    """Head `index` of the cohort `seed`. Perfusion and dopamine transporter take turns at each of the sites."""
    turn, site = divmod(index, sites)
    return sample_head(
        _stream(seed, index, _Stream.HEAD),
        tracer=TRACERS[(turn + site) % len(TRACERS)],
        calibration=CALIBRATIONS[site],
    )


def simulate_head(*, seed: int, index: int, sites: int) -> HeadScans:
    """The same numbers give the same voxels, bit for bit; on one thread whatever torch is set to."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return scan_head(
            planned_head(seed=seed, index=index, sites=sites), noise=_stream(seed, index, _Stream.NOISE)
        )
    finally:
        torch.set_num_threads(threads)


def scan_head(patient: HeadPatient, *, noise: np.random.Generator) -> HeadScans:
    """Simulate and reconstruct; about 4 CPU seconds."""
    tracer = torch.from_numpy(activity(patient, head_scan.FINE))
    tissue = torch.from_numpy(attenuation(patient, head_scan.FINE))
    acquired = head_scan.acquire(tracer, tissue, tracer=patient.tracer, counts=patient.scan.counts, rng=noise)
    nac = _volume(head_scan.reconstruct(acquired.full))
    seen_by_ct = attenuation(moved(patient, patient.scan.ct_moved), head_scan.CAMERA) * patient.scan.ct_scale
    scatter = acquired.scatter * patient.scan.scatter_scale
    ctac, short, noise_free = head_scan.reconstruct_corrected(
        torch.stack([acquired.full, acquired.short, acquired.expected]),
        attenuation=torch.from_numpy(seen_by_ct.astype(np.float32)),
        scatter=torch.stack([scatter, head_scan.SHORT_SHARE * scatter, scatter]),
    )
    exact = head_scan.reconstruct_corrected(
        acquired.expected[None],
        attenuation=torch.from_numpy(attenuation(patient, head_scan.CAMERA)),
        scatter=acquired.scatter[None],
    )[0]
    ideal = head_scan.at_resolution(head_scan.pooled(tracer), fwhm_mm=IDEAL_FWHM_MM)
    return HeadScans(
        patient=patient,
        images={
            "nac": nac,
            "chang": chang_corrected(nac, mu_per_mm=CHANG_MU[patient.tracer], threshold=THRESHOLD),
            "ctac": _volume(ctac),
            "short": _volume(short / head_scan.SHORT_SHARE),
        },
        noise_free=_volume(noise_free),
        exact=_volume(exact),
        ideal=_volume(ideal * acquired.counts_per_unit),
        labels=regions(patient, head_scan.CAMERA),
    )


def _volume(image: Tensor) -> Volume:
    """[z, y, x] on the camera's grid -> a transaxial volume: i to the left, j to the back, k to the head."""
    camera = head_scan.CAMERA
    affine = np.diag([camera.voxel_mm] * 3 + [1.0])
    affine[:3, 3] = -(np.array([camera.side, camera.side, camera.slices]) - 1) / 2 * camera.voxel_mm
    return Volume(image.clamp_min(0).numpy(), affine, Kind.TRANSAXIAL)


def _stream(seed: int, index: int, of: _Stream) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(of, index)))
