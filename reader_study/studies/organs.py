"""What can be studied: for each organ its states, image sets, views, colour tables and places that are scored."""

from dataclasses import dataclass
from enum import StrEnum

COLOUR_TABLES = (
    "gray", "inverse_gray", "cool", "hot_iron", "hot_metal_blue", "pet_20_step", "warm_metal", "thermal", "siemens",
    "s_pet", "ten_step", "twenty_step",
)  # fmt: skip
BRAIN_TABLES = (*COLOUR_TABLES, "ceretec", "nih")


class ImageSet(StrEnum):
    SPECT = "spect"
    VIRTUAL_PET = "virtual_pet"
    PET = "pet"
    UNCORRECTED = "uncorrected"
    CHANG = "chang"
    VIRTUAL_CTAC = "virtual_ctac"
    CTAC = "ctac"


@dataclass(frozen=True)
class Organ:
    """
    regions
        Names of the places that are scored, in order; none where they are the numbered segments of the AHA.
    segments
        How many places are scored in each state.
    cine
        Kinds of moving pictures that a case can have.
    """

    states: tuple[str, ...]
    image_sets: tuple[ImageSet, ...]
    views: tuple[str, ...]
    tables: tuple[str, ...]
    segments: int
    regions: tuple[str, ...]
    cine: tuple[str, ...]


BRAIN_LOBES = ("frontal", "parietal", "temporal", "occipital", "striatum", "cerebellum")
BRAIN_REGIONS = tuple(f"{lobe}_{side}" for lobe in BRAIN_LOBES for side in ("left", "right"))

ORGANS = {
    "heart": Organ(
        states=("stress", "rest"),
        image_sets=(ImageSet.SPECT, ImageSet.VIRTUAL_PET, ImageSet.PET),
        views=("SA", "VLA", "HLA"),
        tables=COLOUR_TABLES,
        segments=17,
        regions=(),
        cine=("gated", "projections"),
    ),
    "brain": Organ(
        states=("perfusion",),
        image_sets=(ImageSet.UNCORRECTED, ImageSet.CHANG, ImageSet.VIRTUAL_CTAC, ImageSet.CTAC),
        views=("TRA", "COR", "SAG"),
        tables=BRAIN_TABLES,
        segments=len(BRAIN_REGIONS),
        regions=BRAIN_REGIONS,
        cine=(),
    ),
}
