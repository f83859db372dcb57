"""Known uptake gives known scores and sums, under thresholds that have a name, and bad thresholds a reason."""

from pathlib import Path

import numpy as np
import pytest

from inference.heart.scores import (
    DEFAULT,
    NAMED,
    BadThresholds,
    Thresholds,
    difference,
    summed,
    thresholds_of,
)

# Segments 3, 4, 9, 10, 15 are RCA; 17 is LAD; 16 is LCX.
UPTAKE = np.array([80.0, 80, 65, 45, 80, 80, 80, 80, 69.9, 29, 80, 80, 80, 80, 9, 50, 70])


def test_known_uptake_gives_a_known_summed_score_in_its_territories() -> None:
    found = summed(DEFAULT.scores(UPTAKE))
    assert found.total == 1 + 2 + 1 + 3 + 4 + 1
    assert found.territories == {"LAD": 0, "RCA": 11, "LCX": 1}
    assert found.percent == pytest.approx(100 * 12 / 68)


def test_named_sets_disagree_on_mild_attenuation() -> None:
    mild = np.full(17, 72.0)
    assert summed(NAMED["guideline"].scores(mild)).total == 0
    assert summed(NAMED["tight"].scores(mild)).total == 17


def test_a_difference_is_signed_and_says_where_rest_is_worse() -> None:
    stress, rest = np.zeros(17, dtype=int), np.zeros(17, dtype=int)
    stress[3], rest[3] = 3, 1
    rest[0] = 1
    found = difference(stress, rest)
    assert found.summed.total == 1
    assert found.positive_total == 2
    assert found.reversed_segments == (1,)
    assert found.summed.territories == {"LAD": -1, "RCA": 2, "LCX": 0}


def test_a_sum_of_other_than_17_segments_is_refused() -> None:
    with pytest.raises(ValueError, match="17"):
        summed([0] * 16)


def test_thresholds_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('name = "our hospital"\nversion = "2026-1"\ncutoffs = [75, 55, 35, 15]\n')
    assert thresholds_of(str(path)) == Thresholds("our hospital", "2026-1", (75.0, 55.0, 35.0, 15.0))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cutoffs = [", "is not TOML"),
        ('name = "x"\nversion = "1"\n', "must hold name, version and cutoffs"),
        ('name = "x"\nversion = "1"\ncutoffs = [70, 50, 30, 10]\nnote = "y"\n', "nothing else"),
        ('name = "x"\nversion = 1\ncutoffs = [70, 50, 30, 10]\n', "must be text"),
        ('name = ""\nversion = "1"\ncutoffs = [70, 50, 30, 10]\n', "a name and a version"),
        ('name = "x"\nversion = "1"\ncutoffs = [70, true, 30, 10]\n', "list of numbers"),
        ('name = "x"\nversion = "1"\ncutoffs = [70, 50, 30]\n', "four cutoffs"),
        ('name = "x"\nversion = "1"\ncutoffs = [70, 50, 50, 10]\n', "must fall"),
        ('name = "x"\nversion = "1"\ncutoffs = [170, 50, 30, 10]\n', "at most 100"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(BadThresholds, match=reason) as refusal:
        thresholds_of(str(path))
    assert str(refusal.value).count("\n") == 0
    assert "bad.toml" in str(refusal.value)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadThresholds, match="guideline, tight, automatic"):
        thresholds_of("loose")
    with pytest.raises(BadThresholds, match="could not be read"):
        thresholds_of("absent.toml")
