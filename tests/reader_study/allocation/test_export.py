"""The exported list: what was sealed verifies, and nothing else does. Without Django, as an auditor has it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_study.allocation.export import SCHEMA, Unverified, verify, written
from reader_study.allocation.readlist import canonical
from reader_study.allocation.sealing import made, sealed_digest
from tests.reader_study.allocation.lists import STUDY, cases_of, people, seed

ARMS = ["A", "B", "C"]
IMAGES = [{"case": "one", "image_set": "spect", "neutral_key": "0" * 64, "lv": {"apex_k": 8.5}}]
CINES = [{"case": "one", "kind": "gated", "dims": [80, 80, 64]}]
PROTOCOL = {"title": "SPECT と PET", "simulated": True}
PROTOCOL_SHA256 = hashlib.sha256(canonical(PROTOCOL)).hexdigest()


def inputs(algorithm: str, number: int) -> dict[str, Any]:
    cases = cases_of(3, 2, since=1 + 100 * number)
    document = {
        "study": str(STUDY),
        "arms": ARMS,
        "sessions": 4,
        "repeat_fraction": 0.2,
        "cases": sorted(
            [c.subject, c.site, str(c.case), ARMS if c.subject != "A-0101" else []] for c in cases
        ),
        "readers": [[name, str(reader.account)] for name, reader in people(3).items()],
        "images": IMAGES,
        "cines": CINES,
    }
    if algorithm == "williams-mixed-2":
        document |= {
            "block": number,
            "protocol": PROTOCOL_SHA256,
            "readers_per_case": 2,
            "minimum_distance": None,
            "readers": [[*reader, 4 * (number - 1)] for reader in document["readers"]],
            "seed": seed(number).hex(),
        }
    return document


def journal(number: int, study: UUID, detail: dict[str, Any]) -> dict[str, str]:
    payload = json.dumps(
        {
            "number": number, "at": "2026-11-21T12:00:00.000000Z", "action": "allocation.sealed",
            "actor": str(UUID(int=5)), "study": str(study), "subject": str(UUID(int=number)), "detail": detail,
        }
    )  # fmt: skip
    previous = hashlib.sha256(str(number).encode()).digest()
    digest = hashlib.sha256(previous + payload.encode()).hexdigest()
    return {"previous": previous.hex(), "payload": payload, "digest": digest}


def block(number: int, algorithm: str = "williams-mixed-2", *, entry: int | None = None) -> dict[str, Any]:
    given = inputs(algorithm, number)
    reads = made(algorithm, inputs=given, seed=seed(number))
    withheld = [
        {"case": case, "subject": s, "reason": "PET rest: lost"}
        for s, _, case, arms in given["cases"]
        if not arms
    ]
    digest = sealed_digest(reads, inputs=given, withheld=withheld)
    detail = {
        "algorithm": algorithm,
        "digest": digest,
        "protocol": PROTOCOL_SHA256,
        "reads": len(reads.placements),
    }
    return {
        "protocol": PROTOCOL,
        "algorithm": algorithm,
        "seed": seed(number).hex(),
        "inputs": given,
        "withheld": withheld,
        "list": reads.rows(),
        "digest": digest,
        "journal": journal(entry or 10 * number, STUDY, detail | ({"block": number} if number > 1 else {})),
    }


FILE = written(STUDY, [block(1), block(2)])


def forged(document: dict[str, Any]) -> bytes:
    """As somebody writes it who knows the format."""
    return written(document["study"], document["blocks"])


def test_what_was_sealed_verifies_and_says_where_the_journal_has_it():
    found = verify(FILE)
    assert [(one.block, one.algorithm, one.entry) for one in found] == [
        (1, "williams-mixed-2", 10), (2, "williams-mixed-2", 20),
    ]  # fmt: skip
    document = json.loads(FILE)
    assert [one.digest for one in found] == [one["digest"] for one in document["blocks"]]
    assert [one.reads for one in found] == [len(one["list"]) for one in document["blocks"]]


def test_a_list_of_the_first_algorithm_verifies_too_and_a_later_block_may_follow_it():
    first = block(1, "williams-mixed-1")
    assert [one.algorithm for one in verify(written(STUDY, [first, block(2)]))] == [
        "williams-mixed-1", "williams-mixed-2",
    ]  # fmt: skip


def test_no_single_byte_can_change():
    """One bit of every byte of the file, one after the other."""
    for place in range(len(FILE)):
        changed = bytearray(FILE)
        changed[place] ^= 1 << place % 8
        with pytest.raises(Unverified):
            verify(bytes(changed))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.integers(0, 255))
def test_no_single_byte_can_become_any_other(place, byte):
    changed = FILE[:place] + bytes([byte]) + FILE[place + 1 :]
    if changed != FILE:
        with pytest.raises(Unverified):
            verify(changed)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.binary(max_size=3))
def test_no_byte_can_go_and_none_can_come(place, more):
    with pytest.raises(Unverified):
        verify(FILE[:place])
    if more:
        with pytest.raises(Unverified):
            verify(FILE[:place] + more + FILE[place:])


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [leaf for key, child in children for leaf in leaves(child, (*path, key))] or [path]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(leaves(json.loads(FILE))), st.data())
def test_a_forger_who_writes_the_checksum_anew_is_found_out(path, data):
    document = json.loads(FILE)
    place = document
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    if isinstance(old, str) and old:
        at = data.draw(st.integers(0, len(old) - 1))
        new = old[:at] + data.draw(st.sampled_from("0123456789abcdefABC")) + old[at + 1 :]
    elif isinstance(old, int):
        new = data.draw(st.integers(0, 9))
    else:
        new = data.draw(st.sampled_from([0.1, 0.15, "x"]))
    place[path[-1]] = new
    if new != old and path not in {("sha256",), ("schema",)}:
        with pytest.raises(Unverified):
            verify(forged(document))


def _drop(document):
    document["blocks"].pop(0)


def _swap(document):
    document["blocks"].reverse()


def _twice(document):
    document["blocks"].append(document["blocks"][1])


def _none(document):
    document["blocks"].clear()


def _more(document):
    document["blocks"][0]["note"] = "all is well"


def _other_study(document):
    document["study"] = str(UUID(int=9))


def _sealed_later(document):
    document["blocks"][0] = block(1, entry=30)


def _capitals(document):
    document["blocks"][0]["journal"]["previous"] = document["blocks"][0]["journal"]["previous"].upper()


@pytest.mark.parametrize(
    "change", [_capitals, _drop, _swap, _twice, _none, _more, _other_study, _sealed_later]
)
def test_blocks_stay_together_and_in_their_order(change):
    document = json.loads(FILE)
    change(document)
    with pytest.raises(Unverified):
        verify(forged(document))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        canonical({"schema": SCHEMA, "sha256": "x"}),
        written(STUDY, []),
        written(STUDY, [{"algorithm": "williams-mixed-3"}]),
        FILE + b"\n",
    ],
    ids=range(10),
)
def test_another_file_is_refused_with_a_sentence(data):
    with pytest.raises(Unverified, match=r"\.|:"):
        verify(data)


def test_a_file_is_checked_where_there_is_neither_django_nor_a_database(tmp_path: Path):
    file = tmp_path / "allocation.json"
    file.write_bytes(FILE)
    program = (
        "import sys; sys.modules['django'] = sys.modules['rest_framework'] = None\n"
        "from reader_study.allocation.export import verify\n"
        "print(len(verify(open(sys.argv[1], 'rb').read())))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, file], capture_output=True, text=True, check=True, timeout=60
    )
    assert answer.stdout == "2\n"
