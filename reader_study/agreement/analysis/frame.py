"""The lock's snapshot as arrays: who scored what, in which arm; what was due and what came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reader_study.agreement.statistics.result import FloatArray

SEGMENTS = 17
SCORES = (0.0, 1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Arm:
    code: str
    label: str
    image_set: str


@dataclass(frozen=True)
class Frame:
    """
    scores
        (cases, readers, arms, states, 17): 0-4; NaN where a segment was not evaluable or a read is not there.
    due, signed
        (cases, readers, arms): the allocation asks for this read; it was signed.
    uptake
        (cases, arms, states, 17): per cent of the heart's own maximum; NaN where there is no image.
    """

    arms: tuple[Arm, ...]
    reference: int
    states: tuple[str, ...]
    cases: tuple[str, ...]
    subjects: tuple[str, ...]
    sites: np.ndarray
    readers: tuple[str, ...]
    scores: FloatArray
    due: np.ndarray
    signed: np.ndarray
    uptake: FloatArray

    @property
    def compared(self) -> tuple[int, ...]:
        """Indices of the arms that are compared against the reference."""
        return tuple(index for index in range(len(self.arms)) if index != self.reference)

    @property
    def differences(self) -> FloatArray:
        """Score minus the same reader's score of the reference: (cases, readers, arms, states, 17)."""
        return self.scores - self.scores[:, :, [self.reference]]

    @property
    def uptake_differences(self) -> FloatArray:
        """Uptake minus that of the reference: (cases, arms, states, 17), points of per cent."""
        return self.uptake - self.uptake[:, [self.reference]]


def frame_of(snapshot: Mapping[str, Any]) -> Frame:
    """Arrange a snapshot (see agreement.snapshot). Order of the snapshot; hidden repeats left out."""
    protocol = snapshot["protocol"]["document"]
    arms = tuple(Arm(arm["code"], arm["label"], arm["image_set"]) for arm in protocol["arms"])
    states = tuple(protocol["states"])
    cases = snapshot["cases"]
    case_index = {case["id"]: index for index, case in enumerate(cases)}
    readers = snapshot["readers"]
    reader_index = {reader["id"]: index for index, reader in enumerate(readers)}
    arm_index = {arm.code: index for index, arm in enumerate(arms)}
    in_force = {read["token"]: read for read in snapshot["reads"] if read["in_force"]}

    shape = (len(cases), len(readers), len(arms))
    due, signed = np.zeros(shape, bool), np.zeros(shape, bool)
    scores = np.full((*shape, len(states), SEGMENTS), np.nan)
    for entry in snapshot["allocation"]["entries"]:
        if entry["repetition"]:
            continue
        place = (case_index[entry["case"]], reader_index[entry["reader"]], arm_index[entry["arm"]])
        due[place] = True
        read = in_force.get(entry["token"])
        if read is not None:
            signed[place] = True
            scores[place] = [[_number(score) for score in read["scores"][state]] for state in states]

    uptake = np.full((len(cases), len(arms), len(states), SEGMENTS), np.nan)
    set_index = {arm.image_set: index for index, arm in enumerate(arms)}
    for row in snapshot["values"]:
        if row["case"] in case_index and row["image_set"] in set_index:
            place = (case_index[row["case"]], set_index[row["image_set"]], states.index(row["state"]))
            uptake[place] = row["segments"]

    return Frame(
        arms=arms,
        reference=arm_index[protocol["reference_arm"]],
        states=states,
        cases=tuple(case["id"] for case in cases),
        subjects=tuple(case["subject"] for case in cases),
        sites=np.array([case["site"] for case in cases]),
        readers=tuple(reader["code"] for reader in readers),
        scores=scores,
        due=due,
        signed=signed,
        uptake=uptake,
    )


def _number(score: int | str | None) -> float:
    return float(score) if isinstance(score, int) else np.nan
