"""Training on pairs of a task, counted in steps: the same pairs, recipe and seed give the same weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inference.translation.network import SLICES, Network
from inference.translation.task import ABNORMAL, LeftOut, NetworkShape, Pair, Recipe

_LEAST_ABNORMAL = 4  # voxels that make a slice abnormal
_REPORTS = 20


@dataclass(frozen=True, eq=False)
class Examples:
    """What training keeps in memory: n pairs on one grid, about 0.8 MB each for [40, 64, 64].

    patients: whose pairs these are, in the order of the pairs, each once. left_out: whom the task refused.
    image, target: float16 [n, k, j, i], in units of the network. region: uint8 [n, k, j, i].
    along_k, along_j, along_i: float32 [n, k], [n, j], [n, i], the coordinates.
    """

    patients: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    image: Tensor
    target: Tensor
    region: Tensor
    along_k: Tensor
    along_j: Tensor
    along_i: Tensor


@dataclass(frozen=True)
class Progress:
    """Steps so far, of how many, and the mean loss since the last report."""

    step: int
    steps: int
    loss: float


def examples_of(pairs: Iterable[Pair | LeftOut]) -> Examples:
    """The pairs as training wants them. ValueError if there are none."""
    patients, images, targets, regions, lines = [], [], [], [], []
    left_out = []
    for pair in pairs:
        if isinstance(pair, LeftOut):
            left_out.append(pair)
            continue
        patients.append(pair.patient)
        images.append((pair.placed.image.voxels / np.float32(pair.placed.scale)).astype(np.float16))
        targets.append(pair.target.astype(np.float16))
        regions.append(pair.region)
        lines.append(pair.placed.coordinates)
    if not images:
        raise ValueError("there are no patients to learn from")
    k, j, i = (torch.from_numpy(np.stack(along)) for along in zip(*lines, strict=True))
    image, target, region = (torch.from_numpy(np.stack(parts)) for parts in (images, targets, regions))
    return Examples(tuple(dict.fromkeys(patients)), tuple(left_out), image, target, region, k, j, i)


def first_patients(pairs: Iterable[Pair | LeftOut], count: int | None) -> Iterator[Pair | LeftOut]:
    """What is of the first `count` patients; of all for None."""
    seen: set[str] = set()
    for pair in pairs:
        if pair.patient not in seen and len(seen) == count:
            return
        seen.add(pair.patient)
        yield pair


def joined(parts: Sequence[Examples]) -> Examples:
    """The examples of several cohorts as one."""

    def together(name: str) -> Tensor:
        return torch.cat([getattr(part, name) for part in parts])

    patients = tuple(patient for part in parts for patient in part.patients)
    left_out = tuple(one for part in parts for one in part.left_out)
    names = ("image", "target", "region", "along_k", "along_j", "along_i")
    return Examples(patients, left_out, *(together(name) for name in names))


def train(
    examples: Examples,
    *,
    shape: NetworkShape,
    recipe: Recipe,
    steps: int,
    seed: int,
    tell: Callable[[Progress], None],
) -> Network:
    """A network after `steps` steps. One thread on one kind of machine gives the same weights for the same seed."""
    chance = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(shape).train()
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    odds = _odds(examples, recipe)
    losses: list[float] = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * _pace(step / steps, warm_up=recipe.warm_up)
        seen, wanted = _varied(*_drawn(examples, odds, shape, recipe, chance), recipe, chance)
        loss = _loss(network(seen), wanted, recipe)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        _follow(average, network, decay=min(recipe.averaging, (1 + step) / (10 + step)))
        losses.append(float(loss.detach()))
        if (step + 1) * _REPORTS // steps > step * _REPORTS // steps:
            tell(Progress(step + 1, steps, float(np.mean(losses))))
            losses.clear()
    network.load_state_dict(average)
    return network.eval()


def _odds(examples: Examples, recipe: Recipe) -> Tensor:
    """[n * k]: how likely a slice is drawn."""
    abnormal = (examples.region == ABNORMAL).sum(dim=(2, 3)) >= _LEAST_ABNORMAL
    return torch.where(abnormal, recipe.oversampling, 1.0).flatten()


def _drawn(
    examples: Examples, odds: Tensor, shape: NetworkShape, recipe: Recipe, chance: torch.Generator
) -> tuple[Tensor, Tensor]:
    """A batch: [batch, SLICES + coordinates, j, i] of input; [batch, 3, j, i] of target, weight and quantile."""
    _, depth, rows, columns = examples.image.shape
    drawn = torch.multinomial(odds, recipe.batch, replacement=True, generator=chance)
    volume, middle = drawn // depth, drawn % depth
    neighbours = (middle[:, None] + torch.arange(SLICES) - SLICES // 2).clamp(0, depth - 1)
    where = [
        examples.along_k[volume, middle][:, None, None].expand(-1, rows, columns),
        examples.along_j[volume][:, :, None].expand(-1, rows, columns),
        examples.along_i[volume][:, None, :].expand(-1, rows, columns),
    ][: shape.coordinates]
    seen = [examples.image[volume[:, None], neighbours].float(), *(one[:, None] for one in where)]
    region = examples.region[volume, middle].long()
    counts = torch.tensor([recipe.elsewhere, recipe.near, recipe.abnormal])[region]
    quantile = torch.tensor([recipe.tau, recipe.tau, recipe.tau_abnormal])[region]
    target = examples.target[volume, middle].float()
    return torch.cat(seen, dim=1), torch.stack([target, counts, quantile], dim=1)


def _varied(seen: Tensor, wanted: Tensor, recipe: Recipe, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """The middle of the batch, turned, zoomed and shifted by small random amounts, all channels together."""

    def within(limit: float) -> Tensor:
        return (torch.rand(count, generator=chance) * 2 - 1) * limit

    count, channels, rows, columns = seen.shape
    angle, zoom = within(recipe.rotation), 1 + within(recipe.zoom)
    shift = torch.stack([within(recipe.shift) * 2 / columns, within(recipe.shift) * 2 / rows], dim=1)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(count, 2, 2)
    field = torch.tensor([[recipe.side / columns], [recipe.side / rows]])
    placed = torch.cat([turn * zoom[:, None, None] * field, shift[:, :, None]], dim=2)
    together = torch.cat([seen, wanted], dim=1)
    grid = functional.affine_grid(placed, [count, 1, recipe.side, recipe.side], align_corners=False)
    moved = functional.grid_sample(together, grid, padding_mode="border", align_corners=False)
    return moved[:, :channels], moved[:, channels:]


def _loss(predicted: Tensor, wanted: Tensor, recipe: Recipe) -> Tensor:
    """Weighted pinball loss of values, L1 where the quantile is 0.5, and weighted L1 of in-plane differences.

    predicted: [batch, j, i]; wanted as in _drawn.
    """
    target, counts, quantile = wanted.unbind(dim=1)
    error = target - predicted
    pinball = 2 * torch.maximum(quantile * error, (quantile - 1) * error)
    down, across = error.diff(dim=1).abs(), error.diff(dim=2).abs()
    edges = (down * counts[:, 1:]).mean() + (across * counts[:, :, 1:]).mean()
    return (pinball * counts).mean() + recipe.gradient * edges


def _pace(share: float, *, warm_up: float) -> float:
    rise = min(1.0, share / warm_up + 0.05) if warm_up else 1.0
    return rise * (0.5 + 0.5 * math.cos(math.pi * share))


def _follow(average: dict[str, Tensor], network: Network, *, decay: float) -> None:
    """Moves the average a step towards the weights; decay 0 copies them."""
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value, 1 - decay)
        else:
            average[name].copy_(value)
