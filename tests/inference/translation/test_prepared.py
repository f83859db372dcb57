"""A prepared network is the same network."""

import torch
from torch import Tensor, nn

from inference.translation.prepared import prepared


class Small(nn.Module):
    """As the translators are built: convolution, normalisation, activation, twice; then a head without."""

    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.LeakyReLU(0.1),
            nn.Conv2d(8, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.LeakyReLU(0.1),
        )
        self.head = nn.Conv2d(8, 1, 1)

    def forward(self, seen: Tensor) -> Tensor:
        return self.head(self.block(seen))


def trained() -> Small:
    """Statistics and weights as after training: none is 0 or 1."""
    torch.manual_seed(3)
    network = Small()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.3, 3.0)
            nn.init.uniform_(layer.weight, 0.5, 2.0)
            nn.init.normal_(layer.bias)
    return network.eval()


def test_a_prepared_network_answers_as_the_trained_one() -> None:
    network, seen = trained(), torch.rand(4, 3, 16, 16)
    with torch.inference_mode():
        answer, other = network(seen), prepared(network)(seen)
    assert float(answer.std()) > 0.01
    assert float((answer - other).abs().max()) < 1e-5 * float(answer.abs().max())


def test_it_has_no_normalisation_left_and_the_trained_one_keeps_its_own() -> None:
    network = trained()
    ready = prepared(network)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in ready.modules())
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()) == 2
    assert not ready.training
