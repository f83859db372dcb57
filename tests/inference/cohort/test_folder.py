"""What is asked for is written where `truth.json` says, in whatever order, and without a word of the truth."""

from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from inference.__main__ import main
from inference.cohort.command import Extra, Member, Order, member, truth_of
from inference.cohort.encoding import Encoding
from inference.cohort.folder import write_patient
from inference.cohort.plan import Mix, Shift
from inference.dicom.read import read_header, read_volume
from inference.physics.patient import STATES
from tests.inference.cohort.tiny import tiny_scans
from tests.inference.dicom.hearts import lopsided

ALL = Order(seed=1, sites=2, mix=Mix.RCA, extras=frozenset(Extra))


def written(order: Order, one: Member, out: Path) -> Path:
    write_patient(
        tiny_scans(one),
        one.identity,
        one.hospital,
        kinds=order.kinds,
        encodings=order.encodings,
        target=out / one.folder,
        scratch=out / "unfinished",
    )
    return out


def patient_truth(order: Order, one: Member) -> Any:
    truth: Any = truth_of(order, [one])
    return truth["patients"][one.identity.patient_id]


@pytest.mark.parametrize("index", [0, 1], ids=["textbook", "terse"])
def test_every_image_that_truth_names_is_there_and_only_spect_is_uncorrected(
    index: int, tmp_path: Path
) -> None:
    one = member(ALL, index)
    written(ALL, one, tmp_path)
    images = patient_truth(ALL, one)["images"]
    assert set(images) == set(ALL.kinds) >= {"spect", "pet", "chang", "ctac", "projections", "mumap"}
    for kind, by_state in images.items():
        for state, path in by_state.items():
            file = tmp_path / path
            header = read_header((min(file.iterdir()) if kind == "pet" else file).read_bytes())
            assert (header.patient_id, header.state) == (one.identity.patient_id, state)
            assert header.is_uncorrected_spect == (kind == "spect")
            assert header.attenuation_corrected == (kind in ("chang", "ctac", "pet"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2 * (len(ALL.kinds) - 1) + 2 * len(lopsided((4, 5, 6)).voxels)


def test_all_images_have_their_own_series_and_share_the_place_of_their_acquisition(tmp_path: Path) -> None:
    one = member(ALL, 0)
    images = patient_truth(ALL, one)["images"]
    written(ALL, one, tmp_path)
    spect_like = [kind for kind in images if kind != "pet"]
    headers = {
        (kind, state): dcmread(tmp_path / images[kind][state], stop_before_pixels=True)
        for kind in spect_like
        for state in STATES
    }
    assert len({ds.SeriesInstanceUID for ds in headers.values()}) == len(headers)
    assert len({ds.SOPInstanceUID for ds in headers.values()}) == len(headers)
    for state in STATES:
        assert len({headers[kind, state].FrameOfReferenceUID for kind in spect_like}) == 1
    assert headers["spect", "stress"].FrameOfReferenceUID != headers["spect", "rest"].FrameOfReferenceUID


def subsets() -> Iterator[tuple[Encoding, ...]]:
    return chain.from_iterable(combinations(Encoding, size) for size in range(len(Encoding) + 1))


@pytest.mark.parametrize("index", [0, 1], ids=["textbook", "terse"])
def test_every_encoding_of_a_study_reads_as_the_same_volume(index: int, tmp_path: Path) -> None:
    """Mirrored or not along each axis, with either sign of spacing, geometry in either place, spacing unsaid."""
    signs = set()
    for number, encodings in enumerate(subsets()):
        order = Order(seed=1, sites=2, encodings=frozenset(encodings))
        one = member(order, index)
        images = patient_truth(order, one)["images"]
        out = written(order, one, tmp_path / str(number))
        file = out / images["spect"]["rest"]
        read = read_volume([file.read_bytes()])
        np.testing.assert_array_equal(read.voxels, lopsided((4, 5, 6)).voxels)
        np.testing.assert_allclose(read.affine, lopsided((4, 5, 6)).affine, atol=1e-9)
        slices = [path.read_bytes() for path in (out / images["pet"]["rest"]).iterdir()]
        np.testing.assert_allclose(read_volume(slices).affine, read.affine, atol=1e-6)
        ds = dcmread(file, stop_before_pixels=True)
        signs.add(np.sign(ds.get("SpacingBetweenSlices", 0)))
        assert ("ImagePositionPatient" in ds) == (Encoding.TOP_LEVEL_GEOMETRY in encodings)
    assert signs == {-1, 0, 1}


def numbers_of(value: Any) -> Iterator[float]:
    match value:
        case dict():
            for part in value.values():
                yield from numbers_of(part)
        case list() | tuple():
            for part in value:
                yield from numbers_of(part)
        case float():
            yield value


@pytest.mark.parametrize("index", [0, 1], ids=["textbook", "terse"])
def test_no_file_that_is_uploaded_holds_a_word_or_a_number_of_the_truth(index: int, tmp_path: Path) -> None:
    one = member(ALL, index)
    truth = patient_truth(ALL, one)
    secret = {repr(number) for number in numbers_of([truth["true_segments"], truth["lesions"]])}
    secret = {text for text in secret if len(text) > 6}  # 100.0 is in many a file, and no secret
    assert len(secret) > 30
    forbidden = {*secret, "lesion", "territor", "RCA", "true_seg", "simulat", "phantom"}
    written(ALL, one, tmp_path)
    for path in tmp_path.rglob("*.dcm"):
        ds = dcmread(path)
        said = "\n".join(
            f"{element.name} {element.value!r}" for element in ds.iterall() if element.keyword != "PixelData"
        )
        assert [word for word in forbidden if word in said] == []
        assert [number for number in secret if number[:7].encode() in path.read_bytes()] == []


def test_an_order_is_kept_in_the_claim_and_the_truth() -> None:
    order = Order(
        seed=7,
        sites=2,
        mix=Mix.NORMAL,
        sex="F",
        shift=Shift.ORBIT,
        extras=frozenset({Extra.PROJECTIONS}),
        encodings=frozenset({Encoding.MIRRORED_J}),
    )
    claim = order.as_json()
    assert (claim["mix"], claim["sex"], claim["shift"]) == ("normal", "F", "orbit")
    assert (claim["with"], claim["variant"]) == (["projections"], ["mirrored-j"])
    one = member(order, 1)
    assert (one.patient.sex, one.patient.lesions) == ("F", ())
    known = patient_truth(order, one)
    assert known["camera"]["radius_mm"] > one.hospital.camera.radius_mm
    assert known["spect"] == known["images"]["spect"] and known["pet"] == known["images"]["pet"]


def test_what_is_for_hearts_is_refused_for_brains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--patients=1", "--seed=1", f"--out={tmp_path / 'out'}", "--organ=brain", "--mix=rca"]
    assert main(["cohort", *given]) == 2
    assert "for --organ heart" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
