"""Coded concepts of results, and what the standards have no code for, under schemes of our own."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.sr.coding import Code

from inference.dicom.write import uid_from
from inference.heart.segments import SEGMENT_NAMES
from reader_study.studies.organs import BRAIN_LOBES, BRAIN_REGIONS

SCHEME = "99READERSTUDY"  # PS3.3 8.2: a private scheme begins with 99
SCHEME_UID = str(uid_from("coding scheme", "reader study", "1"))
SCHEME_NAME = "Reader study: scores of blinded reading"
VERSION = "1"

# AHA's number of a segment (Cerqueira 2002) -> CID 3717 "Myocardial Wall Segments in Projection"; the group's own
# order is another one, so the map stands here. In the order of inference.heart.segments.SEGMENT_NAMES.
SEGMENTS: tuple[Code, ...] = (
    Code("264850008", "SCT", "left ventricle basal anterior segment"),
    Code("396482007", "SCT", "left ventricle basal anteroseptal segment"),
    Code("396646008", "SCT", "left ventricle basal inferoseptal segment"),
    Code("264846001", "SCT", "left ventricle basal inferior segment"),
    Code("396652009", "SCT", "left ventricle basal inferolateral segment"),
    Code("396654005", "SCT", "left ventricle basal anterolateral segment"),
    Code("264848000", "SCT", "left ventricle mid anterior segment"),
    Code("396647004", "SCT", "left ventricle mid anteroseptal segment"),
    Code("396649001", "SCT", "left ventricle mid inferoseptal segment"),
    Code("264847005", "SCT", "left ventricle mid inferior segment"),
    Code("396655006", "SCT", "left ventricle mid inferolateral segment"),
    Code("396656007", "SCT", "left ventricle mid anterolateral segment"),
    Code("264844003", "SCT", "left ventricle apical anterior segment"),
    Code("264845002", "SCT", "left ventricle apical septal segment"),
    Code("264849008", "SCT", "left ventricle apical inferior segment"),
    Code("264853005", "SCT", "left ventricle apical lateral segment"),
    Code("128564006", "SCT", "Apex of left ventricle"),
)
LOBES = {
    "frontal": Code("83251001", "SCT", "Frontal lobe"),
    "parietal": Code("16630005", "SCT", "Parietal lobe"),
    "temporal": Code("78277001", "SCT", "Temporal lobe"),
    "occipital": Code("31065004", "SCT", "Occipital lobe"),
    "striatum": Code("31428008", "SCT", "Corpus striatum"),
    "cerebellum": Code("113305005", "SCT", "Cerebellum"),
}
SIDES = {"left": Code("7771000", "SCT", "Left"), "right": Code("24028007", "SCT", "Right")}
PATIENT_STATE = Code("109054", "DCM", "Patient State")
STATES = {
    "stress": Code("432655005", "SCT", "Cardiac Stress State"),
    "rest": Code("128975004", "SCT", "Resting State"),
    "perfusion": Code("perfusion", SCHEME, "Perfusion of the brain"),
}
SCORE_UNIT = Code("{score}", "UCUM", "score")
NO_UNITS = Code("1", "UCUM", "no units")
_SPECT_STUDY = Code("252432008", "SCT", "Radionuclide myocardial perfusion study")
PROCEDURES = {
    "spect": _SPECT_STUDY,
    "virtual_pet": _SPECT_STUDY,  # what was done to the patient; that the image was computed is said beside it
    "pet": Code("122793", "DCM", "PET Myocardial Perfusion, Rest and Stress"),
    **dict.fromkeys(("uncorrected", "chang", "virtual_ctac", "ctac"), Code("39632-5", "LN", "SPECT Brain")),
}

SEGMENT_SCORE = Code("segment-score", SCHEME, "Perfusion score of a segment, 0 normal to 4 absent")
REGION_SCORE = Code("region-score", SCHEME, "Perfusion score of a region, 0 normal to 4 absent")
REGION_SCORES = Code("region-scores", SCHEME, "Perfusion scores of the regions of the brain")
NOT_EVALUABLE = Code("not-evaluable", SCHEME, "Not evaluable")
SUMS = {
    "stress": Code("SSS", SCHEME, "Summed stress score"),
    "rest": Code("SRS", SCHEME, "Summed rest score"),
    "difference": Code("SDS", SCHEME, "Summed difference score"),
}
IMAGE_READ = Code("image-read", SCHEME, "Image that was read")
IMAGES = {
    "spect": Code("spect", SCHEME, "SPECT"),
    "virtual_pet": Code(
        "virtual-pet", SCHEME, "Virtual PET: synthetic image computed by AI, research use only"
    ),
    "pet": Code("pet", SCHEME, "PET"),
    "uncorrected": Code("uncorrected", SCHEME, "SPECT without attenuation correction"),
    "chang": Code("chang", SCHEME, "SPECT with attenuation correction after Chang"),
    "virtual_ctac": Code(
        "virtual-ctac", SCHEME, "Virtual CTAC: synthetic image computed by AI, research use only"
    ),
    "ctac": Code("ctac", SCHEME, "SPECT with attenuation correction by CT"),
}
COMPUTED = ("virtual_pet", "virtual_ctac")
READ_NUMBER = Code("read-number", SCHEME, "Number of the read, 2 for a hidden repeat")


@dataclass(frozen=True)
class Place:
    """What one score is about. side: none where the site has none of its own."""

    name: str
    site: Code
    side: Code | None

    @property
    def meaning(self) -> str:
        return self.site.meaning if self.side is None else f"{self.site.meaning}, {self.side.meaning.lower()}"

    @property
    def codes(self) -> tuple[Code, ...]:
        """The site, and before it a code of our own where one code cannot say the side too."""
        own = [] if self.side is None else [Code(self.name.replace("_", "-"), SCHEME, self.meaning)]
        return (*own, self.site)


@dataclass(frozen=True)
class Organ:
    """
    place, places
        What is scored, in a word, and in the order of the scores.
    score
        What the number of a place is.
    sums
        State -> its sum; none where scores are not added up.
    """

    body: Code
    place: str
    places: tuple[Place, ...]
    score: Code
    sums: Mapping[str, Code]


ORGANS = {
    "heart": Organ(
        body=Code("80891009", "SCT", "Heart"),
        place="Segment",
        places=tuple(Place(name, code, None) for name, code in zip(SEGMENT_NAMES, SEGMENTS, strict=True)),
        score=SEGMENT_SCORE,
        sums=SUMS,
    ),
    "brain": Organ(
        body=Code("12738006", "SCT", "Brain"),
        place="Region",
        places=tuple(
            Place(region, LOBES[lobe], SIDES[side])
            for region, (lobe, side) in zip(
                BRAIN_REGIONS, ((lobe, side) for lobe in BRAIN_LOBES for side in SIDES), strict=True
            )
        ),
        score=REGION_SCORE,
        sums={},
    ),
}


def field_name(name: str) -> Code:
    """A field of the study's form."""
    return Code(name.replace("_", "-"), SCHEME, name.replace("_", " ").capitalize()[:64])


def field_value(value: str) -> Code:
    """A choice of such a field."""
    return Code(value.replace("_", "-"), SCHEME, value.replace("_", " ").capitalize()[:64])
