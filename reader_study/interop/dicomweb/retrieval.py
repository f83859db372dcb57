"""Bytes out of stored files: whole instances, frames, bulk data (WADO-RS, PS3.18 10.4)."""

import io
import re

from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.objects import ObjectCorrupt, ObjectMissing
from reader_study.cases.storage import store
from reader_study.interop.models import IndexedFile
from reader_study.problems import NotFound

_PATH = re.compile(r"[0-9A-F]{8}(?:/[0-9]{1,5}/[0-9A-F]{8}){0,12}")


def stored(file: IndexedFile) -> bytes:
    """The file as it lies in the store. NotFound if it is gone."""
    try:
        return store().get(file.object_key)
    except (ObjectMissing, ObjectCorrupt):
        raise NotFound() from None


def frames_of(file: IndexedFile, numbers: list[int]) -> list[bytes]:
    """Uncompressed little-endian frames, counted from 1. NotFound for a number that there is not."""
    ds = _dataset(file)
    count = int(ds.get("NumberOfFrames") or 1)
    size = (
        ds.get("Rows", 0)
        * ds.get("Columns", 0)
        * ds.get("SamplesPerPixel", 1)
        * ds.get("BitsAllocated", 0)
        // 8
    )
    pixels = bytes(ds.get("PixelData") or b"")
    if not size or len(pixels) < size * count or any(not 1 <= number <= count for number in numbers):
        raise NotFound()
    return [pixels[size * (number - 1) : size * number] for number in numbers]


def bulk_data(file: IndexedFile, path: str) -> bytes:
    """The value at a path like "7FE00010" or "00540016/0/00181072". NotFound if no binary value is there."""
    if not _PATH.fullmatch(path):
        raise NotFound()
    steps = path.split("/")
    ds = _dataset(file)
    for sequence, item in zip(steps[:-1:2], steps[1::2], strict=True):
        found = ds.get(int(sequence, 16))
        if found is None or found.VR != "SQ" or int(item) >= len(found.value):
            raise NotFound()
        ds = found.value[int(item)]
    element = ds.get(int(steps[-1], 16))
    if element is None or not isinstance(element.value, bytes):
        raise NotFound()
    return element.value


def _dataset(file: IndexedFile) -> Dataset:
    return dcmread(io.BytesIO(stored(file)))
