"""What the study itself writes into a file: whose it is, what it shows, and what was done to it."""

import struct
from collections.abc import Mapping
from functools import cache, lru_cache

from pydicom.datadict import dictionary_VR

from inference.dicom.codes import REST_CODES, STRESS_CODES
from reader_study.intake import writing
from reader_study.intake.allowlist import METHOD, PROCEDURE_VERSION
from reader_study.intake.concepts import meanings
from reader_study.intake.description import Description, Pixels
from reader_study.intake.pseudonyms import Subject

# What is always claimed (CID 7050), and what only after a person looked at the pixels.
PROFILE = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
EQUIPMENT_PURPOSE = ("109104", "De-identifying Equipment")
EQUIPMENT_MAKER, EQUIPMENT_MODEL = "Reader Study", "Reader Study intake"
STATE_NAME = ("DCM", "109054")
STATE_CODES = {"stress": ("SCT", "432655005"), "rest": ("SCT", "128975004")}
_NAME, _ID, _SERIES_TEXT, _COMMENTS = 0x00100010, 0x00100020, 0x0008103E, 0x00204000
_BURNED_IN, _INDICATOR = 0x00280301, 0x00201040
_REMOVED, _METHOD, _METHOD_CODES, _TEMPORAL = 0x00120062, 0x00120063, 0x00120064, 0x00280303
_EQUIPMENT, _PURPOSE = 0x0018A001, 0x0040A170
_MAKER, _MODEL, _SOFTWARE = 0x00080070, 0x00081090, 0x00181020
_CONCEPT_NAME, _CONCEPT, _VALUE_TYPE = 0x0040A043, 0x0040A168, 0x0040A040
_CODE_VALUE, _CODE_SCHEME, _CODE_MEANING = 0x00080100, 0x00080102, 0x00080104
# Attributes that the study writes itself, and why.
OWN = {
    _NAME: "pseudonym",
    _ID: "pseudonym",
    _SERIES_TEXT: "study_words",
    _COMMENTS: "study_words",
    _REMOVED: "claim",
    _METHOD: "claim",
    _METHOD_CODES: "claim",
    _TEMPORAL: "claim",
    _EQUIPMENT: "claim",
    _INDICATOR: "valid",
}


def options_claimed(pixels: Pixels) -> list[tuple[str, str]]:
    """(code, meaning) of the profile and options of PS3.15 that a file claims in (0012,0064)."""
    return [*PROFILE, *([CLEAN_PIXELS] if pixels is not Pixels.UNSEEN else [])]


def named(data: bytes, *, subject: str) -> bytes:
    """A sealed file with the study's own name for the subject in place of the token."""
    parts, start, at = [], 0, 132
    while at < len(data):
        group, number, vr, length = struct.unpack_from("<HH2sH", data, at)
        tag, header = group << 16 | number, 8
        if vr in (b"OB", b"OW", b"SQ"):
            header, length = 12, struct.unpack_from("<I", data, at + 8)[0]
        if tag in (_NAME, _ID):
            parts += [
                data[start:at],
                writing.element(tag, "PN" if tag == _NAME else "LO", subject.encode("ascii")),
            ]
            start = at + header + length
        elif tag > _ID:
            break
        at += header + length
    return b"".join((*parts, data[start:]))


@cache
def states_by_code() -> Mapping[tuple[str, str], str]:
    """(scheme, value) of every code that says stress or rest and that may be written."""
    said = {"stress": STRESS_CODES, "rest": REST_CODES}
    written = meanings("physiological_state")
    return {
        (scheme, value): state
        for state, codes in said.items()
        for value, scheme in codes
        if (scheme, value) in written
    }


def own_elements(subject: Subject, description: Description, *, frame_of_reference: bool) -> dict[int, bytes]:
    """What the study writes into every file, but for its seal."""
    token = subject.token.encode("ascii")
    elements = {
        **_described(description),
        _NAME: writing.element(_NAME, "PN", token),
        _ID: writing.element(_ID, "LO", token),
    }
    if frame_of_reference:
        elements[_INDICATOR] = writing.element(_INDICATOR, "LO", b"")
    return elements


@lru_cache(maxsize=1024)  # the files of a series say the same
def _described(description: Description) -> Mapping[int, bytes]:
    def text(tag: int, value: str) -> bytes:
        return writing.element(tag, dictionary_VR(tag), value.encode("ascii"))

    elements = {
        _SERIES_TEXT: text(_SERIES_TEXT, description.series_description()),
        _REMOVED: text(_REMOVED, "YES"),
        _METHOD: text(_METHOD, METHOD),
        _METHOD_CODES: writing.sequence(
            _METHOD_CODES,
            [
                writing.joined(code_elements("DCM", value, meaning))
                for value, meaning in options_claimed(description.pixels)
            ],
        ),
        _TEMPORAL: text(_TEMPORAL, "MODIFIED"),
        _EQUIPMENT: writing.sequence(_EQUIPMENT, [_equipment()]),
    }
    if description.pixels is not Pixels.UNSEEN:
        elements[_BURNED_IN] = text(_BURNED_IN, "NO")
    return elements


def _equipment() -> bytes:
    value, meaning = EQUIPMENT_PURPOSE
    purpose = writing.joined(code_elements("DCM", value, meaning))
    return writing.joined(
        {
            tag: writing.element(tag, "LO", text.encode("ascii"))
            for tag, text in (
                (_MAKER, EQUIPMENT_MAKER),
                (_MODEL, EQUIPMENT_MODEL),
                (_SOFTWARE, PROCEDURE_VERSION),
            )
        }
        | {_PURPOSE: writing.sequence(_PURPOSE, [purpose])}
    )


@lru_cache(maxsize=4096)
def code_elements(scheme: str, value: str, meaning: str) -> Mapping[int, bytes]:
    """The three elements of a coded concept."""
    return {
        _CODE_VALUE: writing.element(_CODE_VALUE, "SH", value.encode("ascii")),
        _CODE_SCHEME: writing.element(_CODE_SCHEME, "SH", scheme.encode("ascii")),
        _CODE_MEANING: writing.element(_CODE_MEANING, "LO", meaning.encode("ascii")),
    }


@cache
def state_item(code: tuple[str, str]) -> bytes:
    """An item of the acquisition context (TID 3470)."""
    name = code_elements(*STATE_NAME, meanings("patient_state")[STATE_NAME])
    value = code_elements(*code, meanings("physiological_state")[code])
    return writing.joined(
        {
            _VALUE_TYPE: writing.element(_VALUE_TYPE, "CS", b"CODE"),
            _CONCEPT_NAME: writing.sequence(_CONCEPT_NAME, [writing.joined(name)]),
            _CONCEPT: writing.sequence(_CONCEPT, [writing.joined(value)]),
        }
    )
