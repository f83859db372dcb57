"""The network is a correction of the slice in the middle, and its grid keeps the patient's geometry."""

import numpy as np
import pytest
import torch
from scipy.ndimage import center_of_mass

from inference.translation.grid import SHAPE, NoActivity, scale_of, to_grid
from inference.translation.network import SLICES, Translator, stacks
from inference.translation.predict import NotTranslatable, virtual_pet
from inference.volume import Kind, Volume
from tests.inference.translation.simulated import heart, on_another_grid


def test_every_slice_comes_with_its_neighbours_and_ends_are_repeated() -> None:
    slices = stacks(torch.arange(6.0).reshape(6, 1, 1)).flatten(1)
    assert slices.shape == (6, SLICES)
    assert slices[0].tolist() == [0, 0, 0, 1, 2]
    assert slices[3].tolist() == [1, 2, 3, 4, 5]
    assert slices[5].tolist() == [3, 4, 5, 5, 5]


def test_an_untrained_network_returns_the_middle_slice() -> None:
    slices = torch.rand(2, SLICES, 64, 64)
    assert torch.equal(Translator().eval()(slices), slices[:, SLICES // 2])


def test_gain_and_offset_act_as_said_and_nothing_is_negative() -> None:
    network = Translator().eval()
    slices = torch.rand(1, SLICES, 16, 16)
    bias = network.head.bias
    assert bias is not None
    with torch.no_grad():
        bias.copy_(torch.tensor([1.0] * 4 + [-0.5] * 4))
    expected = (slices[:, SLICES // 2] * 2 - 0.5).clamp_min(0)
    assert torch.allclose(network(slices), expected)
    assert expected.min() == 0


def test_the_networks_grid_leaves_an_image_that_is_on_it_where_it_is() -> None:
    volume = heart()
    on_grid = to_grid(volume)
    assert on_grid.voxels.shape == SHAPE
    assert np.allclose(on_grid.affine, volume.affine)
    assert np.abs(on_grid.voxels - volume.voxels).max() < 1e-3 * volume.voxels.max()


def test_an_image_on_another_grid_is_seen_in_the_same_place() -> None:
    volume = heart()
    seen = to_grid(on_another_grid(volume))
    assert np.allclose(seen.affine, volume.affine, atol=1e-6)
    inner = (slice(8, 32), slice(12, 52), slice(12, 52))
    off = np.subtract(center_of_mass(seen.voxels[inner]), center_of_mass(volume.voxels[inner]))
    assert np.abs(off).max() < 0.1


def test_a_hot_organ_beside_the_heart_does_not_change_the_scale() -> None:
    volume = heart()
    with_gut = volume.voxels.copy()
    with_gut[:, 52:60, 20:30] = 10 * volume.voxels.max()
    assert scale_of(with_gut) == scale_of(volume.voxels)


def test_an_untrained_network_returns_its_input_on_the_grid_of_its_input() -> None:
    source = heart()
    made = virtual_pet(Translator(), source)
    assert np.array_equal(made.affine, source.affine) and made.voxels.shape == source.voxels.shape
    assert np.abs(made.voxels - source.voxels).max() < 1e-3 * source.voxels.max()


def test_the_answer_lies_on_the_grid_of_the_source_whatever_that_is() -> None:
    source = on_another_grid(heart())
    made = virtual_pet(Translator(), source)
    assert np.array_equal(made.affine, source.affine) and made.voxels.shape == source.voxels.shape
    inside = (slice(4, -4), slice(10, -10), slice(8, -8))
    assert np.corrcoef(made.voxels[inside].ravel(), source.voxels[inside].ravel())[0, 1] > 0.98


def test_what_is_no_image_of_a_heart_is_refused() -> None:
    source = heart()
    empty = Volume(np.zeros_like(source.voxels), source.affine, Kind.SHORT_AXIS)
    with pytest.raises(NoActivity):
        virtual_pet(Translator(), empty)
    with pytest.raises(NotTranslatable, match="short-axis"):
        virtual_pet(Translator(), Volume(source.voxels, source.affine, Kind.TRANSAXIAL))
    broken = source.voxels.copy()
    broken[0, 0, 0] = np.nan
    with pytest.raises(NotTranslatable, match="not numbers"):
        virtual_pet(Translator(), Volume(broken, source.affine, Kind.SHORT_AXIS))
