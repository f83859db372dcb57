import io
import resource
import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from reader_study.intake.examination import examine
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import SENTENCES, NotTaken, Quarantined, Refused
from reader_study.intake.structure import Malformed, read_structure
from reader_study.studies.protocol import ImageSet
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE, NM, PT, flipped

LOOK = {"pseudonyms": Pseudonyms(b"k" * 32), "site": UUID(int=1), "image_sets": list(ImageSet)}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_its_verdict_at_once(name: str) -> None:
    make, code = HOSTILE[name]
    data = make()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(Refused) as refused:
        examine(data, **LOOK)
    assert refused.value.code == code
    assert time.process_time() - start < 1.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 400_000  # kB


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubtful_file_is_kept_apart(name: str) -> None:
    make, code = DOUBTFUL[name]
    with pytest.raises(Quarantined) as apart:
        examine(make(), **LOOK)
    assert apart.value.code == code


def test_every_verdict_has_a_sentence() -> None:
    codes = {code for _, code in (*HOSTILE.values(), *DOUBTFUL.values())}
    assert codes <= set(SENTENCES)


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bytes_never_raise_anything_but_a_verdict(seed: int) -> None:
    try:
        examine(flipped(seed), **LOOK)
    except NotTaken as verdict:
        assert verdict.code in SENTENCES


@settings(max_examples=150, deadline=None)
@given(at=st.integers(132, len(PT) - 1), replaced=st.binary(min_size=1, max_size=12))
def test_the_gate_only_passes_or_says_malformed(at: int, replaced: bytes) -> None:
    data = PT[:at] + replaced + PT[at + len(replaced) :]
    try:
        read_structure(data)
    except Malformed as malformed:
        assert malformed.code in SENTENCES


@pytest.mark.parametrize("data", [NM, PT], ids=["NM", "PT"])
def test_the_gate_sees_the_elements_that_a_general_parser_sees(data: bytes) -> None:
    ds = dcmread(io.BytesIO(data))
    structure = read_structure(data)
    assert set(structure.root) == {int(element.tag) for element in ds}
    assert {tag: len(e.items) for tag, e in structure.root.items() if e.vr == "SQ"} == {
        int(e.tag): len(e.value) for e in ds if e.VR == "SQ"
    }


def test_a_deflated_file_is_read() -> None:
    ds = dcmread(io.BytesIO(NM))
    ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    out = io.BytesIO()
    ds.save_as(out)
    assert examine(out.getvalue(), **LOOK).state == "stress"


def test_an_image_that_the_protocol_does_not_use_is_not_taken() -> None:
    with pytest.raises(Refused, match="not_in_protocol"):
        examine(PT, **{**LOOK, "image_sets": [ImageSet.SPECT, ImageSet.VIRTUAL_PET]})
