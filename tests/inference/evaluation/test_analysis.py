"""Misses, errors, information, uncertainty and scores of imagined patients."""

import numpy as np
import pytest

from inference.evaluation import reasons
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
    assert model["where_missed"]["segments"] == {"4": 4, "10": 4, "15": 4}
    assert found["RCA"]["images"]["virtual_pet"]["missed"]["count"] == 12
    assert found["LAD"]["images"]["virtual_pet"]["missed"]["of"] == 0
    assert found["LAD"]["images"]["virtual_pet"]["missed"]["share"] is None


def test_at_ctacs_rate_of_false_segments_an_image_that_is_darker_everywhere_is_no_better() -> None:
    """20 points less everywhere find every defect at 70 %, and many more; ranks are the same."""
    reference = with_inferior_defects(people(20), 5)
    ctac = reference + 3 * (people(20, seed=3) - 85)
    found = detection(
        {"ctac": ctac, "virtual_pet": ctac - 20}, reference, territories=[()] * 20, weights=resampled(20)
    )["inferior"]["images"]
    assert found["virtual_pet"]["missed"]["count"] == 0 < found["virtual_pet"]["false"]["count"]
    assert found["virtual_pet"]["matched"]["estimate"] == found["ctac"]["matched"]["estimate"]
    assert found["virtual_pet"]["matched"]["threshold"] == pytest.approx(
        found["ctac"]["matched"]["threshold"] - 20
    )
    assert found["virtual_pet"]["auc"] == found["ctac"]["auc"]


def test_a_study_without_values_misses_its_defects_and_says_nothing_false() -> None:
    pet = with_inferior_defects(people(12), 4)
    refused = pet.copy()
    refused[[0, 11], 0] = np.nan
    found = detection(
        {"ctac": pet, "virtual_pet": refused},
        pet,
        territories=[("RCA",)] * 4 + [()] * 8,
        weights=resampled(12),
    )["inferior"]["images"]["virtual_pet"]
    assert (found["missed"]["count"], found["missed"]["of"]) == (3, 12)
    assert found["missed_read"] == {"count": 0, "of": 9}
    assert found["false"]["of"] == 72 - 12 - 3 and found["where_missed"]["unread"] == 3
    # 9 defects stand below each of the 57 normal segments, 3 above all of them.
    assert found["auc"]["estimate"] == pytest.approx(9 / 12)
    assert found["matched"]["estimate"] == pytest.approx(3 / 12)


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
    found = calibration(members, np.mean(members, axis=0), truth, weights=resampled(30), against="PET")
    assert found["rank_correlation"] > 0.3 and found["interval"][0] > 0.2
    assert found["deciles"][-1]["error"] > 3 * found["deciles"][0]["error"]
    same = [truth + generator.normal(0, 1, truth.shape) for _ in range(3)]
    elsewhere = truth + generator.normal(0, 3, truth.shape)
    blind = calibration(same, elsewhere, truth, weights=resampled(30), against="PET")
    assert abs(blind["rank_correlation"]) < 0.15 and "hardly tells where the error is" in blind["says"]
    assert "tells something of" in found["says"] or "tells only a little of" in found["says"]


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
    judged = [row["by_set"]["a"] for row in targets({"a": good}, main="a", pooled="a", kind="virtual_pet")]
    assert len(judged) == 14 and all(one["reached"] and one["why"] == "" for one in judged)
    healed = analysed(heart_set(measured(count=30, model=people(30) + 3)))
    rows = targets({"b": good, "a": healed}, main="a", pooled="a", kind="virtual_pet")
    by_words = {row["says"]: row["by_set"]["a"] for row in rows}
    missed = by_words["inferior defects missed against PET, less CTAC's"]
    assert not missed["reached"] and missed["short_by"] == 100
    assert (
        missed["note"].startswith("12 of 12 beside CTAC's 0")
        and "in 4 patients (4 in segment 4" in missed["why"]
    )
    bias = by_words["inferior bias against PET"]
    assert not bias["reached"] and bias["interval"][0] < bias["value"] < bias["interval"][1]
    assert all(row["by_set"]["b"]["reached"] for row in rows)


def test_what_is_reached_by_the_estimate_alone_is_not_called_shown() -> None:
    few = analysed(heart_set(measured(count=20)))
    rows = {
        row["says"]: row["by_set"]["a"]
        for row in targets({"a": few}, main="a", pooled="a", kind="virtual_pet")
    }
    false = rows["false inferior segments against PET, patients without RCA disease"]
    assert false["value"] == 0 and false["reached"] and not false["shown"]
    assert false["interval"][1] > 3  # none of 96 segments: Wilson's interval reaches 3.8 %


def test_images_that_miss_the_same_show_nothing_by_an_interval_without_width() -> None:
    same = analysed(heart_set(measured(count=30)))
    rows = targets({"a": same}, main="a", pooled="a", kind="virtual_pet")
    missed, bound = (row["by_set"]["a"] for row in rows if row["figure"] == "missed" and "PET" in row["says"])
    assert missed["interval"] == [0, 0]
    for one in (missed, bound):
        assert one["value"] == 0 and one["reached"] and one["shown"] is False
        assert one["note"].endswith(
            "no pair of images differs in the number missed: the interval says nothing"
        )


def test_an_equivalence_that_fails_names_its_segments_and_why() -> None:
    model = measured(count=30).images["pet"] + np.random.default_rng(3).normal(0, 1, (30, 2, 17))
    model[:, 0, 3] -= 8
    model[:, 1, 9] += np.random.default_rng(4).normal(3, 12, 30)
    found = analysed(heart_set(measured(count=30, model=model)))["against"]
    why = reasons.of_equivalence(found["pet"]["differences"], "virtual_pet")
    assert "by bias: 4 basal inferior, stress: -8" in why
    assert "by a wide interval alone: 10 mid inferior, rest" in why and why.count(" (") == 2
    assert "In 0 of these 2 PET itself" in reasons.of_equivalence(
        found["truth"]["differences"], "virtual_pet"
    )


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
