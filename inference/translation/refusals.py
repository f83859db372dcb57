"""Why an image is not translated: one sentence each, what is wrong with it and what to give instead."""

from __future__ import annotations

import numpy as np

from inference.dicom.read import Header
from inference.volume import Volume

MADE_BY_AI = "This image was made by a neural network; give the SPECT image that it was made from."
NOT_NM = "This is not a nuclear medicine (NM) image; give the SPECT volume as one NM file."
GATED = "This image is gated; give the ungated reconstruction of the same study."
TRANSMISSION = "This is a map of tissue and not of activity; give the emission image."
NOT_RECONSTRUCTED = (
    "This NM image is not a reconstructed volume; give the volume that was reconstructed from it."
)
CORRECTED = (
    "This image is already corrected for attenuation; give the uncorrected reconstruction of the same study."
)
NOT_FINITE = "The image holds values that are not numbers; export it again from where it was made."
TRANSAXIAL = "This image is transaxial; give the short-axis image that was reoriented from it."
NOT_TRANSAXIAL = (
    "This image is not transaxial; give the volume as it was reconstructed, before any reorientation."
)
WRONG_BODY_PART = (
    "This is an image of {found}; this model was made for the {organ}: give an image of the {organ}."
)
SPACING = (
    "The voxels measure {found} mm; this model takes {least:g} to {most:g} mm in each direction: give the image as "
    "it was reconstructed."
)
NO_VENTRICLE = "{reason}; give a short-axis image that holds the whole left ventricle."

_ELSEWHERE = {
    "heart": ("BRAIN", "HEAD", "SKULL", "NECK", "ABDOMEN", "PELVIS", "EXTREMITY", "WHOLEBODY"),
    "brain": ("HEART", "CHEST", "THORAX", "NECK", "ABDOMEN", "PELVIS", "EXTREMITY", "WHOLEBODY"),
}


def of_the_file(header: Header) -> str | None:
    """Why the file that the header describes is no single reconstructed SPECT volume; None if it is one."""
    kinds = header.image_type
    for wrong, sentence in (
        (header.ai_generated, MADE_BY_AI),
        (header.modality != "NM", NOT_NM),
        ("RECON GATED TOMO" in kinds or "GATED TOMO" in kinds or "GATED" in kinds, GATED),
        ("TRANSMISSION" in kinds, TRANSMISSION),
        ("RECON TOMO" not in kinds, NOT_RECONSTRUCTED),
    ):
        if wrong:
            return sentence
    return None


def of_another_organ(header: Header, *, organ: str) -> str | None:
    """What Body Part Examined (0018,0015) says against "heart" or "brain"; a file that says nothing passes."""
    stated = header.body_part.upper().replace(" ", "").replace("_", "")
    if any(part in stated for part in _ELSEWHERE[organ]):
        return WRONG_BODY_PART.format(found=header.body_part, organ=organ)
    return None


def of_the_voxels(volume: Volume, *, least_mm: float, most_mm: float) -> str | None:
    """Spacing outside of the limits in any direction, or values that are not finite."""
    if not all(least_mm <= step <= most_mm for step in volume.spacing):
        found = " x ".join(f"{step:.3g}" for step in volume.spacing)
        return SPACING.format(found=found, least=least_mm, most=most_mm)
    return None if np.isfinite(volume.voxels).all() else NOT_FINITE
