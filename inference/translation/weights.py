"""Networks to and from the bytes of a bundle; safetensors only, nothing is ever unpickled."""

from __future__ import annotations

from functools import lru_cache

import safetensors.torch
import torch

from inference.translation.bundle import Bundle, BundleProblem, ModelIdentity, installed_bundle
from inference.translation.network import Translator


@lru_cache(maxsize=2)
def installed_network(digest: str) -> tuple[ModelIdentity, Translator]:
    """The installed model with this digest, on the GPU if there is one; kept for the life of the process.

    Raises BundleProblem.
    """
    bundle = installed_bundle(digest)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return bundle.model, network_of(bundle).to(device)


def network_of(bundle: Bundle) -> Translator:
    """The network of a bundle, on the CPU, ready to predict. Raises BundleProblem."""
    network = Translator()
    try:
        network.load_state_dict(safetensors.torch.load(bundle.weights))
    except (safetensors.SafetensorError, RuntimeError) as error:
        raise BundleProblem(
            f"The weights of {bundle.model.name} do not fit this version's network."
        ) from error
    return network.eval()


def weights_of(network: Translator) -> bytes:
    """The bytes of model.safetensors."""
    return safetensors.torch.save({name: value.contiguous() for name, value in network.state_dict().items()})
