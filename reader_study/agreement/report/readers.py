"""Agreement between readers, summed scores, and what became of the reference's defects."""

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph

from reader_study.agreement.figures.bland_altman import Level, axes_of, bland_altman, reader_legend
from reader_study.agreement.report.lookup import Result, Row
from reader_study.agreement.report.style import LATIN, WIDTH, Numbering, grid, side_by_side, typeset
from reader_study.agreement.report.wording import (
    INSIDE,
    NOTHING,
    coefficient,
    interval,
    mean_with_interval,
    number,
    share_with_interval,
    signed,
)

PLOTTED = ("SSS", "SDS")
DAGGER = "†&nbsp;fewer than 10 patients with an abnormal segment."


def pages(result: Result, numbering: Numbering) -> list[Flowable]:
    return [*_between_readers(result, numbering), *_sums(result, numbering), *_filled_in(result, numbering)]


def _between_readers(result: Result, numbering: Numbering) -> list[Flowable]:
    names = ("weighted_kappa", "ac2", "agreement")
    titles = ["Weighted kappa", "AC2", "Exact agreement"]
    pooled = [
        [typeset(arm["label"]), state] + [coefficient(row[name]) for name in names]
        for arm in result.arms
        for state in [*result.states, "both"]
        for row in [result.row("reader_agreement", arm=arm["code"], state=state)]
    ]
    pairs = [
        [typeset(arm["label"]), " and ".join(row["readers"])] + [coefficient(row[name]) for name in names]
        for arm in result.arms
        for row in result.rows("reader_agreement_by_pair", arm=arm["code"])
    ]
    label, second = 30 * mm, 24 * mm
    widths = [label, second] + [(WIDTH - label - second) / 3] * 3
    block = len(result.states) + 1
    story: list[Flowable] = [
        Paragraph("3  Agreement between readers", LATIN.section),
        Paragraph(
            "Within one arm, between different readers of the same patient. Kappa corrects for chance and "
            "falls when nearly all segments are normal, although readers agree; AC2 does not, so both are "
            "printed.",
            LATIN.body,
        ),
        numbering.table(
            "All segments in one table, patients as clusters; Conger's kappa and AC2 "
            f"with linear weights on the fixed 0–4 scale. {DAGGER}",
            grid(
                [["Arm", "State", *titles]],
                pooled,
                widths,
                left=2,
                rules=[block * n for n in range(1, len(result.arms))],
            ),
        ),
    ]
    if pairs:
        in_arm = len(pairs) // len(result.arms)
        story.append(
            numbering.table(
                f"Pairs of readers, stress and rest together. {DAGGER}",
                grid(
                    [["Arm", "Readers", *titles]],
                    pairs,
                    widths,
                    left=2,
                    rules=[in_arm * n for n in range(1, len(result.arms))],
                ),
            )
        )
    story += [_segment_agreement(result, state, numbering) for state in result.states]
    return story


def _segment_agreement(result: Result, state: str, numbering: Numbering) -> Flowable:
    per_arm = [
        result.rows("reader_agreement_by_segment", arm=arm["code"], state=state) for arm in result.arms
    ]
    differences = result.rows("score_differences", arm=result.compared[0]["code"], state=state)
    rows = []
    for segment in range(1, 18):
        found = [next(row for row in rows_ if row["segment"] == segment) for rows_ in per_arm]
        name = next(row["name"] for row in differences if row["segment"] == segment)
        rows.append(
            [f"{segment}  {name}"]
            + [
                cell
                for row in found
                for cell in (
                    str(row["n_abnormal"]),
                    coefficient(row["weighted_kappa"]).replace(" †", ""),
                    coefficient(row["ac2"]).replace(" †", ""),
                )
            ]
        )
    arms = len(result.arms)
    label = 26 * mm
    room = (WIDTH - label) / arms
    titles = [""] + [text for arm in result.arms for text in (typeset(arm["label"]), "", "")]
    return numbering.table(
        f"Agreement between readers per segment at {state}. n: patients whom some "
        "reader gave a score above 0; below 5 an interval is not estimable (n.e.), below 10 read it with "
        "care. – : no variation.",
        grid(
            [titles, ["Segment", *["n", "kappa", "AC2"] * arms]],
            [[cell.replace("not estimable", "n.e.") for cell in row] for row in rows],
            [label] + [room * share for share in (0.09, 0.46, 0.45)] * arms,
            spans=[(1 + 3 * n, 3 + 3 * n) for n in range(arms)],
            rules=(6, 12, 16),
            dense=True,
        ),
    )


def _sums(result: Result, numbering: Numbering) -> list[Flowable]:
    reference = typeset(result.reference["label"])
    spread = [
        [
            row["score"],
            typeset(arm["label"]),
            str(row["n_reads"]),
            _mean_and_sd(row),
            _range(row),
            coefficient(row["icc"]),
        ]
        for name in ("SSS", "SRS", "SDS")
        for arm in result.arms
        for row in [result.row("sums", arm=arm["code"], score=name)]
    ]
    limits = [
        [
            name,
            typeset(arm["label"]),
            mean_with_interval(row["bias"]),
            f"{signed(row['lower']['estimate'], 1)} <font "
            f"color='#5f6c7b'>({interval(row['lower'], 1)})</font>",
            f"{signed(row['upper']['estimate'], 1)} <font "
            f"color='#5f6c7b'>({interval(row['upper'], 1)})</font>",
        ]
        for name in ("SSS", "SRS", "SDS")
        for arm in result.compared
        for row in [result.row("sum_limits", arm=arm["code"], score=name)]
    ]
    arms, compared = len(result.arms), len(result.compared)
    return [
        CondPageBreak(60 * mm),
        Paragraph("4  Summed scores", LATIN.section),
        numbering.table(
            "Summed stress (SSS), rest (SRS) and signed difference (SDS) scores; "
            "ICC(A,1) between readers. A sum needs all 17 segments.",
            grid(
                [["Sum", "Arm", "reads", "mean (SD)", "range", "ICC(A,1) (95 % interval)"]],
                spread,
                [16 * mm, 36 * mm, 18 * mm, 32 * mm, 26 * mm, 46 * mm],
                left=2,
                rules=[arms, 2 * arms],
            ),
        ),
        numbering.table(
            f"Bland-Altman against the same reader's {reference}: bias and 95 % "
            "limits of agreement of a single read, each with its 95 % interval.",
            grid(
                [["Sum", "Arm", "bias", "lower limit", "upper limit"]],
                limits,
                [16 * mm, 36 * mm, 42 * mm, 40 * mm, 40 * mm],
                left=2,
                rules=[compared, 2 * compared],
            ),
        ),
        numbering.figure(
            f"Bland-Altman plots against {reference}, one mark a read; equal values "
            "are spread sideways. Lines: bias and limits; bands: their 95 % intervals.",
            *_plots(result),
        ),
    ]


def _plots(result: Result) -> list[Flowable]:
    drawings = []
    for name in PLOTTED:
        rows = [result.row("sum_limits", arm=arm["code"], score=name) for arm in result.compared]
        levels = [_levels(row) for row in rows]
        points = [[(point["mean"], point["difference"]) for point in row["points"]] for row in rows]
        axes = axes_of([p for found in points for p in found], [level for found in levels for level in found])
        for arm, row, found in zip(result.compared, rows, levels, strict=True):
            drawings.append(
                bland_altman(
                    [
                        (point["mean"], point["difference"], result.readers.index(point["reader"]))
                        for point in row["points"]
                    ],
                    found,
                    axes=axes,
                    title=f"{name}: {arm['label']}",
                    names=(
                        f"mean of {arm['label']} and {result.reference['label']}",
                        f"{arm['label']} minus {result.reference['label']}",
                    ),
                    width=WIDTH / 2 - 2 * mm,
                    height=60 * mm,
                )
            )
    return [side_by_side(drawings, columns=2), reader_legend(result.readers, width=WIDTH)]


def _levels(row: Row) -> list[Level]:
    found = (("upper limit", row["upper"]), ("bias", row["bias"]), ("lower limit", row["lower"]))
    return [
        Level(part["estimate"], tuple(part["interval"]) if part["interval"] else None, name)
        for name, part in found
        if part["estimate"] is not None
    ]


def _filled_in(result: Result, numbering: Numbering) -> list[Flowable]:
    reference = typeset(result.reference["label"])
    rows, rules = [], []
    for threshold in (1, 2):
        for state in result.states:
            for region in INSIDE:
                for arm in result.compared:
                    row = result.row(
                        "filled_in", arm=arm["code"], state=state, region=region, threshold=threshold
                    )
                    rows.append(
                        [
                            f"{threshold} or more",
                            state,
                            INSIDE[region],
                            typeset(arm["label"]),
                            _count_of(row, "missed", "abnormal"),
                            str(row["scored_zero"]),
                            _count_of(row, "false", "normal"),
                        ]
                    )
            rules.append(len(rows))
    return [
        CondPageBreak(110 * mm),
        Paragraph("5  Defects lost and false defects avoided", LATIN.section),
        Paragraph(
            f"A reader called a segment abnormal on {reference}: did the same reader call it on the other "
            f"image? And where {reference} was normal, was a defect called? An image that only looks better "
            "loses the first while it wins the second.",
            LATIN.body,
        ),
        numbering.table(
            f"Not called: abnormal on {reference} at the threshold, below it in the "
            "arm. Scored 0: of these abnormal segments, scored normal in the arm. False: normal on "
            f"{reference}, abnormal in the arm. Intervals: Wilson with the design effect of several "
            "segments and readers a patient.",
            grid(
                [["Abnormal from", "State", "Segments", "Arm", "not called", "scored 0", "false"]],
                rows,
                [20 * mm, 14 * mm, 31 * mm, 23 * mm, 38 * mm, 12 * mm, 36 * mm],
                left=4,
                rules=rules[:-1],
            ),
        ),
    ]


def _count_of(row: Row, part: str, whole: str) -> str:
    if not row[whole]:
        return NOTHING
    return f"{row[part]}/{row[whole]}  {share_with_interval(row[f'{part}_share'])}"


def _mean_and_sd(row: Row) -> str:
    return f"{number(row['mean'], 1)} ({number(row['sd'], 1)})"


def _range(row: Row) -> str:
    if row["minimum"] is None:
        return NOTHING
    return f"{number(row['minimum'], 0)} to {number(row['maximum'], 0)}"
