"""Misses, errors, information, uncertainty and scores of imagined patients."""

import numpy as np
import pytest

from inference.evaluation.analysis import analysed, joined, summary
from inference.evaluation.association import association
from inference.evaluation.detection import detection
from inference.evaluation.differences import differences, least_squares_scaled
from inference.evaluation.pattern import paper_pattern
from inference.evaluation.scoring import scored
from inference.evaluation.statistics import resampled
from inference.evaluation.targets import targets
from inference.evaluation.uncertainty import calibration
from tests.inference.evaluation.values import heart_set, measured, people, with_inferior_defects


def test_a_defect_that_is_filled_in_counts_as_missed_in_its_territory_and_beside_ctac() -> None:
    pet = with_inferior_defects(people(12), 4)
    healed = people(12)
    found = detection(
        {"ctac": pet, "virtual_pet": healed},
        pet,
        territories=[("RCA",)] * 4 + [()] * 8,
        weights=resampled(12),
    )
    model = found["inferior"]["images"]["virtual_pet"]
    assert found["inferior"]["reference"] == {"segments": 12, "patients": 4}
    assert (model["missed"]["count"], model["missed"]["of"]) == (12, 12)
    assert model["missed_less_ctac"]["difference"] == 1 and model["missed_less_ctac"]["one_sided_upper"] == 1
    assert found["RCA"]["images"]["virtual_pet"]["missed"]["count"] == 12
    assert found["LAD"]["images"]["virtual_pet"]["missed"]["of"] == 0
    assert found["LAD"]["images"]["virtual_pet"]["missed"]["share"] is None


def test_a_false_defect_in_a_patient_with_disease_there_is_told_from_one_without() -> None:
    pet = people(6)
    spect = with_inferior_defects(pet, 2)
    found = detection({"spect": spect}, pet, territories=[("RCA",)] + [()] * 5, weights=resampled(6))
    inferior = found["inferior"]["images"]["spect"]
    assert (inferior["false"]["count"], inferior["false"]["of"]) == (6, 36)
    assert (inferior["false_without_disease"]["count"], inferior["false_without_disease"]["of"]) == (3, 30)


def test_a_biased_segment_is_significant_outside_of_the_margin_and_nowhere_else() -> None:
    pet = people(40)
    image = pet + np.random.default_rng(5).normal(0, 2, pet.shape)
    image[:, 0, 3] -= 8
    found = differences(image, pet, scaled=False, weights=resampled(40))
    stress = found["segments"]["stress"]
    assert found["equivalent"] == 33 and not stress["equivalent"][3]
    assert [n for n, p in enumerate(stress["holm"], 1) if p < 0.05] == [4]
    assert stress["low"][3] < stress["bias"][3] < stress["high"][3] < -6
    assert found["inferior_bias"]["mean"] == pytest.approx(-8 / 6, abs=0.3)


def test_least_squares_scaling_takes_away_a_common_factor_and_nothing_else() -> None:
    pet = people(5)
    assert least_squares_scaled(0.8 * pet, pet) == pytest.approx(pet)
    found = differences(0.8 * pet, pet, scaled=True, weights=resampled(5))
    assert found["segment_mae"]["least_squares"]["mean"] == pytest.approx(0)
    assert found["segment_mae"]["max"]["mean"] == pytest.approx(0.2 * pet.mean())
    assert found["equivalent"] == 34


def test_limits_of_agreement_are_those_of_bland_and_altman() -> None:
    pet = people(50)
    error = np.random.default_rng(6).normal(1, 3, pet.shape)
    limits = differences(pet + error, pet, scaled=False, weights=resampled(50))["limits"]
    assert (limits["low"], limits["high"]) == pytest.approx((1 - 1.96 * 3, 1 + 1.96 * 3), abs=0.3)
    assert limits["high_interval"][0] < limits["high"] < limits["high_interval"][1]


def test_an_image_of_the_average_patient_knows_nothing_of_the_patient() -> None:
    pattern = np.linspace(70, 100, 17)
    truth = pattern + np.random.default_rng(7).normal(0, 3, (30, 2, 17))
    average = np.broadcast_to(pattern, truth.shape) + np.random.default_rng(8).normal(0, 0.1, truth.shape)
    found = association(average, truth, weights=resampled(30))
    assert found["correlation"]["estimate"] > 0.8
    assert abs(found["patient_specific"]["estimate"]) < 0.1


def test_spread_that_grows_with_the_error_is_recognised() -> None:
    generator = np.random.default_rng(9)
    truth = people(30)
    scale = generator.uniform(0.1, 6, truth.shape)
    members = [truth + generator.normal(0, 1, truth.shape) * scale for _ in range(3)]
    found = calibration(members, np.mean(members, axis=0), truth, weights=resampled(30))
    assert found["rank_correlation"] > 0.3 and found["interval"][0] > 0.2
    assert found["deciles"][-1]["error"] > 3 * found["deciles"][0]["error"]
    same = [truth + generator.normal(0, 1, truth.shape) for _ in range(3)]
    elsewhere = truth + generator.normal(0, 3, truth.shape)
    assert abs(calibration(same, elsewhere, truth, weights=resampled(30))["rank_correlation"]) < 0.15


def test_scores_are_over_where_an_image_is_darker_and_difference_scores_follow_stress() -> None:
    pet = np.full((10, 2, 17), 90.0)
    spect = pet.copy()
    spect[:, 0, 3] = 60
    found = scored({"spect": spect}, pet)["guideline 70/50/30/10"]["spect"]
    assert found["stress"]["over"][3] == 10 and sum(found["stress"]["over"]) == 10
    assert found["difference"]["mean"][3] == 1 and found["rest"]["mean"][3] == 0
    assert found["summed"]["stress"]["difference"] == 1 and found["summed"]["rest"]["difference"] == 0


def test_the_papers_pattern_is_found_where_it_was_put() -> None:
    pet = people(40)
    spect = pet + np.random.default_rng(11).normal(0, 1, pet.shape)
    for state, segments in enumerate(((1, 6, 8, 9, 10), (1, 2, 6, 8, 9, 11))):
        spect[:, state, [n - 1 for n in segments]] -= 9
    spect[:, :, [3, 9, 14]] -= 20
    one = measured(count=40, diseased=0, spect=spect)
    found = paper_pattern(analysed(heart_set(one)), kinds=("spect", "virtual_pet"))
    assert found["spect"]["differs"]["stress"]["here"] == [1, 4, 6, 8, 9, 10, 15]
    assert found["spect"]["differs"]["stress"]["agreed"] == 15
    assert found["spect"]["overscored"]["tight 80/70/60/50"]["stress"]["paper"] == [4, 10, 15]
    assert found["virtual_pet"]["overscored"]["tight 80/70/60/50"]["stress"]["here"] == []


def test_targets_say_what_is_reached_and_by_how_much_not() -> None:
    good = analysed(heart_set(measured(count=30)))
    reached = {
        row["says"]: row["reached"] for row in targets({"a": good}, main="a", pooled="a", kind="virtual_pet")
    }
    assert len(reached) == 12 and all(reached.values())
    healed = analysed(heart_set(measured(count=30, model=people(30) + 3)))
    rows = {row["says"]: row for row in targets({"a": healed}, main="a", pooled="a", kind="virtual_pet")}
    missed = rows["inferior defects missed against PET: no more than CTAC"]
    assert not missed["reached"] and missed["short_by"] == 12 and missed["note"] == "of 12"
    assert not rows["inferior bias against PET within ±2 points"]["reached"]


def test_sets_are_pooled_by_patient() -> None:
    parts = [heart_set(measured(count=n)) for n in (8, 12)]
    pooled = joined(parts)
    assert len(pooled.measured.patients) == 20 and pooled.measured.doubted["spect"] == 2
    assert np.array_equal(
        pooled.members["virtual_pet"]["virtual_pet#2"][8:], parts[1].members["virtual_pet"]["virtual_pet#2"]
    )
    counted = [summary(one.measured, one.measured.images["spect"]) for one in (*parts, pooled)]
    assert counted[0]["missed"] + counted[1]["missed"] == counted[2]["missed"]
    assert counted[0]["of_truth"] + counted[1]["of_truth"] == counted[2]["of_truth"] == 24
