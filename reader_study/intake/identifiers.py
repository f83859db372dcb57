"""Numbers that could name a person: how large one must be to tell anything, and the forms in which it hides.

Clinical numbers are small or have few digits: an intercept of -1024, an interval of 1000 ms, a frame of 25000 ms. Six
digits are what only an identifier, a date or a telephone number shares with a value of the same file, but by chance
of one in a million. Series and images are counted by patient on some consoles, so there four digits are enough.
"""

import struct
from functools import lru_cache

SMALLEST_IDENTIFIER, SMALLEST_NUMBERING = 100_000, 1000
LARGEST_IDENTIFIER = 2**53  # above, doubles are no whole numbers any more
_SIGNIFICANT = 6  # digits


def is_personal(tag: int) -> bool:
    """Whether an identifier is the patient's own, not that of an order or an examination."""
    return tag >> 16 == 0x0010


@lru_cache(maxsize=4096)
def as_numbers(number: int, *, pointed: bool) -> frozenset[float]:
    """The forms of an identifier as a number. pointed: also those with a decimal point between its digits.

    A number that is mostly zeros has none with a point: 100000 would be every 1.00000.
    """
    forms = {float(number)}
    if pointed and len(str(number).rstrip("0")) >= _SIGNIFICANT:
        forms |= {number / 10**places for places in range(1, len(str(number)) + 1)}
    return frozenset(forms | {struct.unpack("<f", struct.pack("<f", form))[0] for form in forms})
