"""`python -m inference quantify` from files on disk."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from inference.dicom.read import UNCERTAINTY
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.heart import command
from tests.inference.heart.phantom import one_defect, volume


def quantify(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["quantify", *arguments])
    return int(parsed.run(parsed))


def test_spect_files_and_pet_folders_give_17_values_each_and_the_rest_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = volume(one_defect(10), background=0.1)
    (tmp_path / "stress.dcm").write_bytes(to_bytes(nm_dataset(study, header={}, state="stress")))
    (tmp_path / "PET rest").mkdir()
    for n, ds in enumerate(pt_datasets(study, header={}, state="rest")):
        (tmp_path / "PET rest" / f"{n}.dcm").write_bytes(to_bytes(ds))
    (tmp_path / "note.txt").write_text("not an image")
    assert quantify("--json", str(tmp_path)) == 0
    printed = capsys.readouterr()
    results = [json.loads(line) for line in printed.out.splitlines()]
    assert {(r["modality"], r["state"]) for r in results} == {("NM", "stress"), ("PT", "rest")}
    for result in results:
        assert result["segments"].index(min(result["segments"])) == 9
        assert result["flags"] == []
        assert np.shape(result["contour_mm"]) == (24, 72)
    assert "passed over 1: This is not a DICOM file" in printed.err and "note.txt" in printed.err
    assert quantify("--json", str(tmp_path / "note.txt")) == 1
    assert "note.txt: This is not a DICOM file" in capsys.readouterr().err


def test_the_table_names_every_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rest.dcm"
    path.write_bytes(to_bytes(nm_dataset(volume(background=0.1), header={}, state="rest")))
    assert quantify(str(path)) == 0
    printed = capsys.readouterr().out
    assert "basal anteroseptal" in printed
    assert "flags: none" in printed


def test_stress_and_rest_of_a_patient_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for state, study in (
        ("stress", volume(one_defect(10, remaining=0.1), background=0.05)),
        ("rest", volume()),
    ):
        path = tmp_path / f"{state}.dcm"
        path.write_bytes(to_bytes(nm_dataset(study, header={"PatientID": "A1"}, state=state)))
    assert quantify("--json", "--thresholds", "tight", str(tmp_path)) == 0
    *_, pair = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert pair["thresholds"] == {"name": "tight 80/70/60/50", "version": "1"}
    assert pair["SSS"] > pair["SRS"] == 0
    assert pair["SDS"] == pair["SSS"] == pair["territories"]["RCA"] + pair["territories"]["LCX"]
    assert pair["difference"][9] == max(pair["difference"])
    assert quantify(str(tmp_path)) == 0
    assert "automatic scores by guideline 70/50/30/10, version 1" in capsys.readouterr().out


def test_stress_is_compared_with_rest_of_the_same_kind_of_image(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
        "nac": ((), {}),
        "chang": (("ATTN",), {}),
        "ctac": (("ATTN", "SCAT"), {}),
        "vpet": ((), {"SyntheticData": "YES"}),
    }
    for kind, (corrected, marked) in kinds.items():
        for state in ("stress", "rest"):
            header = {"PatientID": "A1", **marked}
            ds = nm_dataset(volume(), header=header, state=state, corrected=corrected)
            (tmp_path / f"{kind} {state}.dcm").write_bytes(to_bytes(ds))
    assert quantify("--json", str(tmp_path)) == 0
    printed = capsys.readouterr()
    pairs = [one for one in map(json.loads, printed.out.splitlines()) if "SDS" in one]
    assert {tuple(Path(one[state]).stem for state in ("stress", "rest")) for one in pairs} == {
        (f"{kind} stress", f"{kind} rest") for kind in kinds
    }
    assert quantify(str(tmp_path)) == 0
    told = capsys.readouterr().out
    assert "vpet stress.dcm: NM stress, made by AI, research use only" in told
    assert told.count("both made by AI") == 1
    assert "ctac rest.dcm: NM rest, corrected (ATTN, SCAT)" in told


def test_uncertainty_and_other_kinds_in_a_folder_are_passed_over_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spread = nm_dataset(
        volume(), header={"ImageComments": f"{UNCERTAINTY} - research use only"}, state="rest"
    )
    (tmp_path / "one.uncertainty.dcm").write_bytes(to_bytes(spread))
    assert quantify(str(tmp_path)) == 1
    told = capsys.readouterr().err
    assert "passed over 1: This is the uncertainty of an image" in told and "Nothing that could be" in told
    (tmp_path / "one.dcm").write_bytes(to_bytes(nm_dataset(volume(), header={}, state="rest")))
    assert quantify(str(tmp_path)) == 0
    assert quantify(str(tmp_path / "one.uncertainty.dcm")) == 1


def test_what_is_not_there_and_a_folder_with_nothing_are_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quantify(str(tmp_path / "absent.dcm")) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'absent.dcm'}: no such file or directory\n"
    assert quantify(str(tmp_path)) == 1
    assert "Nothing that could be quantified" in capsys.readouterr().err


def test_unknown_thresholds_are_refused_before_any_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert quantify("--thresholds", "loose", "absent.dcm") == 2
    assert "loose is neither" in capsys.readouterr().err
