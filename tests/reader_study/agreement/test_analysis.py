"""The analysis counts what is there, finds what was planted, and gives the same bytes for the same lock."""

import json

import numpy as np
import pytest

from reader_study.agreement.analysis import analyse
from reader_study.agreement.analysis.compute import canonical, digest_of, seed_of
from reader_study.agreement.statistics.chance_corrected import cohen, conger
from reader_study.agreement.statistics.intraclass import icc
from tests.reader_study.agreement.synthetic import snapshot, without_last_reads

INFERIOR = {4, 10, 15}
B = 300


@pytest.fixture(scope="module")
def lock():
    return snapshot(missing=0.01)


@pytest.fixture(scope="module")
def result(lock):
    return analyse(lock, replicates=B)


def rows(result, table, **wanted):
    return [row for row in result[table] if all(row[key] == value for key, value in wanted.items())]


def scores_of(lock, arm, state):
    """reader -> case -> 17 scores or "NE", by plain loops over the lock."""
    sheets = {read["token"]: read["scores"] for read in lock["reads"]}
    found = {}
    for entry in lock["allocation"]["entries"]:
        if entry["arm"] == arm:
            found.setdefault(entry["reader"], {})[entry["case"]] = sheets[entry["token"]][state]
    return found


@pytest.mark.parametrize(("arm", "state"), [("A", "stress"), ("B", "rest")])
def test_over_and_under_scores_are_those_of_a_plain_count(lock, result, arm, state):
    ours, reference = scores_of(lock, arm, state), scores_of(lock, "C", state)
    for segment in range(1, 18):
        pairs = [
            (score[segment - 1], reference[reader][case][segment - 1])
            for reader, cases in ours.items()
            for case, score in cases.items()
        ]
        pairs = [(x, y) for x, y in pairs if "NE" not in (x, y)]
        (row,) = rows(result, "score_differences", arm=arm, state=state, segment=segment)
        assert row["n_reads"] == len(pairs)
        assert row["over"] == sum(x > y for x, y in pairs)
        assert row["under"] == sum(x < y for x, y in pairs)
        assert row["equal"] == sum(x == y for x, y in pairs)
        assert row["large"] == sum(abs(x - y) >= 2 for x, y in pairs)
        assert row["mean_difference"]["estimate"] == pytest.approx(np.mean([x - y for x, y in pairs]))


def test_the_pooled_row_adds_up_the_segments_and_the_readers(result):
    for arm in "AB":
        for state in ("stress", "rest"):
            found = rows(result, "score_differences", arm=arm, state=state)
            pooled = next(row for row in found if row["segment"] == 0)
            readers = rows(result, "score_differences_by_reader", arm=arm, state=state)
            for count in ("n_reads", "over", "under", "equal"):
                assert pooled[count] == sum(row[count] for row in found if row["segment"])
                assert pooled[count] == sum(row[count] for row in readers)


def test_the_planted_attenuation_is_found_where_it_was_planted():
    result = analyse(snapshot(patients=30), replicates=B)
    for table in ("score_differences", "uptake_differences"):
        spect = rows(result, table, arm="A", state="stress")
        found = {row["segment"] for row in spect if row["segment"] and row["p_adjusted"] < 0.05}
        assert found == INFERIOR
        assert not [
            row for row in rows(result, table, arm="B") if row["segment"] and row["p_adjusted"] < 0.05
        ]
    uptake = rows(result, "uptake_differences", arm="A", state="stress", segment=10)[0]["mean_difference"]
    low, high = uptake["interval"]
    assert low < -11 < high  # drawn between 6 and 16


def test_filled_in_defects_are_counted_by_the_same_reader(lock, result):
    virtual, reference = scores_of(lock, "B", "rest"), scores_of(lock, "C", "rest")
    abnormal = [
        (virtual[reader][case][segment - 1], score[segment - 1])
        for reader, cases in reference.items()
        for case, score in cases.items()
        for segment in INFERIOR
        if score[segment - 1] not in ("NE", 0) and virtual[reader][case][segment - 1] != "NE"
    ]
    (row,) = rows(result, "filled_in", arm="B", state="rest", region="inferior", threshold=1)
    assert (row["abnormal"], row["missed"]) == (len(abnormal), sum(score == 0 for score, _ in abnormal))
    assert row["missed"] > 0
    assert row["scored_zero"] == row["missed"]


def test_reader_agreement_is_of_the_pooled_table(lock, result):
    table = [
        [np.nan if score == "NE" else float(score) for score in column]
        for column in zip(
            *(
                [score for case in lock["cases"] for score in cases[case["id"]]]
                for cases in scores_of(lock, "C", "stress").values()
            ),
            strict=True,
        )
    ]
    expected = conger(np.array(table), categories=range(5), weighting="linear").estimate
    (row,) = rows(result, "reader_agreement", arm="C", state="stress")
    assert row["weighted_kappa"]["estimate"] == pytest.approx(expected)
    assert row["weighted_kappa"]["n_cases"] == 12
    pair = rows(result, "reader_agreement_by_pair", arm="C")[0]
    assert pair["readers"] == ["R1", "R2"]


def test_a_pair_of_readers_has_cohens_kappa():
    lock = snapshot(readers=2)
    by_reader = {state: list(scores_of(lock, "A", state).values()) for state in ("stress", "rest")}
    columns = [
        [
            score
            for case in lock["cases"]
            for state in ("stress", "rest")
            for score in by_reader[state][n][case["id"]]
        ]
        for n in range(2)
    ]
    expected = cohen(np.array(columns, float).T, categories=range(5), weighting="linear").estimate
    (row,) = rows(analyse(lock, replicates=50), "reader_agreement_by_pair", arm="A")
    assert row["weighted_kappa"]["estimate"] == pytest.approx(expected)


def test_sums_need_all_segments_and_their_icc_is_absolute_agreement():
    lock = snapshot()
    lock["reads"][0]["scores"]["stress"][3] = "NE"
    result = analyse(lock, replicates=50)
    arm = lock["allocation"]["entries"][0]["arm"]
    (row,) = rows(result, "sums", arm=arm, score="SSS")
    assert row["n_reads"] == 35
    assert row["icc"]["n_cases"] == 11
    assert rows(result, "sums", arm=arm, score="SRS")[0]["n_reads"] == 36
    table = np.array(
        [
            [np.nan if "NE" in cases[case["id"]] else sum(cases[case["id"]]) for case in lock["cases"]]
            for cases in scores_of(lock, arm, "stress").values()
        ]
    ).T
    assert row["icc"]["estimate"] == pytest.approx(icc(table, form="A,1").estimate)


def test_missing_scores_are_in_the_completeness_table(lock, result):
    lost = sum(scores.count("NE") for read in lock["reads"] for scores in read["scores"].values())
    found = result["completeness"]
    assert lost > 0
    assert sum(row["not_evaluable_stress"] + row["not_evaluable_rest"] for row in found) == lost
    assert sum(row["signed"] for row in found) == sum(row["due"] for row in found) == 108


def test_missing_reads_are_listed_with_case_and_arm_and_their_reason():
    lock = without_last_reads(snapshot(), 2)
    result = analyse(lock, replicates=20)
    missing = result["missing_reads"]
    assert missing["reason"] == "R3 has left"
    subjects = {case["id"]: case["subject"] for case in lock["cases"]}
    assert missing["reads"] == [
        {
            "reader": "R3", "session": entry["session"], "position": entry["position"],
            "subject": subjects[entry["case"]], "arm": entry["arm"], "repetition": 0,
        }
        for entry in lock["allocation"]["entries"][-2:]
    ]  # fmt: skip
    design = result["design"]
    assert design["n_reads_due"] - design["n_reads_signed"] == 2


def test_nothing_missing_is_null(result):
    assert result["missing_reads"] is None


def test_hidden_repeats_and_superseded_versions_do_not_count_twice():
    lock = snapshot()
    plain = analyse(lock, replicates=50)
    entry, read = lock["allocation"]["entries"][0], lock["reads"][0]
    wrong = {state: [4] * 17 for state in ("stress", "rest")}
    lock["allocation"]["entries"].append({**entry, "token": "repeat", "repetition": 1})
    lock["reads"].append({**read, "token": "repeat", "scores": wrong})
    lock["reads"].append({**read, "version": 0, "in_force": False, "scores": wrong})
    repeated = analyse(lock, replicates=50)
    unlike = {"design", "lock", "provenance"}
    assert {name: repeated[name] for name in repeated.keys() - unlike} == {
        name: plain[name] for name in plain.keys() - unlike
    }
    design = repeated["design"]
    assert (design["n_repeats_due"], design["n_repeats_signed"]) == (1, 1)
    assert design | {"n_repeats_due": 0, "n_repeats_signed": 0} == plain["design"]


def test_a_repeat_that_was_not_signed_is_missing_and_no_first_read(lock):
    entry = lock["allocation"]["entries"][0]
    repeat = {**entry, "token": "repeat", "session": 2, "repetition": 1}
    names = ("token", "reader", "session", "position")
    missing = {"reason": "R1 has left", "reads": [{name: repeat[name] for name in names}]}
    entries = [*lock["allocation"]["entries"], repeat]
    result = analyse(
        {**lock, "allocation": {**lock["allocation"], "entries": entries}, "missing_reads": missing},
        replicates=20,
    )
    assert [read["repetition"] for read in result["missing_reads"]["reads"]] == [1]
    design = result["design"]
    assert (design["n_repeats_due"], design["n_repeats_signed"]) == (1, 0)
    assert design["n_reads_signed"] == design["n_reads_due"] == 108


def test_the_same_lock_gives_the_same_bytes_and_names_its_seed(lock, result):
    again = analyse(json.loads(canonical(lock)), replicates=B)
    assert canonical(again) == canonical(result)
    assert result["lock"]["sha256"] == digest_of(lock)
    assert result["provenance"]["bootstrap"]["seed"] == str(seed_of(lock))


def test_the_seed_follows_from_what_was_fixed_before_reading_and_from_no_words(lock):
    worded = json.loads(canonical(lock))
    worded["lock"]["reason"] = "Another reason"
    assert digest_of(worded) != digest_of(lock)
    assert seed_of(worded) == seed_of(lock)
    for part, name in (("study", "id"), ("protocol", "sha256"), ("allocation", "digest")):
        assert seed_of({**lock, part: {**lock[part], name: "d" * 64}}) != seed_of(lock)


def test_every_null_has_a_reason_and_few_patients_are_flagged(result):
    def walk(value):
        if isinstance(value, dict):
            if "estimate" in value:
                assert (value["estimate"] is None) == (value["reason"] is not None)
                if value["interval"] is None and value["estimate"] is not None:
                    assert value["interval_reason"]
                yield value
            for part in value.values():
                yield from walk(part)
        elif isinstance(value, list):
            for part in value:
                yield from walk(part)

    flagged = [value for value in walk(result) if "BCa" in value["interval_method"]]
    assert len(flagged) > 400
    assert all("few_cases" in value["flags"] for value in flagged)


def test_simulated_is_carried():
    assert analyse(snapshot(simulated=True), replicates=20)["simulated"] is True
    assert analyse(snapshot(simulated=False), replicates=20)["simulated"] is False


def _constant(lock):
    for read in lock["reads"]:
        read["scores"] = {state: [0] * 17 for state in ("stress", "rest")}


def _each_case_by_two_of_three_readers(lock):
    """A balanced incomplete design: reader n does not read every third case."""
    cases = {case["id"]: number for number, case in enumerate(lock["cases"])}
    readers = {reader["id"]: number for number, reader in enumerate(lock["readers"])}
    entries = lock["allocation"]["entries"]
    kept = [entry for entry in entries if (cases[entry["case"]] - readers[entry["reader"]]) % 3]
    lock["allocation"]["entries"] = kept
    tokens = {entry["token"] for entry in kept}
    lock["reads"] = [read for read in lock["reads"] if read["token"] in tokens]


def test_an_incomplete_design_counts_the_reads_it_has():
    lock = snapshot()
    _each_case_by_two_of_three_readers(lock)
    result = analyse(lock, replicates=100)
    assert result["design"]["n_reads_due"] == result["design"]["n_reads_signed"] == 72
    for row in rows(result, "reader_agreement", state="both"):
        assert row["weighted_kappa"]["estimate"] is not None
    (row,) = rows(result, "score_differences", arm="A", state="stress", segment=0)
    assert (row["n_reads"], row["n_cases"]) == (24 * 17, 12)


def _without_an_arm_of_a_reader(lock):
    reader = lock["readers"][0]["id"]
    entries = lock["allocation"]["entries"]
    gone = {entry["token"] for entry in entries if (entry["arm"], entry["reader"]) == ("B", reader)}
    lock["reads"] = [read for read in lock["reads"] if read["token"] not in gone]


@pytest.mark.parametrize(
    ("made", "change"),
    [
        ({}, _constant),
        ({}, _without_an_arm_of_a_reader),
        ({}, _each_case_by_two_of_three_readers),
        ({"readers": 1}, None),
        ({"patients": 1}, None),
        ({"patients": 2}, None),
        ({"missing": 0.2}, None),
        ({"missing": 1.0}, None),
    ],
    ids=[
        "constant",
        "empty arm",
        "incomplete",
        "one reader",
        "one case",
        "two cases",
        "20 % missing",
        "all missing",
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_thin_data_give_results_or_nulls(made, change):
    lock = snapshot(**made)
    if change:
        change(lock)
    result = analyse(lock, replicates=100)
    assert json.loads(canonical(result)) == result


def test_constant_scores_have_no_kappa_and_no_silent_one():
    lock = snapshot()
    _constant(lock)
    result = analyse(lock, replicates=100)
    for row in result["reader_agreement"]:
        assert row["weighted_kappa"]["reason"] == "no variation"
        assert (row["ac2"]["estimate"], row["ac2"]["interval"]) == (1.0, None)
        assert "degenerate" in row["ac2"]["flags"]
    assert {row["icc"]["reason"] for row in result["sums"]} == {"no variation"}
