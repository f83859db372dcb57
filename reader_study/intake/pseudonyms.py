"""Keyed pseudonyms: the same input gives the same output within a study; without its key they say nothing."""

import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pydicom.uid import UID, UID_dictionary

MAX_SHIFT_DAYS = 3650
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")  # 1993.11.24 is the form of the old ACR-NEMA standard
_TIME_OF_DATETIME = re.compile(r"(\d{2}){0,3}(\.\d{1,6})?([+-]\d{4})?")


@dataclass(frozen=True)
class Pseudonyms:
    """All replacements of one study.

    key: 32 secret bytes of the study. Each kind of input has its own prefix, so that equal inputs of
    different kinds are unrelated.
    """

    key: bytes

    def digest(self, kind: str, *parts: str) -> bytes:
        """HMAC-SHA256 of the parts, 32 bytes."""
        message = "\0".join((kind, *parts)).encode()
        return hmac.digest(self.key, message, "sha256")

    def subject(self, *, site: UUID, patient_id: str) -> bytes:
        """What a patient of a site is known by in the database."""
        return self.digest("subject", str(site), patient_id)

    def uid(self, uid: str) -> str:
        """A registered UID as it is; any other as a UUID-derived UID (PS3.5 B.2), everywhere the same."""
        if uid in UID_dictionary:
            return uid
        number = int.from_bytes(self.digest("uid", uid)[:16], "big")
        number = number & ~(0xF << 76) | (4 << 76)  # version 4
        number = number & ~(0x3 << 62) | (2 << 62)  # RFC 9562 variant
        return str(UID(f"2.25.{number}"))

    def shift(self, subject: bytes) -> timedelta:
        """How far all dates of a subject go back: 1 to 3650 days."""
        number = int.from_bytes(self.digest("shift", subject.hex())[:8], "big")
        return timedelta(days=1 + number % MAX_SHIFT_DAYS)


def shifted(text: str, by: timedelta) -> str | None:
    """A DICOM DA or DT with its date moved back; time of day and offset stay. None if it is no date."""
    match = _DATE.match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    try:
        moved = date(int(match[1]), int(match[2]), int(match[3])) - by
    except (ValueError, OverflowError):
        return None
    return f"{moved:%Y%m%d}{rest}" if _TIME_OF_DATETIME.fullmatch(rest) else None
