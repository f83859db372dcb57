"""Keyed pseudonyms of one site in one study: without the key they say nothing, with it they can be recognised.

Every replacement carries a seal, a second digest of the first: so a file that was de-identified before is known
as such, and its pseudonyms stay what they are. `frontend/src/coordinator/deidentify/pseudonyms.ts` computes the
same in the browser.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

MAX_SHIFT_DAYS = 3650
_TOKEN = re.compile(r"SUBJ-([0-9a-f]{32})([0-9a-f]{16})")
_OWN_UID = re.compile(r"2\.25\.(0|[1-9]\d{0,38})", re.ASCII)
# 1993.11.24 is the form of the old ACR-NEMA standard.
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})", re.ASCII)
_TIME_OF_DATETIME = re.compile(r"(\d{2}){0,3}(\.\d{1,6})?([+-]\d{4})?", re.ASCII)
_BODY, _SEAL = 10, 6  # bytes of a UID's number
_VERSION, _VARIANT = 6, 8  # bytes of it that hold the bits of a version 4 UUID (RFC 9562)


@dataclass(frozen=True)
class Subject:
    """A patient of the site, as the study knows him or her.

    key: 16 bytes, what the database keeps. token: stands for name and ID in a sealed file. shift: how far all
    dates of the patient go back, 1 to 3650 days.
    """

    key: bytes
    token: str
    shift: timedelta


@dataclass(frozen=True)
class Pseudonyms:
    """All replacements of one site. key: `site_key`. Each kind of input has its own prefix."""

    key: bytes

    def digest(self, kind: str, value: bytes) -> bytes:
        """HMAC-SHA256 of one value of a kind, 32 bytes."""
        return hmac.digest(self.key, kind.encode() + b"\0" + value, "sha256")

    def subject(self, patient_id: bytes) -> Subject:
        """The subject of a Patient ID, as its bytes stand in the file; blanks around it do not count."""
        return self._subject(self.digest("subject", patient_id.strip(b" \0"))[:16])

    def subject_of(self, token: str) -> Subject | None:
        """The subject whom a sealed file names; None if that is no token of this site."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        subject = self._subject(bytes.fromhex(match[1]))
        return subject if hmac.compare_digest(subject.token, token) else None

    def _subject(self, key: bytes) -> Subject:
        token = f"SUBJ-{key.hex()}{self.digest('subject seal', key)[:8].hex()}"
        days = int.from_bytes(self.digest("shift", key)[:8]) % MAX_SHIFT_DAYS
        return Subject(key, token, timedelta(days=1 + days))

    def uid(self, uid: str) -> str:
        """A UID of this site as it is; any other as one under 2.25 (PS3.5 B.2), everywhere the same."""
        if self.is_own_uid(uid):
            return uid
        body = bytearray(self.digest("uid", uid.encode("ascii"))[:_BODY])
        body[_VERSION] = body[_VERSION] & 0x0F | 0x40
        body[_VARIANT] = body[_VARIANT] & 0x3F | 0x80
        return f"2.25.{int.from_bytes(bytes(body) + self._seal(bytes(body)))}"

    def is_own_uid(self, uid: str) -> bool:
        """Whether `uid` made this one, which nobody can do without the key."""
        match = _OWN_UID.fullmatch(uid)
        if match is None or int(match[1]) >> 128:
            return False
        number = int(match[1]).to_bytes(_BODY + _SEAL)
        body = number[:_BODY]
        shaped = body[_VERSION] & 0xF0 == 0x40 and body[_VARIANT] & 0xC0 == 0x80
        return shaped and hmac.compare_digest(number[_BODY:], self._seal(body))

    def _seal(self, body: bytes) -> bytes:
        return self.digest("uid seal", body)[:_SEAL]


def site_key(*, study_key: bytes, site: UUID) -> bytes:
    """The key of one site, 32 bytes: it opens no other site's pseudonyms, so that the site may have it."""
    return hmac.digest(study_key, b"site\0" + str(site).encode(), "sha256")


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
    if not _TIME_OF_DATETIME.fullmatch(rest):
        return None
    return f"{moved.year:04}{moved.month:02}{moved.day:02}{rest}"
