"""Numbers worked out by hand from four hearts, and the commands' tables."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.evaluation.report import agreement, as_text
from inference.evaluation.segments import Measured, Values, measure
from inference.translation.pairs import patient_folders, read_truth
from tests.inference.translation.simulated import write_cohort


def hearts(*inferior: float, rest: float = 90.0) -> Values:
    """[patient, state, segment]: 90 everywhere but in segment 10 at stress."""
    values = np.full((len(inferior), 2, 17), rest)
    values[:, 0, 9] = inferior
    values[:, :, 0] = 100
    return values


@pytest.fixture
def measured() -> Measured:
    return Measured(
        patients=("a", "b", "c", "d"),
        sex=("F", "M", "F", "M"),
        territories=((), (), ("RCA",), ()),
        images={
            "spect": hearts(60, 65, 50, 72),
            "pet": hearts(90, 80, 55, 65),
            "virtual_pet": hearts(88, 80, 75, 66),
        },
        truth=hearts(90, 90, 50, 75),
        doubted={"spect": 1, "pet": 0, "virtual_pet": 0},
        left_out={},
    )


def test_over_called_and_missed_segments_are_counted_against_pet_and_against_truth(
    measured: Measured,
) -> None:
    report = agreement(measured)
    counts = {
        (against, kind): tuple(one["inferior"][k] for k in ("over_called", "normal", "missed", "abnormal"))
        for against in ("against_pet", "against_truth")
        for kind, one in report[against].items()
    }
    assert counts["against_pet", "spect"] == (2, 22, 1, 2)
    assert counts["against_pet", "virtual_pet"] == (0, 22, 1, 2)
    assert counts["against_truth", "spect"] == (2, 23, 0, 1)
    assert counts["against_truth", "virtual_pet"] == (1, 23, 1, 1)
    assert counts["against_truth", "pet"] == (1, 23, 0, 1)


def test_bias_and_error_are_points_of_per_cent(measured: Measured) -> None:
    spect = agreement(measured)["against_pet"]["spect"]
    assert spect["bias"]["stress"][9] == pytest.approx((-30 - 15 - 5 + 7) / 4, abs=0.06)
    assert spect["bias"]["rest"] == [0.0] * 17
    assert spect["segment_mae"] == pytest.approx((30 + 15 + 5 + 7) / (4 * 2 * 17), abs=0.006)
    assert spect["inferior"]["patients_with_abnormal"] == 2


def test_without_model_or_truth_only_spect_against_pet_is_reported(measured: Measured) -> None:
    images = {kind: measured.images[kind] for kind in ("spect", "pet")}
    report = agreement(replace(measured, images=images, truth=None))
    assert set(report["against_pet"]) == {"spect"} and report["against_truth"] == {}
    assert "virtual" not in as_text(report)


def test_the_table_shows_every_segment_and_the_counts(measured: Measured) -> None:
    text = as_text(agreement(measured))
    assert "| 10 mid inferior | -10.8 |" in text
    assert "| inferior defects (< 70 %) missed | 1 of 2 | 1 of 2 |" in text


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("cohort"), patients=2)


def test_each_image_is_found_and_measured_on_its_own(cohort: Path) -> None:
    found = measure(patient_folders(cohort), translate=lambda spect: spect, truth=read_truth(cohort))
    assert found.truth is not None
    assert found.patients == ("0000", "0001")
    spect, pet = found.images["spect"], found.images["pet"]
    assert np.allclose(found.images["virtual_pet"], spect, atol=1.0)
    assert (spect[0, :, 9] < 80).all() and (pet[0, :, 9] > 90).all()
    assert (pet[1, :, 9] < 60).all() and (found.truth[1, :, 9] == 40).all()
