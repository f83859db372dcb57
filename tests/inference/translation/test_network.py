"""The network is a correction of the slice in the middle, told where in the organ that slice lies."""

import pytest
import torch

from inference.translation.network import SLICES, Network, described, parameter_count, stacks
from inference.translation.task import NetworkShape

PLAIN = NetworkShape(coordinates=0)
GAIN_ONLY = NetworkShape(coordinates=0, offset_head=False)


def with_head(shape: NetworkShape, *, gain: float, offset: float = 0.0) -> Network:
    network = Network(shape).eval()
    bias = network.head.bias
    assert bias is not None
    with torch.no_grad():
        bias[:4] = gain
        bias[4:] = offset
    return network


def test_every_slice_comes_with_its_neighbours_and_ends_are_repeated() -> None:
    slices = stacks(torch.arange(6.0).reshape(6, 1, 1)).flatten(1)
    assert slices.shape == (6, SLICES)
    assert slices[0].tolist() == [0, 0, 0, 1, 2]
    assert slices[3].tolist() == [1, 2, 3, 4, 5]
    assert slices[5].tolist() == [3, 4, 5, 5, 5]


def test_coordinates_follow_the_slices() -> None:
    slices = stacks(torch.zeros(3, 2, 2), torch.full((3, 2, 2), 7.0), torch.full((3, 2, 2), 8.0))
    assert slices.shape == (3, SLICES + 2, 2, 2)
    assert (slices[:, SLICES] == 7).all() and (slices[:, SLICES + 1] == 8).all()


def test_an_untrained_network_returns_the_middle_slice() -> None:
    shape = NetworkShape(coordinates=2)
    slices = torch.rand(2, SLICES + 2, 64, 64)
    assert torch.equal(Network(shape).eval()(slices), slices[:, SLICES // 2])


def test_gain_and_offset_act_as_said_and_nothing_is_negative() -> None:
    slices = torch.rand(1, SLICES, 16, 16)
    expected = (slices[:, SLICES // 2] * 2 - 0.5).clamp_min(0)
    assert torch.allclose(with_head(PLAIN, gain=1.0, offset=-0.5)(slices), expected)
    assert expected.min() == 0


def test_without_an_offset_there_is_no_activity_where_there_was_none() -> None:
    slices = torch.rand(1, SLICES, 16, 16)
    slices[:, :, 4:8] = 0
    made = with_head(GAIN_ONLY, gain=0.5)(slices)
    assert torch.allclose(made, slices[:, SLICES // 2] * 1.5)
    assert (made[:, 4:8] == 0).all()


def test_a_coordinate_is_seen() -> None:
    torch.manual_seed(2)
    network = Network(NetworkShape(coordinates=1)).eval()
    torch.nn.init.normal_(network.head.weight)
    slices = torch.rand(1, SLICES + 1, 16, 16)
    elsewhere = slices.clone()
    elsewhere[:, SLICES] += 1
    assert (network(slices) - network(elsewhere)).abs().max() > 1e-3


def test_what_is_broad_stays_as_it_was_and_what_is_fine_is_changed() -> None:
    brighter = with_head(NetworkShape(coordinates=0, keeps=5.0), gain=0.5)
    flat, fine = torch.ones(1, SLICES, 64, 64), torch.ones(1, SLICES, 64, 64)
    fine[..., ::2] = 0.5
    middle = slice(16, 48)
    assert torch.allclose(brighter(flat)[0, middle, middle], torch.ones(32, 32), atol=1e-5)
    stripes = brighter(fine)[0, middle, middle].detach()
    assert stripes.mean() == pytest.approx(0.75, abs=1e-3) and stripes.std() > 1.4 * fine.std()
    assert parameter_count(NetworkShape(keeps=5.0)) == parameter_count(NetworkShape())


def test_the_words_for_a_network_tell_its_parts() -> None:
    assert "a gain and an offset" in described(PLAIN) and "a gain for" in described(GAIN_ONLY)
    assert "3 coordinates" in described(NetworkShape(coordinates=3)) and "5 pixels" in described(
        NetworkShape(keeps=5)
    )
    assert parameter_count(PLAIN) - parameter_count(GAIN_ONLY) == 4 * 32 + 4
