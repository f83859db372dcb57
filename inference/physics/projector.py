"""Rotate-and-sum parallel projectors in torch, each with an exactly matched adjoint.

Images are [y * x, batch * slice] float32 (slice fastest), projections [view, bin, batch * slice]: all slices
of all images of a batch go through one sparse product. A view at angle phi looks along the detector normal
(sin phi, -cos phi): 0 is anterior, +90 degrees the left side, -45 RAO, +135 LPO. Bins run along
(cos phi, sin phi).
"""

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor

from inference.physics.camera import Camera

_FWHM_PER_SIGMA = math.sqrt(8 * math.log(2))
# Our matrices are built from in-range indices; checking each would cost more than building it.
torch.sparse.check_sparse_tensor_invariants.disable()


@dataclass(frozen=True)
class Grid:
    """`slices` x `side` x `side` voxels centred on the axis of rotation."""

    side: int
    slices: int
    voxel_mm: float
    slice_mm: float


class Projector(Protocol):
    """A linear map and its transpose; `subset` keeps some of the views."""

    @property
    def views(self) -> int: ...

    def forward(self, image: Tensor) -> Tensor: ...

    def back(self, projections: Tensor) -> Tensor: ...

    def subset(self, views: Sequence[int]) -> Self: ...


def to_columns(volumes: Tensor) -> Tensor:
    """[batch, z, y, x] -> [y * x, batch * z], the layout the projectors work in."""
    batch, slices, rows, columns = volumes.shape
    return volumes.permute(2, 3, 0, 1).reshape(rows * columns, batch * slices).contiguous()


def to_volumes(columns: Tensor, grid: Grid) -> Tensor:
    """Inverse of `to_columns`: [y * x, batch * z] -> [batch, z, y, x]."""
    return columns.view(grid.side, grid.side, -1, grid.slices).permute(2, 3, 0, 1)


def blur_matrix(count: int, fwhm_pixels: Tensor) -> Tensor:
    """[len(fwhm), count, count]: symmetric Gaussian integrated over pixels; counts leave at the edges."""
    away = (torch.arange(count)[:, None] - torch.arange(count)[None, :]).abs().float()
    width = (fwhm_pixels / _FWHM_PER_SIGMA).clamp_min(1e-3)[:, None, None] * math.sqrt(2)
    return 0.5 * (torch.erf((away + 0.5) / width) - torch.erf((away - 0.5) / width))


def blur(volumes: Tensor, *, fwhm_mm: float, voxel_mm: Sequence[float]) -> Tensor:
    """Separable Gaussian over the last three axes of [batch, z, y, x]."""
    for axis, step in zip((1, 2, 3), voxel_mm, strict=True):
        matrix = blur_matrix(volumes.shape[axis], torch.tensor([fwhm_mm / step]))[0]
        volumes = (volumes.transpose(axis, 3) @ matrix).transpose(axis, 3)
    return volumes


class LineProjector:
    """Line integrals with an optional blur that does not depend on depth: PET, or plain reconstruction.

    `bin_mm` may differ from the voxel size, so that data are not reconstructed on the grid that made them.
    """

    def __init__(
        self, grid: Grid, angles: Sequence[float], *, bins: int, bin_mm: float, fwhm_mm: float = 0.0
    ):
        self.grid, self.bins = grid, bins
        self._lines = [_line_matrix(grid, angle, bins, bin_mm) for angle in angles]
        self._stacked: tuple[Tensor, Tensor] | None = None
        self._blurs: tuple[Tensor, Tensor] | None = None
        if fwhm_mm > 0:
            self._blurs = (
                blur_matrix(bins, torch.tensor([fwhm_mm / bin_mm]))[0],
                blur_matrix(grid.slices, torch.tensor([fwhm_mm / grid.slice_mm]))[0],
            )

    @property
    def views(self) -> int:
        return len(self._lines)

    def subset(self, views: Sequence[int]) -> Self:
        part = object.__new__(type(self))
        part.grid, part.bins, part._blurs = self.grid, self.bins, self._blurs
        part._lines, part._stacked = [self._lines[view] for view in views], None
        return part

    def forward(self, image: Tensor) -> Tensor:
        sums = (self._matrices()[0] @ image).view(self.views, self.bins, -1)
        return self._blur(sums)

    def back(self, projections: Tensor) -> Tensor:
        # Both blurs are symmetric, hence their own transposes.
        return self._matrices()[1] @ self._blur(projections).reshape(self.views * self.bins, -1)

    def _matrices(self) -> tuple[Tensor, Tensor]:
        if self._stacked is None:
            self._stacked = _with_transpose(torch.cat(self._lines))
        return self._stacked

    def _blur(self, projections: Tensor) -> Tensor:
        if self._blurs is None:
            return projections
        across, axial = self._blurs
        views, bins, columns = projections.shape
        blurred = (across @ projections).view(-1, self.grid.slices) @ axial
        return blurred.view(views, bins, columns)


class CollimatorProjector:
    """Sums of voxels with the collimator's blur growing with depth and, if given, attenuation on the way out.

    Bins are as wide as voxels.
    """

    def __init__(self, grid: Grid, angles: Sequence[float], *, camera: Camera):
        self.grid = grid
        self._rotations = [_with_transpose(_rotation_matrix(grid, angle)) for angle in angles]
        self._across, self._axial = self._blurs(camera)
        self._attenuation: Tensor | None = None

    @property
    def views(self) -> int:
        return len(self._rotations)

    def subset(self, views: Sequence[int]) -> Self:
        part = self._copy()
        part._rotations = [self._rotations[view] for view in views]
        return part

    def of(self, camera: Camera) -> Self:
        """The same views by another camera; the rotations, which cost most, are shared."""
        part = self._copy()
        part._across, part._axial = self._blurs(camera)
        return part

    def attenuated(self, attenuation: Tensor) -> Self:
        """The same camera round a body of `attenuation` [y * x, slice] in 1/mm, the same for all images."""
        part = self._copy()
        part._attenuation = attenuation
        return part

    def forward(self, image: Tensor) -> Tensor:
        return torch.stack([self._detect(self._rotate(image, view)) for view in range(self.views)])

    def back(self, projections: Tensor) -> Tensor:
        image = projections.new_zeros(self.grid.side**2, projections.shape[2])
        for view, (_, transpose) in enumerate(self._rotations):
            image += transpose @ self._spread(projections[view], view)
        return image

    def _blurs(self, camera: Camera) -> tuple[Tensor, Tensor]:
        """Blur across [depth, bin, bin] and along the slices [depth, slice, slice], nearest plane first."""
        grid = self.grid
        planes = torch.arange(grid.side).float() - (grid.side - 1) / 2
        fwhm = camera.fwhm_mm(camera.radius_mm + planes * grid.voxel_mm)
        return blur_matrix(grid.side, fwhm / grid.voxel_mm), blur_matrix(grid.slices, fwhm / grid.slice_mm)

    def _copy(self) -> Self:
        part = object.__new__(type(self))
        part.__dict__.update(self.__dict__)
        return part

    def _rotate(self, image: Tensor, view: int) -> Tensor:
        """[depth, bin, batch, slice] as this view sees it, nearest plane first, dimmed by tissue."""
        side = self.grid.side
        seen = (self._rotations[view][0] @ image).view(side, side, -1, self.grid.slices)
        return seen if self._attenuation is None else seen * self._transmission(self._attenuation, view)

    def _transmission(self, attenuation: Tensor, view: int) -> Tensor:
        side = self.grid.side
        mu = (self._rotations[view][0] @ attenuation).view(side, side, 1, self.grid.slices)
        # Half of a voxel's own tissue lies before its centre.
        return torch.exp((0.5 * mu - mu.cumsum(0)) * self.grid.voxel_mm)

    def _detect(self, seen: Tensor) -> Tensor:
        """Sum over depth of (across blur) x plane x (axial blur), as one product over (depth, bin)."""
        side, slices = self.grid.side, self.grid.slices
        axial = torch.bmm(seen.reshape(side, -1, slices), self._axial).view(side * side, -1)
        return self._across.permute(1, 0, 2).reshape(side, side * side) @ axial

    def _spread(self, projection: Tensor, view: int) -> Tensor:
        """Transpose of `_detect` and of the dimming."""
        side, slices = self.grid.side, self.grid.slices
        planes = self._across.permute(0, 2, 1).reshape(side * side, side) @ projection
        spread = torch.bmm(planes.view(side, -1, slices), self._axial.transpose(1, 2))
        if self._attenuation is not None:
            spread = spread.view(side, side, -1, slices) * self._transmission(self._attenuation, view)
        return spread.reshape(side * side, -1)


def compressed(matrix: Tensor) -> Tensor:
    """Sparse matrix by rows, the layout that multiplies fastest."""
    with warnings.catch_warnings():  # "beta state": the adjoint test is our evidence
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        return matrix.coalesce().to_sparse_csr()


def _with_transpose(matrix: Tensor) -> tuple[Tensor, Tensor]:
    return compressed(matrix), compressed(matrix.t())


def _rotation_matrix(grid: Grid, angle: float) -> Tensor:
    """Bilinear resampling, rows (depth, bin), columns (y, x); bins and depths as wide as voxels."""
    return _resampling(grid, angle, grid.side, grid.voxel_mm).coalesce()


def _line_matrix(grid: Grid, angle: float, bins: int, bin_mm: float) -> Tensor:
    """Rows are bins: the rotation summed over depth, times the step, so that values are integrals in mm."""
    rotation = _resampling(grid, angle, bins, bin_mm)
    rows, columns = rotation._indices()
    summed = torch.sparse_coo_tensor(
        torch.stack([rows % bins, columns]), rotation._values() * grid.voxel_mm, (bins, grid.side**2)
    )
    return summed.coalesce()


def _resampling(grid: Grid, angle: float, bins: int, bin_mm: float) -> Tensor:
    side = grid.side
    middle = (side - 1) / 2
    depth, bin_ = torch.meshgrid(
        middle - torch.arange(side, dtype=torch.float64),
        (torch.arange(bins, dtype=torch.float64) - (bins - 1) / 2) * bin_mm / grid.voxel_mm,
        indexing="ij",
    )
    x = middle + bin_ * math.cos(angle) + depth * math.sin(angle)
    y = middle + bin_ * math.sin(angle) - depth * math.cos(angle)
    parts = list(_corners(x, y, side))
    rows, columns, weights = (torch.cat([part[place] for part in parts]) for place in range(3))
    return torch.sparse_coo_tensor(torch.stack([rows, columns]), weights.float(), (side * bins, side * side))


def _corners(x: Tensor, y: Tensor, side: int) -> Iterable[tuple[Tensor, Tensor, Tensor]]:
    row = torch.arange(x.numel())
    for down in (0, 1):
        for right in (0, 1):
            near_x, near_y = x.floor() + right, y.floor() + down
            weight = ((1 - (x - near_x).abs()) * (1 - (y - near_y).abs())).flatten()
            inside = ((near_x >= 0) & (near_x < side) & (near_y >= 0) & (near_y < side)).flatten() & (
                weight > 1e-6
            )
            yield row[inside], (near_y * side + near_x).flatten()[inside].long(), weight[inside]
