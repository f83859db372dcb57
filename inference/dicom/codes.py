"""Coded concepts of the DICOM standard that we write or recognise, with the context group that lists them."""

from __future__ import annotations

from typing import NamedTuple

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence


class Code(NamedTuple):
    """A coded concept: value, scheme, meaning."""

    value: str
    scheme: str
    meaning: str

    def item(self) -> Dataset:
        """The concept as the item of a code sequence."""
        item = Dataset()
        item.CodeValue = self.value
        item.CodingSchemeDesignator = self.scheme
        item.CodeMeaning = self.meaning
        return item

    def sequence(self) -> Sequence:
        """A code sequence with this one item."""
        return Sequence([self.item()])


PATIENT_STATE = Code("109054", "DCM", "Patient State")  # concept name in TID 3470
RESTING_STATE = Code("128975004", "SCT", "Resting State")  # CID 3101
CARDIAC_STRESS_STATE = Code("432655005", "SCT", "Cardiac Stress State")  # CID 3101

SHORT_AXIS = Code("103340004", "SCT", "Short Axis")  # CID 26
VERTICAL_LONG_AXIS = Code("131185001", "SCT", "Vertical Long Axis")
HORIZONTAL_LONG_AXIS = Code("131186000", "SCT", "Horizontal Long Axis")
TRANSVERSE = Code("62824007", "SCT", "Transverse")

RECUMBENT = Code("102538003", "SCT", "recumbent")  # CID 19
SUPINE = Code("40199007", "SCT", "supine")  # CID 20
HEADFIRST = Code("102540008", "SCT", "headfirst")  # CID 21

TECHNETIUM_99M = Code("72454006", "SCT", "^99m^Technetium")  # CID 18
NITROGEN_13 = Code("21576001", "SCT", "^13^Nitrogen")  # CID 4020
SESTAMIBI = Code("424299003", "SCT", "Technetium Tc^99m^ sestamibi")  # CID 25
AMMONIA = Code("129508003", "SCT", "Ammonia N^13^")  # CID 4021

SOURCE_IMAGE = Code("121322", "DCM", "Source image for image processing operation")  # CID 7202
ARTIFICIAL_INTELLIGENCE = Code("123110", "DCM", "Artificial Intelligence")  # CID 7162
ACQUISITION_EQUIPMENT = Code("109101", "DCM", "Acquisition Equipment")  # CID 7005
SYNTHESIZING_EQUIPMENT = Code("109100", "DCM", "Synthesizing Equipment")  # CID 7005
PER_CENTIMETRE = Code("/cm", "UCUM", "/Centimeter")  # CID 7181
NO_UNITS = Code("1", "UCUM", "no units")  # CID 7181

# Everything that files of different ages use for one state: (code, scheme).
STRESS_CODES = frozenset(
    {("432655005", "SCT"), ("F-05019", "SRT"), ("109091", "DCM"), ("109095", "DCM"), ("434161005", "SCT")}
)
REST_CODES = frozenset(
    {
        ("128975004", "SCT"),
        ("F-01604", "SRT"),
        ("109092", "DCM"),  # reinjection
        ("109093", "DCM"),  # redistribution
        ("109094", "DCM"),  # delayed redistribution
    }
)
VIEW_CODES = {
    ("103340004", "SCT"): "short_axis",
    ("G-A186", "SRT"): "short_axis",
    ("131185001", "SCT"): "vertical_long_axis",
    ("G-A18A", "SRT"): "vertical_long_axis",
    ("131186000", "SCT"): "horizontal_long_axis",
    ("G-A18B", "SRT"): "horizontal_long_axis",
    ("62824007", "SCT"): "transaxial",
    ("G-A117", "SRT"): "transaxial",
}


def code_of(item: Dataset) -> tuple[str, str]:
    """(value, scheme) of a code sequence item; empty strings where absent."""
    return str(item.get("CodeValue", "")).strip(), str(item.get("CodingSchemeDesignator", "")).strip()
