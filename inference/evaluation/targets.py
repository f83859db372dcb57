"""What a virtual PET has to reach, stated before a test set was opened; and whether it does, and why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from inference.evaluation import reasons
from inference.evaluation.comparisons import says_nothing
from inference.evaluation.detection import RIVAL
from inference.evaluation.differences import MARGIN
from inference.evaluation.markdown import p_value

INFERIOR_BIAS = 2.0  # points
MOST_FALSE = 0.03  # of segments that are normal
NOT_WORSE = 0.10  # more of the inferior defects missed than CTAC misses, upper 95 % bound

Found = dict[str, Any]
INTERVAL, BOUND, TESTS = "the whole 95 % interval", "the one-sided bound", "equivalence tests"
_NAMED = {"pet": "PET", "truth": "truth"}
_SCALED = {"pet": "", "truth": ", least squares"}


def targets(sets: Found, *, main: str, pooled: str, kind: str) -> list[Found]:
    """One dict a target: figure, says, brief (in a few words), unit, limit, set (where it is judged), by_set.

    sets: of analysis.analysed; main: the set of the paper's size and mix, where bias, equivalence, error and
    correlation are judged; pooled: all test patients together, which alone have enough defects to judge misses.

    by_set holds of every set: value, interval, note, reached (None: cannot be judged), shown (more than the estimate
    reaches it), shown_by (what does or would: INTERVAL, BOUND or TESTS), short_by (0 if reached) and why (in words, ""
    if reached). A bootstrap all samples of which are alike shows nothing. Targets that need CTAC or the truth are
    missing without them.
    """
    rows = []
    for reference in sets[main]["against"]:
        for figure, says, brief, unit, limit, judge in _stated(reference):
            by_set = {
                name: judged
                for name, one in sets.items()
                if (judged := judge(one["against"], reference, kind)) is not None
            }
            if by_set:
                judged_in = pooled if figure in ("missed", "false") else main
                rows.append(
                    {
                        "figure": figure,
                        "says": says,
                        "brief": f"{brief} ({_NAMED[reference]})",
                        "unit": unit,
                        "limit": limit,
                        "set": judged_in,
                        "by_set": by_set,
                    }
                )
    order = {"missed": 0, "false": 1}
    return sorted(rows, key=lambda row: order.get(row["figure"], 2))


Judge = Callable[[Found, str, str], Found | None]


def _stated(reference: str) -> list[tuple[str, str, str, str, str, Judge]]:
    """Figure, words, few words, unit, limit in words, and what judges it."""
    name, scaled = _NAMED[reference], _SCALED[reference]
    stated: list[tuple[str, str, str, str, str, Judge]] = [
        (
            "missed",
            f"inferior defects missed against {name}, less CTAC's",
            "misses less CTAC's",
            "%",
            "at most 0 %",
            _missed,
        ),
        (
            "missed",
            f"inferior defects missed against {name}, less CTAC's: upper end of the one-sided 95 % interval",
            "upper bound of misses less CTAC's",
            "%",
            f"at most {100 * NOT_WORSE:.0f} %",
            _not_worse,
        ),
        *(
            (
                "false",
                f"false inferior segments against {name}, {among}",
                f"false segments, {among}",
                "%",
                f"at most {100 * MOST_FALSE:.0f} %",
                _false(event),
            )
            for event, among in (
                ("false", "all patients"),
                ("false_without_disease", "patients without RCA disease"),
            )
        ),
        (
            "bias",
            f"inferior bias against {name}{scaled}",
            "inferior bias",
            "points",
            f"within ±{INFERIOR_BIAS:g} points",
            _bias,
        ),
        (
            "equivalence",
            f"segments equivalent to {name} within ±{MARGIN:g} points{scaled}, stress or rest, whichever are fewer",
            "equivalence of 17 segments",
            "of 17",
            "17 of 17",
            _equivalence,
        ),
    ]
    if reference == "truth":
        stated += [
            (
                "error",
                "segment error against truth, least squares, less CTAC's",
                "segment error",
                "points",
                "at most 0",
                _error,
            ),
            (
                "correlation",
                "correlation with truth, less uncorrected SPECT's",
                "correlation",
                "",
                "at least 0",
                _correlation,
            ),
        ]
    return stated


def _judged(
    value: float | None,
    ends: Sequence[float] | None,
    *,
    within: tuple[float, float],
    note: str,
    why: Callable[[], str],
    by: str = INTERVAL,
    bootstrap: Sequence[float] | None = None,
) -> Found:
    """within: limits of what reaches the target, both included. by: unless INTERVAL, the value rests on more than an
    estimate already. bootstrap: the interval of the samples that `ends` or a bound are from, if not `ends`."""
    low, high = within
    if value is None:
        reached, shown, over = None, None, None
    else:
        over = max(0.0, low - value, value - high)
        reached = over == 0
        # Strictly inside: samples that end at a limit of 0 may do so because none of them could pass it.
        shown = reached if ends is None else low < ends[0] and ends[1] < high
        shown = shown and not says_nothing(ends if bootstrap is None else bootstrap)
    return {
        "value": value,
        "interval": ends,
        "reached": reached,
        "shown": shown,
        "shown_by": by,
        "short_by": over,
        "note": note,
        "why": why() if reached is False else "",
    }


_INFINITE = float("inf")


def _per_cent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _per_cents(ends: Sequence[float] | None) -> list[float] | None:
    return None if ends is None else [100 * end for end in ends]


def _wider(one: Sequence[float] | None, other: Sequence[float] | None) -> list[float] | None:
    """Around both: resampling patients cannot see that a rare event may be less rare."""
    if one is None or other is None:
        return None
    return [min(one[0], other[0]), max(one[1], other[1])]


def _no_width(less: Found, before: str = "") -> str:
    """Of a comparison of misses, "" if its bootstrap samples differ."""
    if not says_nothing(less["interval"]):
        return ""
    alike = (
        "no pair of images differs in the number missed"
        if abs(less["difference"]) < 1e-9
        else "all bootstrap samples are alike"
    )
    return f"{before}{alike}: the interval says nothing"


def _missed(against: Found, reference: str, kind: str) -> Found | None:
    one = against[reference]
    less = one["compared"].get(kind, {}).get(RIVAL)
    if less is None:
        return None
    images = one["detection"]["inferior"]["images"]
    ours, rival = images[kind]["missed"], images[RIVAL]["missed"]
    return _judged(
        _per_cent(less["missed"]["difference"]),
        _per_cents(less["missed"]["interval"]),
        within=(-_INFINITE, 0),
        note=f"{ours['count']} of {ours['of']} beside CTAC's {rival['count']}{_no_width(less['missed'], ', ')}",
        why=lambda: reasons.of_misses(images[kind]),
    )


def _not_worse(against: Found, reference: str, kind: str) -> Found | None:
    less = against[reference]["compared"].get(kind, {}).get(RIVAL)
    if less is None:
        return None
    area = against[reference]["detection"]["inferior"]
    return _judged(
        _per_cent(less["missed"].get("one_sided_upper")),
        None,
        within=(-_INFINITE, 100 * NOT_WORSE),
        by=BOUND,
        bootstrap=less["missed"]["interval"],
        note=_no_width(less["missed"]),
        why=lambda: reasons.of_width(less["missed"], area["reference"]),
    )


def _false(event: str) -> Judge:
    def judge(against: Found, reference: str, kind: str) -> Found:
        image = against[reference]["detection"]["inferior"]["images"][kind]
        one = image[event]
        return _judged(
            _per_cent(one["share"]),
            _per_cents(_wider(one["interval"], one["wilson"])) if one["of"] else None,
            within=(-_INFINITE, 100 * MOST_FALSE),
            note=f"{one['count']} of {one['of']}",
            why=lambda: reasons.of_false_segments(image),
            bootstrap=_per_cents(one["interval"]),
        )

    return judge


def _bias(against: Found, reference: str, kind: str) -> Found:
    found = against[reference]["differences"]
    one = found[kind]["inferior_bias"]
    return _judged(
        one["mean"],
        one["interval"],
        within=(-INFERIOR_BIAS, INFERIOR_BIAS),
        note="",
        why=lambda: reasons.of_bias(found, kind),
    )


def _equivalence(against: Found, reference: str, kind: str) -> Found:
    found = against[reference]["differences"]
    counts = {state: sum(one["equivalent"]) for state, one in found[kind]["segments"].items()}
    return _judged(
        min(counts.values()),
        None,
        within=(17, _INFINITE),
        by=TESTS,
        note=", ".join(f"{state} {count}" for state, count in counts.items()),
        why=lambda: reasons.of_equivalence(found, kind),
    )


def _error(against: Found, reference: str, kind: str) -> Found | None:
    one = against[reference]
    less = one["compared"].get(kind, {}).get(RIVAL)
    if less is None:
        return None
    found = one["differences"]
    ours, rival = (found[name]["segment_mae"]["least_squares"]["mean"] for name in (kind, RIVAL))
    return _judged(
        less["error"]["difference"],
        less["error"]["interval"],
        within=(-_INFINITE, 0),
        note=f"{ours:.2f} beside CTAC's {rival:.2f}, p {p_value(less['error']['p'])}",
        why=lambda: reasons.of_error(found, kind),
    )


def _correlation(against: Found, reference: str, kind: str) -> Found | None:
    one = against[reference]
    less = one["compared"].get(kind, {}).get("spect")
    if less is None:
        return None
    ours, rival = (one["association"][name]["correlation"]["estimate"] for name in (kind, "spect"))
    return _judged(
        less["correlation"]["difference"],
        less["correlation"]["interval"],
        within=(0, _INFINITE),
        note="" if ours is None or rival is None else f"{ours:.3f} beside SPECT's {rival:.3f}",
        why=lambda: reasons.of_correlation(one["association"], kind),
    )
