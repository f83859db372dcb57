"""From an image to what a model makes of it: the mean of its members, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.dicom.read import Header
from inference.translation.bundle import ModelIdentity
from inference.translation.network import Network, stacks
from inference.translation.task import NotTranslatable, Placed, Task
from inference.volume import Volume


@dataclass(frozen=True, eq=False)
class Model:
    """Trained networks of one task: members of an ensemble, which differ in the seed of their training alone."""

    task: Task
    identity: ModelIdentity
    members: tuple[Network, ...]


@dataclass(frozen=True, eq=False)
class Translation:
    """image: what the members make on average. uncertainty: their standard deviation, in the same units; 0 for one.

    Both lie on the grid of the task, in the frame of the organ; the affine leads into the patient of the source.
    flags: what a person should check, of reading and of finding the organ.
    """

    image: Volume
    uncertainty: Volume
    flags: tuple[str, ...]


def translate(model: Model, volume: Volume, header: Header | None = None) -> Translation:
    """What the model makes of `volume`, in its units, with the uncertainty of it.

    header: of the file that the volume was read from, so that it can be refused for what it says about itself.
    The same voxels and weights on the same machine give the same bits.
    Raises NotTranslatable for an image that the task was not made for.
    """
    refusal = model.task.refuse(header, volume)
    if refusal is not None:
        raise NotTranslatable(refusal)
    placed = model.task.place(volume)
    answers = torch.stack([_answer(member, placed) for member in model.members])
    spread = answers.std(dim=0) if len(answers) > 1 else torch.zeros_like(answers[0])
    grid = placed.image

    def in_patient(scaled: Tensor) -> Volume:
        return Volume(scaled.cpu().numpy() * np.float32(placed.scale), grid.affine, grid.kind, grid.flags)

    return Translation(in_patient(answers.mean(dim=0)), in_patient(spread), grid.flags)


def input_of(placed: Placed, *, coordinates: int) -> Tensor:
    """What a network sees of all slices: [k, SLICES + coordinates, j, i]."""
    image = torch.from_numpy(placed.image.voxels / np.float32(placed.scale))
    k, j, i = (torch.from_numpy(line) for line in placed.coordinates)
    where = (k[:, None, None], j[None, :, None], i[None, None, :])[:coordinates]
    return stacks(image, *(one.expand(image.shape) for one in where))


def _answer(member: Network, placed: Placed) -> Tensor:
    device = next(member.parameters()).device
    with torch.inference_mode():
        return member.eval()(input_of(placed, coordinates=member.shape.coordinates).to(device))
