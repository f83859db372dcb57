"""Whatever is planted, wherever: nothing of it comes out; and what a physicist needs comes out as it was."""

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image, ImageDraw
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEGLSLossless,
    RLELossless,
)

from reader_study.intake.deidentification import Deidentified, deidentify
from reader_study.intake.examination import examine
from reader_study.intake.management.commands import deidentify as deidentify_command
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Quarantined
from reader_study.intake.structure import Malformed, read_structure
from reader_study.intake.verification import left_over
from tests.reader_study.intake.files import Secrets, heart, nm_file, noise, pt_files
from tests.reader_study.intake.planted import KINDS, Planted, everywhere, found, traces, usual, values
from tests.reader_study.intake.vectors import edited

SITE = Pseudonyms(b"k" * 32)


def checked(planted: Planted, made: Deidentified) -> None:
    said = made.description
    own = (made.subject.token, made.line, said.series_description())
    assert left_over(planted.data, read_structure(planted.data), made.data, own_words=own) == []
    assert found(planted.secrets, made.data) == set()
    old, new = dcmread(io.BytesIO(planted.data)), dcmread(io.BytesIO(made.data))
    for path in planted.needed:
        assert list(values(new, path)) == list(values(old, path)), path
    size = len(new.PixelData)
    assert new.PixelData == old.PixelData[:size] and size >= new.Rows * new.Columns * 2


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_planted_comes_out_and_everything_needed_does(kind: str, implicit: bool, seed: int) -> None:
    planted = usual(kind, seed, implicit=implicit)
    assert len(planted.secrets.planted) > 120
    checked(planted, deidentify(read_structure(planted.data), pseudonyms=SITE))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_comes_out_of_any_attribute_of_the_standard(kind: str) -> None:
    planted = everywhere(kind, 4)
    assert len(planted.secrets.planted) > 4500
    checked(planted, deidentify(read_structure(planted.data), pseudonyms=SITE))


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_finds_what_is_there(kind: str) -> None:
    """A search that finds nothing anywhere proves nothing."""
    planted = everywhere(kind, 5)
    lost = set(planted.secrets.planted) - found(planted.secrets, planted.data)
    # Overwritten, cut to the length of their attribute, or too short to be looked for.
    assert len(lost) < 60, sorted(lost)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_chain_lets_nothing_out_either(kind: str) -> None:
    planted = usual(kind, 6)
    checked(planted, examine(planted.data, pseudonyms=SITE, kinds=None))


@pytest.mark.parametrize(
    "syntax", [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless, JPEGLSLossless], ids=str
)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_all_the_same_however_the_file_is_encoded(kind: str, syntax: UID) -> None:
    planted = usual(kind, 8)
    ds = dcmread(io.BytesIO(planted.data))
    frames = int(ds.get("NumberOfFrames") or 1)
    ds.PixelData = ds.PixelData[: frames * ds.Rows * ds.Columns * 2]
    if syntax.is_encapsulated:
        ds.compress(syntax, generate_instance_uid=False)
    elif syntax == ExplicitVRBigEndian:
        ds.walk(lambda _, element: None)  # what is not looked at would not be turned round
        ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
    ds.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    dcmwrite(out, ds, implicit_vr=False, little_endian=syntax != ExplicitVRBigEndian)
    made = examine(out.getvalue(), pseudonyms=SITE, kinds=None)
    assert found(planted.secrets, made.data) == set()
    old, new = dcmread(io.BytesIO(planted.data)), dcmread(io.BytesIO(made.data))
    assert [list(values(new, path)) for path in planted.needed] == [
        list(values(old, path)) for path in planted.needed
    ]
    assert new.PixelData == old.PixelData[: len(new.PixelData)]


@pytest.mark.parametrize(
    "name",
    [
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        "Müller^Jürgen",
        "Зайцев^Иван",
        "김^철수",
    ],
)
@pytest.mark.parametrize(
    "encoding",
    [
        "ISO 2022 IR 87",
        "ISO 2022 IR 13\\ISO 2022 IR 87",
        "\\ISO 2022 IR 87",
        "ISO_IR 192",
        "shift_jis",
        "euc_jp",
    ],
)
def test_no_name_comes_out_in_any_script(name: str, encoding: str) -> None:
    """With and without saying how it is written."""
    codec = {"shift_jis": "shift_jis", "euc_jp": "euc_jp", "ISO_IR 192": "utf-8"}.get(
        encoding, "iso2022_jp_ext"
    )
    raw = name.encode(codec, "replace")
    declared = encoding if encoding.startswith(("ISO", "\\")) else ""
    source = nm_file(
        noise((2, 8, 8)), state="stress", secrets=Secrets(3), more={"SpecificCharacterSet": "ISO_IR 192"}
    )
    source = edited(
        source, PatientName="X" * (len(raw) + len(raw) % 2), SpecificCharacterSet=declared or None
    )
    source = source.replace(b"X" * (len(raw) + len(raw) % 2), raw.ljust(len(raw) + len(raw) % 2))
    assert raw in source
    made = deidentify(read_structure(source), pseudonyms=SITE)
    for part in {raw, *raw.replace(b"=", b"^").split(b"^")}:
        assert len(part) < 4 or part not in made.data


def test_bytes_behind_the_file_are_no_image() -> None:
    secrets = Secrets(3)
    source = nm_file(noise((2, 8, 8)), state="stress", secrets=secrets)
    for trailing in (b"PK\3\4" + secrets.patient_id.encode(), secrets.patient_id.encode()):
        with pytest.raises((Malformed, NotTaken)):
            examine(source + trailing, pseudonyms=SITE, kinds=None)


@pytest.mark.parametrize("level", [1.0, 0.5])
@pytest.mark.parametrize("kind", ["NM", "PT"])
def test_letters_in_the_image_wait_for_a_person(kind: str, level: float) -> None:
    secrets = Secrets(7)
    nm = nm_file(heart(), state="stress", secrets=secrets)
    ds = dcmread(io.BytesIO(nm if kind == "NM" else pt_files(heart(), state="rest", secrets=secrets)[20]))
    pixels, picture = ds.pixel_array.copy(), Image.new("L", (64, 64))
    ImageDraw.Draw(picture).text((2, 2), secrets.word("name")[:8], fill=255)
    pixels[..., np.asarray(picture) > 128] = int(pixels.max() * level)
    with pytest.raises(Quarantined, match="burned_in"):
        examine(edited_pixels(ds, pixels), pseudonyms=SITE, kinds=None)


def edited_pixels(ds: Dataset, pixels: np.ndarray) -> bytes:
    ds.PixelData = pixels.tobytes()
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def test_a_folder_is_deidentified_by_the_command(tmp_path: Path) -> None:
    source, target, report = tmp_path / "source", tmp_path / "target", tmp_path / "report.json"
    needles: dict[str, str] = {}
    for number, kind in enumerate(KINDS):
        planted = usual(kind, 20 + number)
        needles |= {f"{kind} {place}": value for place, value in planted.secrets.planted.items()}
        folder = source / planted.secrets.word("a folder named by a patient")
        folder.mkdir(parents=True)
        (folder / f"{planted.secrets.patient_id}.dcm").write_bytes(planted.data)
    (source / "Yamada.txt").write_text("Yamada Taro")
    key = tmp_path / "key"
    out = io.StringIO()
    call_command("deidentify", source, target, "--report", report, "--key-out", key, stdout=out)
    said = json.loads(report.read_text())
    assert said["summary"] == {"files": 6, "accept": 5, "reject": 1}
    assert sorted(path.name for path in target.iterdir()) == [
        line["file"] for line in said["files"] if line["verdict"] == "accept"
    ]
    content = (
        b"".join(path.read_bytes() for path in target.iterdir())
        + report.read_bytes()
        + out.getvalue().encode()
    )
    lower = content.lower()
    assert {place for place, value in needles.items() if any(t in lower for t in traces(value))} == set()
    assert b"yamada" not in lower
    again = tmp_path / "again"
    call_command("deidentify", source, again, "--key-file", key, stdout=io.StringIO())
    assert {path.read_bytes() for path in again.iterdir()} == {path.read_bytes() for path in target.iterdir()}


def _said(*arguments: object) -> tuple[int, str]:
    """Exit status and sentence of the command when it does not succeed."""
    with pytest.raises(CommandError) as ended:
        call_command("deidentify", *arguments, stdout=io.StringIO())
    return ended.value.returncode, str(ended.value)


def test_what_cannot_be_written_is_said_before_the_first_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*args: object, **more: object) -> None:
        raise AssertionError("a file was examined")

    monkeypatch.setattr(deidentify_command, "examine", begun)
    source, there = tmp_path / "source", tmp_path / "there"
    source.mkdir()
    (source / "1.dcm").write_bytes(usual(KINDS[0], 1).data)
    there.write_text("mine")
    nowhere = tmp_path / "no folder" / "file"
    for arguments, words in (
        (["--report", nowhere], "--report cannot be written"),
        (["--report", tmp_path], "--report cannot be written"),
        (["--report", source / "1.dcm"], "one of the source"),
        (["--report", tmp_path / "target" / "000001.dcm"], "name of an image"),
        (["--names", nowhere], "--names cannot be written"),
        (["--names", there], "--names exists"),
        (["--key-out", nowhere], "--key-out cannot be written"),
        (["--key-out", there, "--report", tmp_path / "report"], "--key-out exists"),
        (["--key-out", tmp_path / "target" / "key"], "target"),
        (["--names", tmp_path / "same", "--report", tmp_path / "same"], "same file"),
        (["--key-file", nowhere], "key file cannot be read"),
        (["--key-file", there], "holds no key"),
    ):
        status, sentence = _said(source, tmp_path / "target", *arguments)
        assert status == 2 and words in sentence, (arguments, sentence)
        assert sentence.count(".") <= 2 and "Errno" not in sentence
    assert there.read_text() == "mine" and not list((tmp_path / "target").iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {
        "source",
        "there",
        "target",
    }  # nothing half done stays
    for target, words in (
        (there, "is a file"),
        (there / "below", "is a file"),
        (Path("/proc/nothing"), "cannot be written"),
        (source / "x", "within the source"),
        (tmp_path, "not empty"),
        (tmp_path / ("x" * 300), "cannot be written"),
    ):
        status, sentence = _said(source, target)
        assert status == 2 and words in sentence, (target, sentence)
    assert _said(tmp_path / "none", tmp_path / "target") == (2, "The source does not exist.")
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    assert _said(tmp_path / "empty", tmp_path / "target") == (2, "There is no file in the source.")


def test_a_damaged_image_stops_nothing_and_names_are_for_their_owner(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "read me.txt").write_text("about this disc")
    (source / "1.dcm").write_bytes(usual(KINDS[0], 1).data)
    names = tmp_path / "names"
    call_command("deidentify", source, tmp_path / "one", "--names", names, stdout=io.StringIO())
    assert set(json.loads(names.read_text()).values()) == {str(path) for path in source.iterdir()}
    assert names.stat().st_mode & 0o777 == 0o600
    (source / "0.dcm").write_bytes(usual(KINDS[0], 2).data[:-100])
    out = io.StringIO()
    call_command("deidentify", source, tmp_path / "two", stdout=out)
    assert "3 files: 1 accept, 2 reject" in out.getvalue()
    assert [path.name for path in (tmp_path / "two").iterdir()] == ["000002.dcm"]


def test_the_report_names_attributes_and_a_lost_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "1.dcm").write_bytes(usual(KINDS[0], 1).data)
    out, report = io.StringIO(), tmp_path / "report"
    call_command("deidentify", tmp_path / "1.dcm", tmp_path / "one", "--report", report, stdout=out)
    assert out.getvalue().splitlines()[-1].startswith("The key is gone: ")
    (entries,) = json.loads(report.read_text())["reports"].values()
    names = {entry["path"]: entry["name"] for entry in entries}
    assert names["0010,0020"] == "Patient ID" and names["0008,0060"] == "Modality"
    assert names["0054,0016[].0018,1074"] == "Radionuclide Total Dose"
    assert {name for path, name in names.items() if path.startswith("private")} == {""}
    out = io.StringIO()
    key = ("--key-out", tmp_path / "key")
    call_command("deidentify", tmp_path / "1.dcm", tmp_path / "two", *key, stdout=out)
    assert "key" not in out.getvalue()


def test_a_disk_that_fills_up_ends_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "1.dcm"
    source.write_bytes(usual(KINDS[0], 1).data)
    monkeypatch.setattr(
        deidentify_command, "_write", lambda *_: os.open(tmp_path / "no" / "file", os.O_RDONLY)
    )
    status, sentence = _said(source, tmp_path / "target", "--report", tmp_path / "report")
    assert status == 2 and sentence.startswith("Reading or writing failed: ")
