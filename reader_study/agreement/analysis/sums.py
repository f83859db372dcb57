"""Summed scores: SSS, SRS and SDS per patient, reader and arm; agreement between readers and with the
reference.

SDS is the signed sum of stress minus rest. A sum needs all seventeen segments (SDS: both states): a segment that
is not evaluable is not normal, nothing is put in its place, and a part of a sum would look like the whole. The same
rule holds on the reader's page, in the tables and in what other systems get.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reader_study.agreement.analysis.frame import Frame
from reader_study.agreement.analysis.numbers import Resampling, described, plain
from reader_study.agreement.statistics import intraclass
from reader_study.agreement.statistics.bland_altman import linked_limits
from reader_study.agreement.statistics.result import FloatArray

NAMES = ("SSS", "SRS", "SDS")


def total(scores: Sequence[object]) -> int | None:
    """SSS or SRS of one read; None where a segment is not evaluable."""
    known = [score for score in scores if isinstance(score, int)]
    return sum(known) if len(known) == len(scores) else None


def difference(stress: int | None, rest: int | None) -> int | None:
    """SDS of one read; None unless it has both sums."""
    return None if stress is None or rest is None else stress - rest


def summed_scores(frame: Frame) -> dict[str, FloatArray]:
    """Each sum as (cases, readers, arms), NaN where a segment is missing."""
    totals = frame.scores.sum(axis=-1)  # NaN spreads: no sum without all segments
    stress, rest = totals[..., frame.states.index("stress")], totals[..., frame.states.index("rest")]
    return {"SSS": stress, "SRS": rest, "SDS": stress - rest}


def reliability_rows(frame: Frame, resampling: Resampling) -> list[dict[str, Any]]:
    """One row an arm and sum: its distribution and ICC(A,1) between readers."""
    rows = []
    for name, values in summed_scores(frame).items():
        for index, arm in enumerate(frame.arms):
            scores = values[:, :, index]
            known = scores[~np.isnan(scores)]
            row = {
                "arm": arm.code,
                "score": name,
                "n_reads": int(known.size),
                "mean": float(known.mean()) if known.size else None,
                "sd": float(known.std(ddof=1)) if known.size > 1 else None,
                "minimum": float(known.min()) if known.size else None,
                "maximum": float(known.max()) if known.size else None,
            }
            rows.append({**row, "icc": _icc(scores, resampling)})
    return rows


def _icc(scores: FloatArray, resampling: Resampling) -> dict[str, Any]:
    estimate = intraclass.icc(scores, form="A,1")
    if scores.shape[1] < 2:
        return plain(estimate)
    bounds = resampling.bounds(
        intraclass.features(scores)[:, None],
        lambda sums: intraclass.coefficient(intraclass.squares(sums), "A,1"),
    )
    return described(estimate, bounds, 0)


def limits_rows(frame: Frame) -> list[dict[str, Any]]:
    """One row an arm and sum: Bland-Altman limits against the same reader's reference, and the points
    themselves.
    """
    rows = []
    for name, values in summed_scores(frame).items():
        reference = values[:, :, frame.reference]
        for index in frame.compared:
            differences = values[:, :, index] - reference
            limits = linked_limits(differences)
            points = [
                {
                    "subject": frame.subjects[case],
                    "reader": frame.readers[reader],
                    "mean": float(values[case, reader, index] + reference[case, reader]) / 2,
                    "difference": float(differences[case, reader]),
                }
                for case, reader in np.argwhere(~np.isnan(differences))
            ]
            rows.append(
                {
                    "arm": frame.arms[index].code,
                    "score": name,
                    "bias": plain(limits.bias),
                    "lower": plain(limits.lower),
                    "upper": plain(limits.upper),
                    "sd": limits.sd,
                    "points": points,
                }
            )
    return rows
