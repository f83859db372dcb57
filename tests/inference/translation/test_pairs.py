"""A cohort is divided by patient, and read from folders as hospitals hand them over."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.translation.pairs import STATES, patient_folders, read_pairs, split
from tests.inference.translation.simulated import write_cohort


@given(st.integers(min_value=2, max_value=300))
def test_every_patient_is_in_exactly_one_part_and_someone_trains_and_someone_is_held_out(count: int) -> None:
    folders = [Path(f"{n:04d}") for n in range(count)]
    parts = split(folders)
    assert [*parts.training, *parts.validation, *parts.held_out] == folders
    assert parts.training and parts.held_out


def test_sixty_patients_give_forty_eight_and_twelve() -> None:
    parts = split([Path(f"{n}") for n in range(60)])
    assert [len(part) for part in (parts.training, parts.validation, parts.held_out)] == [40, 8, 12]


def test_one_patient_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="one patient"):
        split([Path("only")])


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
