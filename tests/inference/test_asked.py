"""Whatever is wrong with what a command is given, it says so in one sentence and changes nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.__main__ import COMMANDS, main
from inference.asked import Foreign, Given, files_of, passed_over, require_own
from tests.inference.translation.simulated import bundle_of, gains, write_cohort

HEADS = {"organ": "brain", "seed": 9, "sites": 1, "version": 1}


@pytest.fixture(scope="module")
def hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("hearts"), patients=1)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_of(gains(0.0), folder=tmp_path_factory.mktemp("bundle") / "one")


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    """The least of a cohort of heads."""
    folder = tmp_path / "heads"
    (folder / "site-a").mkdir(parents=True)
    (folder / ".cohort.json").write_text(json.dumps(HEADS))
    (folder / "truth.json").write_text(json.dumps({**HEADS, "patients": {}}))
    return folder


def refused(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 1) -> str:
    """What the command says: one line that is no traceback."""
    capsys.readouterr()
    assert main([str(argument) for argument in arguments]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said and "Errno" not in said
    return said


def test_heads_are_no_hearts(
    heads: Path, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = f"--out={tmp_path / 'report'}"
    for what in (["cohort"], ["heart", f"--bundle={bundle}"]):
        said = refused(capsys, "evaluate", *what, f"--cohort={heads}", out)
        assert "is a cohort of heads; give one of hearts" in said
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda cohort: (cohort / "truth.json").unlink(), "no truth.json: run the command cohort again"),
        (lambda cohort: (cohort / "truth.json").write_text("{"), "cannot be understood"),
        (lambda cohort: shutil.rmtree(cohort / "site-a/0000"), "is missing"),
        (lambda cohort: shutil.rmtree(cohort / "site-a/0000/PET/rest"), "PET/rest is missing"),
        (lambda cohort: [one.unlink() for one in (cohort / "site-a/0000").rglob("*.dcm")], "0000 is empty"),
        (
            lambda cohort: (cohort / "truth.json").write_text(
                (cohort / "truth.json").read_text().replace('"0000": {', '"0009": {')
            ),
            "knows no patient 0000",
        ),
        (
            lambda cohort: (cohort / "truth.json").write_text(
                (cohort / "truth.json").read_text().replace('"site-a/0000/', '"../../somewhere/')
            ),
            "cannot be understood",
        ),
        (lambda cohort: (cohort / "truth.json").write_text("[1]"), "cannot be understood"),
    ],
    ids=[
        "no truth",
        "torn truth",
        "no folder",
        "no image",
        "empty folder",
        "another patient",
        "a patient elsewhere",
        "no object",
    ],
)
def test_a_damaged_cohort_is_refused(
    hearts: Path,
    bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], object],
    sentence: str,
) -> None:
    cohort = tmp_path / "cohort"
    shutil.copytree(hearts, cohort)
    damage(cohort)
    out = f"--out={tmp_path / 'report'}"
    assert sentence in refused(capsys, "evaluate", "cohort", f"--cohort={cohort}", out)
    capsys.readouterr()
    assert main(["evaluate", "heart", f"--cohort={cohort}", f"--bundle={bundle}", out]) == 1
    assert sentence in capsys.readouterr().err


def test_a_report_finds_out_first_that_its_folder_is_somebody_elses(
    hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    said = refused(capsys, "evaluate", "cohort", f"--cohort={tmp_path / 'absent'}", f"--out={tmp_path}")
    assert "holds something else than a report: name another folder" in said


def test_a_cohort_and_a_bundle_keep_out_of_folders_of_others(
    hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    said = refused(capsys, "cohort", "--patients=1", "--seed=1", f"--out={tmp_path}")
    assert "something else than a simulated cohort" in said
    (tmp_path / ".cohort.json").write_text("{")
    assert "cannot be understood" in refused(
        capsys, "cohort", "--patients=1", "--seed=1", f"--out={tmp_path}"
    )
    asked = ("train", f"--cohort={hearts}", f"--validation={hearts}", "--steps=1", "--seed=1")
    assert "something else than a model bundle" in refused(capsys, *asked, f"--out={tmp_path}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".cohort.json", "notes.txt"]


@pytest.mark.parametrize("wrong", ["--patients=0", "--seed=-1", "--jobs=0", "--sites=seven"])
def test_numbers_that_make_no_sense_are_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cohort", "--patients=1", "--seed=1", "--out=o", wrong])
    assert ended.value.code == 2 and f"argument {wrong.partition('=')[0]}: " in capsys.readouterr().err


def test_a_bundle_that_is_not_there_is_refused_by_all(
    hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, out = f"--bundle={tmp_path / 'absent'}", f"--out={tmp_path / 'out'}"
    for asked in (
        ("translate", bundle, out, hearts),
        ("evaluate", "heart", f"--cohort={hearts}", bundle, out),
        ("card", bundle, f"--report={tmp_path / 'heart.json'}"),
    ):
        assert "absent is missing or incomplete" in refused(capsys, *asked)


def test_a_card_takes_nothing_but_reports(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "heart.json"
    asked = ("card", f"--bundle={bundle}", f"--report={report}")
    assert f"{report}: no such file" in refused(capsys, *asked)
    for content in ("", "[]", '{"models": {}, "made_from": 3}'):
        report.write_text(content)
        assert "is no heart.json or brain.json of evaluate" in refused(capsys, *asked)


def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Foreign, match="cannot be written"):
        require_own(tmp_path / "file" / "out", made="a report", own=lambda out: True)
    with pytest.raises(Foreign, match="is a file"):
        require_own(tmp_path / "file", made="a report", own=lambda out: True)
    require_own(tmp_path / "new" / "out", made="a report", own=lambda out: False)


def test_files_of_folders_are_told_from_files_that_were_named(tmp_path: Path) -> None:
    for name in ("b.dcm", "a/c.dcm", ".hidden/d.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    named = tmp_path / ".hidden" / "d.dcm"
    assert list(files_of([tmp_path, named])) == [
        Given(tmp_path / "a/c.dcm", tmp_path),
        Given(tmp_path / "b.dcm", tmp_path),
        Given(named, None),
    ]
    assert passed_over({"no image": [Path("a"), Path("b"), Path("c")]}) == (
        "passed over 3: no image (a, b and 1 more)"
    )


@pytest.mark.parametrize("command", ["quantify", "train", "evaluate"])
def test_ctrl_c_ends_in_a_sentence(hearts: Path, tmp_path: Path, command: str) -> None:
    endless, cohort, out = tmp_path / "endless", tmp_path / "cohort", f"--out={tmp_path / 'out'}"
    os.mkfifo(endless)
    cohort.mkdir()
    (cohort / ".cohort.json").symlink_to(endless)
    (cohort / "truth.json").symlink_to(endless)
    asked = {
        "quantify": [str(endless)],
        "train": [f"--cohort={cohort}", f"--validation={hearts}", "--steps=1", "--seed=1", out],
        "evaluate": ["cohort", f"--cohort={cohort}", out],
    }[command]
    process = subprocess.Popen(
        [sys.executable, "-m", "inference", command, *asked], stderr=subprocess.PIPE, text=True
    )
    with endless.open("wb"):  # waits until the command reads
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=300)
    assert (process.returncode, said) == (130, f"stopped; {COMMANDS[command].stopped}\n")
    assert not (tmp_path / "out").exists()
