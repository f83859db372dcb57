"""The command translate: every NM file that is asked for is translated or refused, and its progress is seen."""

import argparse
from pathlib import Path

import pytest
from pydicom import dcmread

from inference.dicom.read import read_header
from inference.objects import digest_of
from inference.translation import refusals, translating
from inference.translation.bundle import write_bundle
from inference.translation.translating import studies_of
from tests.inference.translation.simulated import bundle_of, gains, heart, nm_bytes, write_cohort


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_of(gains(0.0, 0.1, 0.2), folder=tmp_path_factory.mktemp("bundle") / "three")


def translate(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    translating.add_parser(parser.add_subparsers())
    chosen = parser.parse_args(["translate", *map(str, arguments)])
    return int(chosen.run(chosen))


def test_a_folder_is_translated_file_by_file_with_image_and_uncertainty(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = write_cohort(tmp_path / "cohort", patients=1)
    assert translate("--bundle", bundle, "--out", tmp_path / "out", cohort) == 0
    told = capsys.readouterr().out
    assert "1/2 " in told and "2/2 " in told and "2 translated, 0 refused" in told
    place = Path("site-a") / "0000" / "SPECT"
    for state in ("stress", "rest"):
        image, spread = (
            (tmp_path / "out" / place / f"{state}.{kind}.dcm").read_bytes()
            for kind in ("translated", "uncertainty")
        )
        source = read_header((cohort / place / f"{state}.dcm").read_bytes())
        for made in map(read_header, (image, spread)):
            assert made.ai_generated and made.study_uid == source.study_uid and made.state == state
        assert read_header(image).series_uid != read_header(spread).series_uid
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 4


def test_the_uncertainty_has_the_units_of_the_image(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "one.dcm").write_bytes(nm_bytes(heart()))
    assert translate("--bundle", bundle, "--out", tmp_path, tmp_path / "one.dcm") == 0
    worth = []
    for kind in ("translated", "uncertainty"):
        ds = dcmread(tmp_path / f"one.{kind}.dcm")
        worth.append(ds.pixel_array * float(ds.RealWorldValueMappingSequence[0].RealWorldValueSlope))
    image, spread = worth
    bright = image > 0.5 * image.max()
    assert abs((spread[bright] / image[bright]).mean() - 0.1 / 1.1) < 2e-3


def test_it_makes_the_file_that_the_worker_makes(bundle: Path, tmp_path: Path) -> None:
    source = nm_bytes(heart())
    (tmp_path / "one.dcm").write_bytes(source)
    translate("--bundle", bundle, "--out", tmp_path / "a", tmp_path / "one.dcm")
    translate("--bundle", bundle, "--out", tmp_path / "b", tmp_path / "one.dcm")
    first, second = ((tmp_path / out / "one.translated.dcm").read_bytes() for out in "ab")
    assert first == second and digest_of(source) not in first.decode("latin-1")


def test_a_refusal_says_which_file_and_why_and_the_others_go_on(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        translate(
            "--bundle",
            bundle,
            "--out",
            tmp_path / "out",
            _file(tmp_path, "good"),
            _file(tmp_path, "bad", b"x"),
        )
        == 1
    )
    told = capsys.readouterr()
    assert "2/2" in told.err and "bad.dcm: This is not a DICOM file" in told.err
    assert "1 translated, 1 refused" in told.out
    made = (tmp_path / "out" / "good.translated.dcm").read_bytes()
    again = _file(tmp_path, "made", made)
    assert translate("--bundle", bundle, "--out", tmp_path / "out", again) == 1
    assert refusals.MADE_BY_AI in capsys.readouterr().err


def test_two_files_that_would_become_one_are_refused(tmp_path: Path) -> None:
    first, second = _file(tmp_path / "a", "stress"), _file(tmp_path / "b", "stress")
    with pytest.raises(ValueError, match="give the folder that holds both"):
        studies_of([first, second])
    assert [study.name for study in studies_of([tmp_path])] == [Path("a/stress"), Path("b/stress")]


def test_files_named_by_their_uid_are_two_files(tmp_path: Path) -> None:
    for name in ("1.2.3.4.5", "1.2.3.4.6"):
        (tmp_path / name).write_bytes(_file(tmp_path / "hidden", "stress").read_bytes())
    assert {study.name for study in studies_of([tmp_path / "1.2.3.4.5", tmp_path / "1.2.3.4.6"])} == {
        Path("1.2.3.4.5"),
        Path("1.2.3.4.6"),
    }


def test_a_damaged_bundle_is_refused_in_one_sentence(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path / "x", weights=b"", name="x", version="1", card={}, text="")
    assert translate("--bundle", tmp_path / "x", "--out", tmp_path, _file(tmp_path, "one")) == 1
    assert capsys.readouterr().err.count("\n") == 1


def _file(folder: Path, name: str, data: bytes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.dcm"
    path.write_bytes(nm_bytes(heart()) if data is None else data)
    return path
