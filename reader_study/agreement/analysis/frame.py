"""The lock's snapshot as arrays: who scored what, in which arm; what was due and what came."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reader_study.agreement.analysis.steps import final_sheets, steps_of
from reader_study.agreement.statistics.result import FloatArray

SEGMENTS = 17
SCORES = (0.0, 1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Arm:
    """`steps`: what it showed; `image_set`: the last of the last step, which its scores and its uptake are about."""

    code: str
    label: str
    steps: tuple[tuple[str, ...], ...]

    @property
    def image_set(self) -> str:
        return self.steps[-1][-1]


@dataclass(frozen=True)
class Frame:
    """
    scores
        (cases, readers, arms, states, 17): 0-4; NaN where a segment was not evaluable or a read is not there.
    due, signed
        (cases, readers, arms): the allocation asks for this read; it was signed.
    repeats_due, repeats_signed
        Hidden repeats, which are in none of the arrays.
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
    repeats_due: int
    repeats_signed: int
    uptake: FloatArray

    @property
    def compared(self) -> tuple[int, ...]:
        """Indices of the arms that are compared against the reference."""
        return tuple(index for index in range(len(self.arms)) if index != self.reference)

    def without(self, cases: set[str]) -> "Frame":
        """The same of the other cases; the hidden repeats are counted as they were."""
        kept = [index for index, case in enumerate(self.cases) if case not in cases]
        return replace(
            self,
            cases=tuple(self.cases[index] for index in kept),
            subjects=tuple(self.subjects[index] for index in kept),
            sites=self.sites[kept],
            scores=self.scores[kept],
            due=self.due[kept],
            signed=self.signed[kept],
            uptake=self.uptake[kept],
        )

    @property
    def differences(self) -> FloatArray:
        """Score minus the same reader's score of the reference: (cases, readers, arms, states, 17)."""
        return self.scores - self.scores[:, :, [self.reference]]

    @property
    def uptake_differences(self) -> FloatArray:
        """Uptake minus that of the reference: (cases, arms, states, 17), points of per cent."""
        return self.uptake - self.uptake[:, [self.reference]]


def frame_of(snapshot: Mapping[str, Any]) -> Frame:
    """Arrange a snapshot (see agreement.snapshot). Order of the snapshot; hidden repeats left out.

    Of an arm with several steps the last one counts.
    """
    protocol = snapshot["protocol"]["document"]
    arms = tuple(Arm(arm["code"], arm["label"], tuple(map(tuple, steps_of(arm)))) for arm in protocol["arms"])
    states = tuple(protocol["states"])
    cases = snapshot["cases"]
    case_index = {case["id"]: index for index, case in enumerate(cases)}
    readers = snapshot["readers"]
    reader_index = {reader["id"]: index for index, reader in enumerate(readers)}
    arm_index = {arm.code: index for index, arm in enumerate(arms)}
    final = final_sheets(snapshot)

    shape = (len(cases), len(readers), len(arms))
    due, signed = np.zeros(shape, bool), np.zeros(shape, bool)
    scores = np.full((*shape, len(states), SEGMENTS), np.nan)
    repeats_due = repeats_signed = 0
    for entry in snapshot["allocation"]["entries"]:
        if entry["repetition"]:
            repeats_due += 1
            repeats_signed += entry["token"] in final
            continue
        place = (case_index[entry["case"]], reader_index[entry["reader"]], arm_index[entry["arm"]])
        due[place] = True
        read = final.get(entry["token"])
        if read is not None:
            signed[place] = True
            scores[place] = numbers_of(read, states)

    uptake = np.full((len(cases), len(arms), len(states), SEGMENTS), np.nan)
    for row in snapshot["values"]:
        if row["case"] in case_index:
            of_set = [arm.image_set == row["image_set"] for arm in arms]
            uptake[case_index[row["case"]], of_set, states.index(row["state"])] = row["segments"]

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
        repeats_due=repeats_due,
        repeats_signed=repeats_signed,
        uptake=uptake,
    )


def numbers_of(sheet: Mapping[str, Any], states: tuple[str, ...]) -> FloatArray:
    """The scores of a signed sheet (states, 17); NaN where a segment was not evaluable."""
    return np.array([[_number(score) for score in sheet["scores"][state]] for state in states])


def _number(score: int | str | None) -> float:
    return float(score) if isinstance(score, int) else np.nan
