"""The first page: what study and lock this is, the key results, and the limits of what they say."""

from collections.abc import Callable
from functools import partial
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph

from reader_study.agreement.report.lookup import Result, significant
from reader_study.agreement.report.style import MONO, WIDTH, box, facts, gap, grid, set_in, typeset
from reader_study.agreement.report.wording import (
    NOTHING,
    coefficient,
    grouped,
    interval,
    number,
    percent,
    share_with_interval,
    signed,
    whole,
)
from reader_study.agreement.report.words import Words

PER_STATE = 4  # rows of the key results


def page(result: Result, words: Words) -> list[Flowable]:
    """One page in one language."""
    return [
        *_title(result, words),
        *_key_results(result, words),
        *_between_readers(result, words),
        *_limits(result, words),
        PageBreak(),
    ]


def _title(result: Result, words: Words) -> list[Flowable]:
    document, design = result.document, result.design
    lock, provenance = document["lock"], document["provenance"]
    labels = [typeset(arm["label"]) for arm in result.arms]
    named = [
        words.reference.format(label=label) if arm["reference"] else label
        for arm, label in zip(result.arms, labels, strict=True)
    ]
    repeats = (
        words.repeats.format(signed=whole(design["n_repeats_signed"]), due=whole(design["n_repeats_due"]))
        if design["n_repeats_due"]
        else ""
    )
    withheld = words.withheld.format(number=design["n_withheld"]) if design["n_withheld"] else ""
    rows: list[tuple[str, Flowable | str]] = [
        (words.arms, words.joint.join(named)),
        (
            words.cases,
            words.cases_text.format(
                cases=design["n_cases"],
                withheld=withheld,
                readers=len(result.readers),
                sites=len(design["sites"]),
            ),
        ),
        (
            words.reads,
            words.reads_text.format(
                signed=whole(design["n_reads_signed"]),
                due=whole(design["n_reads_due"]),
                sessions=design["sessions"],
                washout=(words.washout if design["washout_days"] else words.no_washout).format(
                    days=design["washout_days"]
                ),
            )
            + repeats,
        ),
        (
            words.locked,
            words.locked_text.format(
                when=lock["locked_at"].replace("T", " ").removesuffix("Z"),
                by=typeset(lock["locked_by"]),
                reason=typeset(lock["reason"]),
            ),
        ),
        (words.digest, Paragraph(grouped(lock["sha256"]), MONO)),
        (
            words.protocol.format(version=provenance["protocol_version"]),
            Paragraph(grouped(provenance["protocol_sha256"]), MONO),
        ),
        *_amended(design["amendments"], words),
        (words.allocation, Paragraph(grouped(provenance["allocation_sha256"]), MONO)),
    ]
    if result.model:
        rows.append((words.model, typeset(result.model)))
    story: list[Flowable] = [
        gap(3 * mm),
        Paragraph(words.title, words.typeface.title),
        set_in(words.typeface, typeset(document["study"]["title"]), "subtitle"),
        facts(rows, typeface=words.typeface),
        gap(3 * mm),
    ]
    if document["simulated"]:
        story.append(box([Paragraph(words.simulated, words.typeface.body)]))
    return story


def _amended(amendments: list[dict[str, Any]], words: Words) -> list[tuple[str, Flowable | str]]:
    if not amendments:
        return []
    after_opening = sum(amendment["state"] == "open" for amendment in amendments)
    return [(words.amended, words.amended_text.format(number=len(amendments), open=after_opening))]


def _key_results(result: Result, words: Words) -> list[Flowable]:
    reference = typeset(result.reference["label"])
    rows: list[list[str]] = []

    def line(label: str, value: Callable[[str], str]) -> None:
        rows.append([label] + [_in_words(value(arm["code"]), words) for arm in result.compared])

    for state in result.states:
        name = words.states[state]
        line(words.higher.format(state=name), partial(_share, result, state=state, direction="over"))
        line(words.lower.format(state=name), partial(_share, result, state=state, direction="under"))
        line(words.significant.format(state=name), partial(_significant, result, state=state))
        line(words.error.format(state=name), partial(_uptake_error, result, state=state))
    for total in ("SSS", "SRS", "SDS"):
        line(words.bias.format(name=total), partial(_sum_bias, result, score=total))
    for state in result.states:
        line(words.missed.format(state=words.states[state]), partial(_missed, result, words, state=state))
    label = 68 * mm
    states = len(result.states)
    return [
        Paragraph(words.key_results, words.typeface.heading),
        grid(
            [
                [
                    words.against.format(reference=reference),
                    *[typeset(arm["label"]) for arm in result.compared],
                ]
            ],
            rows,
            [label] + [(WIDTH - label) / len(result.compared)] * len(result.compared),
            rules=[*(PER_STATE * n for n in range(1, states + 1)), PER_STATE * states + 3],
            typeface=words.typeface,
        ),
        gap(2 * mm),
    ]


def _between_readers(result: Result, words: Words) -> list[Flowable]:
    rows = []
    for arm in result.arms:
        pooled = result.row("reader_agreement", arm=arm["code"], state="both")
        icc = result.row("sums", arm=arm["code"], score="SSS")["icc"]
        found = [pooled["weighted_kappa"], pooled["ac2"], icc]
        rows.append([typeset(arm["label"]), *(_in_words(coefficient(one), words) for one in found)])
    return [
        grid(
            [[words.between, words.kappa, "AC2", words.icc]],
            rows,
            [36 * mm] + [(WIDTH - 36 * mm) / 3] * 3,
            typeface=words.typeface,
        ),
        gap(1.2 * mm),
        Paragraph(words.note.format(reference=typeset(result.reference["label"])), words.typeface.small),
    ]


def _limits(result: Result, words: Words) -> list[Flowable]:
    reference = typeset(result.reference["label"])
    sentences = []
    if result.design["n_cases"] < result.document["provenance"]["bootstrap"]["few_cases_below"]:
        sentences.append(words.few.format(cases=result.design["n_cases"]))
    if missing := result.document["missing_reads"]:
        sentences.append(
            words.missing_reads.format(
                missing=whole(len(missing["reads"])),
                due=whole(result.design["n_reads_due"] + result.design["n_repeats_due"]),
                reason=typeset(missing["reason"]),
            )
        )
    if declared := result.design["declared"]:
        sentences.append(words.declared.format(names=typeset("; ".join(declared))))
    for arm in result.compared:
        if arm["image_set"] == "virtual_pet":
            rows = result.rows("filled_in", arm=arm["code"], region="inferior", threshold=1)
            missed, abnormal = sum(row["missed"] for row in rows), sum(row["abnormal"] for row in rows)
            template = words.filled_in_count if abnormal else words.filled_in_none
            counted = template.format(missed=missed, abnormal=abnormal, reference=reference)
            sentences.append(words.filled_in.format(counted=counted))
    sentences.append(words.comparator.format(reference=reference))
    story: list[Flowable] = [
        Paragraph(words.limits, words.typeface.heading),
        box([Paragraph(text, words.typeface.body) for text in sentences]),
    ]
    if words.elsewhere:
        story += [gap(3 * mm), Paragraph(words.elsewhere, words.typeface.small)]
    return story


def _in_words(cell: str, words: Words) -> str:
    """A number as the rest of the report prints it, in the language of the page."""
    cell = cell.replace("not estimable", words.not_estimable).replace(
        f"({NOTHING})", f"({words.not_estimable})"
    )
    return cell.replace(" to ", words.to)


def _share(result: Result, arm: str, *, state: str, direction: str) -> str:
    row = result.row("score_differences", arm=arm, state=state, segment=0)
    return share_with_interval(row[f"{direction}_share"], 1)


def _significant(result: Result, arm: str, *, state: str) -> str:
    found = significant(result.rows("score_differences", arm=arm, state=state))
    return f"{len(found)} / 17" + (f": {', '.join(map(str, found))}" if found else "")


def _uptake_error(result: Result, arm: str, *, state: str) -> str:
    found = result.row("uptake_differences", arm=arm, state=state, segment=0)
    row = found["mean_absolute_difference"]
    return f"<b>{number(row['estimate'], 1)}</b> <font color='#5f6c7b'>({interval(row, 1)})</font>"


def _sum_bias(result: Result, arm: str, *, score: str) -> str:
    row = result.row("sum_limits", arm=arm, score=score)
    if row["bias"]["estimate"] is None:
        return NOTHING
    limits = f"{signed(row['lower']['estimate'], 1)} to {signed(row['upper']['estimate'], 1)}"
    return f"<b>{signed(row['bias']['estimate'], 2)}</b> <font color='#5f6c7b'>({limits})</font>"


def _missed(result: Result, words: Words, arm: str, *, state: str) -> str:
    row = result.row("filled_in", arm=arm, state=state, region="inferior", threshold=1)
    if not row["abnormal"]:
        return words.none_abnormal
    counted = words.count.format(part=row["missed"], whole=row["abnormal"])
    return f"<b>{counted}</b> ({percent(row['missed_share']['estimate'])})"
