"""Tables and numbers of reports for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NONE = "–"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right, and an empty line after it."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]


def number(value: float | None, digits: int = 2, *, signed: bool = False) -> str:
    if value is None:
        return NONE
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text if text.strip("+-0.") else text.replace("-", "+" if signed else "")


def interval(value: Sequence[float] | None, digits: int = 2, *, signed: bool = False) -> str:
    if value is None:
        return NONE
    return " to ".join(number(end, digits, signed=signed) for end in value)


def with_interval(
    value: float | None, ends: Sequence[float] | None, digits: int = 2, *, signed: bool = False
) -> str:
    if ends is None:
        return number(value, digits, signed=signed)
    return f"{number(value, digits, signed=signed)} ({interval(ends, digits, signed=signed)})"


def difference(one: Mapping[str, Any], factor: float = 1, digits: int = 2) -> str:
    """Of a comparison (evaluation.comparisons): the difference with its interval, in `factor` of its unit."""
    if one["difference"] is None:
        return NONE
    ends = None if one["interval"] is None else [factor * end for end in one["interval"]]
    return with_interval(factor * one["difference"], ends, digits, signed=True)


def share(found: dict[str, Any]) -> str:
    """Of detection's counts: "7/12, 58 %"."""
    if not found["of"]:
        return "0/0"
    return f"{found['count']}/{found['of']}, {100 * found['share']:.0f} %"


def per_cent(ends: Sequence[float] | None, *, signed: bool = False) -> str:
    """Of shares: "25 to 100"."""
    return interval(None if ends is None else [100 * end for end in ends], 0, signed=signed)


def p_value(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0") if p < 1 else "1"


def listed(words: Sequence[str], *, none: str = "nothing") -> str:
    """ "a, b and c"."""
    if not words:
        return none
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def origin(claim: Mapping[str, Any]) -> str:
    """How a simulated cohort was made, as far as it says."""
    known = [
        f"{key} {claim[key]}" for key in ("seed", "sites", "mix", "sex", "shift", "version") if claim.get(key)
    ]
    patients = [f"{claim['patients']} patients"] if claim.get("patients") else []
    options = [f"{key} {', '.join(claim[key])}" for key in ("with", "variant") if claim.get(key)]
    return ", ".join([*patients, *known, *options])
