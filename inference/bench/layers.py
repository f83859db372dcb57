"""The arithmetic of a network, counted from the shapes of its layers, and matrix products of the same size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

SIDE = 2048  # of the square product that says what a machine can do at most


@dataclass(frozen=True)
class Product:
    """A matrix product [rows, inner] x [inner, columns]; a convolution is one with a row for each output pixel."""

    rows: int
    inner: int
    columns: int

    @property
    def operations(self) -> int:
        """Floating-point operations: a multiplication and an addition for each term."""
        return 2 * self.rows * self.inner * self.columns


SQUARE = Product(SIDE, SIDE, SIDE)


def products_of(network: nn.Module, seen: Tensor) -> list[Product]:
    """The convolutions that `network` does on `seen`, in their order. The rest is under 1 % of the arithmetic."""
    found: list[Product] = []

    def count(layer: nn.Module, _: tuple[Tensor, ...], out: Tensor) -> None:
        if isinstance(layer, nn.Conv2d):
            inner = layer.in_channels // layer.groups * math.prod(layer.kernel_size)
            found.append(Product(out.numel() // layer.out_channels, inner, layer.out_channels))

    hooks = [layer.register_forward_hook(count) for layer in network.modules()]
    try:
        with torch.inference_mode():
            network(seen)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def factors(product: Product, device: torch.device) -> tuple[Tensor, Tensor]:
    """Two float32 matrices of the product's shapes, filled with noise."""
    return (
        torch.randn(product.rows, product.inner, device=device),
        torch.randn(product.inner, product.columns, device=device),
    )
