"""The arithmetic that is counted is the arithmetic that is done."""

import torch
from torch import nn

from inference.bench.layers import Product, products_of


def test_a_convolution_is_a_product_with_a_row_for_each_output_pixel() -> None:
    network = nn.Sequential(
        nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 2, 1, stride=2), nn.Conv2d(2, 8, 3, groups=2)
    )
    found = products_of(network, torch.rand(3, 4, 8, 8))
    assert found == [Product(192, 36, 6), Product(48, 6, 2), Product(12, 9, 8)]


def test_a_product_multiplies_and_adds_once_for_each_term() -> None:
    rows, inner, columns = 3, 5, 7
    assert Product(rows, inner, columns).operations == 2 * rows * inner * columns


def test_counting_leaves_the_network_as_it_was() -> None:
    network, seen = nn.Sequential(nn.Conv2d(1, 1, 3)), torch.rand(1, 1, 8, 8)
    first = products_of(network, seen)
    network(seen)
    assert len(first) == 1 and products_of(network, seen) == first
