"""Whatever bytes of a file were damaged: every reader gives what it is for, or one sentence, and nothing else."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.dicom.cine import read_cine
from inference.dicom.read import Unreadable, read_beat, read_ct, read_volume
from inference.volume import Volume
from tests.inference.dicom.hearts import lopsided
from tests.inference.dicom.sent import (
    as_files,
    beating,
    ct_slices,
    enhanced_pet,
    gated_nm,
    nm_slices,
    transaxial,
)
from tests.inference.dicom.test_projections import file_of, projections

SMALL = lopsided((3, 4, 5))
READERS: dict[str, tuple[Callable[[Sequence[bytes]], Any], list[bytes]]] = {
    "gated NM": (read_beat, as_files([gated_nm(beating(SMALL, 2))])),
    "enhanced PET": (read_volume, as_files([enhanced_pet([SMALL])])),
    "gated enhanced PET": (read_beat, as_files([enhanced_pet(beating(SMALL, 2))])),
    "NM, one file a slice": (read_volume, as_files(nm_slices(SMALL))),
    "CT": (read_ct, as_files(ct_slices(transaxial((3, 4, 5))))),
    "cine": (lambda files: read_cine(files[0]), [file_of(projections())]),
}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@settings(deadline=None, max_examples=150)
@given(
    name=st.sampled_from(list(READERS)),
    place=st.floats(0, 1),
    damage=st.one_of(
        st.binary(min_size=1, max_size=8),
        st.sampled_from([b"NaN ", b"1e99", b"-1  ", b"\\\\\\\\", b"\xff\xff\xff\xff", b"\0" * 8]),
    ),
)
def test_a_damaged_file_gives_what_is_asked_for_or_one_sentence(
    name: str, place: float, damage: bytes
) -> None:
    read, files = READERS[name]
    data = bytearray(files[0])
    at = 132 + int(place * (len(data) - 132 - len(damage)))
    data[at : at + len(damage)] = damage
    try:
        made = read([bytes(data), *files[1:]])
    except Unreadable as refused:
        assert refused.code and refused.message.endswith(".")
        return
    for volume in made if isinstance(made, tuple) else (made,):
        if isinstance(volume, Volume):
            assert np.linalg.det(volume.affine[:3, :3]) > 0
