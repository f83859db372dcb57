"""Networks to and from the bytes of a bundle; safetensors only, nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import safetensors.torch
import torch

from inference.translation.bundle import Bundle, BundleProblem, installed_bundle
from inference.translation.network import Network
from inference.translation.predict import Model
from inference.translation.prepared import prepared
from inference.translation.registry import UnknownTask, task_named
from inference.translation.task import NetworkShape

_EXPONENT = "contrast_exponent"


@lru_cache(maxsize=2)
def installed_model(digest: str) -> Model:
    """The installed model with this digest, on the GPU if there is one; kept for the life of the process.

    Raises BundleProblem.
    """
    model = model_of(installed_bundle(digest))
    for member in model.members:
        member.to(fastest_device())
    return model


def fastest_device() -> torch.device:
    """The GPU if there is one, else the CPU. Both compute in float32, so that they answer alike."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    # Convolutions on a GPU would round their inputs to 10 bits (TF32) by default.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda")


def model_of(bundle: Bundle) -> Model:
    """The model of a bundle, on the CPU, ready to predict. Raises BundleProblem."""
    trained = trained_of(bundle)
    return replace(trained, members=tuple(prepared(member) for member in trained.members))


def trained_of(bundle: Bundle) -> Model:
    """The model of a bundle, its members as training left them, for further work. Raises BundleProblem."""
    name = bundle.model.name
    try:
        task = task_named(bundle.card["task"])
        version, described = bundle.card["task_version"], bundle.card["network"]
        shape = NetworkShape(**{**described, "channels": tuple(described["channels"])})
        weights = safetensors.torch.load(bundle.weights)
        exponent = float(weights.pop(_EXPONENT))
        members = tuple(
            _member(shape, weights, f"{n}.") for n in range(len({key.split(".")[0] for key in weights}))
        )
    except UnknownTask as error:
        raise BundleProblem(f"The model {name} is for another version of this package. {error}") from error
    except (safetensors.SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise BundleProblem(f"The weights of {name} do not fit the network of its card.") from error
    if version != task.version:
        raise BundleProblem(
            f"The model {name} was trained for another version of {task.name}; train it again."
        )
    return Model(task, bundle.model, members, exponent)


def weights_of(members: Sequence[Network], *, contrast_exponent: float = 1.0) -> bytes:
    """The bytes of model.safetensors: the weights of member n are named "n.…".

    The exponent is among them, so that the digest stands for all that decides what the model says.
    """
    named = {
        f"{n}.{name}": value.contiguous()
        for n, member in enumerate(members)
        for name, value in member.state_dict().items()
    }
    return safetensors.torch.save({_EXPONENT: torch.tensor(contrast_exponent, dtype=torch.float64), **named})


def _member(shape: NetworkShape, weights: dict[str, torch.Tensor], prefix: str) -> Network:
    network = Network(shape)
    network.load_state_dict(
        {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
    )
    return network.eval()
