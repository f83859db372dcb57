"""What adjudicators say beside the readers, and the consensus in which they take the readers' place.

The readers' own scores are never replaced: what is said of readers is said of what readers scored. A consensus is one
score a case, arm and segment: where the readers agree by the protocol's rule their median, where they are discordant
the adjudicated score, and nothing where a discordant pair was not adjudicated by as many as the protocol asks for. A
median of an even number of scores may lie half-way; it is not rounded, because any direction would be ours.

Decoys, on which readers agreed, say how an adjudicator reads; they change no consensus.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reader_study.agreement.analysis import versus_reference
from reader_study.agreement.analysis.frame import Frame, numbers_of
from reader_study.agreement.analysis.numbers import Resampling
from reader_study.agreement.analysis.steps import steps_of
from reader_study.agreement.statistics.result import FloatArray

DISCORDANT, DECOY = "discordant", "decoy"
Place = tuple[int, int]
"""Index of a case and of an arm in the frame."""


def result_of(snapshot: Mapping[str, Any], frame: Frame, resampling: Resampling) -> dict[str, Any] | None:
    """None where nothing was adjudicated and nothing waited to be.

    agreement: of adjudicated with each reader's scores, pooled over states and segments.
    consensus_differences: as versus_reference.score_rows, of the consensus; empty where the protocol lets adjudicated
    scores stand beside the readers'.
    """
    found = snapshot.get("adjudication")
    if found is None:
        return None
    scored = adjudicated_scores(found, snapshot, frame)
    kinds = _kinds(found, frame)
    signed = {sheet["token"] for sheet in _final(found, snapshot)}
    replaces = found["rule"]["result"] == "replaces"
    return {
        "mode": found["rule"]["mode"],
        "panel_size": found["rule"].get("panel_size", 1),
        "result": found["rule"]["result"],
        "adjudicators": len(found["adjudicators"]),
        "n_discordant": sum(kind == DISCORDANT for kind in kinds.values()),
        "n_decoys": sum(kind == DECOY for kind in kinds.values()),
        "n_unresolved": sum(kind == DISCORDANT and place not in scored for place, kind in kinds.items()),
        "n_reads": len(found["seats"]),
        "n_reads_signed": len(signed),
        "agreement": [
            _agreement(frame, scored, [place for place in scored if kinds[place] == kind], reader, kind)
            for kind in (DISCORDANT, DECOY)
            for reader in range(len(frame.readers))
        ],
        "consensus_differences": _consensus_rows(frame, scored, kinds, resampling) if replaces else [],
    }


def consensus(frame: Frame, scored: Mapping[Place, FloatArray], kinds: Mapping[Place, str]) -> FloatArray:
    """(cases, arms, states, 17): see the page above. scored: of a pair its adjudicated scores (states, 17)."""
    found = median(frame.scores, axis=1)
    for place, kind in kinds.items():
        if kind == DISCORDANT:
            found[place] = scored.get(place, np.nan)
    return found


def median(scores: FloatArray, *, axis: int) -> FloatArray:
    """Of the scores that there are; NaN where there is none."""
    ordered = np.moveaxis(np.sort(scores, axis=axis), axis, -1)  # NaN last
    known = np.count_nonzero(~np.isnan(ordered), axis=-1)
    middle = [np.maximum(known - 1, 0) // 2, np.minimum(known // 2, ordered.shape[-1] - 1)]
    taken = np.take_along_axis(ordered, np.stack(middle, axis=-1), axis=-1)
    halves: FloatArray = taken.mean(axis=-1)
    return halves


def _consensus_rows(
    frame: Frame, scored: Mapping[Place, FloatArray], kinds: Mapping[Place, str], resampling: Resampling
) -> list[dict[str, Any]]:
    one_rater = replace(frame, scores=consensus(frame, scored, kinds)[:, None], readers=("consensus",))
    return versus_reference.score_rows(one_rater, resampling)


def _kinds(found: Mapping[str, Any], frame: Frame) -> dict[Place, str]:
    """Every pair that was adjudicated or waited to be."""
    places = _Places(frame)
    taken = {
        places.of(seat["case"], seat["arm"]): DECOY if seat["decoy"] else DISCORDANT
        for seat in found["seats"]
    }
    return taken | {places.of(case, arm): DISCORDANT for case, arm in found["waiting"]}


def adjudicated_scores(
    found: Mapping[str, Any], snapshot: Mapping[str, Any], frame: Frame
) -> dict[Place, FloatArray]:
    """The median over each pair's adjudicators (states, 17), of pairs that as many signed as the protocol asks for.

    Where more signed, because somebody came back whose seat had been given to another, the first to sign count: so
    many as the protocol asks for, whatever they scored.
    """
    places = _Places(frame)
    place = {seat["token"]: places.of(seat["case"], seat["arm"]) for seat in found["seats"]}
    signed: dict[Place, list[FloatArray]] = defaultdict(list)
    for sheet in _final(found, snapshot):
        signed[place[sheet["token"]]].append(numbers_of(sheet, frame.states))
    wanted = found["rule"].get("panel_size", 1)
    return {
        at: median(np.stack(reads[:wanted]), axis=0)
        for at, reads in sorted(signed.items())
        if len(reads) >= wanted
    }


def _final(found: Mapping[str, Any], snapshot: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The version in force of the last step of every adjudicator's read that is signed to its end.

    In the order in which they were first signed; a correction takes nobody's place.
    """
    last = {arm["code"]: len(steps_of(arm)) for arm in snapshot["protocol"]["document"]["arms"]}
    arm = {seat["token"]: seat["arm"] for seat in found["seats"]}
    ends = [sheet for sheet in found["reads"] if sheet["step"] == last[arm[sheet["token"]]]]
    since = {sheet["token"]: sheet["signature"]["at"] for sheet in ends if sheet["version"] == 1}
    final = [sheet for sheet in ends if sheet["in_force"]]
    return sorted(final, key=lambda sheet: (since[sheet["token"]], sheet["token"]))


def _agreement(
    frame: Frame, scored: Mapping[Place, FloatArray], places: list[Place], reader: int, kind: str
) -> dict[str, Any]:
    pairs = [(frame.scores[case, reader, arm], scored[case, arm]) for case, arm in places]
    apart = np.abs(np.array([own - adjudicated for own, adjudicated in pairs]).ravel())
    apart = apart[~np.isnan(apart)]
    return {
        "pairs": kind,
        "reader": frame.readers[reader],
        "n_pairs": sum(bool(frame.signed[case, reader, arm]) for case, arm in places),
        "n_segments": int(apart.size),
        "equal": int(np.count_nonzero(apart == 0)),
        "within_one": int(np.count_nonzero(apart <= 1)),
    }


class _Places:
    """Where a pair of the lock stands in the frame."""

    def __init__(self, frame: Frame) -> None:
        self._case = {case: index for index, case in enumerate(frame.cases)}
        self._arm = {arm.code: index for index, arm in enumerate(frame.arms)}

    def of(self, case: str, arm: str) -> Place:
        return self._case[case], self._arm[arm]
