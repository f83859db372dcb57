"""Gated SPECT: the counts of a scan sorted by the phase of the heart's beat.

A real gated study is the same photons as the ungated one. So it is here: each count that was measured is given to
one of the frames, with the probabilities that follow from where the wall is in each, and the frames sum to the
ungated counts exactly.
"""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.physics.projector import to_columns
from inference.physics.spect import CAMERA, Acquisition, seen_by
from inference.physics.ventricle import CONTRACTED

FRAMES = 8


def contraction() -> NDArray[np.float64]:
    """Mean contraction (0 end-diastole, 1 end-systole) in each of the frames, the first after the R wave.

    Half a cosine down and half a cosine up, as long as each other; then the wall rests. Its mean over the beat is the
    share of `ventricle.CONTRACTED`, so that the frames' mean is what an ungated scan sees.
    """
    systole = CONTRACTED.share
    edges = np.arange(FRAMES + 1) / FRAMES
    moving = np.minimum(edges, 2 * systole)
    passed = moving / 2 - systole / (2 * np.pi) * np.sin(np.pi * moving / systole)
    return np.diff(passed) * FRAMES


def gate(
    acquired: Acquisition,
    *,
    place: int,
    whole: Tensor,
    relaxed: Tensor,
    attenuation: Tensor,
    rng: np.random.Generator,
) -> Acquisition:
    """The counts of image `place` of `acquired`, sorted into frames: a batch of `FRAMES` images.

    whole, relaxed: that image's activity [z, y, x] over the beat and at end-diastole, both on `spect.BODY` like
    `attenuation` (1/mm); the activity at end-systole follows from them. Between the two the heart fades from one into
    the other: 4.5 mm of movement are little beside the camera's resolution. Scatter does not see the beat.
    """
    own = slice(place * CAMERA.slices, (place + 1) * CAMERA.slices)
    counts, scatter = acquired.counts[..., own], acquired.scatter[..., own]
    coarse = functional.avg_pool3d(torch.stack([whole, relaxed, attenuation])[:, None], 2)[:, 0]
    seen = seen_by(acquired.camera).attenuated(to_columns(coarse[2:])).forward(to_columns(coarse[:2]))
    mean, resting = seen.split(CAMERA.slices, 2)
    scale = (counts.sum() - scatter.sum()) / mean.sum()
    # Linear in the contraction: at rest where it is 0, and the mean over the beat where it is that of the beat.
    towards = torch.from_numpy(1 - contraction() / CONTRACTED.share).float()
    expected = scatter + scale * mean + towards.view(-1, 1, 1, 1) * scale * (resting - mean)
    shares = expected.clamp_min(0).double() + 1e-12
    shares /= shares.sum(0)
    sorted_counts = rng.multinomial(counts.to(torch.int64).numpy(), shares.permute(1, 2, 3, 0).numpy())
    frames = torch.from_numpy(sorted_counts.astype(np.float32)).permute(0, 1, 3, 2).flatten(2)
    return replace(acquired, counts=frames.contiguous(), scatter=(scatter / FRAMES).repeat(1, 1, FRAMES))
