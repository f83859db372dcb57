"""From an image to what a model makes of it: the mean of its members, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.dicom.read import Header
from inference.model import ModelIdentity
from inference.translation import refusals
from inference.translation.network import Network, stacks
from inference.translation.task import NotMeant, Placed, Task
from inference.volume import Volume


@dataclass(frozen=True, eq=False)
class Model:
    """Trained networks of one task: members of an ensemble, which differ in the seed of their training alone.

    contrast_exponent: the power to which what a member says, in units of the network, is raised. A mean of what is
    possible is flatter than any single truth; validation patients said how much.
    """

    task: Task
    identity: ModelIdentity
    members: tuple[Network, ...]
    contrast_exponent: float = 1.0


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
    of_the_file = None if header is None else refusals.of_the_file(header)
    refusal = of_the_file or model.task.refuse(header, volume)
    if refusal is not None:
        raise NotMeant(refusal)
    return answers(model, volume).translation(model.contrast_exponent)


@dataclass(frozen=True, eq=False)
class Answers:
    """members: float32 [member, k, j, i], what each says of the placed image, in units of the network."""

    placed: Placed
    members: Tensor

    def translation(self, contrast_exponent: float) -> Translation:
        """Mean and spread of the members in the units of the source."""
        raised = self.members**contrast_exponent
        spread = raised.std(dim=0) if len(raised) > 1 else torch.zeros_like(raised[0])
        grid = self.placed.image

        def in_patient(scaled: Tensor) -> Volume:
            return Volume(scaled.numpy() * np.float32(self.placed.scale), grid.affine, grid.kind, grid.flags)

        return Translation(in_patient(raised.mean(dim=0)), in_patient(spread), grid.flags)


def answers(model: Model, volume: Volume) -> Answers:
    """What the members say of a volume that the task does not refuse. Raises NotTranslatable."""
    placed = model.task.place(volume)
    return Answers(placed, torch.stack([_answer(member, placed) for member in model.members]))


def input_of(placed: Placed, *, coordinates: int) -> Tensor:
    """What a network sees of all slices: [k, SLICES + coordinates, j, i]."""
    image = torch.from_numpy(placed.image.voxels / np.float32(placed.scale))
    k, j, i = (torch.from_numpy(line) for line in placed.coordinates)
    where = (k[:, None, None], j[None, :, None], i[None, None, :])[:coordinates]
    return stacks(image, *(one.expand(image.shape) for one in where))


def _answer(member: Network, placed: Placed) -> Tensor:
    device = next(member.parameters()).device
    # Always float32: without AMX or AVX512-BF16 a processor multiplies bfloat16 7 to 100 times slower.
    with torch.inference_mode():
        answer: Tensor = member.eval()(input_of(placed, coordinates=member.shape.coordinates).to(device))
    return answer.cpu()
