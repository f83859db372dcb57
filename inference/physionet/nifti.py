"""NIfTI-1 files, as far as masks and volumes need them. https://nifti.nimh.nih.gov/nifti-1"""

from __future__ import annotations

import gzip
import io
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.volume import Affine

_HEADER = 348
_MOST_BYTES = 2**28
_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
_LPS_OF_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


class NotNifti(ValueError):
    """This is no NIfTI-1 file of one volume that can be read; one sentence."""


@dataclass(frozen=True, eq=False)
class Nifti:
    """values: float64 [k, j, i]; affine: (i, j, k, 1) -> LPS mm, although the file says RAS."""

    values: NDArray[np.float64]
    affine: Affine


def read_nifti(data: bytes) -> Nifti:
    """A .nii or .nii.gz file of one volume. Raises NotNifti."""
    data = _inflated(data) if data[:2] == b"\x1f\x8b" else data
    if len(data) < _HEADER or data[344:347] != b"n+1":
        raise NotNifti("This is not a NIfTI-1 file in one piece.")
    order = "<" if struct.unpack_from("<i", data)[0] == _HEADER else ">"
    dims = struct.unpack_from(f"{order}8h", data, 40)
    size = [max(n, 1) for n in dims[1 : dims[0] + 1]] if 3 <= dims[0] <= 7 else []
    kind = _TYPES.get(struct.unpack_from(f"{order}h", data, 70)[0])
    if not size or kind is None or np.prod(size[3:], dtype=np.int64) != 1:
        raise NotNifti("This NIfTI file does not hold one volume of plain numbers.")
    offset, slope, intercept = struct.unpack_from(f"{order}3f", data, 108)
    count = int(np.prod(size[:3], dtype=np.int64))
    dtype = np.dtype(order + kind)
    if not np.isfinite(offset) or not offset >= _HEADER or offset + count * dtype.itemsize > len(data):
        raise NotNifti("This NIfTI file is shorter than it says.")
    stored = np.frombuffer(data, dtype, count, int(offset)).reshape(size[2], size[1], size[0])
    values = stored.astype(np.float64)
    if np.isfinite(slope) and slope != 0:
        values = values * slope + intercept
    return Nifti(values, _LPS_OF_RAS @ _affine(data, order))


def _inflated(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            whole = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise NotNifti("This is not a gzip file that can be read.") from error
    if len(whole) > _MOST_BYTES:
        raise NotNifti("This NIfTI file is too large.")
    return whole


def _affine(data: bytes, order: str) -> Affine:
    """sform if there is one, else qform, else the spacing alone; RAS."""
    qform, sform = struct.unpack_from(f"{order}2h", data, 252)
    spacing = np.array(struct.unpack_from(f"{order}8f", data, 76))
    affine = np.eye(4)
    if sform > 0:
        affine[:3] = np.array(struct.unpack_from(f"{order}12f", data, 280)).reshape(3, 4)
    elif qform > 0:
        b, c, d = struct.unpack_from(f"{order}3f", data, 256)
        a = np.sqrt(max(1.0 - b * b - c * c - d * d, 0.0))
        rotation = np.array(
            [
                [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
                [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
                [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
            ]
        )
        flip = -1.0 if spacing[0] < 0 else 1.0
        affine[:3, :3] = rotation * spacing[1:4] * (1, 1, flip)
        affine[:3, 3] = struct.unpack_from(f"{order}3f", data, 268)
    else:
        affine[:3, :3] = np.diag(spacing[1:4])
    return affine
