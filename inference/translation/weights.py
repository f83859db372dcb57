"""Networks to and from the bytes of a bundle; safetensors only, nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import safetensors.torch
import torch

from inference.translation.bundle import Bundle, BundleProblem, installed_bundle
from inference.translation.network import Network
from inference.translation.predict import Model
from inference.translation.prepared import prepared
from inference.translation.registry import UnknownTask, task_named
from inference.translation.task import NetworkShape, Task


@lru_cache(maxsize=2)
def installed_model(digest: str) -> Model:
    """The installed model with this digest, on the GPU if there is one; kept for the life of the process.

    Raises BundleProblem.
    """
    model = model_of(installed_bundle(digest))
    if torch.cuda.is_available():
        for member in model.members:
            member.to("cuda")
    return model


def model_of(bundle: Bundle) -> Model:
    """The model of a bundle, on the CPU, ready to predict. Raises BundleProblem."""
    task, networks = trained_of(bundle)
    return Model(task, bundle.model, tuple(prepared(network) for network in networks))


def trained_of(bundle: Bundle) -> tuple[Task, tuple[Network, ...]]:
    """The task of a bundle and its members as training left them, for further work. Raises BundleProblem."""
    name = bundle.model.name
    try:
        task = task_named(bundle.card["task"])
        version, described = bundle.card["task_version"], bundle.card["network"]
        shape = NetworkShape(**{**described, "channels": tuple(described["channels"])})
        weights = safetensors.torch.load(bundle.weights)
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
    return task, members


def weights_of(members: Sequence[Network]) -> bytes:
    """The bytes of model.safetensors: the weights of member n are named "n.…"."""
    named = {
        f"{n}.{name}": value.contiguous()
        for n, member in enumerate(members)
        for name, value in member.state_dict().items()
    }
    return safetensors.torch.save(named)


def _member(shape: NetworkShape, weights: dict[str, torch.Tensor], prefix: str) -> Network:
    network = Network(shape)
    network.load_state_dict(
        {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
    )
    return network.eval()
