"""Whether the differences that Kawakubo 2024 found between SPECT and PET appear here, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inference.evaluation.markdown import listed
from inference.evaluation.published import PAPER_DIFFERS, PAPER_OVERSCORED

SIGNIFICANT = 0.05


def paper_pattern(found: dict[str, Any], *, kinds: Sequence[str]) -> dict[str, Any]:
    """found: of analysis.analysed. For each kind: where it differs from PET, and where it is scored worse.

    differs: by state, segments with p < .05 after Bonferroni (34 tests); agreed: how many of the 17 are as in the
    paper. overscored: by thresholds and reading, segments scored higher than PET on average with p < .05 after Holm.
    """
    against = found["against"]["pet"]["differences"]
    return {
        kind: {
            "differs": {
                state: _pattern(against[kind]["segments"][state], PAPER_DIFFERS[state])
                for state in PAPER_DIFFERS
            },
            "overscored": {
                thresholds: {
                    reading: _overscored(images[kind][reading])
                    for reading in ("stress", "rest", "difference")
                }
                for thresholds, images in found["scores"].items()
            },
        }
        for kind in kinds
        if kind in against
    }


def _pattern(segments: dict[str, Any], paper: tuple[int, ...]) -> dict[str, Any]:
    here = _where(p < SIGNIFICANT for p in segments["bonferroni"])
    return {
        "here": here,
        "paper": list(paper),
        "agreed": 17 - len(set(here) ^ set(paper)),
        "uncorrected": _where(p < SIGNIFICANT for p in segments["p"]),
    }


def _overscored(one: dict[str, Any]) -> dict[str, Any]:
    here = _where(mean > 0 and p < SIGNIFICANT for mean, p in zip(one["mean"], one["holm"], strict=True))
    return {
        "here": here,
        "paper": [segment for segment in PAPER_OVERSCORED if segment in here],
        "mean": {str(segment): one["mean"][segment - 1] for segment in PAPER_OVERSCORED},
        "p": {str(segment): one["p"][segment - 1] for segment in PAPER_OVERSCORED},
    }


def in_words(pattern: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    """For each image, where the paper's inferior segments are scored worse than PET here, and where they are not."""
    sentences = []
    for kind, one in pattern.items():
        seen: dict[int, list[str]] = {}
        for thresholds, readings in one["overscored"].items():
            for reading, found in readings.items():
                for segment in found["paper"]:
                    seen.setdefault(segment, []).append(f"{reading} by {thresholds.split()[0]}")
        appears = [f"{segment} ({', '.join(where)})" for segment, where in sorted(seen.items())]
        absent = [str(segment) for segment in PAPER_OVERSCORED if segment not in seen]
        wanted = "all three" if kind == "spect" else "none"
        sentences.append(
            f"{labels[kind]}, segments 4, 10 and 15: scored worse than PET in {listed(appears, none='none')}; not so "
            f"in {listed(absent, none='none')}. In the paper: in {wanted}."
        )
    return sentences


def _where(flags: Any) -> list[int]:
    return [segment for segment, flag in enumerate(flags, start=1) if flag]
