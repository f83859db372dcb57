"""Stress or rest, which view, corrected or not: what a file says, and where it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydicom.dataset import Dataset

from inference.dicom import codes

# Letters bound a word; digits and underscores do not ("SA_STRESS1").
_STRESS = re.compile(
    r"(?<![a-z])(str(ess)?|exer(c(ise)?)?|exc|ex|adeno(sine)?|dipy(ridamole)?|regad(enoson)?|"
    r"dobut(amine)?|atp)(?![a-z])|負荷|運動|ストレス",
    re.IGNORECASE,
)
_REST = re.compile(
    r"(?<![a-z])(rest(ing)?|rst|redist(ribution)?|delay(ed)?|reinj(ection)?)(?![a-z])|安静|再分布|遅延|再静注",
    re.IGNORECASE,
)
_VIEWS = {
    "short_axis": re.compile(r"(?<![a-z])(sa|sax|short[ _-]*ax(is)?)(?![a-z])|短軸", re.IGNORECASE),
    "vertical_long_axis": re.compile(
        r"(?<![a-z])(vla|v(ert(ical)?)?[ _-]*long[ _-]*ax(is)?)(?![a-z])|垂直長軸", re.I
    ),
    "horizontal_long_axis": re.compile(
        r"(?<![a-z])(hla|h(or(iz(ontal)?)?)?[ _-]*long[ _-]*ax(is)?)(?![a-z])|水平長軸", re.IGNORECASE
    ),
    "transaxial": re.compile(
        r"(?<![a-z])(trans(axials?|vers(e|al)|axs?)?|tra|tv)(?![a-z])|横断|体軸断", re.IGNORECASE
    ),
}
_CORRECTED = re.compile(
    r"(?<![a-z])((ct|ir)?ac(sc|rr|scrr)?|att(en)?(uation)?[ _-]*corr(ected|ection)?)(?![a-z])"
    r"|(減弱|吸収)補正(?!な|無)",
    re.IGNORECASE,
)
_UNCORRECTED = re.compile(
    r"(?<![a-z])((ir)?nc|nac|(no|non|without|w/o)[ _-]*(ac|att(en)?(uation)?[ _-]*corr(ected|ection)?))(?![a-z])",
    re.IGNORECASE,
)
_STATE_TEXTS = ("ProtocolName", "SeriesDescription", "ImageID", "StudyDescription")
_VIEW_TEXTS = ("ImageID", "SeriesDescription", "ProtocolName")
_CORRECTION_TEXTS = ("ImageID", "SeriesDescription")


def state_of(ds: Dataset) -> tuple[str | None, str]:
    """("stress" | "rest" | None, keyword of the attribute that says so, "" if none does).

    The coded Acquisition Context (TID 3470) first, then free text from the most to the least specific.
    A text that names both states, such as a study description, decides nothing.
    """
    coded = {state for item in ds.get("AcquisitionContextSequence") or [] for state in _coded_states(item)}
    if len(coded) == 1:
        return coded.pop(), "AcquisitionContextSequence"
    for keyword in _STATE_TEXTS:
        text = str(ds.get(keyword) or "")
        stress, rest = bool(_STRESS.search(text)), bool(_REST.search(text))
        if stress != rest:
            return ("stress" if stress else "rest"), keyword
    return None, ""


def _coded_states(item: Dataset) -> Iterator[str]:
    for value in item.get("ConceptCodeSequence") or []:
        code = codes.code_of(value)
        if code in codes.STRESS_CODES:
            yield "stress"
        elif code in codes.REST_CODES:
            yield "rest"


def view_of(ds: Dataset) -> str | None:
    """The view ("short_axis", …) by code, by the terms for the slice order, or by text; None if unsaid."""
    for item in ds.get("DetectorInformationSequence") or []:
        for code in item.get("ViewCodeSequence") or []:
            view = codes.VIEW_CODES.get(codes.code_of(code))
            if view:
                return view
    if ds.get("SliceProgressionDirection") in ("APEX_TO_BASE", "BASE_TO_APEX"):
        return "short_axis"
    for keyword in _VIEW_TEXTS:
        named = [view for view, words in _VIEWS.items() if words.search(str(ds.get(keyword) or ""))]
        if len(named) == 1:
            return named[0]
    return None


def attenuation_corrected(ds: Dataset) -> bool:
    """Whether a file says that its photons lost on the way were allowed for.

    PET always is; NM says so in Corrected Image (0028,0051), which many systems leave out, or in words
    ("STRESS SA AC"). What says nothing counts as uncorrected.
    """
    if ds.get("Modality") == "PT":
        return True
    if "TRANSMISSION" in (ds.get("ImageType") or []):  # called "AC map", and itself no image of activity
        return False
    said = ds.get("CorrectedImage")
    if said:
        return "ATTN" in ([said] if isinstance(said, str) else said)
    texts = [str(ds.get(keyword) or "") for keyword in _CORRECTION_TEXTS]
    return any(_CORRECTED.search(text) and not _UNCORRECTED.search(text) for text in texts)
