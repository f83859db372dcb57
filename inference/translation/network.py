"""The network: five neighbouring short-axis slices of SPECT in, the middle slice of virtual PET out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

SLICES = 5
CHANNELS = (32, 64, 96)
_STEM = 2  # the first layer sees blocks of 2 x 2 pixels: a quarter of the work at full resolution
ARCHITECTURE = (
    f"2.5D U-Net: {SLICES} slices in, the middle one out; {_STEM} x {_STEM} pixel-unshuffle stem, "
    f"channels {'-'.join(map(str, CHANNELS))}, batch normalisation, a gain and an offset for each pixel"
)


class Translator(nn.Module):
    """[batch, SLICES, j, i] in scaled units -> [batch, j, i], not negative; j and i are multiples of 8.

    out = relu(x * (1 + gain) + offset), x being the middle slice: attenuation acts as a factor, scatter and
    resolution as a term. Gain and offset start at 0, so an untrained network returns its input.
    """

    def __init__(self) -> None:
        super().__init__()
        fine, middle, coarse = CHANNELS
        self.encode_fine = _block(SLICES * _STEM**2, fine)
        self.encode_middle = _block(fine, middle)
        self.encode_coarse = _block(middle, coarse)
        self.decode_middle = _block(coarse + middle, middle)
        self.decode_fine = _block(middle + fine, fine)
        self.head = nn.Conv2d(fine, 2 * _STEM**2, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]

    def forward(self, slices: Tensor) -> Tensor:
        fine = self.encode_fine(functional.pixel_unshuffle(slices, _STEM))
        middle = self.encode_middle(functional.avg_pool2d(fine, 2))
        coarse = self.encode_coarse(functional.avg_pool2d(middle, 2))
        middle = self.decode_middle(torch.cat([_twice(coarse), middle], dim=1))
        fine = self.decode_fine(torch.cat([_twice(middle), fine], dim=1))
        gain, offset = functional.pixel_shuffle(self.head(fine), _STEM).unbind(dim=1)
        return functional.relu(slices[:, SLICES // 2] * (1 + gain) + offset)


def stacks(volume: Tensor) -> Tensor:
    """[k, j, i] -> [k, SLICES, j, i]: every slice with its neighbours; the end slices are repeated beyond the ends."""
    reach = torch.arange(SLICES) - SLICES // 2
    neighbours = (torch.arange(len(volume))[:, None] + reach).clamp(0, len(volume) - 1)
    return volume[neighbours]


def parameter_count() -> int:
    return sum(parameter.numel() for parameter in Translator().parameters())


def _block(channels_in: int, channels_out: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (channels_in, channels_out):
        layers += [
            nn.Conv2d(channels, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.LeakyReLU(0.1, inplace=True),
        ]
    return nn.Sequential(*layers)


def _twice(coarse: Tensor) -> Tensor:
    return functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
