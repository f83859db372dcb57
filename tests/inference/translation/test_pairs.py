"""Pairs are read from folders as hospitals hand them over."""

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
