"""The network: five neighbouring slices in, the middle one out, changed by a factor and a term for each pixel."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.translation.task import NetworkShape

SLICES = 5
_STEM = 2  # the first layer sees blocks of 2 x 2 pixels: a quarter of the work at full resolution


class Network(nn.Module):
    """[batch, SLICES + coordinates, j, i] -> [batch, j, i], not negative; j and i are multiples of 8.

    out = relu(x * (1 + gain) + offset), x being the middle slice in scaled units: attenuation acts as a factor,
    scatter and resolution as a term. Gain and offset start at 0, so an untrained network returns its input.
    With shape.keeps, what a Gaussian of the plane leaves of out - x is taken from it, before a last relu: only what is
    broader than that Gaussian stays as it was; means of smaller regions can still change.
    """

    broad: Tensor

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        fine, middle, coarse = shape.channels
        self.encode_fine = _block((SLICES + shape.coordinates) * _STEM**2, fine)
        self.encode_middle = _block(fine, middle)
        self.encode_coarse = _block(middle, coarse)
        self.decode_middle = _block(coarse + middle, middle)
        self.decode_fine = _block(middle + fine, fine)
        self.head = nn.Conv2d(fine, (2 if shape.offset_head else 1) * _STEM**2, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]
        if shape.keeps:
            self.register_buffer("broad", _gaussian(shape.keeps), persistent=False)

    def forward(self, slices: Tensor) -> Tensor:
        fine = self.encode_fine(functional.pixel_unshuffle(slices, _STEM))
        middle = self.encode_middle(functional.avg_pool2d(fine, 2))
        coarse = self.encode_coarse(functional.avg_pool2d(middle, 2))
        middle = self.decode_middle(torch.cat([_twice(coarse), middle], dim=1))
        fine = self.decode_fine(torch.cat([_twice(middle), fine], dim=1))
        changes = functional.pixel_shuffle(self.head(fine), _STEM)
        seen = slices[:, SLICES // 2]
        changed = seen * (1 + changes[:, 0])
        made = functional.relu(changed + changes[:, 1] if self.shape.offset_head else changed)
        return functional.relu(made + self._broad(seen - made)) if self.shape.keeps else made

    def _broad(self, change: Tensor) -> Tensor:
        return functional.conv2d(change[:, None], self.broad, padding=self.broad.shape[-1] // 2)[:, 0]


def stacks(volume: Tensor, *coordinates: Tensor) -> Tensor:
    """[k, j, i] -> [k, SLICES + coordinates, j, i]: every slice with its neighbours, and where it lies.

    The end slices are repeated beyond the ends. coordinates: [k, j, i] each.
    """
    reach = torch.arange(SLICES, device=volume.device) - SLICES // 2
    middle = torch.arange(len(volume), device=volume.device)
    neighbours = volume[(middle[:, None] + reach).clamp(0, len(volume) - 1)]
    return torch.cat([neighbours, *(one[:, None] for one in coordinates)], dim=1)


def described(shape: NetworkShape) -> str:
    """The architecture in words."""
    seen = f"{SLICES} slices" + (f" and {shape.coordinates} coordinates" if shape.coordinates else "")
    head = "a gain and an offset" if shape.offset_head else "a gain"
    channels = "-".join(map(str, shape.channels))
    kept = f"; what is broader than {shape.keeps:g} pixels stays" if shape.keeps else ""
    return (
        f"2.5D U-Net: {seen} in, the middle slice out; {_STEM} x {_STEM} pixel-unshuffle stem, channels {channels}, "
        f"batch normalisation, {head} for each pixel{kept}"
    )


def parameter_count(shape: NetworkShape) -> int:
    """Trained parameters of one network."""
    return sum(parameter.numel() for parameter in Network(shape).parameters())


def _gaussian(fwhm: float) -> Tensor:
    """[1, 1, n, n] with a sum of 1, out to three standard deviations."""
    sigma = fwhm / (8 * math.log(2)) ** 0.5
    reach = math.ceil(3 * sigma)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    return torch.outer(line, line)[None, None] / line.sum() ** 2


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
