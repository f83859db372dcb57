"""From a SPECT volume to a virtual PET volume on the same grid."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from inference.translation.grid import scale_of, to_grid
from inference.translation.network import Translator, stacks
from inference.volume import Kind, Volume


class NotTranslatable(ValueError):
    """The network has no answer for this volume."""


def virtual_pet(network: Translator, spect: Volume) -> Volume:
    """Virtual PET on the grid of `spect`, in its units; 0 beyond the 256 x 256 x 160 mm that the network sees.

    spect: a short-axis volume on any grid, the heart near its middle. The same voxels and weights on the same
    machine give the same bits. Raises NotTranslatable, NoActivity.
    """
    if spect.kind is not Kind.SHORT_AXIS:
        raise NotTranslatable("Only short-axis images can be translated.")
    if not np.isfinite(spect.voxels).all():
        raise NotTranslatable("The image holds values that are not numbers.")
    seen = to_grid(spect)
    scale = scale_of(seen.voxels)
    device = next(network.parameters()).device
    answer = translated(network, torch.from_numpy(seen.voxels / np.float32(scale)).to(device))
    predicted = Volume(answer.cpu().numpy() * np.float32(scale), seen.affine, spect.kind)
    k, j, i = spect.voxels.shape
    return Volume(predicted.resample(spect.affine, (k, j, i)).voxels, spect.affine, spect.kind, spect.flags)


def translated(network: Translator, scaled: Tensor) -> Tensor:
    """[k, j, i] on the network's grid, scaled -> the same of virtual PET."""
    network.eval()
    with torch.inference_mode():
        return network(stacks(scaled))
