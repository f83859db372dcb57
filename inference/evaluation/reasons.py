"""Why a target is not reached, in one or two sentences from the numbers of a report on the heart."""

from __future__ import annotations

from typing import Any

from inference.evaluation.detection import ABNORMAL_BELOW, NEAR, RIVAL
from inference.evaluation.differences import MARGIN
from inference.evaluation.markdown import interval, number
from inference.heart.segments import INFERIOR, SEGMENT_NAMES

Found = dict[str, Any]


def of_misses(image: Found) -> str:
    """image: of detection, inferior."""
    where = image["where_missed"]
    return (
        f"{image['missed']['count']} defects are missed in {where['patients']} patients ({_segments(where)}); "
        f"{where['near']} of them show {ABNORMAL_BELOW:.0f} to {ABNORMAL_BELOW + NEAR:.0f} %, {where['unread']} are of "
        "studies that were refused."
    )


def of_width(less: Found, reference: Found) -> str:
    """less: a comparison of misses."""
    difference = number(100 * less["difference"], 0, signed=True)
    ends = interval([100 * end for end in less["interval"]], 0, signed=True)
    return (
        f"The estimate is {difference} % of defects ({ends}), from {reference['segments']} defects in "
        f"{reference['patients']} patients."
    )


def of_false_segments(image: Found) -> str:
    where, free = image["where_false"], image["false_without_disease"]
    return (
        f"{image['false']['count']} false segments in {where['patients']} patients ({_segments(where)}); "
        f"{image['false']['count'] - free['count']} of them in patients with RCA disease; "
        f"{where['near']} show {ABNORMAL_BELOW - NEAR:.0f} to {ABNORMAL_BELOW:.0f} %, just below the threshold."
    )


def of_bias(found: Found, kind: str) -> str:
    """found: differences by kind against one reference; that of PET is among them if it is the truth."""
    one = found[kind]["inferior_bias"]
    text = (
        f"It is {number(one['normal'], 1, signed=True)} in segments that are normal in the reference and "
        f"{number(one['abnormal'], 1, signed=True)} in abnormal ones."
    )
    if "pet" not in found:
        return text
    own = found["pet"]["inferior_bias"]["mean"]
    return (
        f"{text} Of {number(one['mean'], 1, signed=True)} points PET's own bias against the truth is "
        f"{number(own, 1, signed=True)}, what the model adds to PET's {number(one['mean'] - own, 1, signed=True)}."
    )


def of_equivalence(found: Found, kind: str) -> str:
    """Which segments fail: by their bias, or because their interval is too wide; and where PET itself fails."""
    failing: dict[str, list[str]] = {"by bias": [], "by a wide interval alone": []}
    shared = count = 0
    for state, one in found[kind]["segments"].items():
        for n, same in enumerate(one["equivalent"]):
            if same:
                continue
            count += 1
            shared += "pet" in found and not found["pet"]["segments"][state]["equivalent"][n]
            bias = one["bias"][n]
            ends = interval((one["tost_low"][n], one["tost_high"][n]), 1, signed=True)
            group = "by bias" if abs(bias) > MARGIN else "by a wide interval alone"
            failing[group].append(
                f"{n + 1} {SEGMENT_NAMES[n]}, {state}: {number(bias, 1, signed=True)} ({ends})"
            )
    words = "; ".join(f"{group}: {', '.join(those)}" for group, those in failing.items() if those)
    own = (
        f" In {shared} of these {count} PET itself is not equivalent to the truth." if "pet" in found else ""
    )
    return f"Bias with 90 % interval of those that fail {words}.{own}"


def of_error(found: Found, kind: str) -> str:
    """Where it exceeds CTAC's most."""
    more = sorted(
        (
            (ours - theirs, f"{n + 1} {SEGMENT_NAMES[n]}, {state}")
            for state, one in found[kind]["segments"].items()
            for n, (ours, theirs) in enumerate(
                zip(one["absolute"], found[RIVAL]["segments"][state]["absolute"], strict=True)
            )
        ),
        reverse=True,
    )
    words = ", ".join(f"{name} ({number(excess, 1, signed=True)})" for excess, name in more[:3])
    own = found["pet"]["segment_mae"]["least_squares"]["mean"] if "pet" in found else None
    least = "" if own is None else f" PET's own error is {number(own)}."
    return f"It exceeds CTAC's most in {words} points.{least}"


def of_correlation(found: Found, kind: str) -> str:
    """found: association by kind."""
    ours, rival = found[kind], found["spect"]
    words = ", ".join(
        f"{says} {number(ours[depth]['estimate'], 3)} beside {number(rival[depth]['estimate'], 3)}"
        for depth, says in (
            ("within_patient", "within a patient"),
            ("patient_specific", "of the patient's own pattern"),
        )
    )
    return f"Correlation {words}."


def _segments(where: Found) -> str:
    return ", ".join(f"{where['segments'][str(segment)]} in segment {segment}" for segment in INFERIOR)
