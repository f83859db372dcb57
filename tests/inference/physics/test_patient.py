import json

import numpy as np
import pytest

from inference.physics.patient import Sex, sample_patient


@pytest.mark.parametrize("sex", ["M", "F"])
def test_the_same_seed_is_the_same_patient_and_another_is_not(sex: Sex) -> None:
    first, again, other = (
        sample_patient(np.random.default_rng(seed), sex=sex, territories=("RCA",)) for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_a_patient_is_plain_json() -> None:
    patient = sample_patient(np.random.default_rng(1), sex="F", territories=("LAD", "RCA"))
    read = json.loads(json.dumps(patient.as_json(), allow_nan=False))
    assert [lesion["territory"] for lesion in read["lesions"]] == ["LAD", "RCA"]
    assert read["torso"]["breast"]["thickness_mm"] == patient.torso.breast.thickness_mm  # type: ignore[union-attr]


def test_women_have_breasts_and_lower_diaphragms() -> None:
    men = [sample_patient(np.random.default_rng(seed), sex="M") for seed in range(60)]
    women = [sample_patient(np.random.default_rng(seed), sex="F") for seed in range(60)]
    assert all(man.torso.breast is None for man in men)
    assert all(woman.torso.breast is not None for woman in women)
    lower = np.mean([one.torso.dome_mm for one in men]) - np.mean([one.torso.dome_mm for one in women])
    assert lower == pytest.approx(16, abs=6)


def test_rest_is_never_worse_than_stress() -> None:
    for seed in range(50):
        patient = sample_patient(np.random.default_rng(seed), sex="M", territories=("LAD", "RCA", "LCX"))
        assert all(0 <= lesion.rest <= lesion.stress < 1 for lesion in patient.lesions)
