"""Numbers as text: one way of printing each kind of number, null with its reason."""

from collections.abc import Mapping
from typing import Any

NOTHING = "–"
INSIDE = {"inferior": "Inferior (4, 10, 15)", "other": "All others"}


def signed(value: float | None, digits: int = 2) -> str:
    """With its sign; a true minus is not in the fonts, an en dash is."""
    if value is None:
        return NOTHING
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return text[1:]
    return text.replace("-", "–")


def number(value: float | None, digits: int = 2) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}".replace("-", "–")


def percent(share: float | None, digits: int = 0) -> str:
    """A share as per cent."""
    return NOTHING if share is None else f"{100 * share:.{digits}f} %"


def whole(count: int) -> str:
    return f"{count:,}"


def p_value(p: float | None) -> str:
    if p is None:
        return NOTHING
    return "&lt;0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def interval(estimate: Mapping[str, Any], digits: int = 2, *, percent_scale: bool = False) -> str:
    """ "low to high", or nothing where there is no interval."""
    if estimate["interval"] is None:
        return NOTHING
    factor = 100 if percent_scale else 1
    low, high = (f"{factor * end:.{digits}f}".replace("-", "–") for end in estimate["interval"])
    return f"{low} to {high}"


def coefficient(estimate: Mapping[str, Any], digits: int = 2) -> str:
    """Estimate and interval of an agreement coefficient, a dagger where few abnormal patients stand behind
    it.
    """
    if estimate["estimate"] is None:
        return NOTHING
    dagger = " †" if "few_abnormal" in estimate["flags"] else ""
    bounds = "not estimable" if estimate["interval"] is None else interval(estimate, digits)
    return f"<b>{number(estimate['estimate'], digits)}</b>{dagger} <font color='#5f6c7b'>({bounds})</font>"


def share_with_interval(estimate: Mapping[str, Any], digits: int = 0) -> str:
    if estimate["estimate"] is None:
        return NOTHING
    bounds = interval(estimate, digits, percent_scale=True)
    return f"<b>{percent(estimate['estimate'], digits)}</b> <font color='#5f6c7b'>({bounds})</font>"


def mean_with_interval(estimate: Mapping[str, Any], digits: int = 2) -> str:
    if estimate["estimate"] is None:
        return NOTHING
    value = signed(estimate["estimate"], digits)
    return f"<b>{value}</b> <font color='#5f6c7b'>({interval(estimate, digits)})</font>"


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def grouped(digest: str) -> str:
    """A digest that a person can compare: groups of eight."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
