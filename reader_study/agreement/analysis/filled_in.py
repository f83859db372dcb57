"""What the arms make of defects that the reference shows: the risk of an image that looks better than the
heart is.

A network trained to make SPECT look like PET may fill in a real inferior defect along with the attenuation
artefact. So defects of the reference that are not called in an arm are counted, beside the false calls that
the arm avoids.
"""

from typing import Any

import numpy as np

from inference.heart.segments import INFERIOR
from reader_study.agreement.analysis.frame import SEGMENTS, Frame
from reader_study.agreement.analysis.numbers import plain
from reader_study.agreement.statistics.proportions import rao_scott
from reader_study.agreement.statistics.result import FloatArray

THRESHOLDS = (1, 2)  # a segment is called abnormal from this score


def rows(frame: Frame) -> list[dict[str, Any]]:
    """One row an arm, state, region and threshold; counts are segments the same reader read in both arms."""
    regions = {"inferior": INFERIOR, "other": tuple(set(range(1, SEGMENTS + 1)) - set(INFERIOR))}
    found = []
    for arm in frame.compared:
        for state, name in enumerate(frame.states):
            for region, segments in regions.items():
                columns = [segment - 1 for segment in segments]
                scores = frame.scores[:, :, arm, state][..., columns]
                reference = frame.scores[:, :, frame.reference, state][..., columns]
                for threshold in THRESHOLDS:
                    row = {"arm": frame.arms[arm].code, "state": name, "region": region}
                    found.append({**row, "threshold": threshold, **_calls(scores, reference, threshold)})
    return found


def _calls(scores: FloatArray, reference: FloatArray, threshold: int) -> dict[str, Any]:
    known = ~np.isnan(scores) & ~np.isnan(reference)
    abnormal = known & (reference >= threshold)
    normal = known & (reference < threshold)
    missed, false = abnormal & (scores < threshold), normal & (scores >= threshold)

    def by_patient(mask: np.ndarray) -> FloatArray:
        return mask.sum(axis=(1, 2)).astype(np.float64)

    return {
        "abnormal": int(abnormal.sum()),
        "missed": int(missed.sum()),
        "scored_zero": int((abnormal & (scores == 0)).sum()),
        "missed_share": plain(rao_scott(by_patient(missed), by_patient(abnormal))),
        "normal": int(normal.sum()),
        "false": int(false.sum()),
        "false_share": plain(rao_scott(by_patient(false), by_patient(normal))),
    }
