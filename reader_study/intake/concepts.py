"""Coded concepts that may stay, list by list: the context groups that PS3.3 names for an attribute.

Old files write the same concepts as SNOMED-RT codes under three scheme names (PS3.16 8.1); these are known too and
stay as they are. A meaning in a file is free text and is never read: it is written from here.
"""

from collections.abc import Mapping
from functools import cache

from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from inference.dicom.codes import PATIENT_STATE, REST_CODES, STRESS_CODES

OLD_SCHEMES = ("SRT", "SNM3", "99SDM")
# List -> context groups of PS3.16.
GROUPS: Mapping[str, tuple[int, ...]] = {
    "source_image": (7201, 7202),
    "derivation": (7203,),
    "radionuclide": (18, 4020),
    "radiopharmaceutical": (25, 4021),
    "route": (11,),
    "view": (26,),
    "view_modifier": (23,),
    "orientation": (19,),
    "orientation_modifier": (20,),
    "gantry": (21,),
    "units": (83, 84, 85, 7181),
    "anatomy": (4030, 4031),
    "physiological_state": (3101, 3102),
}
_LONGEST_VALUE, _LONGEST_MEANING = 16, 64
# Written in files although today's groups do not list them.
_MORE: Mapping[str, frozenset[tuple[str, str]]] = {
    "physiological_state": STRESS_CODES | REST_CODES,
    "patient_state": frozenset({(PATIENT_STATE.value, PATIENT_STATE.scheme)}),
}


@cache
def meanings(name: str) -> Mapping[tuple[str, str], str]:
    """(scheme, value) -> meaning of the concepts of a list."""
    dictionary = _dictionary()
    found: dict[tuple[str, str], str] = {}
    for group in GROUPS.get(name, ()):
        for scheme, keywords in cid_concepts[group].items():
            for keyword in sorted(keywords):
                for value, (meaning, *_) in concepts[scheme][keyword].items():
                    found.setdefault((scheme, value), meaning)
    for value, scheme in _MORE.get(name, ()):
        if (scheme, value) in dictionary:
            found[scheme, value] = dictionary[scheme, value]
    for old, new in mapping["SRT"].items():
        if ("SCT", new) in found:
            found.update({(scheme, old): found["SCT", new] for scheme in OLD_SCHEMES})
    # What is longer cannot be written as a Code Value (SH) and a Code Meaning (LO); our files are ASCII.
    return {
        (scheme, value): meaning
        for (scheme, value), meaning in found.items()
        if meaning.isascii() and len(meaning) <= _LONGEST_MEANING and len(value) <= _LONGEST_VALUE
    }


def lists() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(sorted({*GROUPS, *_MORE}))


@cache
def _dictionary() -> Mapping[tuple[str, str], str]:
    return {
        (scheme, value): meaning
        for scheme, by_keyword in concepts.items()
        for by_value in by_keyword.values()
        for value, (meaning, *_) in by_value.items()
    }
