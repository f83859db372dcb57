"""The command translate: every NM file that is asked for is translated or refused, and its progress is seen."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from inference.__main__ import main
from inference.asked import files_of
from inference.dicom.read import read_header
from inference.dicom.write import nm_dataset, to_bytes
from inference.objects import digest_of
from inference.translation import refusals
from inference.translation.bundle import write_bundle
from inference.translation.translating import studies_of
from inference.volume import Volume
from tests.inference.translation.simulated import bundle_of, gains, heart, nm_bytes, write_cohort


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_of(gains(0.0, 0.1, 0.2), folder=tmp_path_factory.mktemp("bundle") / "three")


def translate(*arguments: object) -> int:
    return main(["translate", *map(str, arguments)])


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
    assert translate("--bundle", bundle, "--out", tmp_path / "out", tmp_path / "one.dcm") == 0
    worth = []
    for kind in ("translated", "uncertainty"):
        ds = dcmread(tmp_path / "out" / f"one.{kind}.dcm")
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


def test_what_a_folder_holds_beside_its_spect_is_passed_over_and_counted(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = write_cohort(tmp_path / "cohort", patients=1)
    spect = cohort / "site-a" / "0000" / "SPECT" / "stress.dcm"
    corrected = to_bytes(nm_dataset(heart(), header={"PatientID": "0000"}, state="rest", corrected=("ATTN",)))
    (spect.parent / "rest.dcm").write_bytes(corrected)
    (cohort / "note.txt").write_text("not an image")
    out = tmp_path / "out"
    assert translate("--bundle", bundle, "--out", out, cohort) == 0
    told = capsys.readouterr()
    assert "1 translated, 0 refused" in told.out
    assert f"passed over 1: {refusals.CORRECTED}" in told.err and "no NM image" in told.err
    assert "no DICOM file" in told.err and "note.txt" in told.err
    assert translate("--bundle", bundle, "--out", out, spect.parent / "rest.dcm") == 1
    assert refusals.CORRECTED in capsys.readouterr().err


def test_a_heart_that_is_not_found_in_a_folder_is_a_refusal(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dark = heart()
    empty = Volume(np.zeros_like(dark.voxels), dark.affine, dark.kind)
    _file(tmp_path / "in", "dark", nm_bytes(empty))
    _file(tmp_path / "in", "good")
    assert translate("--bundle", bundle, "--out", tmp_path / "out", tmp_path / "in") == 1
    told = capsys.readouterr()
    assert "1 translated, 1 refused" in told.out and "shows no activity" in told.err


def test_a_folder_without_spect_says_what_is_in_it(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    asked = ("--bundle", bundle, "--out", tmp_path / "out", tmp_path / "in")
    assert translate(*asked) == 1
    assert "There is no file" in capsys.readouterr().err
    (tmp_path / "in" / "note.txt").write_text("not an image")
    assert translate(*asked) == 1
    assert "passed over 1: no DICOM file" in capsys.readouterr().err
    assert translate(*asked[:-1], tmp_path / "absent.dcm") == 1
    assert "absent.dcm: no such file" in capsys.readouterr().err


def test_translations_go_into_a_folder_of_their_own(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = _file(tmp_path / "in", "one"), tmp_path / "out"
    assert translate("--bundle", bundle, "--out", source.parent, source) == 1
    assert "holds something else than translations: name another folder" in capsys.readouterr().err
    assert translate("--bundle", bundle, "--out", source, source) == 1
    assert "is a file; name a folder" in capsys.readouterr().err
    assert [path.name for path in source.parent.iterdir()] == ["one.dcm"]
    for _ in range(2):
        assert translate("--bundle", bundle, "--out", out, source) == 0


def test_two_files_that_would_become_one_are_refused(tmp_path: Path) -> None:
    first, second = _file(tmp_path / "a", "stress"), _file(tmp_path / "b", "stress")
    with pytest.raises(ValueError, match="give the folder that holds both"):
        studies_of(files_of([first, second]))
    assert [study.name for study in studies_of(files_of([tmp_path]))[0]] == [
        Path("a/stress"),
        Path("b/stress"),
    ]


def test_files_named_by_their_uid_are_two_files(tmp_path: Path) -> None:
    for name in ("1.2.3.4.5", "1.2.3.4.6"):
        (tmp_path / name).write_bytes(_file(tmp_path / "hidden", "stress").read_bytes())
    studies, _ = studies_of(files_of([tmp_path / "1.2.3.4.5", tmp_path / "1.2.3.4.6"]))
    assert {study.name for study in studies} == {Path("1.2.3.4.5"), Path("1.2.3.4.6")}


def test_a_damaged_bundle_is_refused_in_one_sentence(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path / "x", weights=b"", name="x", version="1", card={}, text="")
    asked = ("--out", tmp_path / "out", _file(tmp_path, "one"))
    assert translate("--bundle", tmp_path / "x", *asked) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert translate("--bundle", tmp_path / "absent", *asked) == 1
    assert capsys.readouterr().err.count("\n") == 1


def _file(folder: Path, name: str, data: bytes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.dcm"
    path.write_bytes(nm_bytes(heart()) if data is None else data)
    return path
