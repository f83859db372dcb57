"""Files of heads, without the minutes that a simulated scan takes: the mean head, blurred as a camera blurs."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from scipy import ndimage

from inference.dicom import codes
from inference.dicom.write import nm_dataset, to_bytes, uid_from
from inference.physics.head import Raster, activity, label_of, regions
from inference.physics.head_patient import mean_head
from inference.volume import Kind, Volume

_RASTER = Raster(side=64, slices=40, voxel_mm=4.0)
# How a site's workstation names the images of a head.
WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "uncorrected": ("NAC TRANSAXIAL", ()),
    "chang": ("AC Chang TRANSAXIAL", ("ATTN",)),
    "ctac": ("CTAC TRANSAXIAL", ("ATTN", "SCAT")),
}


@cache
def head(lost: str = "") -> Volume:
    """The mean head, with half of the uptake lost in one region ("parietal_left")."""
    patient = mean_head("perfusion")
    image = activity(patient, _RASTER)
    if lost:
        name, side = lost.split("_")
        region = label_of(name, "left" if side == "left" else "right")
        image = np.where(regions(patient, _RASTER) == region, image / 2, image)
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = -4.0 * (np.array([_RASTER.side, _RASTER.side, _RASTER.slices]) - 1) / 2
    return Volume(ndimage.gaussian_filter(image, 1.2), affine, Kind.TRANSAXIAL)


def head_file(kind: str, *, patient: int = 1, lost: str = "", **more: Any) -> bytes:
    """An NM file of one of WORDS as a hospital has it. more: DICOM keyword -> value; None takes it out."""
    words, corrected = WORDS[kind]
    header = {
        **_technetium(),
        "PatientID": f"PAT-{patient:05d}",
        "PatientName": f"SYNTHETIC^HEAD{patient}",
        "StudyDate": "20260304",
        "StudyInstanceUID": uid_from("study of a head", str(patient)),
        "SeriesInstanceUID": uid_from("series of a head", str(patient), kind, str(sorted(more))),
        "SOPInstanceUID": uid_from("image of a head", str(patient), kind, str(sorted(more))),
        "SeriesDescription": words,
        **more,
    }
    taken_out = [keyword for keyword, value in header.items() if value is None]
    given = {keyword: value for keyword, value in header.items() if value is not None}
    ds = nm_dataset(head(lost), header=given, state=None, organ="brain", corrected=corrected)
    for keyword in taken_out:
        delattr(ds, keyword)
    return to_bytes(ds)


def _technetium() -> dict[str, Sequence]:
    limits, window, injected = Dataset(), Dataset(), Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = "126", "154"
    window.EnergyWindowRangeSequence = Sequence([limits])
    injected.RadionuclideCodeSequence = codes.TECHNETIUM_99M.sequence()
    return {
        "EnergyWindowInformationSequence": Sequence([window]),
        "RadiopharmaceuticalInformationSequence": Sequence([injected]),
    }
