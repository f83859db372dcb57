"""What an image is, in the study's own words: kind, stress or rest, view, and where the file said so.

A de-identified file has lost its free text. What that text said about the image is decided before and goes with
the file: as a line in Image Comments (0020,4000) that programs read back, and as a Series Description (0008,103E)
for people and for other software. Both are made of the words of this module and nothing else.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_GRAMMAR = re.compile(
    r"reader-study 1; kind=([a-z_]+); state=([a-z_]+); state_from=([A-Za-z]*); view=([a-z_]+); "
    r"view_from=([A-Za-z]*); corrected=(yes|no|chang|ct); pixels=([a-z]+)"
)
STATES = ("stress", "rest")
VIEWS = ("short_axis", "vertical_long_axis", "horizontal_long_axis", "transaxial")
COORDINATOR = "coordinator"  # the source of what a person decided
STATE_SOURCES = (
    "AcquisitionContextSequence",
    "ProtocolName",
    "SeriesDescription",
    "ImageID",
    "StudyDescription",
    "InterventionDrugName",
    COORDINATOR,
    "",
)
VIEW_SOURCES = (
    "ViewCodeSequence",
    "SliceProgressionDirection",
    "ImageID",
    "SeriesDescription",
    "ProtocolName",
    COORDINATOR,
    "",
)


class Kind(StrEnum):
    """What is imaged, and how."""

    SPECT = "spect"
    GATED_SPECT = "gated_spect"
    PROJECTIONS = "projections"
    GATED_PROJECTIONS = "gated_projections"
    ATTENUATION_MAP = "attenuation_map"
    PET = "pet"
    GATED_PET = "gated_pet"
    CT = "ct"


class Pixels(StrEnum):
    """Whether a person looked for text in the image: nobody did; there is none; it was blanked."""

    UNSEEN = "unseen"
    SEEN = "seen"
    BLANKED = "blanked"


KIND_WORDS = {
    Kind.SPECT: "SPECT",
    Kind.GATED_SPECT: "Gated SPECT",
    Kind.PROJECTIONS: "SPECT projections",
    Kind.GATED_PROJECTIONS: "Gated SPECT projections",
    Kind.ATTENUATION_MAP: "Attenuation map",
    Kind.PET: "PET",
    Kind.GATED_PET: "Gated PET",
    Kind.CT: "CT",
}
VIEW_PHRASES = {
    "short_axis": "short axis",
    "vertical_long_axis": "vertical long axis",
    "horizontal_long_axis": "horizontal long axis",
    "transaxial": "transaxial",
}
# By the method, if that is known; as inference.dicom.state reads it back.
CORRECTED_WORDS = {"": "AC", "chang": "AC Chang", "ct": "CTAC"}
CORRECTED_KINDS = (Kind.SPECT, Kind.GATED_SPECT)  # of the others it goes without saying, or says nothing


@dataclass(frozen=True)
class Description:
    """What an image shows.

    state: "stress", "rest" or None; view: one of VIEWS or None. *_from: the DICOM keyword of the attribute that
    said so, "coordinator", or "". corrected: for attenuation; corrected_by: "chang", "ct" or "" if that is not said.
    """

    kind: Kind
    state: str | None
    state_from: str
    view: str | None
    view_from: str
    corrected: bool
    pixels: Pixels
    corrected_by: str = ""

    def line(self) -> str:
        """The value of Image Comments, but for its seal."""
        return (
            f"reader-study 1; kind={self.kind}; state={self.state or 'unknown'}; "
            f"state_from={self.state_from}; view={self.view or 'unknown'}; view_from={self.view_from}; "
            f"corrected={(self.corrected_by or 'yes') if self.corrected else 'no'}; pixels={self.pixels}"
        )

    def series_description(self) -> str:
        """The value of Series Description, e.g. "SPECT stress short axis AC"; at most 64 characters."""
        words = [KIND_WORDS[self.kind], self.state or "", VIEW_PHRASES[self.view] if self.view else ""]
        if self.corrected and self.kind in CORRECTED_KINDS:
            words.append(CORRECTED_WORDS[self.corrected_by])
        return " ".join(filter(None, words))

    @classmethod
    def parse(cls, line: str) -> "Description | None":
        """What `line` wrote; None for anything that it cannot have written."""
        match = _GRAMMAR.fullmatch(line)
        if match is None:
            return None
        kind, state, state_from, view, view_from, corrected, pixels = match.groups()
        if kind not in list(Kind) or pixels not in list(Pixels):
            return None
        if state not in (*STATES, "unknown") or state_from not in STATE_SOURCES:
            return None
        if view not in (*VIEWS, "unknown") or view_from not in VIEW_SOURCES:
            return None
        if (state == "unknown") != (state_from == "") or (view == "unknown") != (view_from == ""):
            return None
        return cls(
            kind=Kind(kind),
            state=None if state == "unknown" else state,
            state_from=state_from,
            view=None if view == "unknown" else view,
            view_from=view_from,
            corrected=corrected != "no",
            pixels=Pixels(pixels),
            corrected_by=corrected if corrected in CORRECTED_WORDS else "",
        )
