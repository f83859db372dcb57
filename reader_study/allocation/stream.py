"""The allocation's random numbers: a SHA-256 counter stream that anybody can rebuild from this page.

Block ``i`` (0, 1, 2 ...) of a stream is ``SHA-256(seed || label || 0x00 || i)``: 32 bytes of seed, the label
in UTF-8, one zero byte, ``i`` as 8 bytes big-endian. The blocks are laid end to end; a word is the next 8
bytes, big-endian.

The interpreter's own generator is not used: its state is implicit, its algorithms (``shuffle``,
``randrange``) have changed between versions, and the list must come out the same in twenty years and in other
languages.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")

SEED_BYTES = 32
_WORD_BYTES = 8
_WORDS = 2 ** (8 * _WORD_BYTES)


class Stream:
    """One labelled stream of a seed: two labels give independent streams, one label the same stream again."""

    def __init__(self, *, seed: bytes, label: str) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes, not {len(seed)}")
        self._prefix = seed + label.encode() + b"\x00"
        self._block = 0
        self._left = b""

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        while len(self._left) < count:
            self._left += hashlib.sha256(self._prefix + self._block.to_bytes(8, "big")).digest()
            self._block += 1
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def below(self, limit: int) -> int:
        """A whole number 0 .. limit - 1, each equally likely.

        The word modulo ``limit``; words past the last full multiple of ``limit`` are thrown away.
        """
        if not 0 < limit <= _WORDS:
            raise ValueError(f"limit must be 1 .. 2**64, not {limit}")
        fair = _WORDS - _WORDS % limit
        while (word := int.from_bytes(self.take(_WORD_BYTES), "big")) >= fair:
            pass
        return word % limit

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list in random order (Fisher-Yates: the last place first, other = below(last + 1))."""
        shuffled = list(items)
        for last in range(len(shuffled) - 1, 0, -1):
            other = self.below(last + 1)
            shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
        return shuffled

    def uuid4(self) -> UUID:
        """16 bytes with the version and variant bits of a random UUID (RFC 9562, version 4)."""
        return UUID(bytes=self.take(16), version=4)
