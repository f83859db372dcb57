"""The procedure as one document: every rule, word, name, code, limit and sentence, for the browser to carry out.

The browser's engine has no rule of its own. `./run api` writes this document where the front end imports it, and
`./run api --check` compares.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import override
from pydicom.datadict import DicomDictionary, dictionary_VR

from inference.dicom import state
from inference.dicom.codes import REST_CODES, STRESS_CODES, VIEW_CODES
from reader_study.intake import (
    character_sets,
    description,
    grounds,
    identifiers,
    proving,
    reporting,
    rules,
    sealing,
    tree,
    writing,
)
from reader_study.intake.allowlist import (
    ALLOWED,
    EMPTY,
    IDENTIFIERS,
    METHOD,
    PROCEDURE_VERSION,
    STORAGE_CLASSES,
)
from reader_study.intake.concepts import lists, meanings
from reader_study.intake.reasons import SENTENCES
from reader_study.intake.rules import Rule

_LANGUAGES = ("en", "ja")


def document() -> dict[str, Any]:
    """The whole procedure as JSON values; tags are eight hexadecimal digits."""
    return {
        "version": PROCEDURE_VERSION,
        "limits": _limits(),
        "dictionary": _dictionary(),
        "classes": dict(zip(ALLOWED, _RULESETS, strict=True)),
        "storage_classes": sorted(STORAGE_CLASSES),
        "rules": {name: _rules(listed) for name, listed in zip(_RULESETS, ALLOWED.values(), strict=True)},
        "shapes": proving.SHAPES,
        "concepts": {name: _concepts(name) for name in lists()},
        "states": [
            [scheme, value, said] for (scheme, value), said in sorted(sealing.states_by_code().items())
        ],
        "identifiers": sorted(f"{tag:08X}" for tag in IDENTIFIERS),
        "removal": reporting.GROUNDS_BY_VR,
        "describing": _describing(),
        "character_sets": {
            "declared": character_sets.DECLARED,
            "escapes": [[escape.decode("latin-1"), label] for escape, label in character_sets.ESCAPES],
            "guesses": list(character_sets.GUESSES),
        },
        "sealed": _sealed(),
        "reasons": _sentences(grounds.REASONS),
        "verdicts": _sentences(SENTENCES),
    }


def attribute_names() -> dict[str, str]:
    """Tag -> name of every attribute of the standard, for tables that people read."""
    return {f"{tag:08X}": name for tag, (_, _, name, *_) in sorted(DicomDictionary.items()) if name}


_RULESETS = ("nm", "pt", "ct", "enhanced_pt")


def _rules(listed: Mapping[int, Rule]) -> dict[str, Any]:
    return {f"{tag:08X}": _rule(tag, rule) for tag, rule in sorted(listed.items())}


def _rule(tag: int, rule: Rule) -> dict[str, Any]:
    said: dict[str, Any] = {"rule": rule.name, "ground": rule.ground, "vr": dictionary_VR(tag).split(" or ")}
    match rule:
        case rules.Number(low=low, high=high, count=count, essential=essential, zero=zero, counter=counter):
            said |= {"low": low, "high": high, "count": count, "essential": essential, "zero": zero}
            said |= {"counter": True} if counter else {}
        case rules.Pointer(tags=tags):
            said["tags"] = sorted(f"{pointed:08X}" for pointed in tags)
        case rules.Terms(terms=terms, placed=placed):
            said |= {"terms": sorted(terms), "placed": placed}
        case rules.Names(names=names):
            said["names"] = dict(sorted(names.items()))
        case rules.Codes(concepts=concepts, within=within, may_be_empty=may_be_empty):
            said |= {"concepts": concepts, "within": _rules(within), "may_be_empty": may_be_empty}
        case rules.Items(within=within, may_be_empty=may_be_empty):
            said |= {"within": _rules(within), "may_be_empty": may_be_empty}
    return said


def _limits() -> dict[str, int]:
    return {
        "elements": tree.MAX_ELEMENTS,
        "items": tree.MAX_ITEMS,
        "depth": tree.MAX_DEPTH,
        "text": tree.MAX_TEXT,
        "text_total": tree.MAX_TEXT_TOTAL,
        "private": tree.MAX_PRIVATE,
        "meta": tree.MAX_META,
        "inflated": tree.MAX_INFLATED,
        "ratio": tree.MAX_RATIO,
        "pixels": tree.MAX_PIXELS,
        "area": tree.MAX_AREA,
        "pixel_bytes": tree.MAX_PIXEL_BYTES,
        "frames": tree.MAX_FRAMES,
        "decimal": proving.LONGEST_DECIMAL,
        "integer": proving.LONGEST_INTEGER,
        "counter": proving.LONGEST_COUNTER,
        "value": writing.LONGEST_SHORT,
        "oldest": proving.OLDEST,
        "smallest_identifier": identifiers.SMALLEST_IDENTIFIER,
        "smallest_numbering": identifiers.SMALLEST_NUMBERING,
        "largest_identifier": identifiers.LARGEST_IDENTIFIER,
    }


def _dictionary() -> dict[str, str]:
    """Representation -> tags, with a blank between, of every attribute of the standard."""
    by_vr = defaultdict(list)
    for tag, (vr, *_) in sorted(DicomDictionary.items()):
        by_vr[vr].append(f"{tag:08X}")
    return {vr: " ".join(tags) for vr, tags in sorted(by_vr.items())}


def _concepts(name: str) -> dict[str, dict[str, str]]:
    by_scheme: dict[str, dict[str, str]] = defaultdict(dict)
    for (scheme, value), meaning in sorted(meanings(name).items()):
        by_scheme[scheme][value] = meaning
    return dict(by_scheme)


def _describing() -> dict[str, Any]:
    return {
        "stress": state.STRESS_WORDS,
        "rest": state.REST_WORDS,
        "views": dict(state.VIEW_WORDS),
        "corrected": state.CORRECTED_WORDS,
        "uncorrected": state.UNCORRECTED_WORDS,
        "methods": dict(state.METHOD_WORDS),
        "state_texts": list(state.STATE_TEXTS),
        "view_texts": list(state.VIEW_TEXTS),
        "correction_texts": list(state.CORRECTION_TEXTS),
        "method_texts": list(state.METHOD_TEXTS),
        "short_axis_progressions": list(state.SHORT_AXIS_PROGRESSIONS),
        "stress_codes": sorted(map(list, STRESS_CODES)),
        "rest_codes": sorted(map(list, REST_CODES)),
        "view_codes": [[*code, view] for code, view in sorted(VIEW_CODES.items())],
        "states": list(description.STATES),
        "views_known": list(description.VIEWS),
        "state_sources": list(description.STATE_SOURCES),
        "view_sources": list(description.VIEW_SOURCES),
        "kind_words": dict(description.KIND_WORDS),
        "view_phrases": description.VIEW_PHRASES,
        "corrected_words": description.CORRECTED_WORDS,
        "corrected_kinds": list(description.CORRECTED_KINDS),
    }


def _sealed() -> dict[str, Any]:
    """Everything that the study writes into a sealed file besides what the rules keep."""
    return {
        "implementation": writing.IMPLEMENTATION,
        "implementation_version": writing.IMPLEMENTATION_VERSION,
        "method": METHOD,
        "profile": [list(code) for code in sealing.PROFILE],
        "clean_pixels": list(sealing.CLEAN_PIXELS),
        "equipment_purpose": list(sealing.EQUIPMENT_PURPOSE),
        "equipment_maker": sealing.EQUIPMENT_MAKER,
        "equipment_model": sealing.EQUIPMENT_MODEL,
        "state_name": list(sealing.STATE_NAME),
        "state_codes": {said: list(code) for said, code in sealing.STATE_CODES.items()},
        "own": {f"{tag:08X}": reason for tag, reason in sorted(sealing.OWN.items())},
        "empty": {f"{tag:08X}": dictionary_VR(tag) for tag in sorted(EMPTY)},
    }


def _sentences(texts: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    said: dict[str, dict[str, str]] = {key: {} for key in texts}
    for language in _LANGUAGES:
        with override(language):
            for key, text in texts.items():
                said[key][language] = str(text)
    return said
