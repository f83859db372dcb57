"""Reorientation of a reconstructed body to the short-axis grid that a heart is read on."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.physics.patient import Triple
from inference.physics.ventricle import Frame

SLICES, SIDE, VOXEL_MM = 40, 64, 4.0


def as_operator_sees(frame: Frame, *, tilt_deg: Triple, shift_mm: Triple) -> Frame:
    """The frame with the small error of the person (or the software) who set the axes."""
    rotation = np.radians(tilt_deg)

    def turned(axis: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = axis + np.cross(rotation, axis)
        return moved / np.linalg.norm(moved)

    long = turned(frame.long)
    anterior = frame.anterior + np.cross(rotation, frame.anterior)
    anterior -= (anterior @ long) * long
    anterior /= np.linalg.norm(anterior)
    return Frame(
        centre_mm=frame.centre_mm + np.array(shift_mm),
        long=long,
        anterior=anterior,
        lateral=np.cross(anterior, long),
    )


def affine(frame: Frame, *, table_mm: Triple = (0.0, 0.0, 0.0)) -> NDArray[np.float64]:
    """4 x 4: (i septal -> lateral, j anterior -> inferior, k apex -> base, 1) -> LPS in mm.

    `table_mm` is where the patient lay in the scanner: two scans of one heart share no coordinates.
    """
    columns = np.stack([frame.lateral, -frame.anterior, -frame.long], axis=1) * VOXEL_MM
    middle = (np.array([SIDE, SIDE, SLICES]) - 1) / 2
    matrix = np.eye(4)
    matrix[:3, :3] = columns
    matrix[:3, 3] = frame.centre_mm + np.array(table_mm) - columns @ middle
    return matrix


def reorient(volumes: Tensor, frame: Frame, *, voxel_mm: Sequence[float]) -> Tensor:
    """[batch, z, y, x] with `voxel_mm` in that order, centred -> short axis [batch, k, j, i], trilinear."""
    k, j, i = torch.meshgrid(
        *(torch.arange(n, dtype=torch.float64) for n in (SLICES, SIDE, SIDE)), indexing="ij"
    )
    index = torch.stack([i, j, k, torch.ones_like(i)], -1)
    points = index @ torch.from_numpy(affine(frame)).T
    half_mm = [count * step / 2 for count, step in zip(volumes.shape[1:], voxel_mm, strict=True)]
    normalised = points[..., :3] / torch.tensor(half_mm[::-1], dtype=torch.float64)
    where = normalised.float()[None].expand(volumes.shape[0], -1, -1, -1, -1)
    return functional.grid_sample(volumes[:, None], where, align_corners=False)[:, 0].clamp_min(0)
