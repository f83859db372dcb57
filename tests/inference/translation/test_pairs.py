"""Pairs are read from folders as hospitals hand them over."""

import json
import shutil
from pathlib import Path

import pytest

from inference.translation.pairs import STATES, patient_folders, read_pairs
from tests.inference.translation.simulated import write_cohort


def test_a_patients_folder_gives_both_images_in_both_states(tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path, patients=2)
    first, second = patient_folders(cohort)
    pairs = read_pairs(first)
    assert pairs.patient_id == "0000"
    assert set(pairs.spect) == set(pairs.pet) == set(STATES)
    assert all(pairs.pet[state].voxels.shape == pairs.spect[state].voxels.shape for state in STATES)
    (second / "SPECT" / "rest.dcm").unlink()
    with pytest.raises(ValueError, match="stress and rest"):
        read_pairs(second)


def test_patients_come_as_they_were_dealt_to_the_sites_and_not_by_their_names(tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path, patients=3)
    truth = json.loads((cohort / "truth.json").read_text())
    for patient, index in (("0000", 2), ("0001", 0), ("0002", 1)):
        truth["patients"][patient]["index"] = index
    (cohort / "truth.json").write_text(json.dumps(truth))
    assert [folder.name for folder in patient_folders(cohort)] == ["0001", "0002", "0000"]
    (cohort / ".cohort.json").unlink()
    (cohort / "truth.json").unlink()  # as from a hospital
    assert [folder.name for folder in patient_folders(cohort)] == ["0000", "0001", "0002"]


def test_a_cohort_that_is_not_what_its_truth_says_is_refused(tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path, patients=2)
    shutil.rmtree(cohort / "site-a" / "0001")
    with pytest.raises(ValueError, match="0001 is missing, and with it 1 of 2 patients"):
        patient_folders(cohort)
    (cohort / "truth.json").write_text('{"patients": {')
    with pytest.raises(ValueError, match="cannot be understood"):
        patient_folders(cohort)
    (cohort / "truth.json").unlink()
    with pytest.raises(ValueError, match="has no truth.json: run the command cohort again"):
        patient_folders(cohort)


def test_files_of_two_patients_in_one_folder_are_refused(tmp_path: Path) -> None:
    first, second = patient_folders(write_cohort(tmp_path, patients=2))
    (second / "SPECT" / "stress.dcm").replace(first / "SPECT" / "stress.dcm")
    with pytest.raises(ValueError, match="one patient"):
        read_pairs(first)


def test_corrected_images_beside_spect_are_passed_over(tmp_path: Path) -> None:
    folder = patient_folders(write_cohort(tmp_path, patients=1))[0]
    (folder / "CTAC").mkdir()
    (folder / "CTAC" / "stress.dcm").write_bytes((folder / "SPECT" / "stress.dcm").read_bytes())
    assert set(read_pairs(folder).spect) == set(STATES)
