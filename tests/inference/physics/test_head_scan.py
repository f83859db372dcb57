"""The camera round a head: units that agree, attenuation that costs more than half, a fifth of the counts."""

import numpy as np
import pytest
import torch

from inference.physics import head_scan
from inference.physics.head import SOFT, Raster, activity, attenuation, regions
from inference.physics.head_patient import mean_head
from inference.physics.head_scan import CAMERA, FINE, HeadAcquisition


@pytest.fixture(scope="module")
def acquired() -> HeadAcquisition:
    head = mean_head("perfusion")
    return head_scan.acquire(
        torch.from_numpy(activity(head, FINE)),
        torch.from_numpy(attenuation(head, FINE)),
        tracer="perfusion",
        counts=6e6,
        rng=np.random.default_rng(1),
    )


def test_counts_are_those_that_were_asked_for_and_a_fifth_of_them(acquired: HeadAcquisition) -> None:
    assert float(acquired.expected.sum()) == pytest.approx(6e6, rel=1e-4)
    assert float(acquired.full.sum()) == pytest.approx(6e6, rel=0.003)
    assert float(acquired.short.sum()) == pytest.approx(1.2e6, rel=0.005)
    assert 0.18 < acquired.scatter_share < 0.32


def test_the_short_scan_is_another_scan_not_a_part_of_the_full_one(acquired: HeadAcquisition) -> None:
    noise = [
        (acquired.full - acquired.expected),
        (acquired.short - head_scan.SHORT_SHARE * acquired.expected),
    ]
    together = np.corrcoef(*(part.flatten().numpy() for part in noise))[0, 1]
    assert abs(together) < 0.01


def test_a_corrected_image_of_perfect_counts_has_the_activity_and_an_uncorrected_one_far_less(
    acquired: HeadAcquisition,
) -> None:
    head = mean_head("perfusion")
    corrected = head_scan.reconstruct_corrected(
        acquired.expected[None],
        attenuation=torch.from_numpy(attenuation(head, CAMERA)),
        scatter=acquired.scatter[None],
    )[0]
    plain = head_scan.reconstruct(acquired.expected)
    brain = torch.from_numpy(regions(head, CAMERA) > 0)
    truth = head_scan.pooled(torch.from_numpy(activity(head, FINE)))
    seen = head_scan.at_resolution(truth, fwhm_mm=11.5) * acquired.counts_per_unit
    assert float(corrected[brain].mean() / seen[brain].mean()) == pytest.approx(1.0, abs=0.03)
    assert 0.3 < float(plain[brain].mean() / seen[brain].mean()) < 0.5


def test_pooling_keeps_the_mean_and_the_place() -> None:
    head = mean_head("perfusion")
    fine = torch.from_numpy(attenuation(head, FINE))
    coarse = attenuation(head, Raster(CAMERA.side, CAMERA.slices, CAMERA.voxel_mm))
    pooled = head_scan.pooled(fine).numpy()
    assert pooled.mean() == pytest.approx(float(fine.mean()), rel=1e-4)
    assert np.abs(pooled - coarse).mean() < 0.02 * SOFT["perfusion"]
