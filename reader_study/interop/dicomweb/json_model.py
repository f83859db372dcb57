"""A header as DICOM JSON (PS3.18 Annex F.2): every element has its VR, numbers are finite, bulk data stay behind."""

import base64
import math
from collections.abc import Callable
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

INLINE_BYTES = 1024  # longer binary values are fetched by their address
_BINARY = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
_INTEGER = {"IS", "SL", "SS", "SV", "UL", "US", "UV"}
_DECIMAL = {"DS", "FD", "FL"}
_CHARACTER_SET = 0x00080005


def metadata_of(ds: Dataset) -> dict[str, Any]:
    """The whole data set. Addresses of bulk data are relative to the instance: "bulkdata/7FE00010".

    Private elements are left out, all of them: a part of a private block says less than none.
    """
    return _items(ds, "bulkdata/")


def with_addresses(metadata: dict[str, Any], instance: str) -> dict[str, Any]:
    """The same with absolute addresses below `instance`, an address that ends with "/"."""
    return {tag: _addressed(element, instance) for tag, element in metadata.items()}


def _addressed(element: dict[str, Any], instance: str) -> dict[str, Any]:
    if "BulkDataURI" in element:
        return {**element, "BulkDataURI": instance + element["BulkDataURI"]}
    if element["vr"] == "SQ" and "Value" in element:
        return {**element, "Value": [with_addresses(item, instance) for item in element["Value"]]}
    return element


def _items(ds: Dataset, path: str) -> dict[str, Any]:
    return {
        f"{element.tag:08X}": _element(element, f"{path}{element.tag:08X}")
        for element in ds
        if not element.tag.is_private and element.tag.element != 0
    }


def _element(element: DataElement, path: str) -> dict[str, Any]:
    vr = str(element.VR)
    if vr == "SQ":
        items = [_items(item, f"{path}/{n}/") for n, item in enumerate(element.value)]
        return {"vr": vr, "Value": items} if items else {"vr": vr}
    if vr in _BINARY:
        return _binary(element, vr, path)
    if element.tag == _CHARACTER_SET:
        return {"vr": vr, "Value": ["ISO_IR 192"]}  # what is sent is UTF-8, whatever was stored
    value = element.value
    values = list(value) if isinstance(value, MultiValue | list | tuple) else [value]
    found = [_CONVERTED.get(vr, _text)(one) for one in values]
    if all(one is None for one in found):
        return {"vr": vr}
    return {"vr": vr, "Value": found}


def _binary(element: DataElement, vr: str, path: str) -> dict[str, Any]:
    if not element.value:
        return {"vr": vr}
    if len(element.value) <= INLINE_BYTES:
        return {"vr": vr, "InlineBinary": base64.b64encode(element.value).decode()}
    return {"vr": vr, "BulkDataURI": path}


def _text(value: Any) -> str | None:
    text = str(value).replace("\0", "") if value is not None else ""
    return text or None


def _integer(value: Any) -> int | None:
    return int(value) if value is not None and value != "" else None


def _decimal(value: Any) -> float | None:
    if value is None or value == "":
        return None
    number = float(value)
    return number if math.isfinite(number) else None  # JSON has no word for the others


def _name(value: Any) -> dict[str, str] | None:
    groups = zip(("Alphabetic", "Ideographic", "Phonetic"), value.components, strict=False) if value else ()
    found = {kind: text for kind, text in groups if text}
    return found or None


def _tag(value: Any) -> str | None:
    return f"{int(value):08X}" if value is not None and value != "" else None


_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "PN": _name,
    "AT": _tag,
    **dict.fromkeys(_INTEGER, _integer),
    **dict.fromkeys(_DECIMAL, _decimal),
}
