"""Gated frames are the counts of the ungated scan, sorted, and show a heart that beats."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.physics import spect
from inference.physics.anatomy import build_anatomy
from inference.physics.camera import STANDARD
from inference.physics.gating import FRAMES, contraction, gate
from inference.physics.patient import sample_patient
from inference.physics.short_axis import reorient
from inference.physics.ventricle import CONTRACTED, RELAXED, frame_of

BODY = {"side": spect.BODY.side, "slices": spect.BODY.slices, "voxel_mm": spect.BODY.voxel_mm}
PATIENT = sample_patient(np.random.default_rng(3), sex="M")


@pytest.fixture(scope="module")
def beating() -> tuple[spect.Acquisition, spect.Acquisition]:
    """A scan of stress with ten times the counts, and its frames."""
    whole = build_anatomy(PATIENT, **BODY)  # type: ignore[arg-type]
    relaxed = build_anatomy(PATIENT, **BODY, beat=(replace(RELAXED, share=1.0),))  # type: ignore[arg-type]
    activity, tissue = (
        torch.from_numpy(whole.activity["stress", "spect"]),
        torch.from_numpy(whole.attenuation["spect"]),
    )
    ungated = spect.acquire(
        activity[None], tissue, counts=[3e7], camera=STANDARD, rng=np.random.default_rng(1)
    )
    gated = gate(
        ungated,
        place=0,
        whole=activity,
        relaxed=torch.from_numpy(relaxed.activity["stress", "spect"]),
        attenuation=tissue,
        rng=np.random.default_rng(2),
    )
    return ungated, gated


def test_the_wall_goes_in_and_out_once_and_on_average_as_far_as_an_ungated_scan_says() -> None:
    beat = contraction()
    assert beat.mean() == pytest.approx(CONTRACTED.share)
    assert beat.min() >= 0 and beat.max() <= 1
    end = int(np.argmax(beat))
    assert (np.diff(beat[: end + 1]) > 0).all() and (np.diff(beat[end:]) <= 0).all()
    assert end in (2, 3)  # a third to a half of the way through
    assert beat[0] < 0.15 and beat[-1] == pytest.approx(0, abs=1e-9)


def test_frames_sum_to_the_ungated_counts_one_by_one(
    beating: tuple[spect.Acquisition, spect.Acquisition],
) -> None:
    ungated, gated = beating
    frames = gated.counts.view(60, 64, FRAMES, spect.CAMERA.slices)
    assert torch.equal(frames.sum(2), ungated.counts)
    assert float(frames.min()) >= 0
    # Every frame is an eighth of the beat.
    assert (frames.sum((0, 1, 3)) / ungated.counts.sum()).tolist() == pytest.approx(
        [1 / FRAMES] * 8, rel=0.02
    )


def test_the_cavity_is_smaller_and_the_wall_brighter_at_end_systole(
    beating: tuple[spect.Acquisition, spect.Acquisition],
) -> None:
    images = spect.reconstruct(beating[1])
    heart = reorient(images, frame_of(PATIENT.ventricle), voxel_mm=(6.4, 6.4, 6.4)).numpy()
    end_diastole, end_systole = heart[-1], heart[int(np.argmax(contraction()))]
    middle = (slice(18, 24), slice(30, 34), slice(30, 34))
    assert end_systole[middle].mean() > 1.15 * end_diastole[middle].mean()  # blurred walls close in on it
    outside = np.hypot(*np.meshgrid(np.arange(64) - 31.5, np.arange(64) - 31.5)) * 4 > 34
    ring = outside & (np.hypot(*np.meshgrid(np.arange(64) - 31.5, np.arange(64) - 31.5)) * 4 < 42)
    assert end_systole[18:24][:, ring].mean() < end_diastole[18:24][:, ring].mean()
