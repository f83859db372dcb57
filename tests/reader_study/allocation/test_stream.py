"""The random numbers are the documented ones, and fair."""

import hashlib
from collections import Counter

import pytest

from reader_study.allocation.stream import Stream

SEED = bytes(range(32))


def test_the_bytes_are_the_documented_sha256_blocks():
    blocks = b"".join(
        hashlib.sha256(SEED + "reader/ä".encode() + b"\x00" + counter.to_bytes(8, "big")).digest()
        for counter in range(3)
    )
    stream = Stream(seed=SEED, label="reader/ä")
    assert stream.take(5) + stream.take(40) + stream.take(51) == blocks


def test_two_labels_give_two_streams():
    assert Stream(seed=SEED, label="a").take(32) != Stream(seed=SEED, label="b").take(32)


def test_whole_numbers_are_equally_likely():
    stream = Stream(seed=SEED, label="")
    counts = Counter(stream.below(7) for _ in range(7_000))
    assert sorted(counts) == list(range(7))
    assert sum((n - 1000) ** 2 / 1000 for n in counts.values()) < 22.5  # chi-square, 6 degrees, p = 0.001


def test_words_past_the_last_full_multiple_are_thrown_away():
    limit = 2**63 + 1  # nearly every second word is past it
    stream = Stream(seed=SEED, label="")
    words = [
        int.from_bytes(Stream(seed=SEED, label="").take(8 * 9)[8 * i : 8 * i + 8], "big") for i in range(9)
    ]
    assert [stream.below(limit) for _ in range(3)] == [word for word in words if word < limit][:3]


def test_every_order_of_four_things_is_equally_likely():
    stream = Stream(seed=SEED, label="")
    counts = Counter(tuple(stream.shuffled("abcd")) for _ in range(4_800))
    assert len(counts) == 24
    assert sum((n - 200) ** 2 / 200 for n in counts.values()) < 49.7  # chi-square, 23 degrees, p = 0.001


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_256_bits(length):
    with pytest.raises(ValueError, match="32 bytes"):
        Stream(seed=bytes(length), label="")
