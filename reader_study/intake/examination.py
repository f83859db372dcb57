"""One file from a site, examined from the outside in: what it is, whether it may enter, how it is rebuilt."""

import struct
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from inference.dicom.read import Header, Unreadable, read_header
from reader_study.intake.allowlist import NM_STORAGE, PT_STORAGE
from reader_study.intake.deidentification import Rebuilt, rebuild, text_of
from reader_study.intake.pixels import check_pixels
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Quarantined, Refused
from reader_study.intake.structure import Malformed, Structure, read_structure
from reader_study.studies.protocol import ImageSet

_IMAGE_SETS = {NM_STORAGE: ImageSet.SPECT, PT_STORAGE: ImageSet.PET}
_NUMBER_OF_SLICES = 0x00540081


@dataclass(frozen=True)
class Examined:
    """A file that may enter, before the study has a place for it. All UIDs are the study's own.

    slices: how many files make up the image; state_source: the attribute that told stress from rest.
    """

    image_set: ImageSet
    state: str
    state_source: str
    subject: bytes
    study_uid: str
    series_uid: str
    sop_uid: str
    slices: int
    description: str
    rebuilt: Rebuilt


def examine(data: bytes, *, pseudonyms: Pseudonyms, site: UUID, image_sets: Collection[ImageSet]) -> Examined:
    """Raises Refused or Quarantined with a code, never anything else, whatever the bytes are."""
    try:
        return _examined(data, pseudonyms, site, image_sets)
    except NotTaken:
        raise
    except Malformed as error:
        raise Refused(error.code) from None
    except (
        Exception
    ):  # whatever else a hostile file provokes is a verdict on the file; no value may reach a log
        raise Refused("unreadable") from None


def _examined(data: bytes, pseudonyms: Pseudonyms, site: UUID, image_sets: Collection[ImageSet]) -> Examined:
    structure = read_structure(data)
    try:
        header = read_header(data)
    except Unreadable:
        raise Refused("unreadable") from None
    if header.ai_generated:
        raise Refused("synthetic")
    if not header.patient_id.strip():
        raise Quarantined("no_patient_id")
    subject = pseudonyms.subject(site=site, patient_id=header.patient_id.strip())
    rebuilt = rebuild(structure, pseudonyms=pseudonyms, subject=subject)
    image_set = _IMAGE_SETS.get(header.sop_class)
    if image_set is None or image_set not in image_sets:
        raise Refused("not_in_protocol")
    _check_kind(structure, header, image_set)
    check_pixels(structure)
    if header.state is None:
        raise Quarantined("state_unknown")
    view = "short axis" if header.view == "short_axis" else ""
    return Examined(
        image_set=image_set,
        state=header.state,
        state_source=header.state_source,
        subject=subject,
        study_uid=pseudonyms.uid(header.study_uid),
        series_uid=pseudonyms.uid(header.series_uid),
        sop_uid=pseudonyms.uid(header.sop_uid),
        slices=_slices(structure) if image_set is ImageSet.PET else 1,
        description=" ".join(filter(None, [image_set.upper(), header.state, view])),
        rebuilt=rebuilt,
    )


def _check_kind(structure: Structure, header: Header, image_set: ImageSet) -> None:
    if image_set is ImageSet.PET:
        if text_of(structure.root, "SeriesType").split("\\")[0] not in ("", "STATIC"):
            raise Refused("not_static")
        return
    image_type = text_of(structure.root, "ImageType").split("\\")
    if "RECON GATED TOMO" in image_type:
        raise Refused("gated")
    if "RECON TOMO" not in image_type:
        raise Refused("not_reconstructed")
    if header.view not in ("short_axis", None):
        raise Refused("not_short_axis")


def _slices(structure: Structure) -> int:
    """How many files the PET series has (0054,0081), type 1."""
    element = structure.root.get(_NUMBER_OF_SLICES)
    if element is None or len(element.value) != 2:
        raise Refused("missing_attribute")
    (slices,) = struct.unpack("<H", element.value)
    if slices < 1:
        raise Refused("bad_value")
    return int(slices)
