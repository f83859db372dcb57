"""`python -m inference quantify` from files on disk."""

import argparse
import json
from pathlib import Path

import pytest

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
    assert quantify("--json", str(tmp_path)) == 1
    printed = capsys.readouterr()
    results = [json.loads(line) for line in printed.out.splitlines()]
    assert {(r["modality"], r["state"]) for r in results} == {("NM", "stress"), ("PT", "rest")}
    for result in results:
        assert result["segments"].index(min(result["segments"])) == 9
        assert result["flags"] == []
    assert "note.txt: This is not a DICOM file" in printed.err


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


def test_unknown_thresholds_are_refused_before_any_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert quantify("--thresholds", "loose", "absent.dcm") == 2
    assert "loose is neither" in capsys.readouterr().err
