"""From counts to images: ordered-subset expectation maximisation, and filtered back-projection."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from torch import Tensor

from inference.physics.projector import Grid, Projector, compressed

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


@dataclass(frozen=True)
class Butterworth:
    """A low-pass filter that makers write in two ways; `cutoff_per_cm` is in cycles/cm, never a share of Nyquist.

    "order": 1 / sqrt(1 + (f / fc)^(2 n)), .71 at the cut-off. "power": 1 / (1 + (f / fc)^(2 n)), .5 there: the
    same two numbers smooth more.
    """

    cutoff_per_cm: float
    order: float
    definition: Literal["order", "power"] = "order"

    def __str__(self) -> str:
        root = "with" if self.definition == "order" else "without"
        return f"Butterworth {self.cutoff_per_cm:g} cycles/cm, n {self.order:g} ({root} square root)"

    def gain(self, cycles_per_mm: Tensor) -> Tensor:
        steep = 1 + (10 * cycles_per_mm / self.cutoff_per_cm) ** (2 * self.order)
        return steep.rsqrt() if self.definition == "order" else 1 / steep


def fbp(
    counts: Tensor,
    *,
    grid: Grid,
    angles: Sequence[float],
    bin_mm: float,
    window: Butterworth | None = None,
) -> Tensor:
    """Ramp-filtered back-projection of parallel views, evenly spaced over 180 or 360 degrees.

    `counts` [view, bin, batch * slice] are line integrals in mm, so that an activity comes back as itself. Image
    [y * x, batch * slice], which may be negative. `window` smooths across bins and slices, before the ramp, as
    makers do. Kak and Slaney 1988, chapter 3.
    """
    _require_even(angles)
    views, bins, columns = counts.shape
    if views != len(angles):
        raise ValueError(f"counts have {views} views, there are {len(angles)} angles")
    filtered = _filtered(counts.view(views, bins, -1, grid.slices), bin_mm, grid.slice_mm, window)
    lines = _interpolation(grid, tuple(angles), bins, bin_mm)
    # Over a full turn each line is measured twice.
    return lines @ filtered.reshape(views * bins, columns) * (math.pi / views)


def _require_even(angles: Sequence[float]) -> None:
    step = (angles[-1] - angles[0]) / (len(angles) - 1)
    even = all(
        math.isclose(angle, angles[0] + step * view, abs_tol=1e-4) for view, angle in enumerate(angles)
    )
    half_turns = abs(step) * len(angles) / math.pi
    if not even or not any(math.isclose(half_turns, whole, abs_tol=1e-3) for whole in (1, 2)):
        raise ValueError(
            "Filtered back-projection needs views evenly spaced over 180 or 360 degrees; "
            f"these {len(angles)} cover {180 * half_turns:.0f}"
        )


def _filtered(counts: Tensor, bin_mm: float, slice_mm: float, window: Butterworth | None) -> Tensor:
    """Ramp along the bins and, if asked, `window` in both directions of [view, bin, batch, slice]."""
    bins, slices = counts.shape[1], counts.shape[3]
    padded = 2 ** math.ceil(math.log2(2 * bins))
    gain = _ramp(padded, bin_mm)[:, None]
    # A mirrored copy below: the last slice has no dark neighbour.
    mirrored = torch.cat([counts, counts.flip(3)], 3)
    if window is not None:
        across = torch.fft.fftfreq(padded, bin_mm)[:, None]
        axial = torch.fft.rfftfreq(2 * slices, slice_mm)[None, :]
        gain = gain * window.gain(torch.hypot(across, axial))
    spectrum = torch.fft.rfft2(mirrored, s=(padded, 2 * slices), dim=(1, 3)) * gain[:, None, :]
    return torch.fft.irfft2(spectrum, s=(padded, 2 * slices), dim=(1, 3))[:, :bins, :, :slices]


def _ramp(count: int, bin_mm: float) -> Tensor:
    """|frequency| of a band-limited ramp from its samples in space: sampled in frequency it would lose the mean."""
    away = torch.fft.fftfreq(count, 1 / count, dtype=torch.float64)
    odd = away.long() % 2 == 1
    kernel = torch.where(odd, -1 / (math.pi * away * bin_mm) ** 2, 0.0)
    kernel[0] = 1 / (4 * bin_mm**2)
    return (torch.fft.fft(kernel).real * bin_mm).float()


@cache
def _interpolation(grid: Grid, angles: tuple[float, ...], bins: int, bin_mm: float) -> Tensor:
    """Sparse [y * x, view * bin]: each voxel takes, in each view, the value between its two nearest bins."""
    across = (torch.arange(grid.side, dtype=torch.float64) - (grid.side - 1) / 2) * grid.voxel_mm
    y, x = torch.meshgrid(across, across, indexing="ij")
    voxel = torch.arange(grid.side**2)
    rows, columns, weights = [], [], []
    for view, angle in enumerate(angles):
        place = ((x * math.cos(angle) + y * math.sin(angle)) / bin_mm + (bins - 1) / 2).flatten()
        for near in (place.floor(), place.floor() + 1):
            inside = (near >= 0) & (near < bins)
            rows.append(voxel[inside])
            columns.append(view * bins + near[inside].long())
            weights.append((1 - (place - near).abs())[inside].float())
    indices = torch.stack([torch.cat(rows), torch.cat(columns)])
    return compressed(
        torch.sparse_coo_tensor(indices, torch.cat(weights), (grid.side**2, len(angles) * bins))
    )
