"""Training on the pairs of a cohort: which voxels count, how pairs are varied, how long."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.heart.ventricle import LeftVentricle, find_left_ventricle
from inference.translation.grid import SHAPE, SPACING_MM, cylinder, scale_of, to_grid
from inference.translation.network import SLICES, Translator
from inference.translation.pairs import STATES, Pairs
from inference.volume import Volume

_BATCH = 16
_LEARNING_RATE = 2e-3
_WARM_UP = 0.03
_SIDE = 48  # pixels of the middle of a slice, which is what is learned from: half the work
# Augmentation, the same for both images of a pair, in the plane of the slice: radians, share, pixels, at most.
_ROTATION, _SCALE, _SHIFT = 0.10, 0.06, 3.0
# Where an error counts: a little everywhere, most round the ventricle, more still where PET shows a defect. On 24
# other patients (seed 77) a network trained without the last, and without drawing defects more often, filled in
# 11 of 33 inferior defects; with both it was 5, at the same mean error.
_OUTSIDE, _ROUND_THE_HEART, _DEFECT = 0.25, 2.0, 4.0
_HEART_MM, _HALF_WALL_MM, _BASE_MM = 50.0, 6.0, 8.0
_DEFECT_BELOW = 0.7
_GRADIENT = 0.5

RECIPE = (
    "L1 and in-plane gradient L1, weighted towards the ventricle and further to PET defects (below 70 %); "
    "defect slices drawn twice as often; rotation, scale and shift in plane; AdamW, cosine decay"
)


@dataclass(frozen=True, eq=False)
class Examples:
    """What training keeps in memory: scaled images [n, k, j, i] on the network's grid.

    weight: how much an error at a voxel counts. chance: [n * k] how likely a slice is drawn.
    """

    spect: Tensor
    pet: Tensor
    weight: Tensor
    chance: Tensor


@dataclass(frozen=True)
class Progress:
    """After a part of the time: the share that is gone, steps so far, mean loss since the last report."""

    share: float
    steps: int
    loss: float


def examples_of(patients: Iterable[Pairs]) -> Examples:
    """Both states of each patient. Raises VentricleNotFound, NoActivity."""
    spect, pet, weight, chance = ([], [], [], [])
    for one in patients:
        for state in STATES:
            seen, target = to_grid(one.spect[state]), to_grid(one.pet[state])
            counts, defect = _what_counts(target)
            spect.append(seen.voxels / scale_of(seen.voxels))
            pet.append(target.voxels / scale_of(target.voxels))
            weight.append(counts)
            chance.append(1.0 + (defect.sum(axis=(1, 2)) >= 4))
    return Examples(
        spect=_stacked(spect), pet=_stacked(pet), weight=_stacked(weight), chance=_stacked(chance).flatten()
    )


def train(
    examples: Examples, *, seconds: float, seed: int, tell: Callable[[Progress], None]
) -> tuple[Translator, int]:
    """A trained network and the steps that it took, after `seconds` of processor time of this process."""
    torch.manual_seed(seed)
    network = Translator()
    optimizer = torch.optim.AdamW(network.parameters(), _LEARNING_RATE, weight_decay=1e-3)
    began, steps, told = time.process_time(), 0, 0.0
    losses: list[float] = []
    network.train()
    while (share := (time.process_time() - began) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = _LEARNING_RATE * min(1.0, share / _WARM_UP + 0.05) * _cosine(share)
        slices, target, weight = _varied(*_drawn(examples))
        loss = _loss(network(slices), target, weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps += 1
        losses.append(float(loss.detach()))
        if share >= told + 0.1:
            told = share
            tell(Progress(share, steps, float(np.mean(losses))))
            losses.clear()
    return network.eval(), steps


def _stacked(parts: list[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(parts).astype(np.float32))


def _what_counts(pet: Volume) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Weight of each voxel [k, j, i], and where the wall shows a defect in PET."""
    ventricle = find_left_ventricle(pet)
    defect = _wall(ventricle) & (pet.voxels < _DEFECT_BELOW * ventricle.robust_max)
    # The edges of a normal wall are dim too: a defect is where even the middle of the wall is.
    bright = torch.from_numpy((pet.voxels * _wall(ventricle)).astype(np.float32))
    nearby = functional.max_pool3d(bright[None], (3, 5, 5), stride=1, padding=(1, 2, 2))[0].numpy()
    defect &= nearby < _DEFECT_BELOW * ventricle.robust_max
    weight = np.where(cylinder(_HEART_MM), _OUTSIDE + _ROUND_THE_HEART, _OUTSIDE)
    return (weight + _DEFECT * defect).astype(np.float32), defect


def _wall(ventricle: LeftVentricle) -> NDArray[np.bool_]:
    """[k, j, i] of the grid: within 6 mm of the middle of the wall, a cylinder with a round end at the apex."""
    k, j, i = np.meshgrid(*(np.arange(n) * SPACING_MM for n in SHAPE), indexing="ij")
    points = np.stack([i, j, k], axis=-1) - ventricle.apex_mm
    along = (ventricle.base_mm - ventricle.apex_mm) / ventricle.length_mm
    height = points @ along
    nearest = np.clip(height, ventricle.radius_mm, None)[..., None] * along
    off = np.linalg.norm(points - nearest, axis=-1) - ventricle.radius_mm
    # Blur dims every wall towards its end at the base.
    return np.asarray((np.abs(off) <= _HALF_WALL_MM) & (height <= ventricle.length_mm - _BASE_MM))


def _drawn(examples: Examples) -> tuple[Tensor, Tensor, Tensor]:
    """A batch: [batch, SLICES, j, i] of SPECT, [batch, 1, j, i] of PET, the same of weights."""
    depth = examples.spect.shape[1]
    drawn = torch.multinomial(examples.chance, _BATCH, replacement=True)
    volume, middle = drawn // depth, drawn % depth
    neighbours = (middle[:, None] + torch.arange(SLICES) - SLICES // 2).clamp(0, depth - 1)
    return (
        examples.spect[volume[:, None], neighbours],
        examples.pet[volume, middle][:, None],
        examples.weight[volume, middle][:, None],
    )


def _varied(slices: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The middle of the batch, turned, scaled and shifted by small random amounts, images and weights together."""
    count, field = len(slices), slices.shape[-1]
    angle, scale = _within(_ROTATION, count), 1 + _within(_SCALE, count)
    shift = torch.stack([_within(_SHIFT, count), _within(_SHIFT, count)], dim=1) / (field / 2)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(count, 2, 2)
    placed = torch.cat([turn * (scale * _SIDE / field)[:, None, None], shift[:, :, None]], dim=2)
    together = torch.cat([slices, target, weight], dim=1)
    grid = functional.affine_grid(placed, [count, 1, _SIDE, _SIDE], align_corners=False)
    moved = functional.grid_sample(together, grid, padding_mode="border", align_corners=False)
    varied = moved.split([SLICES, 1, 1], dim=1)
    return varied[0], varied[1], varied[2]


def _within(limit: float, count: int) -> Tensor:
    return (torch.rand(count) * 2 - 1) * limit


def _loss(predicted: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted L1 of values and of in-plane differences. predicted: [batch, j, i]; the others [batch, 1, j, i]."""
    error, counts = predicted - target[:, 0], weight[:, 0]
    down, across = error.diff(dim=1).abs(), error.diff(dim=2).abs()
    edges = (down * counts[:, 1:]).mean() + (across * counts[:, :, 1:]).mean()
    return (error.abs() * counts).mean() + _GRADIENT * edges


def _cosine(share: float) -> float:
    return 0.5 + 0.5 * math.cos(math.pi * share)
