"""What a DICOMweb client accepts, and which of our answers that is (RFC 9110 12.5.1, PS3.18 8.7).

Clients differ: parameters quoted or not, `transfer-syntax="*"`, several types with weights, `*/*`, nothing at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reader_study.problems import Problem

DICOM, JSON, DICOM_JSON, OCTETS = (
    "application/dicom",
    "application/json",
    "application/dicom+json",
    "application/octet-stream",
)
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_LONGEST = 4096
_ENTRY = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARAMETER = re.compile(r';\s*([^\s;=]+)\s*=\s*("(?:\\.|[^"\\])*"|[^\s;]*)')


class NotAcceptable(Problem):
    status: ClassVar[int] = 406

    def __init__(self, offers: Sequence["Offer"]) -> None:
        types = ", ".join(offer.words() for offer in offers)
        super().__init__(
            "not_acceptable",
            _("None of the accepted media types can be given here. There is: %(types)s.") % {"types": types},
        )


@dataclass(frozen=True)
class Offer:
    """A media type that an answer can have; `multipart` wraps one part or many into multipart/related."""

    type: str
    multipart: bool = False

    def words(self) -> str:
        return f'multipart/related; type="{self.type}"' if self.multipart else self.type


@dataclass(frozen=True)
class _Accepted:
    type: str
    parameters: dict[str, str]

    @property
    def weight(self) -> float:
        try:
            return min(1.0, max(0.0, float(self.parameters.get("q", "1"))))
        except ValueError:
            return 1.0

    def allows(self, offer: Offer) -> bool:
        syntax = self.parameters.get("transfer-syntax", "*")
        if offer.type in (DICOM, OCTETS) and syntax not in ("*", EXPLICIT_LITTLE_ENDIAN):
            return False
        if self.type == "*/*":
            return True
        if self.type.startswith("multipart/"):
            inner = self.parameters.get("type", "*/*").lower()
            return (
                offer.multipart
                and self.type in ("multipart/related", "multipart/*")
                and _covers(inner, offer.type)
            )
        return not offer.multipart and _covers(self.type, offer.type)


def chosen(request: HttpRequest, offers: Sequence[Offer]) -> Offer:
    """The offer that the client likes best; among equals the first. `?accept=` stands for the header.

    Raises
    ------
    NotAcceptable
        code "not_acceptable": 406, whatever is wrong with the header.
    """
    given = request.GET.get("accept") or request.headers.get("Accept", "")
    accepted = _parsed(given[:_LONGEST])
    if not accepted:
        return offers[0]
    for entry in sorted(accepted, key=lambda entry: -entry.weight):  # stable: as they were written
        if entry.weight == 0:
            continue
        for offer in offers:
            if entry.allows(offer):
                return offer
    raise NotAcceptable(offers)


def _parsed(header: str) -> list[_Accepted]:
    found = []
    for entry in _ENTRY.findall(header):
        name = entry.split(";", 1)[0].strip().lower()
        parameters = {key.lower(): _unquoted(value) for key, value in _PARAMETER.findall(entry)}
        if name:
            found.append(_Accepted(name, parameters))
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _covers(pattern: str, media_type: str) -> bool:
    if pattern in ("*/*", "*", media_type):
        return True
    return pattern.endswith("/*") and media_type.startswith(pattern[:-1])
