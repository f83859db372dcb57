"""What a virtual PET has to reach, stated before a test set was opened; and whether it does, and by how much not."""

from __future__ import annotations

from typing import Any

from inference.evaluation.differences import MARGIN

INFERIOR_BIAS = 2.0  # points
MOST_FALSE = 0.03  # of segments that are normal
NOT_WORSE = 0.10  # more of the inferior defects missed than CTAC misses, upper 95 % bound


def targets(sets: dict[str, Any], *, main: str, pooled: str, kind: str) -> list[dict[str, Any]]:
    """One dict a target: says, set, value, limit, reached, short_by (0 if reached), note.

    sets: of analysis.analysed; main: the set of the paper's size and mix; pooled: all test patients together, which
    alone have enough defects to judge misses. Targets that need CTAC or the truth are missing without them.
    """
    of_main, of_all = sets[main]["against"], sets[pooled]["against"]
    rows = [
        row
        for reference in of_main
        for row in (
            _bias(of_main[reference]["differences"][kind], reference, main),
            *_misses(of_all[reference]["detection"]["inferior"]["images"], kind, reference, pooled),
            _false(of_all[reference]["detection"]["inferior"]["images"][kind], reference, pooled),
            _equivalence(of_main[reference]["differences"][kind]["segments"], reference, main),
        )
    ]
    if "truth" in of_main:
        rows += _against_truth(of_main["truth"], kind, main)
    order = {"missed": 0, "false": 1}
    return sorted(rows, key=lambda row: order.get(row["figure"], 2))


_NAMED = {"pet": "PET", "truth": "truth"}
_SCALED = {"pet": "", "truth": ", least squares"}


def _row(
    figure: str,
    says: str,
    where: str,
    *,
    value: float | None,
    limit: float,
    over: float | None,
    note: str = "",
) -> dict[str, Any]:
    """over: by how much the value is beyond the limit; at most 0 where it is reached, None if it cannot be judged."""
    return {
        "figure": figure,
        "says": says,
        "set": where,
        "value": value,
        "limit": limit,
        "reached": None if over is None else over <= 0,
        "short_by": None if over is None else max(0.0, over),
        "note": note,
    }


def _bias(found: dict[str, Any], reference: str, where: str) -> dict[str, Any]:
    mean = found["inferior_bias"]["mean"]
    return _row(
        "inferior bias",
        f"inferior bias against {_NAMED[reference]} within ±{INFERIOR_BIAS:g} points{_SCALED[reference]}",
        where,
        value=mean,
        limit=INFERIOR_BIAS,
        over=abs(mean) - INFERIOR_BIAS,
    )


def _misses(images: dict[str, Any], kind: str, reference: str, where: str) -> list[dict[str, Any]]:
    if "ctac" not in images:
        return []
    ours, rival = images[kind]["missed"], images["ctac"]["missed"]
    less = images[kind].get("missed_less_ctac")
    upper = None if less is None else less["one_sided_upper"]
    return [
        _row(
            "missed",
            f"inferior defects missed against {_NAMED[reference]}: no more than CTAC",
            where,
            value=ours["count"],
            limit=rival["count"],
            over=ours["count"] - rival["count"] if ours["of"] else None,
            note=f"of {ours['of']}",
        ),
        _row(
            "missed",
            f"the same against {_NAMED[reference]}: not worse than CTAC by {100 * NOT_WORSE:.0f} % of defects "
            "(upper 95 % bound)",
            where,
            value=upper,
            limit=NOT_WORSE,
            over=None if upper is None else upper - NOT_WORSE,
        ),
    ]


def _false(found: dict[str, Any], reference: str, where: str) -> dict[str, Any]:
    one = found["false_without_disease"]
    return _row(
        "false",
        f"false inferior positives against {_NAMED[reference]} at most {100 * MOST_FALSE:.0f} % "
        "(patients without RCA disease)",
        where,
        value=one["share"],
        limit=MOST_FALSE,
        over=None if one["share"] is None else one["share"] - MOST_FALSE,
        note=f"{one['count']} of {one['of']}",
    )


def _equivalence(segments: dict[str, Any], reference: str, where: str) -> dict[str, Any]:
    counts = {state: sum(one["equivalent"]) for state, one in segments.items()}
    fewest = min(counts.values())
    return _row(
        "equivalence",
        f"equivalent to {_NAMED[reference]} within ±{MARGIN:g} points in 17 of 17 segments{_SCALED[reference]}",
        where,
        value=fewest,
        limit=17,
        over=17 - fewest,
        note=", ".join(f"{state} {count}" for state, count in counts.items()),
    )


def _against_truth(found: dict[str, Any], kind: str, where: str) -> list[dict[str, Any]]:
    rows = []
    if "ctac" in found["differences"]:
        ours, rival = (
            found["differences"][one]["segment_mae"]["least_squares"]["mean"] for one in (kind, "ctac")
        )
        rows.append(
            _row(
                "segment error",
                "segment error against truth (least squares) at most CTAC's",
                where,
                value=ours,
                limit=rival,
                over=ours - rival,
            )
        )
    if "spect" in found["association"]:
        ours, rival = (found["association"][one]["correlation"]["estimate"] for one in (kind, "spect"))
        over = None if ours is None or rival is None else rival - ours
        rows.append(
            _row(
                "correlation",
                "correlation with truth at least uncorrected SPECT's",
                where,
                value=ours,
                limit=rival,
                over=over,
            )
        )
    return rows
