"""What a header must not say of itself: contradictions, unknown texts, images that show more than an organ."""

import re
from collections.abc import Collection

from reader_study.intake.allowlist import CT_STORAGE, ENHANCED_PT_STORAGE, NM_STORAGE, PT_STORAGE
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.tree import PIXEL_DATA, Item, Structure, text_at

_SOP_CLASS, _MODALITY, _CHARACTER_SET, _PATIENT_ID = 0x00080016, 0x00080060, 0x00080005, 0x00100020
_IMAGE_TYPE, _BODY_PART = 0x00080008, 0x00180015
_META_SOP_CLASS = 0x0002
_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
_MODALITIES = {NM_STORAGE: "NM", PT_STORAGE: "PT", CT_STORAGE: "CT", ENHANCED_PT_STORAGE: "PT"}
_ONE_FRAME = (PT_STORAGE, CT_STORAGE)
_LONGEST_ID, _MOST_BYTES, _ESCAPE = (
    64,
    4,
    b"\x1b",
)  # characters of LO (PS3.5 table 6.2-1); bytes of one of them
# Defined terms (PS3.3 C.12.1.1.2), and how some systems misspell them. What follows a term is not looked at.
_REPERTOIRES = "6|13|58|87|100|101|109|110|126|127|138|144|148|149|159|165|166|192|203"
_KNOWN_CHARACTERS = re.compile(
    rf"|ISO[ _-]?(2022[ _-]?)?(IR)?[ _-]?({_REPERTOIRES})|(ISO 2022 )?GB(18030|K)|UTF[ _-]?8|ISO[ _-]?8859[ _-]?\d+",
    re.IGNORECASE,
)
_HEAD = re.compile(r"HEAD|BRAIN|SKULL|FACE|NECK|SINUS|ORBIT|JAW|MAXILLA|MANDIBLE|HEADNECK")


def sop_class_of(structure: Structure) -> str:
    return text_at(structure.root, _SOP_CLASS)


def check_class(structure: Structure, *, known: Collection[str]) -> None:
    """Before anything costly: an image of a known kind, with a size and with pixels. Raises Refused."""
    stated = structure.meta.get(_META_SOP_CLASS, b"").strip(b" \0").decode("ascii", "replace")
    sop_class = sop_class_of(structure)
    if _MEDIA_DIRECTORY in (stated, sop_class):
        raise Refused("dicomdir")
    if not sop_class and not stated:
        raise Refused("missing_attribute")
    if sop_class not in known:
        raise Refused("sop_class")
    if not structure.pixels or PIXEL_DATA not in structure.root or not structure.pixel_bytes:
        raise Refused("missing_attribute")
    if sop_class in _ONE_FRAME and structure.frames > 1:
        raise Refused("bad_value")
    if _PATIENT_ID in structure.root and _is_too_long(structure.root[_PATIENT_ID].value.strip(b" \0")):
        raise Refused("bad_value")


def check_soundness(structure: Structure) -> None:
    """Raises Quarantined for a header that a person should see before the image counts."""
    root, sop_class = structure.root, sop_class_of(structure)
    stated = structure.meta.get(_META_SOP_CLASS, b"").strip(b" \0").decode("ascii", "replace")
    if stated not in ("", sop_class) or text_at(root, _MODALITY) != _MODALITIES.get(sop_class):
        raise Quarantined("contradiction")
    if not all(_KNOWN_CHARACTERS.fullmatch(term.strip()) for term in _texts(root, _CHARACTER_SET)):
        raise Quarantined("charset")
    if sop_class == CT_STORAGE:
        if "LOCALIZER" in _texts(root, _IMAGE_TYPE):
            raise Quarantined("localizer")
        if _HEAD.search(text_at(root, _BODY_PART).upper()):
            raise Quarantined("head_ct")


def _is_too_long(value: bytes) -> bool:
    """Longer than an identifier can be; a text that is not plain ASCII is not decoded to be counted."""
    plain = value.isascii() and _ESCAPE not in value
    return len(value) > _LONGEST_ID * (1 if plain else _MOST_BYTES)


def _texts(root: Item, tag: int) -> list[str]:
    element = root.get(tag)
    return element.value.decode("latin-1").strip(" \0").split("\\") if element else []
