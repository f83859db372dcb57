"""Scores and uptake of each segment against the reference: bullseyes, bars and the tables behind them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, PageBreak, Paragraph

from reader_study.agreement.figures.bars import Bar, over_under
from reader_study.agreement.figures.bullseye import bullseye, colour_bar
from reader_study.agreement.figures.palette import Scale, diverging, sequential
from reader_study.agreement.report.lookup import Result, Row, segments_of, significant
from reader_study.agreement.report.style import LATIN, WIDTH, Numbering, grid, side_by_side, typeset
from reader_study.agreement.report.wording import mean_with_interval, number, p_value, percent, signed

NICE = (0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0, 100.0)
LEVEL = 0.05


def pages(result: Result, numbering: Numbering) -> list[Flowable]:
    return [
        *_score_figures(result, numbering),
        *_bar_figures(result, numbering),
        *_score_tables(result, numbering),
        *_uptake(result, numbering),
    ]


def _score_figures(result: Result, numbering: Numbering) -> list[Flowable]:
    against = typeset(result.reference["label"])
    table = "score_differences"
    biases = _all(result, table, _mean_difference)
    shares = _all(result, table, partial(_per_cent_of, name="over_share"))
    bias_scale, share_scale = diverging(_nice(biases)), sequential(_nice(shares))
    return [
        Paragraph(f"1  Segment scores against {against}", LATIN.section),
        Paragraph(
            "Each patient was scored by the same reader in every arm, without knowing which. The figures "
            f"show the mean difference of score (arm minus {against}) and the share of reads that scored "
            "the segment higher.",
            LATIN.body,
        ),
        numbering.figure(
            f"Bias of scores: mean of score minus the same reader's score of {against}, "
            "points on the 0–4 scale. Orange: scored worse; blue: scored better. Heavy outline: adjusted p "
            "below 0.05.",
            side_by_side(
                _bullseyes(
                    result,
                    table,
                    _mean_difference,
                    bias_scale,
                    signed,
                ),
                columns=2,
            ),
            colour_bar(
                bias_scale, width=WIDTH, ends=("scored better", "scored worse"), ticks=_ends(bias_scale, 2)
            ),
        ),
        PageBreak(),
        numbering.figure(
            f"Over-scores: per cent of reads in which the segment was scored higher than on {against}.",
            side_by_side(
                _bullseyes(
                    result,
                    table,
                    partial(_per_cent_of, name="over_share"),
                    share_scale,
                    partial(number, digits=0),
                ),
                columns=2,
            ),
            colour_bar(share_scale, width=WIDTH, ends=("never", "often"), ticks=_ends(share_scale, 0, " %")),
        ),
        PageBreak(),
    ]


def _bar_figures(result: Result, numbering: Numbering) -> list[Flowable]:
    against = typeset(result.reference["label"])
    rows = [row for arm in result.compared for row in result.rows("score_differences", arm=arm["code"])]
    shares = [_per_cent_of(row, name=f"{side}_share") for row in rows for side in ("over", "under")]
    limit = _nice(shares)
    story: list[Flowable] = []
    for state in result.states:
        panels = []
        for arm in result.compared:
            found = result.rows("score_differences", arm=arm["code"], state=state)
            marked = significant(found, level=LEVEL)
            bars = [
                Bar(over=over, under=under, marked=segment in marked)
                for segment, over, under in zip(
                    range(1, 18),
                    segments_of(found, partial(_per_cent_of, name="over_share")),
                    segments_of(found, partial(_per_cent_of, name="under_share")),
                    strict=True,
                )
            ]
            panels.append((f"{arm['label']}, {state}", bars))
        names = segments_of(found, lambda row: f"{row['segment']}  {row['name']}")
        story.append(
            numbering.figure(
                f"Over- and under-scores at {state}: per cent of reads scored "
                f"higher (orange, right) and lower (blue, left) than the same reader's {against}. "
                "*&nbsp;adjusted p below 0.05.",
                over_under(panels, names=names, limit=limit, width=WIDTH),
            )
        )
    return [*story, PageBreak()]


def _score_tables(result: Result, numbering: Numbering) -> list[Flowable]:
    story: list[Flowable] = []
    for state in result.states:
        story.append(
            numbering.table(
                f"Scores at {state}. Over, under: reads scored higher, lower. "
                "Difference: mean over reads with BCa interval. Shift: Hodges-Lehmann median of patients' "
                "mean differences. p: exact signed-rank test on patients (Pratt), adjusted (adj.) over the "
                "17 segments by Benjamini-Hochberg. (–): no interval, for want of variation or patients.",
                _segment_table(
                    result,
                    result_table="score_differences",
                    state=state,
                    head=["over", "under", "difference (95 %)", "shift", "p", "adj."],
                    widths=[9.0, 9.0, 26.8, 8.8, 9.8, 9.6],
                    cells=lambda row: [
                        percent(row["over_share"]["estimate"]),
                        percent(row["under_share"]["estimate"]),
                        mean_with_interval(row["mean_difference"]),
                        signed(row["shift"]["estimate"]),
                        p_value(row["p_value"]),
                        p_value(row["p_adjusted"]),
                    ],
                ),
            )
        )
    return [*story, PageBreak()]


def _uptake(result: Result, numbering: Numbering) -> list[Flowable]:
    against = typeset(result.reference["label"])
    table = "uptake_differences"
    scale = diverging(_nice(_all(result, table, _mean_difference)))
    reversed_scale = Scale(scale.low, scale.high, tuple(reversed(scale.stops)))
    story: list[Flowable] = [
        Paragraph(f"2  Segment uptake against {against}", LATIN.section),
        Paragraph(
            "The measured counterpart of the scores: mean of the polar map within each segment, per cent "
            "of the heart's own maximum. A lower value than the reference's looks like a defect.",
            LATIN.body,
        ),
        numbering.figure(
            f"Mean difference of uptake (arm minus {against}), "
            "points of per cent of maximum. Orange: lower, as a defect would be; blue: higher. Heavy "
            "outline: adjusted p below 0.05.",
            side_by_side(
                _bullseyes(
                    result,
                    table,
                    _mean_difference,
                    reversed_scale,
                    partial(signed, digits=1),
                ),
                columns=2,
            ),
            colour_bar(
                reversed_scale, width=WIDTH, ends=("lower uptake", "higher uptake"), ticks=_ends(scale, 0)
            ),
        ),
        PageBreak(),
    ]
    for state in result.states:
        story.append(CondPageBreak(100 * mm))
        story.append(
            numbering.table(
                f"Uptake at {state}, points of per cent of maximum. Difference: mean "
                "over patients with BCa interval. Error: mean absolute difference. p and adj. as in table "
                "1.",
                _segment_table(
                    result,
                    result_table=table,
                    state=state,
                    head=["difference (95 % interval)", "error", "p", "adj."],
                    widths=[38, 12, 11.5, 11.5],
                    cells=lambda row: [
                        mean_with_interval(row["mean_difference"], 1),
                        number(row["mean_absolute_difference"]["estimate"], 1),
                        p_value(row["p_value"]),
                        p_value(row["p_adjusted"]),
                    ],
                ),
            )
        )
    return [*story, PageBreak()]


def _segment_table(
    result: Result,
    *,
    result_table: str,
    state: str,
    head: Sequence[str],
    widths: Sequence[float],
    cells: Callable[[Row], list[str]],
) -> Flowable:
    """A row a segment, a block of columns an arm, the pooled row last."""
    arms = result.compared
    label = 27 * mm
    room = (WIDTH - label) / len(arms)
    factor = room / (sum(widths) * mm)
    per_arm = [result.rows(result_table, arm=arm["code"], state=state) for arm in arms]
    rows = []
    for segment in [*range(1, 18), 0]:
        found = [next(row for row in rows_ if row["segment"] == segment) for rows_ in per_arm]
        name = f"{segment}  {found[0]['name']}" if segment else "<b>All segments</b>"
        rows.append([name] + [cell for row in found for cell in cells(row)])
    titles = [""] + [text for arm in arms for text in [typeset(arm["label"]), *[""] * (len(head) - 1)]]
    spans = [(1 + n * len(head), (n + 1) * len(head)) for n in range(len(arms))]
    return grid(
        [titles, ["Segment", *list(head) * len(arms)]],
        rows,
        [label] + [width * mm * factor for width in widths] * len(arms),
        spans=spans,
        rules=(6, 12, 16),
        strong_last=True,
        dense=True,
    )


def _bullseyes(
    result: Result,
    table: str,
    value: Callable[[Row], float | None],
    scale: Scale,
    text: Callable[[float | None], str],
) -> list[Any]:
    drawings = []
    for state in result.states:
        for arm in result.compared:
            rows = result.rows(table, arm=arm["code"], state=state)
            values = segments_of(rows, value)
            marked = significant(rows, level=LEVEL)
            drawings.append(
                bullseye(
                    values,
                    labels=[text(v) for v in values],
                    scale=scale,
                    title=f"{arm['label']}, {state}",
                    marked=[segment in marked for segment in range(1, 18)],
                )
            )
    return drawings


def _all(result: Result, table: str, value: Callable[[Row], float | None]) -> list[float | None]:
    return [
        value(row) for arm in result.compared for row in result.rows(table, arm=arm["code"]) if row["segment"]
    ]


def _nice(values: Sequence[float | None]) -> float:
    """The first round number that holds all values: one scale for all panels."""
    largest = max((abs(value) for value in values if value is not None), default=1.0)
    return next((limit for limit in NICE if limit >= largest), NICE[-1])


def _ends(scale: Scale, digits: int, unit: str = "") -> list[tuple[float, str]]:
    middle = (scale.low + scale.high) / 2
    show = signed if scale.low < 0 else number
    return [(value, show(value, digits) + unit) for value in (scale.low, middle, scale.high)]


def _per_cent_of(row: Row, *, name: str) -> float | None:
    share = row[name]["estimate"]
    return None if share is None else 100 * float(share)


def _mean_difference(row: Row) -> float | None:
    value: float | None = row["mean_difference"]["estimate"]
    return value
