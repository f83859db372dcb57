"""From the raw tree of a file to its description: what a file says, by codes and terms first, then by words."""

from collections.abc import Iterator
from dataclasses import replace

from pydicom.datadict import tag_for_keyword

from inference.dicom.state import (
    CORRECTION_TEXTS,
    METHOD_TEXTS,
    STATE_TEXTS,
    VIEW_TEXTS,
    corrected_from,
    method_from,
    state_from,
    view_from,
)
from reader_study.intake.allowlist import CT_STORAGE, ENHANCED_PT_STORAGE, NM_STORAGE
from reader_study.intake.character_sets import decoded
from reader_study.intake.description import COORDINATOR, CORRECTED_KINDS, Description, Kind, Pixels
from reader_study.intake.reasons import Refused
from reader_study.intake.tree import Item, text_at

_TEXTS = tuple(
    (keyword, tag_for_keyword(keyword) or 0)
    for keyword in dict.fromkeys((*STATE_TEXTS, *VIEW_TEXTS, *CORRECTION_TEXTS, *METHOD_TEXTS))
    if keyword != "InterventionDrugName"
)
_CHARACTER_SET, _MODALITY, _IMAGE_TYPE, _CORRECTED = 0x00080005, 0x00080060, 0x00080008, 0x00280051
_SERIES_TYPE, _PROGRESSION, _SYNCHRONISATION = 0x00541000, 0x00540500, 0x00189037
_VIEW_CODES, _DETECTORS = 0x00540220, 0x00540022
_CONTEXT, _CONCEPT = 0x00400555, 0x0040A168
_GROUPS, _STATE, _STATE_CODES = (0x52009229, 0x52009230), 0x00189771, 0x00189772
_DRUGS, _DRUG_NAME = 0x00180026, 0x00180034
_CODE_VALUE, _CODE_SCHEME = 0x00080100, 0x00080102
_FRAMES, _SLICES, _IN_ACQUISITION = 0x00280008, 0x00540081, 0x00201002
_TIME_SLOTS, _INTERVALS = 0x00540071, 0x00540061
_KINDS = {
    "RECON TOMO": Kind.SPECT,
    "RECON GATED TOMO": Kind.GATED_SPECT,
    "TOMO": Kind.PROJECTIONS,
    "GATED TOMO": Kind.GATED_PROJECTIONS,
}


def describe(root: Item, *, sop_class: str) -> Description:
    """What the tree of an allowed SOP class shows.

    Raises
    ------
    Refused
        "not_reconstructed" for a planar NM image, "not_static" for a dynamic PET series.
    """
    kind = _kind(root, sop_class)
    texts = _texts(root)
    state, state_source = state_from(texts, [_code(item) for item in _state_items(root)])
    view, view_source = view_from(texts, [_code(item) for item in _view_items(root)])
    corrected = corrected_from(
        texts,
        modality=text_at(root, _MODALITY),
        image_type=values_at(root, _IMAGE_TYPE),
        corrected_image=values_at(root, _CORRECTED),
    )
    return Description(
        kind=kind,
        state=state,
        state_from=state_source,
        view=view,
        view_from=view_source,
        corrected=corrected,
        pixels=Pixels.UNSEEN,
        corrected_by=method_from(texts) if corrected and kind in CORRECTED_KINDS else "",
    )


def answered(
    description: Description, *, state: str | None, view: str | None, pixels: Pixels, blanked: bool
) -> Description:
    """The description with what a person decided instead of what the file says."""
    if state is not None:
        description = replace(description, state=state, state_from=COORDINATOR)
    if view is not None:
        description = replace(description, view=view, view_from=COORDINATOR)
    if blanked:
        pixels = Pixels.BLANKED
    return replace(description, pixels=pixels) if pixels is not Pixels.UNSEEN else description


def slices_of(root: Item, *, kind: Kind) -> int:
    """How many files make up the image; 1 if the file does not say.

    Raises
    ------
    Refused
        A PET slice that does not say how many belong to its series (0054,0081), type 1.
    """
    if kind in (Kind.PET, Kind.GATED_PET) and text_at(root, 0x00080016) != ENHANCED_PT_STORAGE:
        slices = _short(root, _SLICES)
        if slices is None:
            raise Refused("missing_attribute")
        if slices < 1:
            raise Refused("bad_value")
        if kind is Kind.PET:
            return slices
        return slices * max(1, _short(root, _TIME_SLOTS) or 1) * max(1, _short(root, _INTERVALS) or 1)
    if frames_of(root) > 1 or text_at(root, 0x00080016) == ENHANCED_PT_STORAGE:
        return 1
    slices = _short(root, _SLICES) or 0
    if slices > 1:
        return slices
    images = text_at(root, _IN_ACQUISITION)
    return max(1, int(images)) if images.isascii() and images.isdigit() and len(images) < 6 else 1


def frames_of(root: Item) -> int:
    """Number of Frames (0028,0008), 1 if absent; the gate proved its form."""
    text = text_at(root, _FRAMES)
    return int(text) if text else 1


def values_at(item: Item, tag: int) -> list[str]:
    """The values of an ASCII text, each stripped; none if it is empty."""
    text = text_at(item, tag)
    return [value.strip(" \0") for value in text.split("\\")] if text else []


def _kind(root: Item, sop_class: str) -> Kind:
    if sop_class == CT_STORAGE:
        return Kind.CT
    if sop_class == ENHANCED_PT_STORAGE:
        ungated = text_at(root, _SYNCHRONISATION) in ("", "NONE")
        return Kind.PET if ungated else Kind.GATED_PET
    if sop_class != NM_STORAGE:
        series_type = values_at(root, _SERIES_TYPE)
        match series_type[0] if series_type else "":
            case "" | "STATIC" | "WHOLE BODY":
                return Kind.PET
            case "GATED":
                return Kind.GATED_PET
            case _:
                raise Refused("not_static")
    image_type = values_at(root, _IMAGE_TYPE)
    for value in image_type:
        if value in _KINDS:
            transmission = "TRANSMISSION" in image_type
            return Kind.ATTENUATION_MAP if transmission and value == "RECON TOMO" else _KINDS[value]
    raise Refused("not_reconstructed")


def _texts(root: Item) -> dict[str, str]:
    declared = values_at(root, _CHARACTER_SET)
    texts = {
        keyword: decoded(root[tag].value.strip(b" \0"), declared) for keyword, tag in _TEXTS if tag in root
    }
    texts["SliceProgressionDirection"] = text_at(root, _PROGRESSION)
    if _DRUGS in root:
        named = (item[_DRUG_NAME].value for item in root[_DRUGS].items if _DRUG_NAME in item)
        texts["InterventionDrugName"] = "\\".join(decoded(name.strip(b" \0"), declared) for name in named)
    return texts


def _state_items(root: Item) -> Iterator[Item]:
    for item in _items(root, _CONTEXT):
        yield from _items(item, _CONCEPT)
    for groups in _GROUPS:
        for frame in _items(root, groups):
            for item in _items(frame, _STATE):
                yield from _items(item, _STATE_CODES)


def _view_items(root: Item) -> Iterator[Item]:
    for detector in _items(root, _DETECTORS):
        yield from _items(detector, _VIEW_CODES)
    yield from _items(root, _VIEW_CODES)


def _items(item: Item, tag: int) -> list[Item]:
    element = item.get(tag)
    return element.items if element is not None else []


def _code(item: Item) -> tuple[str, str]:
    return text_at(item, _CODE_VALUE), text_at(item, _CODE_SCHEME)


def _short(root: Item, tag: int) -> int | None:
    element = root.get(tag)
    return int.from_bytes(element.value, "little") if element and len(element.value) == 2 else None
