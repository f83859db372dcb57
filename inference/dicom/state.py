"""Stress or rest, which view, corrected or not: what a file says, and where it says so.

The words are regular expressions that Python and JavaScript read alike (no flags, no \\w, no \\b): they meet a text
that `folded` has made plain, so that "ＳＴＲＥＳＳ" and "ｽﾄﾚｽ" are what they look like.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping

from pydicom.dataset import Dataset

from inference.dicom import codes

Coded = tuple[str, str]  # (code value, coding scheme designator)

# Letters bound a word; digits and underscores do not ("SA_STRESS1").
STRESS_WORDS = (
    r"(?<![a-z])(str(ess)?|exer(c(ise)?)?|exc|ex|ergo(meter)?|treadmill|adeno(s(ine?)?)?|dipy(ridamole?)?|"
    r"regad(enoson)?|dobut(amine?)?|atp|persantine?|lexiscan)(?![a-z])"
    r"|(?<![非無])負荷|運動|ストレス|アデノシン|ジピリダモール|レガデノソン|ドブタミン|エルゴメ|トレッドミル"
)
REST_WORDS = (
    r"(?<![a-z])(rest(ing)?|rst|redist(ribution)?|delay(ed)?|reinj(ection)?)(?![a-z])"
    r"|安静|再分布|遅延|後期|再静注|[非無]負荷"
)
VIEW_WORDS: Mapping[str, str] = {
    "short_axis": r"(?<![a-z])(sa|sax|s(h(or)?t)?[ _-]*ax(is|es)?)(?![a-z])|短軸",
    "vertical_long_axis": r"(?<![a-z])(vla|v(er(t(ical)?)?)?[ _-]*(la|long[ _-]*ax(is|es)?))(?![a-z])|垂直(断面)?長軸",
    "horizontal_long_axis": (
        r"(?<![a-z])(hla|h(or(iz(ontal)?)?)?[ _-]*(la|long[ _-]*ax(is|es)?))(?![a-z])|水平(断面)?長軸"
    ),
    "transaxial": (
        r"(?<![a-z])(trans(axials?|vers(e|al|als)?|axs?)?|tra|trx|tv|axials?)(?![a-z])|横断|体軸断|アキシャル"
    ),
}
CORRECTED_WORDS = (
    r"(?<![a-z])((ct|ir)?ac(sc|rr|scrr)?|att(en)?(uation)?[ _-]*corr(ected|ection)?)(?![a-z])"
    r"|(減弱|吸収)補正(?![な無])"
)
UNCORRECTED_WORDS = (
    r"(?<![a-z])((ir)?nc|nac|(no|non|without|w/o)[ _-]*"
    r"(ac|att(en)?(uation)?[ _-]*corr(ected|ection)?))(?![a-z])"
)
# By what a corrected image was corrected. Of a text that names the method alone ("CT", "Chang") the word is enough.
METHOD_WORDS: Mapping[str, str] = {
    "chang": r"(?<![a-z])chang(?![a-z])|チャン(?!ネル)",
    "ct": (
        r"(?<![a-z])(ct[ _-]*(based[ _-]*)?(ac(sc|rr|scrr)?|att(en)?(uation)?[ _-]*corr(ected|ection)?)|"
        r"ac[ _(-]*(by[ _-]*)?ct)(?![a-z])|ct[ _による-]*(減弱|吸収)補正"
    ),
}
# Keywords of the texts, from the most to the least specific; the first that says something decides.
STATE_TEXTS = ("ProtocolName", "SeriesDescription", "ImageID", "StudyDescription", "InterventionDrugName")
VIEW_TEXTS = ("ImageID", "SeriesDescription", "ProtocolName")
CORRECTION_TEXTS = ("ImageID", "SeriesDescription")
METHOD_TEXTS = ("AttenuationCorrectionMethod", "ImageID", "SeriesDescription", "ProcessingFunction")
# Of Slice Progression Direction (0054,0500) the terms that only a short axis has; for the long axes PS3.3 names the
# same terms for both.
SHORT_AXIS_PROGRESSIONS = ("APEX_TO_BASE", "BASE_TO_APEX")

_STRESS, _REST = re.compile(STRESS_WORDS), re.compile(REST_WORDS)
_VIEWS = {view: re.compile(words) for view, words in VIEW_WORDS.items()}
_METHODS = {method: re.compile(words) for method, words in METHOD_WORDS.items()}
_CORRECTED, _UNCORRECTED = re.compile(CORRECTED_WORDS), re.compile(UNCORRECTED_WORDS)
_LOWER = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def folded(text: str) -> str:
    """What the words are looked for in: NFKC, and A to Z small. In JavaScript the same by normalize and replace.

    No full case folding: it would make letters of other scripts into Latin ones, and each language differently.
    """
    return unicodedata.normalize("NFKC", text).translate(_LOWER)


def state_from(texts: Mapping[str, str], coded: Collection[Coded] = ()) -> tuple[str | None, str]:
    """("stress" | "rest" | None, keyword of the attribute that says so, "" if none does).

    texts: DICOM keyword -> text, of which those in STATE_TEXTS are looked at. coded: the concept codes of Acquisition
    Context (TID 3470) or of the Patient Physiological State; they go before any text. A text that names both states,
    such as a study description, decides nothing; so do codes that contradict each other.
    """
    said = {state for code in coded if (state := _coded_state(code))}
    if len(said) == 1:
        return said.pop(), "AcquisitionContextSequence"
    for keyword in STATE_TEXTS:
        text = folded(texts.get(keyword, ""))
        stress, rest = bool(_STRESS.search(text)), bool(_REST.search(text))
        if stress != rest:
            return ("stress" if stress else "rest"), keyword
    return None, ""


def view_from(texts: Mapping[str, str], coded: Collection[Coded] = ()) -> tuple[str | None, str]:
    """("short_axis", … | None, keyword of the attribute that says so, "" if none does).

    texts: DICOM keyword -> text, of which Slice Progression Direction and those in VIEW_TEXTS are looked at. coded:
    the codes of View Code Sequence; the first known one decides.
    """
    for code in coded:
        view = codes.VIEW_CODES.get(code)
        if view:
            return view, "ViewCodeSequence"
    if texts.get("SliceProgressionDirection") in SHORT_AXIS_PROGRESSIONS:
        return "short_axis", "SliceProgressionDirection"
    for keyword in VIEW_TEXTS:
        text = folded(texts.get(keyword, ""))
        named = [view for view, words in _VIEWS.items() if words.search(text)]
        if len(named) == 1:
            return named[0], keyword
    return None, ""


def corrected_from(
    texts: Mapping[str, str],
    *,
    modality: str,
    image_type: Collection[str],
    corrected_image: Collection[str],
) -> bool:
    """Whether a file says that its photons lost on the way were allowed for.

    PET always is; NM says so in Corrected Image (0028,0051), which many systems leave out, or in words
    ("STRESS SA AC"), or names the method alone ("Chang"). What says nothing counts as uncorrected.
    """
    if modality == "PT":
        return True
    if "TRANSMISSION" in image_type:  # called "AC map", and itself no image of activity
        return False
    if corrected_image:
        return "ATTN" in corrected_image
    said = [folded(texts.get(keyword, "")) for keyword in CORRECTION_TEXTS]
    if any(_CORRECTED.search(text) and not _UNCORRECTED.search(text) for text in said):
        return True
    return not any(_UNCORRECTED.search(text) for text in said) and bool(method_from(texts))


def method_from(texts: Mapping[str, str]) -> str:
    """By what an image that is corrected for attenuation was corrected: "chang", "ct", or "" if no text says it.

    The first of METHOD_TEXTS that names one of them alone decides.
    """
    for keyword in METHOD_TEXTS:
        text = folded(texts.get(keyword, ""))
        if keyword == "AttenuationCorrectionMethod":
            text = f"ac {text}"
        named = [method for method, words in _METHODS.items() if words.search(text)]
        if len(named) == 1:
            return named[0]
    return ""


def state_of(ds: Dataset) -> tuple[str | None, str]:
    """`state_from` of a file."""
    items = [*_items(ds, "AcquisitionContextSequence", "ConceptCodeSequence"), *_physiological(ds)]
    return state_from(_texts(ds), [codes.code_of(item) for item in items])


def view_of(ds: Dataset) -> str | None:
    """The view of `view_from` of a file."""
    return view_and_source(ds)[0]


def view_and_source(ds: Dataset) -> tuple[str | None, str]:
    """`view_from` of a file."""
    items = [
        *_items(ds, "DetectorInformationSequence", "ViewCodeSequence"),
        *(ds.get("ViewCodeSequence") or []),
    ]
    return view_from(_texts(ds), [codes.code_of(item) for item in items])


def attenuation_corrected(ds: Dataset) -> bool:
    """`corrected_from` of a file."""
    return corrected_from(
        _texts(ds),
        modality=str(ds.get("Modality", "")),
        image_type=_values(ds, "ImageType"),
        corrected_image=_values(ds, "CorrectedImage"),
    )


def _coded_state(code: Coded) -> str | None:
    if code in codes.STRESS_CODES:
        return "stress"
    return "rest" if code in codes.REST_CODES else None


def _texts(ds: Dataset) -> dict[str, str]:
    """What `state_from`, `view_from`, `corrected_from` and `method_from` look at; several values as one text."""
    keywords = {*STATE_TEXTS, *VIEW_TEXTS, *CORRECTION_TEXTS, *METHOD_TEXTS, "SliceProgressionDirection"}
    texts = {keyword: "\\".join(_values(ds, keyword)) for keyword in keywords}
    drugs = [
        str(item.get("InterventionDrugName") or "")
        for item in ds.get("InterventionDrugInformationSequence") or []
    ]
    texts["InterventionDrugName"] = "\\".join(drugs)
    return texts


def _values(ds: Dataset, keyword: str) -> tuple[str, ...]:
    value = ds.get(keyword) or ()
    return tuple(str(v) for v in ([value] if isinstance(value, str) else value))


def _items(ds: Dataset, outer: str, inner: str) -> Iterator[Dataset]:
    for item in ds.get(outer) or []:
        yield from item.get(inner) or []


def _physiological(ds: Dataset) -> Iterator[Dataset]:
    """Patient Physiological State (PS3.3 C.8.22.5.3) of an enhanced PET image, of all of its frames."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for item in ds.get(groups) or []:
            yield from _items(
                item, "PatientPhysiologicalStateSequence", "PatientPhysiologicalStateCodeSequence"
            )
