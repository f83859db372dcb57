"""De-identification by rebuilding: a new file is made of what the allow-list proves harmless, nothing else.

The values come from the bounded tree of `structure`; the new file is written by pydicom. What a rule does not
prove is left out without being looked at, so nothing in the old file can surprise the new one. The result
names its profile and options in (0012,0063) and (0012,0064), PS3.15 Annex E; it must still pass
`verification` before it may be stored.
"""

import io
import math
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from pydicom import dcmwrite
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping
from pydicom.tag import BaseTag
from pydicom.uid import UID, ExplicitVRLittleEndian

from reader_study.intake.allowlist import ALLOWED, EMPTY, Codes, Items, Keep, Names, PatientState, Rule, Terms
from reader_study.intake.description import Description, Pixels
from reader_study.intake.pseudonyms import Pseudonyms, Subject, shifted
from reader_study.intake.reasons import Refused
from reader_study.intake.structure import PIXEL_DATA, Element, Item, Structure

# What the file says about its own de-identification.
METHOD = "Reader study allow-list 1 on PS3.15 Basic Profile"
PROFILE = {
    "113100": "Basic Application Confidentiality Profile",
    "113105": "Clean Descriptors Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
}
IMPLEMENTATION = UID("2.25.194513046063960681972000345516404623267")
_SIZES = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d"}
_DECIMAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_INTEGER = re.compile(r"[-+]?\d{1,10}")
_CLOCK = re.compile(r"(\d{2}){1,3}(\.\d{1,6})?")
_AGE = re.compile(r"(\d{3})([DWMY])")
_OLDEST = 89  # years: beyond, an age alone may name a person (45 CFR 164.514)
_UID = re.compile(r"[0-9.]{1,64}")
_VECTORS = frozenset(
    0x00540000 | element for element in (0x10, 0x20, 0x30, 0x50, 0x60, 0x70, 0x80, 0x90, 0x100)
)
_PIXEL_REPRESENTATION = 0x00280103
_FRAME_TIMES = frozenset({0x00181063, 0x00181065})
# Patient ID, other patient IDs, medical record, accession, study ID, admission.
IDENTIFIERS = frozenset({0x00100020, 0x00101000, 0x00101090, 0x00080050, 0x00200010, 0x00380010})
_NUMBERINGS = frozenset({0x00200011, 0x00200013})  # of the series, of the image
_SMALLEST_IDENTIFIER = 1000  # below, every series has such a number
_LONGEST_NUMBER = 64  # digits


@dataclass(frozen=True)
class Blank:
    """A box of pixels to be blanked: half open, of one frame (counted from 0) or of all (None)."""

    frame: int | None
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Answers:
    """What a coordinator decided about one file. patient_id: for a file that has none."""

    state: str | None = None
    view: str | None = None
    pixels: Pixels = Pixels.UNSEEN
    blank: tuple[Blank, ...] = ()
    patient_id: bytes | None = None


class Entry(NamedTuple):
    """What happened to one attribute: tags, never values. reason: a key of `grounds`."""

    path: str
    action: str  # kept | changed | removed
    reason: str


@dataclass(frozen=True)
class Deidentified:
    """A sealed file and what is known of it; all UIDs are the study's own.

    slices: how many files make up the image. was_sealed: it came with pseudonyms of this site already.
    """

    data: bytes
    subject: Subject
    description: Description
    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class: str
    slices: int
    report: tuple[Entry, ...]
    was_sealed: bool


def deidentify(
    structure: Structure, *, pseudonyms: Pseudonyms, answers: Answers | None = None
) -> Deidentified:
    """The sealed file of a structure whose pixels are not compressed. Raises Refused, Quarantined."""
    raise NotImplementedError


def named(data: bytes, *, subject: str) -> bytes:
    """A sealed file with the study's own name for the subject in place of the token."""
    raise NotImplementedError


@dataclass(frozen=True)
class Rebuilt:
    """The new file, still without the study's name for its subject and series."""

    dataset: Dataset

    def finished(self, *, subject: str, description: str) -> bytes:
        """The DICOM file (explicit VR little endian), with the study's own name and description."""
        ds = self.dataset
        ds.PatientName = ds.PatientID = subject
        ds.SeriesDescription = description
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION, "READER_STUDY_1"
        ds.file_meta = meta
        out = io.BytesIO()
        dcmwrite(out, ds, enforce_file_format=True)
        return out.getvalue()


def text_of(item: Item, keyword: str) -> str:
    """An ASCII text value of the tree, stripped; "" if it is absent or not ASCII."""
    element = item.get(tag_for_keyword(keyword) or -1)
    return _text(element) if element else ""


def rebuild(structure: Structure, *, pseudonyms: Pseudonyms, subject: bytes) -> Rebuilt:
    """Make the de-identified data set of an NM, PT or CT image.

    Raises
    ------
    Refused
        "sop_class" for any other kind, "missing_attribute" without UIDs, matrix or pixels.
    """
    root = structure.root
    sop_class = text_of(root, "SOPClassUID")
    if sop_class not in ALLOWED:
        raise Refused("sop_class")
    uids = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    if not all(_UID.fullmatch(text_of(root, keyword)) for keyword in uids):
        raise Refused("missing_attribute")
    if not structure.pixels or PIXEL_DATA not in root:
        raise Refused("missing_attribute")
    signed = root.get(_PIXEL_REPRESENTATION)
    builder = _Builder(
        pseudonyms, pseudonyms.shift(subject), signed=signed is not None and signed.value[:1] == b"\1"
    )
    ds = builder.rebuilt(root, ALLOWED[sop_class])
    identifiers = set(_identifying_numbers(root))
    for tag in _NUMBERINGS & ds.keys():
        if not identifiers.isdisjoint(_numbers(root[tag].value)):  # some consoles number by patient or order
            del ds[tag]
    for keyword in EMPTY:
        if keyword not in ds:
            setattr(ds, keyword, None)
    if "FrameOfReferenceUID" in ds:
        ds.PositionReferenceIndicator = None
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethod = METHOD
    ds.DeidentificationMethodCodeSequence = Sequence(_code("DCM", *code) for code in PROFILE.items())
    ds.LongitudinalTemporalInformationModified = "MODIFIED"
    ds.ContributingEquipmentSequence = Sequence([_equipment()])
    pixels = root[PIXEL_DATA].value[: structure.pixel_bytes]
    ds[PIXEL_DATA] = _raw(PIXEL_DATA, "OW", pixels + b"\0" * (len(pixels) % 2))
    return Rebuilt(ds)


class _Builder:
    """One file's pass through the rules."""

    def __init__(self, pseudonyms: Pseudonyms, shift: timedelta, *, signed: bool) -> None:
        self.pseudonyms, self.shift, self.signed = pseudonyms, shift, signed

    def rebuilt(self, source: Item, rules: Mapping[int, Rule]) -> Dataset:
        """A data set of those elements of `source` that its rules keep."""
        ds = Dataset()
        for tag, element in source.items():
            rule = rules.get(tag)
            if rule is not None and (kept := self.kept(tag, element, rule)) is not None:
                ds[tag] = kept
        return ds

    def kept(self, tag: int, element: Element, rule: Rule) -> DataElement | RawDataElement | None:
        if isinstance(rule, Codes | Items | PatientState):
            if element.vr != "SQ":
                return None
            items = list(self.items(element.items, rule))
            empty_is_valid = isinstance(rule, PatientState) or rule.may_be_empty
            return DataElement(tag, "SQ", Sequence(items)) if items or empty_is_valid else None
        vr = _agreed_vr(tag, element, signed=self.signed)
        if vr is None:
            return None
        empty = vr not in _SIZES and not element.value.strip(b" \0")  # says nothing, and may stay
        value = b"" if empty else self.proven(vr, element, rule)
        return None if value is None else _raw(tag, vr, value)

    def items(self, sources: list[Item], rule: Codes | Items | PatientState) -> Iterator[Dataset]:
        for source in sources:
            match rule:
                case Items(within):
                    yield self.rebuilt(source, within)
                case Codes(within):
                    if (code := _known_code(source)) is not None:
                        code.update(self.rebuilt(source, within))
                        yield code
                case PatientState():
                    if (state := _patient_state(source)) is not None:
                        yield state

    def proven(self, vr: str, element: Element, rule: Rule) -> bytes | None:
        """The value that may stay, encoded; None if nothing of it may."""
        text = _text(element)
        match rule:
            case Terms(terms):
                kept = [part for part in (p.strip() for p in text.split("\\")) if part in terms]
                return _padded("\\".join(kept)) if kept else None
            case Names(names):
                name = names.get(text.casefold())
                return _padded(name) if name else None
            case Keep.NUMBER:
                return element.value if _is_number(vr, element.value) else None
            case Keep.POINTER:
                return element.value if _points_at_frames(element.value) else None
            case Keep.UID:
                parts = [part.strip() for part in text.split("\\")]
                proven = all(_UID.fullmatch(part) for part in parts)
                return _padded("\\".join(map(self.pseudonyms.uid, parts)), b"\0") if proven else None
            case _:
                moment = self.moment(text, rule)
                return _padded(moment) if moment else None

    def moment(self, text: str, rule: Rule) -> str | None:
        """A date, time or age in the form that may stay; None if it has no such form."""
        match rule:
            case Keep.DATE:
                moved = shifted(text, self.shift)
                return moved if moved and len(moved) == len("YYYYMMDD") else None
            case Keep.DATETIME:
                return shifted(text, self.shift)
            case Keep.TIME:
                return text if _CLOCK.fullmatch(text) else None
            case Keep.AGE if age := _AGE.fullmatch(text):
                return "090Y" if age[2] == "Y" and int(age[1]) > _OLDEST else text
            case _:
                return None


def _identifying_numbers(item: Item) -> Iterator[int]:
    """The numbers in all identifiers of the old file, at every level."""
    for tag, element in item.items():
        if tag in IDENTIFIERS:
            yield from (n for n in _numbers(element.value) if n >= _SMALLEST_IDENTIFIER)
        for inner in element.items:
            yield from _identifying_numbers(inner)


def _numbers(value: bytes) -> set[int]:
    """Every run of digits in a value, and all its digits together: 0012-34 is 12, 34 and 1234."""
    runs = re.findall(rb"\d+", value)
    return {int(run) for run in (*runs, b"".join(runs)) if 0 < len(run) <= _LONGEST_NUMBER}


def _text(element: Element) -> str:
    return element.value.decode("ascii").strip(" \0") if element.value.isascii() else ""


def _padded(text: str, by: bytes = b" ") -> bytes:
    value = text.encode("ascii")
    return value + by * (len(value) % 2)


def _raw(tag: int, vr: str, value: bytes) -> RawDataElement:
    return RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)


def _agreed_vr(tag: int, element: Element, *, signed: bool) -> str | None:
    """The representation, if the file and the standard's dictionary agree on it."""
    allowed = dictionary_VR(tag).split(" or ")
    if element.vr == "US or SS":  # from an implicit file: as the pixels are
        return "SS" if signed else "US"
    return element.vr if element.vr in allowed else None


def _is_number(vr: str, value: bytes) -> bool:
    """Finite numbers in the form of their representation (PS3.5 section 6.2)."""
    if vr in ("DS", "IS"):
        if not value.isascii():
            return False
        form, longest = (_DECIMAL, 16) if vr == "DS" else (_INTEGER, 12)
        parts = [part.strip(" \0") for part in value.decode("ascii").split("\\")]
        return all(
            form.fullmatch(part) is not None and len(part) <= longest and math.isfinite(float(part))
            for part in parts
        )
    code = _SIZES.get(vr)
    if code is None or not value or len(value) % struct.calcsize(f"<{code}"):
        return False
    if code in "fd":
        return all(math.isfinite(number) for (number,) in struct.iter_unpack(f"<{code}", value))
    return True


def _points_at_frames(value: bytes) -> bool:
    if not value or len(value) % 4:
        return False
    tags = {group << 16 | element for group, element in struct.iter_unpack("<HH", value)}
    return tags <= _VECTORS | _FRAME_TIMES


@cache
def _meanings() -> dict[tuple[str, str], str]:
    """(scheme, value) -> meaning of every concept in pydicom's PS3.16 dictionary; old SNOMED codes too."""
    known = {
        (scheme, value): meaning
        for scheme, by_keyword in concepts.items()
        for by_value in by_keyword.values()
        for value, (meaning, *_) in by_value.items()
    }
    for old, new in mapping["SRT"].items():
        if ("SCT", new) in known:
            known.update({(scheme, old): known["SCT", new] for scheme in ("SRT", "SNM3", "99SDM")})
    return known


def _code(scheme: str, value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _known_code(source: Item) -> Dataset | None:
    scheme, value = text_of(source, "CodingSchemeDesignator"), text_of(source, "CodeValue")
    meaning = _meanings().get((scheme, value))
    return _code(scheme, value, meaning) if meaning else None


def _patient_state(source: Item) -> Dataset | None:
    """An acquisition context item, if it is the patient state as a code (TID 3470)."""
    name, value = (
        _first_code(source, keyword) for keyword in ("ConceptNameCodeSequence", "ConceptCodeSequence")
    )
    if name is None or value is None or (name.CodingSchemeDesignator, name.CodeValue) != ("DCM", "109054"):
        return None
    item = Dataset()
    item.ValueType = "CODE"
    item.ConceptNameCodeSequence, item.ConceptCodeSequence = Sequence([name]), Sequence([value])
    return item


def _first_code(source: Item, keyword: str) -> Dataset | None:
    element = source.get(tag_for_keyword(keyword) or -1)
    return _known_code(element.items[0]) if element and element.items else None


def _equipment() -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = Sequence([_code("DCM", "109104", "De-identifying Equipment")])
    item.Manufacturer = "Reader Study"
    item.ManufacturerModelName = "Reader Study intake"
    item.SoftwareVersions = "1"
    return item
