"""From counts to images: ordered-subset expectation maximisation, and Chang's correction."""

import torch
from torch import Tensor

from inference.physics.projector import Projector

_SMALLEST = 1e-6


def osem(
    projector: Projector,
    counts: Tensor,
    *,
    iterations: int,
    subsets: int,
    factors: Tensor | None = None,
    additive: Tensor | None = None,
) -> Tensor:
    """Hudson and Larkin 1994. `counts` [view, bin, batch * slice] -> image [y * x, batch * slice].

    The model of the counts is `factors * forward(image) + additive`: attenuation of PET lines, and known
    scatter and randoms. SPECT attenuation and collimator, if corrected, belong into the projector.
    """
    if counts.shape[0] != projector.views:
        raise ValueError(f"counts have {counts.shape[0]} views, the projector {projector.views}")
    views = range(projector.views)
    parts = []
    for first in range(subsets):
        chosen = views[first::subsets]
        part = projector.subset(chosen)
        scale = torch.ones_like(counts[chosen]) if factors is None else factors[chosen]
        shift = None if additive is None else additive[chosen]
        parts.append((part, counts[chosen], scale, shift, part.back(scale).clamp_min(_SMALLEST)))
    first_part, first_counts, first_scale, _, sensitivity = parts[0]
    image = torch.ones_like(sensitivity)
    image *= first_counts.sum() / (first_part.forward(image) * first_scale).sum()
    for _ in range(iterations):
        for part, measured, scale, shift, sensitivity in parts:
            expected = part.forward(image) * scale
            if shift is not None:
                expected += shift
            image = image * part.back(measured / expected.clamp_min(_SMALLEST) * scale) / sensitivity
    return image
