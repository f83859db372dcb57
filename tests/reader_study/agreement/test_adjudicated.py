"""Adjudicated scores in the analysis: beside the readers', and as a consensus; the readers' own stay what they are."""

import io
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from reader_study.agreement.analysis import analyse
from reader_study.agreement.analysis.adjudicated import (
    DECOY,
    DISCORDANT,
    adjudicated_scores,
    consensus,
    median,
)
from reader_study.agreement.analysis.frame import frame_of
from reader_study.agreement.report import render
from tests.reader_study.agreement.synthetic import snapshot

SINGLE = {"mode": "single", "decoy_fraction": 0.2, "when": {"segment_difference": 2}, "result": "replaces"}
PANEL = {**SINGLE, "mode": "panel", "panel_size": 2}


def sheet(token: str, score: int | str, *, day: int = 1, version: int = 1) -> dict[str, Any]:
    scores = {state: [score] * 17 for state in ("stress", "rest")}
    signature = {"at": f"2026-03-{day:02d}T09:00:00Z"}
    return {"token": token, "step": 1, "version": version, "in_force": True, "scores": scores, "fields": {},
            "signature": signature}  # fmt: skip


def locked(
    *, rule: dict[str, Any] = SINGLE, scores: tuple[tuple[int | str, ...], ...] = ((4,), (3,)), **more: Any
) -> dict[str, Any]:
    """A lock in which arm B of case 0 is discordant and arm C of case 1 a decoy; scores: of each by its seats."""
    lock = snapshot(patients=6, readers=3)
    cases = [case["id"] for case in lock["cases"]]
    seats, reads = [], []
    for number, (case, arm, decoy) in enumerate([(cases[0], "B", False), (cases[1], "C", True)]):
        for place, score in enumerate(scores[number]):
            token = f"seat {number} {place}"
            seats.append({"token": token, "adjudicator": f"person {place}", "round": 1, "position": number + 1,
                          "case": case, "arm": arm, "decoy": decoy})  # fmt: skip
            if score != "unsigned":
                reads.append(sheet(token, score))
    people = [{"id": f"person {n}", "code": f"J{n + 1}", "name": f"Judge {n + 1}"} for n in range(2)]
    section = {
        "rule": rule,
        "rounds": [],
        "adjudicators": people,
        "seats": seats,
        "reads": reads,
        "waiting": [],
    }
    return {**lock, "adjudication": {**section, **more}}


def test_without_adjudication_no_byte_of_a_result_changes() -> None:
    lock = snapshot(patients=6, readers=3)
    with_it = analyse(locked(), replicates=20)
    without = analyse(lock, replicates=20)
    assert "adjudication" not in without
    differing = {name for name in with_it if with_it[name] != without.get(name)}
    assert differing == {"adjudication", "lock", "provenance"}  # the lock has another digest, and no more


def test_the_consensus_is_the_median_where_readers_agree_and_the_adjudicated_score_where_not() -> None:
    lock = locked()
    frame = frame_of(lock)
    found = consensus(frame, {(0, 1): np.full((2, 17), 4.0)}, {(0, 1): DISCORDANT, (1, 2): DECOY})
    expected = np.nanmedian(frame.scores, axis=1)
    assert (found[0, 1] == 4).all()
    expected[0, 1] = 4
    np.testing.assert_array_equal(found, expected)  # the decoy is the readers' still


def test_the_rows_of_the_consensus_are_those_of_one_rater() -> None:
    result = analyse(locked(), replicates=20)["adjudication"]
    [row] = [
        row
        for row in result["consensus_differences"]
        if (row["arm"], row["state"], row["segment"]) == ("B", "stress", 1)
    ]
    frame = frame_of(locked())
    own = np.nanmedian(frame.scores, axis=1)[:, :, 0, 0]
    own[0, 1] = 4
    differences = own[:, 1] - own[:, frame.reference]
    assert row["n_cases"] == row["n_reads"] == 6
    assert row["mean_difference"]["estimate"] == pytest.approx(differences.mean())
    assert (
        analyse(locked(rule={**SINGLE, "result": "beside"}), replicates=20)["adjudication"][
            "consensus_differences"
        ]
        == []
    )


def test_a_panel_counts_once_all_of_it_has_signed_and_its_median_is_not_rounded() -> None:
    whole = analyse(locked(rule=PANEL, scores=((1, 2), (0, 0))), replicates=20)["adjudication"]
    assert (whole["n_reads"], whole["n_reads_signed"], whole["n_unresolved"]) == (4, 4, 0)
    lock = locked(rule=PANEL, scores=((1, 2), (0, 0)))
    frame = frame_of(lock)
    assert (adjudicated_scores(lock["adjudication"], lock, frame)[0, 1] == 1.5).all()

    half = analyse(locked(rule=PANEL, scores=((1, "unsigned"), (0, 0))), replicates=20)["adjudication"]
    assert (half["n_reads_signed"], half["n_unresolved"]) == (3, 1)
    rows = [row for row in half["consensus_differences"] if row["arm"] == "B"]
    assert {row["n_cases"] for row in rows} == {5}  # nothing is put in its place


@pytest.mark.parametrize(("rule", "counted"), [(SINGLE, 4.0), (PANEL, 2.5)])
def test_where_more_signed_than_were_asked_the_first_count(rule: dict[str, Any], counted: float) -> None:
    """Who came back to a seat that had been given to another reads it, too; a correction is no later signature."""
    lock = locked(rule=rule, scores=(("unsigned",) * 3, ()))
    earlier = {**sheet("seat 0 1", 0, day=2), "in_force": False}
    lock["adjudication"]["reads"] = [
        sheet("seat 0 0", 2, day=9),
        earlier,
        sheet("seat 0 1", 4, day=20, version=2),
        sheet("seat 0 2", 1, day=5),
    ]
    scored = adjudicated_scores(lock["adjudication"], lock, frame_of(lock))
    assert (scored[0, 1] == counted).all()


def test_what_waited_for_a_round_is_unresolved() -> None:
    lock = locked()
    waits = [lock["cases"][2]["id"], "A"]
    found = analyse(locked(waiting=[waits]), replicates=20)["adjudication"]
    assert (found["n_discordant"], found["n_unresolved"]) == (2, 1)


def test_agreement_is_counted_over_the_segments_that_both_scored() -> None:
    found = analyse(locked(scores=((4,), ("NE",))), replicates=20)["adjudication"]
    frame = frame_of(locked())
    for row in found["agreement"]:
        reader = frame.readers.index(row["reader"])
        if row["pairs"] == DECOY:
            assert (row["n_pairs"], row["n_segments"], row["equal"]) == (1, 0, 0)
        else:
            own = frame.scores[0, reader, 1]
            assert row["n_segments"] == 34
            assert (row["equal"], row["within_one"]) == (int((own == 4).sum()), int((own >= 3).sum()))


def test_a_later_step_counts_and_an_earlier_one_alone_does_not() -> None:
    lock = deepcopy(locked())
    [arm] = [arm for arm in lock["protocol"]["document"]["arms"] if arm["code"] == "B"]
    arm["steps"] = [["spect"], ["spect", "virtual_pet"]]
    for read in lock["reads"]:
        read["step"] = 2
    assert analyse(lock, replicates=20)["adjudication"]["n_unresolved"] == 1
    lock["adjudication"]["reads"][0]["step"] = 2
    assert analyse(lock, replicates=20)["adjudication"]["n_unresolved"] == 0


def test_the_report_says_what_was_adjudicated() -> None:
    text = " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(render(analyse(locked(), replicates=20)))).pages
    )
    said = " ".join(text.split())
    assert "discordant, by the protocol's rule, in 1." in said
    assert "differences between arms of the consensus" in said


@given(
    st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, np.nan]), min_size=3, max_size=3), min_size=1)
)
def test_the_median_is_that_of_the_known_scores(table: list[list[float]]) -> None:
    scores = np.array(table)
    for column, found in enumerate(median(scores, axis=0)):
        known = scores[~np.isnan(scores[:, column]), column]
        assert np.isnan(found) if known.size == 0 else found == np.median(known)
